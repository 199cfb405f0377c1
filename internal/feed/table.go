package feed

import "iter"

// pieces is the number of maps in a table.
const pieces = 256

// Table is an immutable map that is cheap to copy with changes: the copy shares
// what is the same. The zero Table is empty.
type Table[K ~string, V any] struct{ maps *[pieces]map[K]V }

// Get returns the value of a key, or the zero value.
func (t Table[K, V]) Get(key K) V {
	if t.maps == nil {
		var zero V
		return zero
	}
	return t.maps[piece(key)][key]
}

// GetBytes is Get(K(key)) without the allocation.
func (t Table[K, V]) GetBytes(key []byte) V {
	if t.maps == nil {
		var zero V
		return zero
	}
	return t.maps[piece(key)][K(key)]
}

// All iterates over keys and values in no particular order.
func (t Table[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		if t.maps == nil {
			return
		}
		for _, m := range t.maps {
			for k, v := range m {
				if !yield(k, v) {
					return
				}
			}
		}
	}
}

// Edit starts a changed copy.
func (t Table[K, V]) Edit() *Edit[K, V] {
	e := &Edit[K, V]{}
	if t.maps != nil {
		e.maps = *t.maps
	}
	return e
}

// Edit is a copy of a Table that is being changed.
type Edit[K ~string, V any] struct {
	maps    [pieces]map[K]V
	own     [pieces]bool
	changed bool
}

// Get returns the value of a key, or the zero value.
func (e *Edit[K, V]) Get(key K) V { return e.maps[piece(key)][key] }

// All iterates over keys and values in no particular order; the values of
// visited keys may be set.
func (e *Edit[K, V]) All() iter.Seq2[K, V] { return Table[K, V]{&e.maps}.All() }

// Set sets the value of a key.
func (e *Edit[K, V]) Set(key K, v V) { e.owned(key)[key] = v }

// Delete removes a key.
func (e *Edit[K, V]) Delete(key K) { delete(e.owned(key), key) }

// Changed reports whether anything was set or deleted.
func (e *Edit[K, V]) Changed() bool { return e.changed }

// Table ends the edit.
func (e *Edit[K, V]) Table() Table[K, V] {
	maps := e.maps
	e.own = [pieces]bool{} // later edits belong to another copy
	return Table[K, V]{&maps}
}

// owned returns the map of a key, which it copies before the first change.
func (e *Edit[K, V]) owned(key K) map[K]V {
	i := piece(key)
	if !e.own[i] {
		m := make(map[K]V, len(e.maps[i])+1)
		for k, v := range e.maps[i] {
			m[k] = v
		}
		e.maps[i], e.own[i], e.changed = m, true, true
	}
	return e.maps[i]
}

// piece spreads keys over the maps: FNV-1a, folded.
func piece[K ~string | ~[]byte](key K) uint8 {
	h := uint32(2166136261)
	for i := range len(key) {
		h = (h ^ uint32(key[i])) * 16777619
	}
	return uint8(h ^ h>>8 ^ h>>16 ^ h>>24)
}
