package widget

import (
	"path/filepath"
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

func TestStyleSheetsAreMinifiedAndWhole(t *testing.T) {
	t.Parallel()
	if got := MinifyCSS("/* x */ a, b > c {\n  color: red;\n  width: calc(1px + 2px);\n}\n"); got != "a,b>c{color:red;width:calc(1px + 2px)}" {
		t.Errorf("minified to %q", got)
	}
	files, err := filepath.Glob("css/*.css")
	if err != nil || len(files) != len(sheetOrder) {
		t.Fatalf("%d files for %d sheets (%v)", len(files), len(sheetOrder), err)
	}
	for name, text := range sheets() {
		if strings.Count(text, "{") != strings.Count(text, "}") || len(text) < 100 {
			t.Errorf("sheet %s is damaged: %.80s", name, text)
		}
	}
	for _, w := range Registry {
		for _, name := range w.CSS {
			if sheets()[name] == "" {
				t.Errorf("widget %s names the sheet %q, which does not exist", w.Type, name)
			}
		}
	}
}
