// Package defaults is the site a new service starts with: content items in the
// form captures have, a map from item id to type, name and properties
// (portal-wire.md §3.5). The texts and the design are our own.
//
// It imports only apim.
package defaults

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

//go:embed site.json
var capture []byte

// Item is a content item of the default site.
type Item struct {
	Ref        apim.Ref        // /contentTypes/page/contentItems/home
	Properties json.RawMessage // as a PUT's properties
}

// Items lists the content items, by ref.
func Items() ([]Item, error) {
	var all map[apim.Ref]struct {
		Properties json.RawMessage `json:"properties"`
	}
	if err := json.Unmarshal(capture, &all); err != nil {
		return nil, fmt.Errorf("default site: %w", err)
	}
	items := make([]Item, 0, len(all))
	for ref, it := range all {
		items = append(items, Item{Ref: ref, Properties: it.Properties})
	}
	slices.SortFunc(items, func(a, b Item) int { return strings.Compare(string(a.Ref), string(b.Ref)) })
	return items, nil
}
