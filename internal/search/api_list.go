package search

import (
	"sync"

	"github.com/portico-portal/portico/internal/store"
)

// apiList caches the keys of the indexed APIs between writes of the index.
type apiList struct {
	mu     sync.Mutex
	cursor string // of the index when they were read
	keys   []string
}

func (l *apiList) list(tx *store.Tx, service string) ([]string, error) {
	cursor, err := tx.Meta(metaCursor)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cursor == cursor && cursor != "" {
		return l.keys, nil
	}
	var keys []string
	err = query(tx, `SELECT key, '' FROM search_document WHERE service = $1 AND id < $2`,
		[]any{service, rowID(classProduct, 0, 0)}, func(key, _ string) { keys = append(keys, key) })
	if err != nil {
		return nil, err
	}
	l.cursor, l.keys = cursor, keys
	return keys, nil
}
