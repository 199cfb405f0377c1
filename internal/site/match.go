package site

import (
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/address"
)

// Match is the page of an address.
type Match struct {
	Page   *Page
	Values address.Values // the permalink's variables, as written in the address
}

// Canonical is the page's address with the variables' canonical values.
func (m *Match) Canonical(values address.Values) string { return m.Page.template.Path(values) }

// route sorts the pages into the tables Match looks in.
func (s *Site) route() {
	slices.SortStableFunc(s.pages, func(a, b *Page) int { return strings.Compare(a.Permalink, b.Permalink) })
	for _, p := range s.pages {
		if p.lost != "" {
			continue
		}
		if p.template.HasVariables() {
			s.routes = append(s.routes, p)
			continue
		}
		key := strings.ToLower(strings.Join(p.template, "/"))
		if _, taken := s.fixed[key]; !taken {
			s.fixed[key] = p
		}
	}
	s.noteDetails()
	slices.SortStableFunc(s.routes, func(a, b *Page) int { return b.template.Fixed() - a.template.Fixed() })
	slices.Sort(s.groups)
	s.groups = slices.Compact(s.groups)
}

// Match finds the page of an escaped path; nil when there is none.
func (s *Site) Match(escapedPath string) *Match {
	segs, ok := address.Segments(escapedPath)
	if !ok {
		return nil
	}
	if p, ok := s.fixed[strings.ToLower(strings.Join(segs, "/"))]; ok && len(p.template) == len(segs) {
		return &Match{Page: p}
	}
	for _, p := range s.routes {
		if values, ok := p.template.Match(segs); ok {
			return &Match{Page: p, Values: values}
		}
	}
	return nil
}

// Details says what an address without variables shows by its query, on sites
// whose details pages have no variables: "api", "product", "changelog" or "". The addresses
// such pages usually have are known on every site.
func (s *Site) Details(escapedPath string) string {
	return s.details[detailsKey(escapedPath)]
}

func detailsKey(path string) string { return strings.Trim(strings.ToLower(path), "/") }

// noteDetails fills the table of Details.
func (s *Site) noteDetails() {
	s.details = map[string]string{}
	for path, shows := range map[string]string{address.OldAPI: "api", address.OldProduct: "product", address.OldChangelog: "changelog"} {
		if path = detailsKey(path); s.fixed[path] == nil {
			s.details[path] = shows
		}
	}
	for permalink, shows := range map[string]string{address.APIPattern: "api", address.OperationPattern: "api", address.ProductPattern: "product", address.ChangelogPattern: "changelog"} {
		if p := s.at(permalink); p != nil && p.details != nil {
			s.details[strings.ToLower(strings.Join(p.details.template, "/"))] = shows
		}
	}
}
