package markdown

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/portico-portal/portico/internal/cost"
)

// FuzzHTML: what Markdown becomes is bounded, and Whole knows what HTML knows.
func FuzzHTML(f *testing.F) {
	for _, s := range []string{"# a\n\n- b\n  - c\n\n> d", "|a|b|\n|-|-|\n|c|", "[a](b \"c\") ![d](e) <f> `g` **h _i_** ~~j~~", "[a]: b\n\n[a]", "www.a.example a@b.example", strings.Repeat(">", 100), strings.Repeat("[a](", 50)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer cost.Bound(t, 3*len(text))()
		out, whole, err := HTML(text)
		if err != nil {
			t.Fatal(err)
		}
		if len(out) > 200*len(text)+1000 {
			t.Errorf("%d bytes become %d", len(text), len(out))
		}
		if Whole(text) != whole {
			t.Errorf("Whole is %v, HTML says %v", !whole, whole)
		}
	})
}

// FuzzFromPage: a page becomes one text that ends with its line.
func FuzzFromPage(f *testing.F) {
	for _, s := range []string{"<main><h1>a</h1><p>b <a href=/c>d</a></main>", "<table><tr><td>a|b</table>", "<div class=addr><b>GET</b> /a</div>", "<pre>`\n", "[[[<b><i>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, page string) {
		defer cost.Bound(t, len(page))()
		text, err := FromPage([]byte(page), "http://a.example")
		if err != nil {
			return // deeper than html.Parse allows
		}
		if !strings.HasSuffix(string(text), "\n") || utf8.ValidString(page) && !utf8.Valid(text) {
			t.Errorf("%q becomes %q", page, text)
		}
	})
}
