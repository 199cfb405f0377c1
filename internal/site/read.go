package site

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site/style"
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

// Published reads the items of a portal revision, and the hashes of the files
// it pinned (Options.Pinned).
func Published(tx *store.Tx, revision string) (items []Item, pinned map[string]string, err error) {
	rows, err := tx.RevisionItems(revision)
	if err != nil {
		return nil, nil, err
	}
	pinned = map[string]string{}
	for _, r := range rows {
		if r.Body == nil {
			pinned[r.Key] = r.Hash
			continue
		}
		items = append(items, Item{Ref: r.Ref, Body: r.Body})
	}
	return items, pinned, nil
}

// styles are the compiled stylesheet document.
type styles struct {
	tokens string // CSS of the custom properties, inlined into each page
	rules  []byte // what is served beside the pages
	path   string // its address, with a hash of the content; "" for none
}

// StylesheetPrefix starts the address of a site's CSS; the SHA-256 of the
// content in hexadecimal and ".css" follow.
const StylesheetPrefix = "/assets/site-"

// readStyles compiles the stylesheet document.
func (s *Site) readStyles() {
	ref, nodes := s.document("stylesheet")
	if len(nodes) == 0 {
		return
	}
	sheet, err := style.Compile(nodes[0])
	if err != nil {
		s.find("error", ref, "/nodes/0", "The stylesheet is not understood: "+err.Error())
		return
	}
	s.styles = styles{tokens: sheet.Tokens, rules: sheet.Rules}
	if len(sheet.Rules) > 0 {
		sum := sha256.Sum256(sheet.Rules)
		s.styles.path = StylesheetPrefix + hex.EncodeToString(sum[:]) + ".css"
	}
}

// Stylesheet is the CSS served beside the pages and its address, whose name is
// a hash of the content; "" when there is none.
func (s *Site) Stylesheet() (path string, css []byte) { return s.styles.path, s.styles.rules }
