package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site/style"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/widget"
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
func Published(tx *store.Tx, revision apim.Name) (items []Item, pinned map[apim.Key]string, err error) {
	rows, err := tx.RevisionItems(revision)
	if err != nil {
		return nil, nil, err
	}
	pinned = map[apim.Key]string{}
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
	tokens string      // CSS of the custom properties, inlined into each page
	rules  []byte      // what is served beside the pages
	names  style.Names // what may be referred to
	path   string      // its address, with a hash of the content; "" for none
}

// readStyles compiles the stylesheet document.
func (s *Site) readStyles() {
	ref, nodes := s.document("stylesheet")
	if len(nodes) == 0 {
		return
	}
	sheet, err := style.Compile(nodes[0], s.looks(ref))
	if err != nil {
		s.find(apim.SeverityError, ref, "/nodes/0", "The stylesheet is not understood: "+err.Error())
		return
	}
	s.styles = styles{tokens: sheet.Tokens, rules: sheet.Rules, names: style.ReadNames(nodes[0])}
	if len(sheet.Rules) > 0 {
		sum := sha256.Sum256(sheet.Rules)
		s.styles.path = address.Stylesheet(hex.EncodeToString(sum[:]))
	}
}

// appearances are the groups of the stylesheet that become classes.
var appearances = [][]byte{[]byte("components/"), []byte("utils/"), []byte("globals/"), []byte("colors/")}

// eachAppearance calls fn with every reference to an appearance in a JSON text.
func eachAppearance(body []byte, fn func(ref string)) {
	if bytes.Contains(body, []byte(`\/`)) { // an escaped slash
		body = bytes.ReplaceAll(body, []byte(`\/`), []byte("/"))
	}
	for _, group := range appearances {
		for rest := body; ; {
			at := bytes.Index(rest, group)
			if at < 0 {
				break
			}
			rest = rest[at:]
			end := max(bytes.IndexByte(rest, '"'), 0)
			fn(string(rest[:end]))
			rest = rest[len(group):]
		}
	}
}

// looks tells which classes the site's items use: those of the appearances
// that they refer to, and what custom HTML may name.
func (s *Site) looks(stylesheet string) func(class string) bool {
	used := map[string]bool{}
	var custom []byte
	for key, it := range s.items {
		if key == refKey(stylesheet) {
			continue
		}
		eachAppearance(it.Body, func(ref string) { used[widget.AppearanceClass(ref)] = true })
		if bytes.Contains(it.Body, []byte(`"htmlCode"`)) {
			custom = append(custom, it.Body...)
		}
	}
	return func(class string) bool { return used[class] || bytes.Contains(custom, []byte(class)) }
}

// Stylesheet is the CSS served beside the pages and its address, whose name is
// a hash of the content; "" when there is none.
func (s *Site) Stylesheet() (path string, css []byte) { return s.styles.path, s.styles.rules }
