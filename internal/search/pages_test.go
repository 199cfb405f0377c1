package search_test

import (
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/search"
)

func TestPagesAreFoundByTheirWords(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("Filler about nothing much. ", 400) + "Deep down it mentions marmalade."
	x := search.NewPages([]search.Page{
		{Address: "/", Title: "Home", Text: "Getting started takes a minute."},
		{Address: "/guides/getting-started", Title: "Getting started", Description: "From a key to the first call.", Text: "Sign up, subscribe, call."},
		{Address: "/pricing", Title: "Prices", Keywords: "billing, invoices", Text: "What calls cost."},
		{Address: "/long", Title: "Long", Text: long},
	})
	for query, want := range map[string]string{
		"getting started": "/guides/getting-started /",
		"gettingstarted":  "/guides/getting-started",
		"start":           "/guides/getting-started /",
		"first call":      "/guides/getting-started",
		"guides":          "/guides/getting-started",
		"invoice":         "/pricing",
		"pricing":         "/pricing",
		"marmalade":       "/long",
		"prises":          "/pricing", // a typing error
		"unicorn":         "",
		"":                "",
		" / ":             "",
	} {
		var got []string
		for _, h := range x.Query(query, 10) {
			if h.Kind != search.KindPage || h.Title == "" {
				t.Errorf("%q finds %+v", query, h)
			}
			got = append(got, h.Path)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q finds %v, want %s", query, got, want)
		}
	}
	if got := x.Query("marmalade", 1)[0]; !strings.Contains(got.Snippet, "marmalade") || len(got.SnippetMarks) != 1 {
		t.Errorf("the snippet does not show the match: %+v", got)
	}
	if got := x.Query("a", 2); len(got) > 2 {
		t.Errorf("%d hits for a limit of 2", len(got))
	}
}
