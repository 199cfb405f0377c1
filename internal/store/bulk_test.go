package store_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func TestManyDocumentsAndLinksAreReadAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		var tags, asked []apim.Ref
		for i := range 100 {
			tags = append(tags, apim.TagRef(apim.Name(fmt.Sprintf("Tag-%d", i))))
			asked = append(asked, apim.TagRef(apim.Name(fmt.Sprintf("tag-%d", i))), apim.TagRef(apim.Name(fmt.Sprintf("none-%d", i))))
		}
		put(t, s, tags...)
		product := apim.ProductRef("Gold")
		update(t, s, func(tx *store.Tx) error {
			_, err := tx.Link(apim.TagLink, product, "/tags/b")
			_, err2 := tx.Link(apim.TagLink, product, "/tags/A")
			_, err3 := tx.Link(apim.ProductAPI, product, "/apis/x")
			return errors.Join(err, err2, err3)
		})
		view(t, s, func(tx *store.Tx) error {
			docs, err := tx.GetAll(asked)
			same(t, "number of documents", len(docs), 100)
			for _, tag := range tags {
				if d := docs[tag.Key()]; d == nil || d.Ref != tag {
					t.Errorf("%s is read as %+v", tag, d)
				}
			}
			links, err2 := tx.LinksOfAll(apim.TagLink, append(asked, "/products/gold"))
			same(t, "links", links, map[apim.Key][]apim.Ref{"/products/gold": {"/tags/a", "/tags/b"}})
			return errors.Join(err, err2)
		})
	})
}
