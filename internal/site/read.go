package site

import (
	"encoding/json"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Draft reads the content items as they stand now.
func Draft(tx *store.Tx) ([]Item, error) {
	docs, err := tx.ListAll(apim.ContentItems.Path)
	if err != nil {
		return nil, err
	}
	items := make([]Item, len(docs))
	for i, d := range docs {
		items[i] = Item{Ref: d.Ref, Body: d.Body}
	}
	return items, nil
}

// Published reads the items of a portal revision.
func Published(tx *store.Tx, revision string) ([]Item, error) {
	rows, err := tx.RevisionItems(revision)
	if err != nil {
		return nil, err
	}
	items := make([]Item, len(rows))
	for i, r := range rows {
		items[i] = Item{Ref: r.Ref, Body: r.Body}
	}
	return items, nil
}

// readStyles compiles the stylesheet document.
func (s *Site) readStyles() Styles {
	if s.options.Styles == nil {
		return Styles{}
	}
	ref, nodes := s.document("stylesheet")
	var sheet json.RawMessage
	if len(nodes) > 0 {
		sheet = nodes[0]
	}
	styles, err := s.options.Styles(sheet)
	if err != nil {
		s.find("error", ref, "/nodes/0", "The stylesheet is not understood: "+err.Error())
	}
	s.styles = styles
	return styles
}

// Styles are the site's compiled styles.
func (s *Site) Styles() Styles { return s.styles }
