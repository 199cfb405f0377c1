package widget

import (
	"embed"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

//go:embed css/*.css
var styleFiles embed.FS

// sheetOrder is the order in which style sheets are inlined; core always is.
var sheetOrder = []string{"core", "home", "list", "reference", "operation", "form", "account", "parts", "text"}

// sheets are the style sheets, minified.
var sheets = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for _, name := range sheetOrder {
		text, err := styleFiles.ReadFile("css/" + name + ".css")
		if err != nil {
			panic(err) // embedded
		}
		all[name] = MinifyCSS(string(text))
	}
	return all
})

// style is the page's inline style: core, the sheets of the widgets used, the
// site's tokens, which replace those of core, and the rules of the nodes' own classes.
func (c *compiler) style() string {
	var b strings.Builder
	for _, name := range sheetOrder {
		if name == "core" || c.sheets[name] {
			b.WriteString(sheets()[name])
		}
	}
	b.WriteString(c.opt.Site.Tokens)
	for _, class := range slices.Sorted(maps.Keys(c.css)) {
		b.WriteString(c.css[class])
	}
	return strings.ReplaceAll(b.String(), "</", `<\/`) // nothing may end the style element
}

// HasLook reports whether the engine's own style sheets style a class.
func HasLook(class string) bool { return looks()[class] }

var cssClass = regexp.MustCompile(`\.([a-zA-Z][a-zA-Z0-9_-]*)`)

// looks are the classes that the style sheets name.
var looks = sync.OnceValue(func() map[string]bool {
	all := map[string]bool{}
	for _, css := range sheets() {
		for _, m := range cssClass.FindAllStringSubmatch(css, -1) {
			all[m[1]] = true
		}
	}
	return all
})

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cssSpace   = regexp.MustCompile(`\s+`)
	cssTight   = regexp.MustCompile(` ?([{};,>]) ?`)
	cssColon   = regexp.MustCompile(`: `)
)

// MinifyCSS drops comments and the white space that means nothing. It is for
// sheets without strings that hold braces or several spaces.
func MinifyCSS(s string) string {
	s = cssSpace.ReplaceAllString(cssComment.ReplaceAllString(s, ""), " ")
	s = cssTight.ReplaceAllString(s, "$1")
	return strings.TrimSpace(strings.ReplaceAll(cssColon.ReplaceAllString(s, ":"), ";}", "}"))
}
