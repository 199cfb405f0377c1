package transfer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Item is a content item. Its properties are kept as the text they came in.
type Item struct {
	ID         string          `json:"id"` // /contentTypes/page/contentItems/home
	Type       string          `json:"type"`
	Name       string          `json:"name"`
	Properties json.RawMessage `json:"properties"`
}

// key is what items are compared by.
func (it Item) key() apim.Key { return it.ref().Key() }

func (it Item) ref() apim.Ref { return apim.Ref("/" + strings.Trim(it.ID, "/")) }

// contentType is the second part of an item's id, and name the last; ok is
// false if the id is not that of a content item.
func (it Item) parts() (contentType, name string, ok bool) {
	ref := it.ref()
	return string(ref.Parent().Name()), string(ref.Name()), ref.Is(apim.ContentItems)
}

// Diff is what writing items over others would change.
type Diff struct {
	Added   []string `json:"added"`
	Changed []string `json:"changed"`
	Removed []string `json:"removed"` // at the destination only
	Equal   int      `json:"equal"`
	// GivesWay says that the destination still has the untouched contents of a
	// new service: they are deleted first, and all items are added.
	GivesWay bool `json:"givesWay,omitempty"`
}

// Compare lists what would change if the items now were replaced by those wanted.
func Compare(now, want []Item) Diff {
	d := Diff{Added: []string{}, Changed: []string{}, Removed: []string{}}
	have := map[apim.Key]Item{}
	for _, it := range now {
		have[it.key()] = it
	}
	for _, it := range want {
		old, ok := have[it.key()]
		delete(have, it.key())
		switch {
		case !ok:
			d.Added = append(d.Added, it.ID)
		case !equal(old.Properties, it.Properties):
			d.Changed = append(d.Changed, it.ID)
		default:
			d.Equal++
		}
	}
	for _, it := range now {
		if _, left := have[it.key()]; left {
			d.Removed = append(d.Removed, it.ID)
		}
	}
	slices.Sort(d.Added)
	slices.Sort(d.Changed)
	slices.Sort(d.Removed)
	return d
}

// equal compares JSON texts except for white space.
func equal(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	if json.Compact(&x, a) != nil || json.Compact(&y, b) != nil {
		return bytes.Equal(a, b)
	}
	return bytes.Equal(x.Bytes(), y.Bytes())
}

// Rewrite replaces the beginning of every JSON string that begins with old, and
// leaves the rest of the text as it is.
func Rewrite(items []Item, old, replacement string) ([]Item, error) {
	if old == "" {
		return nil, fmt.Errorf("rewrite: nothing to replace; write OLD=NEW")
	}
	from, to := quoted(old), quoted(replacement)
	out := slices.Clone(items)
	for i := range out {
		out[i].Properties = bytes.ReplaceAll(out[i].Properties, from, to)
	}
	return out, nil
}

// quoted is the beginning of a JSON string with the text s.
func quoted(s string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string can always be encoded
	return bytes.TrimSuffix(bytes.TrimSpace(b.Bytes()), []byte{'"'})
}
