package cost

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/cost"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
)

// putPictures publishes a page that shows pictures.
func (c *contents) putPictures(t *testing.T, n int, file []byte) {
	t.Helper()
	write := func(tx *store.Tx) error {
		var nodes []string
		for i := range n {
			id := fmt.Sprint("p", i)
			if err := tx.Put(&store.Document{Ref: apim.ContentRef("blob", apim.Name(id)), Body: fmt.Appendf(nil, `{"fileName":"%[1]s.png","blobId":"%[1]s","permalink":"/content/%[1]s.png"}`, id)}); err != nil {
				return err
			}
			nodes = append(nodes, `{"type":"picture","sourceUrl":"/content/`+id+`.png","width":640}`)
		}
		for name, body := range map[apim.Name]string{"page": `{"en_us":{"title":"P","permalink":"/pictures","documentId":"contentTypes/document/contentItems/pictures"}}`, "document": `{"nodes":[` + strings.Join(nodes, ",") + `]}`} {
			if err := tx.Put(&store.Document{Ref: apim.ContentRef(name, "pictures"), Body: []byte(body)}); err != nil {
				return err
			}
		}
		return nil
	}
	actor := store.Actor{Name: "1"}
	if err := c.store.Update(t.Context(), actor, write); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := c.media.Put(t.Context(), fmt.Sprint("p", i), "image/png", bytes.NewReader(append(file, byte(i)))); err != nil { // each its own content
			t.Fatal(err)
		}
	}
	if _, err := (&publish.Service{Store: c.store, Media: c.media}).Publish(t.Context(), actor, "pictures", "", true); err != nil {
		t.Fatal(err)
	}
}

func TestManyPicturesAtOnceTakeTheMemoryOfOne(t *testing.T) {
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewNRGBA(image.Rect(0, 0, 4000, 3000))); err != nil { // 48 MB when it is decoded
		t.Fatal(err)
	}
	c := fill(t, 10)
	c.putPictures(t, 6, file.Bytes())
	p := c.portal(t)
	cost.Memory(t, 128<<20, func() {
		var all sync.WaitGroup
		for i := range 6 {
			for _, width := range []int{640, 1280} {
				all.Go(func() {
					at := address.MediumVersion(fmt.Sprintf("/content/p%d.png", i), width)
					w := send(p, request(t.Context(), http.MethodGet, at, ""))
					if about, err := png.DecodeConfig(w.Body); err != nil || about.Width != width {
						t.Errorf("%s answers %d with %d pixels: %v", at, w.Code, about.Width, err)
					}
				})
			}
		}
		all.Wait()
	})
}
