package catalog_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func TestSummariesArePlainAndShort(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"plain text stays", "Prices & dates.", "Prices & dates."},
		{"HTML is dropped, entities are read", "<p>Fish &amp; <b>chips</b></p><script>alert(1)</script>", "Fish & chips"},
		{"an open tag is dropped to the end", "a <img src=x onerror=alert(1)", "a"},
		{"Markdown marks are dropped", "## Track\n\n- **one** [link](http://x)\n- `two` _three_", "Track one link two three"},
		{"names with underscores stay", "use snake_case_names and 2*3*4", "use snake_case_names and 2*3*4"},
		{"code blocks are dropped", "Call it:\n```\ncurl x\n```\nDone.", "Call it: Done."},
		{"nothing is nothing", "", ""},
		{"160 characters stay", strings.Repeat("é", 160), strings.Repeat("é", 160)},
		{"one more is cut", strings.Repeat("é", 161), strings.Repeat("é", 159) + "…"},
	} {
		s := open(t, putAPI("a", func(a *apim.API) { a.Description = c.in }))
		a, err := s.API(admin, "a")
		if err != nil || a.Summary != c.want {
			t.Errorf("%s: %q, want %q", c.name, a.Summary, c.want)
		}
	}
	s := open(t, putAPI("a", func(a *apim.API) { a.Description = strings.Repeat("wörter ", 100) }))
	a, _ := s.API(admin, "a")
	if n := utf8.RuneCountInString(a.Summary); n > 160 || n < 140 || !strings.HasSuffix(a.Summary, "wörter…") {
		t.Errorf("a long description is summarised as %q, %d characters", a.Summary, n)
	}
}

// fill stores apis APIs of operations operations each, in ten products of everyone.
func fill(t testing.TB, s *store.Store, apis, operations int) {
	t.Helper()
	for from := 0; from < apis; from += 500 {
		err := s.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error {
			var docs []*store.Document
			var current, products, tags []store.LinkRow
			for i := from; i < min(from+500, apis); i++ {
				id := fmt.Sprintf("api-%05d", i)
				revision := apim.RevisionRef(apim.Name(id), "1")
				docs = append(docs, &store.Document{Ref: revision, Body: json.RawMessage(fmt.Sprintf(
					`{"displayName":"API number %d","description":"Does *something* useful with %d.","path":"%s","protocols":["https"],"isCurrent":true}`, i, i, id))})
				current = append(current, store.LinkRow{From: apim.APIRef(apim.Name(id)).Key(), To: revision.Key()})
				products = append(products, store.LinkRow{From: apim.ProductRef(apim.Name(fmt.Sprint("p", i%10))).Key(), To: apim.APIRef(apim.Name(id)).Key()})
				for o := range operations {
					ref := apim.OperationRef(revision, apim.Name(fmt.Sprint("op-", o)))
					docs = append(docs, &store.Document{Ref: ref, Body: json.RawMessage(fmt.Sprintf(
						`{"displayName":"Operation %d","method":"GET","urlTemplate":"/%d","templateParameters":[],"responses":[]}`, o, o))})
					tags = append(tags, store.LinkRow{From: ref.Key(), To: apim.TagRef(apim.Name(fmt.Sprint("t", o%3))).Key()})
				}
			}
			for kind, links := range map[apim.LinkKind][]store.LinkRow{apim.CurrentRevision: current, apim.ProductAPI: products, apim.TagLink: tags} {
				if err := tx.LinkAll(kind, links); err != nil {
					return err
				}
			}
			return tx.PutAll(docs)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 10 {
		err := s.Update(t.Context(), store.Actor{Name: "test"}, putProduct(fmt.Sprint("p", i), "published", true, nil, []string{"guests"}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

// BenchmarkStart is design.md §9: 10,000 APIs of 20 operations; the whole process has a second.
func BenchmarkStart(b *testing.B) {
	s := storetest.Open(b)
	fill(b, s, 10_000, 20)
	for b.Loop() {
		c := catalog.New(s)
		if err := s.View(b.Context(), c.Load); err != nil {
			b.Fatal(err)
		}
		if n := len(c.APIs(guest)); n != 10_000 {
			b.Fatalf("%d APIs", n)
		}
	}
}
