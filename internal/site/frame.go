package site

import (
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget"
)

// Frame finds the custom HTML at a path below address.Frames. False when no
// node that the visitor sees holds it.
func (s *Site) Frame(v catalog.Visitor, path string) (widget.Frame, bool) {
	for _, p := range s.pages {
		if !v.Admin && !p.rule.Admits(v) {
			continue
		}
		compiled, err := p.Compiled()
		if err != nil {
			continue // its page is not shown either
		}
		for _, f := range compiled.Frames() {
			if f.Path == path && (v.Admin || f.Admits(v)) {
				return f, true
			}
		}
	}
	return widget.Frame{}, false
}
