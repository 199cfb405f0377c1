package apidoc

import (
	"cmp"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// maxTag is the longest display name of a tag, in characters.
const maxTag = 160

// tagger links operations to the service's tags, and creates missing tags.
type tagger struct {
	tx     *store.Tx
	home   apim.Ref               // the workspace of the API, "" for the service
	byName map[apim.Name]apim.Ref // by display name in lower case
	taken  map[apim.Key]bool      // keys
	linked map[store.LinkRow]bool
	rows   []store.LinkRow // to be linked
}

func (w *writer) newTagger() (*tagger, error) {
	t := &tagger{tx: w.tx, home: w.revision.Home(), byName: map[apim.Name]apim.Ref{}, taken: map[apim.Key]bool{}, linked: map[store.LinkRow]bool{}}
	docs, err := w.tx.List(apim.Tags.Path, w.revision.Home())
	if err != nil {
		return nil, err
	}
	for _, doc := range docs {
		var tag apim.Tag
		if err := doc.Decode(&tag); err != nil {
			return nil, err
		}
		t.taken[doc.Key()] = true
		t.byName[tagKey(tag.DisplayName)] = doc.Ref
	}
	links, err := w.tx.LinksBelow(apim.TagLink, w.revision)
	for _, l := range links {
		t.linked[l] = true
	}
	return t, err
}

// tag plans an operation's links. Tags that only its earlier description named
// are removed; tags set by people stay.
func (t *tagger) tag(op apim.Ref, names []string, before *store.Document) error {
	wanted := map[apim.Key]bool{}
	for _, name := range names {
		tag, err := t.ref(name)
		if err != nil {
			return err
		}
		wanted[tag.Key()] = true
		row := store.LinkRow{From: op.Key(), To: tag.Key()}
		if !t.linked[row] {
			t.linked[row] = true
			t.rows = append(t.rows, row)
		}
	}
	if before == nil || len(before.Extra) == 0 {
		return nil
	}
	var extra struct{ Tags []string }
	if err := json.Unmarshal(before.Extra, &extra); err != nil {
		return fmt.Errorf("decode %s: %w", before.Ref, err)
	}
	for _, name := range extra.Tags {
		tag, ok := t.byName[tagKey(name)]
		if !ok || wanted[tag.Key()] {
			continue
		}
		if _, err := t.tx.Unlink(apim.TagLink, op, tag); err != nil {
			return err
		}
	}
	return nil
}

// ref is the tag with a display name, created if there is none.
func (t *tagger) ref(name string) (apim.Ref, error) {
	name = shorten(name)
	if ref, ok := t.byName[tagKey(name)]; ok {
		return ref, nil
	}
	base := apim.Name(cmp.Or(normalise(name), "tag"))
	ref := t.home.Child(apim.Tags.Path, base)
	for n := 1; t.taken[ref.Key()]; n++ {
		ref = t.home.Child(apim.Tags.Path, base+apim.Name("-"+strconv.Itoa(n)))
	}
	t.taken[ref.Key()], t.byName[tagKey(name)] = true, ref
	return ref, t.tx.Put(&store.Document{Ref: ref, Body: encode(apim.Tag{DisplayName: name})})
}

// tagKey is how tags are found by their display names.
func tagKey(name string) apim.Name { return apim.Name(shorten(name)).Key() }

func shorten(name string) string {
	if runes := []rune(name); len(runes) > maxTag {
		return string(runes[:maxTag-1]) + "…"
	}
	return name
}

// link makes the planned links.
func (t *tagger) link() error { return t.tx.LinkAll(apim.TagLink, t.rows) }
