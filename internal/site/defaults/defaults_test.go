package defaults_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/site/defaults"
	"github.com/portico-portal/portico/internal/widget"
)

func TestTheDefaultSiteCompilesWithoutFindings(t *testing.T) {
	t.Parallel()
	items, err := defaults.Items()
	if err != nil {
		t.Fatal(err)
	}
	documents := map[string]*widget.Node{}
	pages := map[string]string{} // permalink → document
	for _, it := range items {
		switch {
		case strings.HasPrefix(string(it.Ref), "/contentTypes/document/"):
			n := new(widget.Node)
			if err := json.Unmarshal(it.Properties, n); err != nil {
				t.Fatalf("%s: %v", it.Ref, err)
			}
			documents[strings.TrimPrefix(string(it.Ref), "/")] = n
		case strings.HasPrefix(string(it.Ref), "/contentTypes/page/"):
			var p struct {
				EnUS struct{ Title, Description, Permalink, DocumentID string } `json:"en_us"`
			}
			if err := json.Unmarshal(it.Properties, &p); err != nil {
				t.Fatalf("%s: %v", it.Ref, err)
			}
			if p.EnUS.Title == "" || p.EnUS.Description == "" {
				t.Errorf("%s has no title or description", it.Ref)
			}
			pages[p.EnUS.Permalink] = p.EnUS.DocumentID
		}
	}
	layout := documents["contentTypes/document/contentItems/default-layout"]
	for _, permalink := range []string{
		"/", "/apis", "/apis/{api}", "/apis/{api}/{operation}", "/products", "/products/{product}",
		"/signin", "/profile", "/search", "/signup", "/signup-oauth", "/reset-password", "/confirm-password",
		"/change-password", "/reports", "/apis/{api}/-/changelog", "/404", "/500",
	} {
		page, findings, err := widget.Compile(layout, documents[pages[permalink]], widget.CompileOptions{})
		if err != nil || len(findings) > 0 || page == nil {
			t.Errorf("the page %s: %v %v", permalink, findings, err)
		}
	}
}

func TestLinksOfTheDefaultSiteLeadToItsItems(t *testing.T) {
	t.Parallel()
	items, err := defaults.Items()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, it := range items {
		known[strings.TrimPrefix(string(it.Ref), "/")] = true
	}
	links := 0
	for _, it := range items {
		for _, part := range strings.Split(string(it.Properties), `"contentTypes/`)[1:] {
			links++
			if target := "contentTypes/" + part[:strings.IndexByte(part, '"')]; !known[target] {
				t.Errorf("%s refers to %s, which does not exist", it.Ref, target)
			}
		}
	}
	if links < 15 {
		t.Errorf("only %d references were found", links)
	}
}
