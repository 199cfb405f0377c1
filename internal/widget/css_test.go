package widget

import (
	"strings"
	"testing"
)

func TestTheSitesTokensReplaceThoseOfTheDefaultLook(t *testing.T) {
	t.Parallel()
	doc := &Node{Nodes: []*Node{{Type: "page"}}}
	p, _, err := Compile(doc, &Node{}, CompileOptions{Site: Site{Tokens: ":root{--accent:red}"}})
	if err != nil {
		t.Fatal(err)
	}
	own, ours := strings.LastIndex(p.InlineStyle(), "--accent:red"), strings.LastIndex(p.InlineStyle(), "--accent:light-dark")
	if own < 0 || ours < 0 || own < ours {
		t.Errorf("the site's accent stands at %d, the default one at %d: the later one counts", own, ours)
	}
}
