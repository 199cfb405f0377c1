package store

import (
	"slices"
	"sync"
)

// Cached keeps something read from whole collections until one of them changes.
type Cached[T any] struct {
	mu    sync.Mutex
	seqs  []int64
	value T
}

// Get returns the value as of tx, read again when a collection has changed.
func (c *Cached[T]) Get(tx *Tx, kinds []string, read func(*Tx) (T, error)) (T, error) {
	seqs := make([]int64, len(kinds))
	for i, kind := range kinds {
		var err error
		if seqs[i], err = tx.CollectionSeq(kind, ""); err != nil {
			var none T
			return none, err
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seqs != nil && slices.Equal(c.seqs, seqs) {
		return c.value, nil
	}
	value, err := read(tx)
	if err == nil && slices.Min(seqs) >= 0 {
		c.seqs, c.value = seqs, value
	}
	return value, err
}
