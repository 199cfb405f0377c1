package search

import (
	"fmt"
	"maps"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

const (
	batchSize    = 256    // documents indexed in one transaction
	maxChanges   = 60_000 // feed entries read at once: the largest import, so that none of it is indexed twice
	maxUnwritten = 10_000 // feed entries that may be passed over without writing the cursor
)

// cursor is the position of the index: a feed number, and a count of its
// writes, by which a process notices that another has written.
type cursor struct{ seq, writes int64 }

func (c cursor) String() string { return fmt.Sprintf("%d %d", c.seq, c.writes) }

// batch is what one step does.
type batch struct {
	was, next cursor
	stored    string    // the cursor as it was read
	queued    []string  // keys taken from the queue
	enqueue   []string  // keys to put there
	upserts   []indexed // new contents
	keys      []string  // of all documents that go or are replaced
	reset     bool      // look at everything again
	more      bool
}

func (b *batch) idle() bool {
	return !b.reset && len(b.queued) == 0 && len(b.enqueue) == 0 && len(b.keys) == 0
}

// collect decides on the next batch; nil: the index is up to date.
func (x *Index) collect(tx *store.Tx) (*batch, error) {
	b := &batch{}
	err := useIndexes(tx, x.store.Dialect())
	if err != nil {
		return nil, err
	}
	if b.stored, err = tx.Meta(metaCursor); err != nil {
		return nil, err
	}
	last, err := tx.LastSeq()
	if err != nil {
		return nil, err
	}
	if _, err := fmt.Sscanf(b.stored, "%d %d", &b.was.seq, &b.was.writes); err != nil {
		return b, x.collectAll(tx, b, last)
	}
	b.next = b.was
	b.next.writes++
	if b.queued, err = x.takeQueue(tx); err != nil {
		return nil, err
	}
	if len(b.queued) > 0 {
		b.more = true
		return b, x.refresh(tx, b, b.queued)
	}
	from := max(b.was.seq, x.seen.Load())
	if from >= last {
		return nil, nil
	}
	oldest, err := tx.OldestSeq()
	if err != nil {
		return nil, err
	}
	if from < oldest-1 {
		return b, x.collectAll(tx, b, last)
	}
	return b, x.collectChanges(tx, b, from)
}

// collectAll queues every API and product, stored or indexed. Since their state
// is cleared, APIs queue their operations in turn.
func (x *Index) collectAll(tx *store.Tx, b *batch, last int64) error {
	b.reset, b.more = true, true
	b.next = cursor{last, b.was.writes + 1}
	keys := map[string]bool{}
	for _, kind := range []string{apim.APIs.Path, apim.Products.Path} {
		err := tx.Scan(kind, func(d *store.Document) error {
			keys[aliasOf(string(d.Key()))] = true
			return nil
		})
		if err != nil {
			return err
		}
	}
	err := query(tx, `SELECT key, '' FROM search_document WHERE service = $1 AND id < $2`,
		[]any{x.store.Service(), rowID(classOperation, 0, 0)}, func(key, _ string) { keys[key] = true })
	b.enqueue = slices.Sorted(maps.Keys(keys))
	return err
}

// collectChanges reads the feed: few changes are indexed at once, many through the queue.
func (x *Index) collectChanges(tx *store.Tx, b *batch, from int64) error {
	changes, err := tx.Changes(from, maxChanges)
	if err != nil || len(changes) == 0 {
		return err
	}
	b.next.seq = changes[len(changes)-1].Seq
	b.more = len(changes) == maxChanges
	set := map[string]bool{}
	for _, c := range changes {
		if err := affected(tx, c, set); err != nil {
			return err
		}
	}
	keys := slices.Sorted(maps.Keys(set))
	if len(keys) > batchSize {
		b.enqueue, b.more = keys, true
		return nil
	}
	return x.refresh(tx, b, keys)
}

// affected adds the keys of the documents that a change makes stale.
func affected(tx *store.Tx, c store.Change, keys map[string]bool) error {
	ref := c.Key.Ref()
	switch ref.KindPath() {
	case "apis", "products":
		keys[aliasOf(string(c.Key))] = true
	case "apis/operations", "apis/schemas":
		keys[string(c.Key)] = true
	case "tags":
		if c.Op != store.OpPut {
			return nil // the tagged resources have changes of their own
		}
		tagged, err := tx.Backlinks(apim.TagLink, ref)
		if err != nil {
			return err
		}
		for _, t := range tagged {
			if kind := t.KindPath(); kind == "apis" || kind == "products" || kind == "apis/operations" {
				keys[aliasOf(string(t.Key()))] = true
			}
		}
	}
	return nil
}

// aliasOf removes the revision from an API's key; other keys are returned unchanged.
func aliasOf(key string) string {
	if ref := apim.Ref(key); ref.API() == ref {
		return string(ref.Alias())
	}
	return key
}

func (x *Index) takeQueue(tx *store.Tx) (keys []string, err error) {
	err = query(tx, fmt.Sprintf(`SELECT key, '' FROM search_queue WHERE service = $1 ORDER BY key LIMIT %d`, batchSize),
		[]any{x.store.Service()}, func(key, _ string) { keys = append(keys, key) })
	return keys, err
}
