package management

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"sync"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/store"
)

// Limits of the decoded collections kept in memory.
const (
	maxCollections = 64 << 20 // bytes of document bodies over all collections
	maxRefresh     = 1000     // changes that are applied one by one; beyond that the whole collection is read
)

// row is one resource of a collection, decoded for filters on first use.
type row struct {
	doc *store.Document
	key apim.Key
	ref apim.Ref // as listed: APIs by alias for current revisions

	decode sync.Once
	record arm.Record
}

// fields returns the row for $filter and $orderby.
func (r *row) fields(kind *apim.Kind) arm.Record {
	r.decode.Do(func() {
		names := []string(kind.Filter)
		if kind.FilterAny {
			names = nil
		} else if names == nil {
			names = []string{}
		}
		// A stored body is JSON; one that is not has no fields.
		r.record, _ = arm.NewRecord(r.ref.Name(), filterable(kind, r.doc.Body), names)
	})
	return r.record
}

// collection is a list as of one change of the feed.
type collection struct {
	mu   sync.Mutex // held while it is brought up to date
	seq  int64      // last change of the collection
	asOf int64      // last change of the feed that rows are known to hold
	rows []*row
	size int64
	used int64 // of collections.clock
}

// collections keeps lists in memory. Each is compared with the collection's
// last change, read in the same transaction, so a list sees all writes before
// it.
type collections struct {
	mu    sync.Mutex
	all   map[string]*collection
	clock int64
	size  int64
}

func newCollections() *collections { return &collections{all: map[string]*collection{}} }

// rows returns a collection as of tx, in key order. Callers must not change the slice.
func (cs *collections) rows(tx *store.Tx, kind *apim.Kind, parent apim.Ref) ([]*row, error) {
	seq, err := tx.CollectionSeq(kind.Path, parent)
	if err != nil {
		return nil, fmt.Errorf("read version of %s: %w", kind.Path, err)
	}
	if seq < 0 { // tx itself has changed the collection
		return readRows(tx, kind, parent)
	}
	c := cs.entry(kind.Path + "\n" + string(parent.Key()))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rows != nil && c.seq == seq {
		return c.rows, nil
	}
	if c.rows != nil && c.seq > seq { // tx is older than the list
		return readRows(tx, kind, parent)
	}
	last, err := tx.LastSeq()
	if err != nil {
		return nil, fmt.Errorf("read last change: %w", err)
	}
	rows, err := refreshRows(tx, kind, parent, c)
	if err != nil {
		return nil, err
	}
	cs.account(c, sizeOf(rows))
	c.seq, c.asOf, c.rows = seq, last, rows
	return rows, nil
}

// refreshRows brings a collection up to date with tx: it applies what changed
// since or, if that is unknown or too much, reads all of it.
func refreshRows(tx *store.Tx, kind *apim.Kind, parent apim.Ref, c *collection) ([]*row, error) {
	if c.rows == nil {
		return readRows(tx, kind, parent)
	}
	changes, ok, err := feed.Since(tx, c.asOf, maxRefresh)
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	if !ok {
		return readRows(tx, kind, parent)
	}
	rows := slices.Clone(c.rows)
	for _, change := range changes {
		ref := change.Key.Ref()
		if !ref.Parent().Same(parent) || !ref.Is(kind) {
			continue
		}
		if rows, err = refreshRow(tx, kind, ref, rows); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// refreshRow replaces, inserts or removes the row of one document.
func refreshRow(tx *store.Tx, kind *apim.Kind, ref apim.Ref, rows []*row) ([]*row, error) {
	at, found := slices.BinarySearchFunc(rows, ref.Key(), func(r *row, key apim.Key) int { return cmp.Compare(r.key, key) })
	doc, err := apim.OrNone(tx.Get(ref))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read %s: %w", ref, err)
	case doc == nil && found:
		return slices.Delete(rows, at, at+1), nil
	case doc == nil:
		return rows, nil
	case found:
		rows[at] = newRow(kind, doc)
		return rows, nil
	}
	return slices.Insert(rows, at, newRow(kind, doc)), nil
}

func readRows(tx *store.Tx, kind *apim.Kind, parent apim.Ref) ([]*row, error) {
	docs, err := tx.List(kind.Path, parent)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", kind.Path, err)
	}
	rows := make([]*row, len(docs))
	for i, d := range docs {
		rows[i] = newRow(kind, d)
	}
	return rows, nil
}

func newRow(kind *apim.Kind, d *store.Document) *row {
	return &row{doc: d, key: d.Key(), ref: listed(kind, d)}
}

// listed is a document's id in lists: the alias for a current API revision.
func listed(kind *apim.Kind, d *store.Document) apim.Ref {
	if kind != apim.APIs {
		return d.Ref
	}
	var api struct {
		IsCurrent bool `json:"isCurrent"`
	}
	if json.Unmarshal(d.Body, &api) == nil && api.IsCurrent {
		return d.Ref.Alias()
	}
	return d.Ref
}

func (cs *collections) entry(key string) *collection {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.clock++
	c := cs.all[key]
	if c == nil {
		c = &collection{}
		cs.all[key] = c
	}
	c.used = cs.clock
	return c
}

// account records a collection's new size and drops the least recently used ones.
func (cs *collections) account(c *collection, size int64) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	cs.size += size - c.size
	c.size = size
	for cs.size > maxCollections && len(cs.all) > 1 {
		oldest := ""
		for key, other := range cs.all {
			if other != c && (oldest == "" || other.used < cs.all[oldest].used) {
				oldest = key
			}
		}
		cs.size -= cs.all[oldest].size
		delete(cs.all, oldest)
	}
}

func sizeOf(rows []*row) int64 {
	var n int64
	for _, r := range rows {
		n += int64(len(r.doc.Body)) + 200
	}
	return n
}
