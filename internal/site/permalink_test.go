package site_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site"
)

// Each rule for permalinks of portal-wire.md §3.6, and our own reserved addresses.
func TestEachRuleForPermalinksIsChecked(t *testing.T) {
	t.Parallel()
	for permalink, want := range map[string]string{
		"/fine":              "",
		"/fine/deeper-1_2":   "",
		"/apis/{api}":        "",
		"relative":           "does not begin with /",
		"":                   "does not begin with /",
		"https://e.example/": "does not begin with /",
		"/a//b":              "//",
		"/a/../b":            "..",
		"/a..b":              "..",
		"/~me":               "~",
		`/a\\b`:              `\`,
		"/a?b":               "?",
		"/a#b":               "#",
		"/a/.hidden":         "begins with a dot",
		"/a/":                "ends with / or a dot",
		"/a.":                "ends with / or a dot",
		"/assets/x":          "below /assets",
		"/MAPI":              "below /mapi",
		"/developer/x":       "below /developer",
		"/content/x":         "below /content",
	} {
		found := site.Read(imported.but("url/bad", "", "page/x", page(permalink, "empty")).list(), site.Options{}).Check()
		if want == "" && len(found) > 0 || want != "" && !slices.ContainsFunc(found, func(f apim.Finding) bool {
			return f.Severity == "warning" && f.Target == "/contentTypes/page/contentItems/x" && strings.Contains(strings.ToLower(f.Message), want)
		}) {
			t.Errorf("%q: found %+v, want %q", permalink, found, want)
		}
	}
}

// A text of a megabyte in every place of an item is only a long text.
func TestTextsOfAMegabyteBreakNothing(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("long & <b>wide</b> ", 1<<20/19)
	quoted, err := json.Marshal(long)
	if err != nil {
		t.Fatal(err)
	}
	text := func(s string) string { return fmt.Sprintf(s, quoted) }
	of := imported.but(
		"page/long", strings.ReplaceAll(`{"en_us":{"title":LONG,"description":LONG,"keywords":LONG,"permalink":"/long","jsonLd":LONG,"documentId":"contentTypes/document/contentItems/long"}}`, "LONG", string(quoted)),
		"document/long", text(`{"nodes":[{"type":"section","nodes":[{"type":"text-block","nodes":[{"type":"paragraph","nodes":[{"type":"text","text":%s}]}]}]}]}`),
		"document/stylesheet", text(`{"nodes":[{"colors":{"a":{"value":%[1]s}},"fonts":{"f":{"family":%[1]s}},"components":{"button":{"x":{"typography":{"fontSize":%[1]s}}}}}]}`),
		"document/navigation", text(`{"nodes":[{"id":"main","navigationItems":[{"id":"a","label":%[1]s,"targetId":%[1]s}]}]}`),
		"document/configuration", text(`{"nodes":[{"site":{"title":%[1]s,"description":%[1]s,"faviconSourceId":%[1]s}}]}`),
		"url/long", text(`{"title":%[1]s,"permalink":%[1]s}`),
	)
	s := site.Read(of.list(), site.Options{})
	for _, f := range s.Check() {
		if f.Severity == "error" {
			t.Errorf("%s: %.200s", f.Target, f.Message)
		}
	}
	compiled, err := s.Match("/long").Page.Compiled()
	if err != nil {
		t.Fatal(err)
	}
	out, err := compiled.Render(t.Context(), renderOf(developer))
	if err != nil {
		t.Fatal(err)
	}
	if html := string(out.HTML()); !strings.Contains(html, "long &amp; &lt;b&gt;wide") || strings.Contains(html, "<b>wide") {
		t.Error("the long text is not in the page, or not as text")
	}
	if got := s.Match("/long").Page.Text(developer); len(got) < 1<<19 {
		t.Errorf("%d bytes of it are searched", len(got))
	}
}
