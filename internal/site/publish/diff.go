package publish

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Names that stand for a site that is no revision of its own.
const (
	Draft   = "draft"   // the content items as they stand now
	Current = "current" // the published revision
)

// Diff is what changed between two sites, by item.
type Diff struct {
	From    apim.Name `json:"from"` // a revision's name, Draft or Current
	To      apim.Name `json:"to"`
	Added   []string  `json:"added"` // items: /contentTypes/page/contentItems/home
	Removed []string  `json:"removed"`
	Changed []Change  `json:"changed"`
}

// Change is an item that differs.
type Change struct {
	Item   string  `json:"item"`
	Fields []Field `json:"fields"` // at most maxFields, and a row that says how many more
}

// Field is a member that differs: where it stands, and its JSON before and
// after, shortened; "" where it is absent.
type Field struct {
	Path   string `json:"path"`             // JSON pointer
	Before string `json:"before,omitempty"` // JSON, shortened
	After  string `json:"after,omitempty"`
}

// Limits of what a diff tells.
const (
	maxFields = 100 // of one item
	maxValue  = 120 // bytes of a value
)

// Compare tells what is different in to, compared with from. Both are names of
// revisions, Draft or Current; apim.ErrNotFound when there is no such revision.
func (s *Service) Compare(ctx context.Context, from, to apim.Name) (*Diff, error) {
	d := &Diff{From: from, To: to, Added: []string{}, Removed: []string{}, Changed: []Change{}}
	err := s.Store.View(ctx, func(tx *store.Tx) error {
		before, err := s.itemsAndFiles(ctx, tx, from)
		if err != nil {
			return err
		}
		after, err := s.itemsAndFiles(ctx, tx, to)
		if err != nil {
			return err
		}
		d.compare(before, after)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("compare %s with %s: %w", from, to, err)
	}
	return d, nil
}

// itemsAndFiles are the items of a site and, as items without a body, its files; by key.
func (s *Service) itemsAndFiles(ctx context.Context, tx *store.Tx, name apim.Name) ([]store.RevisionItem, error) {
	all, err := s.items(tx, name)
	if err != nil || !name.Same(Draft) {
		return all, err
	}
	pins, _, err := s.files(ctx, (&Checked{items: all}).site(), s.look)
	all = append(all, pins...)
	slices.SortFunc(all, func(a, b store.RevisionItem) int { return cmp.Compare(a.Key, b.Key) })
	return all, err
}

// items are those of a site, by key; a revision's with its files.
func (s *Service) items(tx *store.Tx, name apim.Name) ([]store.RevisionItem, error) {
	switch name.Key() {
	case Draft:
		snap, err := s.take(tx)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(snap.items, func(a, b store.RevisionItem) int { return cmp.Compare(a.Key, b.Key) })
		return snap.items, nil
	case Current:
		current, err := tx.CurrentPortalRevision()
		if err != nil {
			return nil, err
		}
		if current == "" {
			return nil, apim.ErrNotFound
		}
		name = current
	}
	if _, err := get(tx, apim.PortalRevisionRef(name)); err != nil {
		return nil, err
	}
	return tx.RevisionItems(name)
}

// compare walks two lists that are sorted by key.
func (d *Diff) compare(before, after []store.RevisionItem) {
	i, j := 0, 0
	for i < len(before) || j < len(after) {
		switch {
		case j == len(after) || i < len(before) && before[i].Key < after[j].Key:
			d.Removed = append(d.Removed, string(before[i].Ref))
			i++
		case i == len(before) || after[j].Key < before[i].Key:
			d.Added = append(d.Added, string(after[j].Ref))
			j++
		default:
			if before[i].Hash != after[j].Hash {
				d.Changed = append(d.Changed, Change{string(after[j].Ref), differences(before[i], after[j])})
			}
			i, j = i+1, j+1
		}
	}
}

// differences are the fields of two versions of an item; of a file its hash.
func differences(before, after store.RevisionItem) []Field {
	if before.Body == nil && after.Body == nil {
		return []Field{{Path: "/sha256", Before: before.Hash, After: after.Hash}}
	}
	return fields(before.Body, after.Body)
}

// fields are the members in which two JSON texts differ, in the order of their paths.
func fields(before, after json.RawMessage) []Field {
	list := differing(nil, "", decoded(before), decoded(after))
	slices.SortStableFunc(list, func(a, b Field) int { return strings.Compare(a.Path, b.Path) })
	if len(list) > maxFields {
		list = append(list[:maxFields], Field{Path: "", After: fmt.Sprintf("%d more", len(list)-maxFields)})
	}
	if list == nil {
		list = []Field{}
	}
	return list
}

// absent is a member that is not there, as null is.
type absent struct{}

func decoded(raw json.RawMessage) any {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if d.Decode(&v) != nil {
		return string(raw)
	}
	return v
}

func differing(list []Field, path string, before, after any) []Field {
	switch b := before.(type) {
	case map[string]any:
		if a, ok := after.(map[string]any); ok {
			for name, v := range b {
				list = differing(list, path+"/"+pointer.Replace(name), v, member(a, name))
			}
			for name, v := range a {
				if _, both := b[name]; !both {
					list = differing(list, path+"/"+pointer.Replace(name), absent{}, v)
				}
			}
			return list
		}
	case []any:
		if a, ok := after.([]any); ok {
			for i := range max(len(a), len(b)) {
				list = differing(list, fmt.Sprintf("%s/%d", path, i), element(b, i), element(a, i))
			}
			return list
		}
	}
	x, y := shown(before), shown(after)
	if x != y {
		list = append(list, Field{path, shortened(x), shortened(y)})
	}
	return list
}

var pointer = strings.NewReplacer("~", "~0", "/", "~1")

func member(m map[string]any, name string) any {
	if v, ok := m[name]; ok {
		return v
	}
	return absent{}
}

func element(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return absent{}
}

// shown is a value as JSON; "" for one that is absent.
func shown(v any) string {
	if _, ok := v.(absent); ok {
		return ""
	}
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

func shortened(s string) string {
	if len(s) > maxValue {
		return strings.ToValidUTF8(s[:maxValue], "") + "…"
	}
	return s
}

// RestoreDraft makes the draft exactly what a revision holds: items that the
// revision does not have are deleted. It all happens in one transaction; then
// the files that the revision pinned get their names back.
func (s *Service) RestoreDraft(ctx context.Context, actor store.Actor, name apim.Name) (*Diff, error) {
	d := &Diff{}
	var then, pins []store.RevisionItem
	err := s.Store.Update(ctx, actor, func(tx *store.Tx) error {
		*d = Diff{From: Draft, To: name, Added: []string{}, Removed: []string{}, Changed: []Change{}}
		now, err := s.items(tx, Draft)
		if err != nil {
			return err
		}
		all, err := s.items(tx, name)
		if err != nil {
			return err
		}
		then, pins = split(all)
		d.compare(now, then)
		return restore(tx, d, then)
	})
	if err == nil {
		err = s.restoreFiles(ctx, (&Checked{items: then}).site(), pins)
	}
	if err != nil {
		return nil, fmt.Errorf("restore the draft from %s: %w", name, err)
	}
	return d, nil
}

func restore(tx *store.Tx, d *Diff, then []store.RevisionItem) error {
	for _, ref := range d.Removed {
		if err := tx.Delete(apim.Ref(ref)); err != nil {
			return err
		}
	}
	write := map[apim.Key]bool{}
	for _, ref := range d.Added {
		write[apim.Ref(ref).Key()] = true
	}
	for _, c := range d.Changed {
		write[apim.Ref(c.Item).Key()] = true
	}
	var docs []*store.Document
	for _, it := range then {
		if write[it.Key] {
			docs = append(docs, &store.Document{Ref: it.Ref, Body: it.Body})
		}
	}
	return tx.PutAll(docs)
}

// Check tells what publishing the draft would find, and publishes nothing.
func (s *Service) Check(ctx context.Context) ([]apim.Finding, error) {
	checked, err := s.draft(ctx, s.look)
	if err != nil {
		return nil, err
	}
	return checked.findings, nil
}
