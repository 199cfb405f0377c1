package publish_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// BenchmarkPublishThousandPages publishes a site of 1,000 pages beside the
// default ones, checks included (budget: one second, design.md §9).
func BenchmarkPublishThousandPages(b *testing.B) {
	s := &publish.Service{Store: storetest.Open(b)}
	ctx, actor := b.Context(), store.Actor{Name: "1"}
	if err := errors.Join(s.Store.Update(ctx, actor, publish.PutDefaultSite), s.Store.Update(ctx, actor, s.PublishFirst)); err != nil {
		b.Fatal(err)
	}
	paragraph := `{"type":"paragraph","nodes":[{"type":"text","text":"` + strings.Repeat("Some words about it. ", 20) + `"},{"type":"text","text":"APIs","marks":[{"type":"hyperlink","attrs":{"targetId":"contentTypes/page/contentItems/apis"}}]}]}`
	body := `{"nodes":[{"type":"layout-section","styles":{"padding":{"top":8}},"nodes":[{"type":"text-block","nodes":[{"type":"heading1","nodes":[{"type":"text","text":"Title"}]},` +
		strings.Repeat(paragraph+",", 9) + paragraph + `]},{"type":"grid","nodes":[{"type":"grid-cell","nodes":[{"type":"button","label":"Go","hyperlink":{"targetId":"contentTypes/page/contentItems/home"}}]}]}]}]}`
	err := s.Store.Update(ctx, actor, func(tx *store.Tx) error {
		var docs []*store.Document
		for i := range 1000 {
			name := fmt.Sprintf("p%d", i)
			docs = append(docs,
				&store.Document{Ref: apim.ContentRef("page", apim.Name(name)), Body: json.RawMessage(fmt.Sprintf(`{"en_us":{"title":"Page %d","permalink":"/pages/%d","documentId":"contentTypes/document/contentItems/%s"}}`, i, i, name))},
				&store.Document{Ref: apim.ContentRef("document", apim.Name(name)), Body: json.RawMessage(body)})
		}
		return tx.PutAll(docs)
	})
	if err != nil {
		b.Fatal(err)
	}
	for n := 0; b.Loop(); n++ {
		rev, err := s.Publish(ctx, actor, apim.Name(fmt.Sprintf("r%d", n)), "", true)
		if err != nil || rev.Status != publish.Completed {
			b.Fatal(rev, err)
		}
	}
}
