package site

import (
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/catalog"
)

// Pages are the site's own pages at addresses without variables that the
// visitor may see, by permalink.
func (s *Site) Pages(v catalog.Visitor) []*Page {
	var list []*Page
	for _, p := range s.pages {
		if p.Ref == "" || p.details != nil || p.template.HasVariables() || p.lost != "" {
			continue
		}
		if s.Details(p.Permalink) == "" && (v.Admin || p.rule.Admits(v)) {
			list = append(list, p)
		}
	}
	return list
}

// Address is where a page without variables is, escaped.
func (p *Page) Address() string { return p.template.Path(nil) }

// Is reports whether the page is at one of some addresses in lower case.
func (p *Page) Is(addresses ...string) bool {
	return slices.Contains(addresses, strings.ToLower(p.Address()))
}

// Description is what the page's item says it is about.
func (p *Page) Description() string { return p.meta.Description }

// Favicon is the address of the site's icon; "" for none.
func (s *Site) Favicon() string {
	href, _ := s.Link(everything, s.favicon)
	return href
}
