package site

import (
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget"
)

// Text is what a page says in its own words to a visitor.
func (p *Page) Text(v catalog.Visitor) string {
	p.site.textsOnce.Do(p.site.readTexts)
	var words []string
	for _, s := range p.site.texts[p] {
		if v.Admin || s.To(v) {
			words = append(words, s.Text)
		}
	}
	return strings.Join(words, " ")
}

// Keywords are those of the page's item.
func (p *Page) Keywords() string { return p.meta.Keywords }

// TextGroups are the keys of the groups that the rules within pages name: what
// Text says depends on them.
func (s *Site) TextGroups() []apim.PublicID {
	s.textsOnce.Do(s.readTexts)
	return s.textGroups
}

// readTexts reads the texts of the site's own pages.
func (s *Site) readTexts() {
	s.texts = map[*Page][]widget.Said{}
	for _, p := range s.Pages(everything) {
		doc, err := s.readDocument(p.meta.DocumentID)
		if err != nil {
			continue // the page is not shown either
		}
		s.texts[p] = doc.Said()
		for _, said := range s.texts[p] {
			for _, r := range said.Rules {
				s.textGroups = append(s.textGroups, r.Groups()...)
			}
		}
	}
}
