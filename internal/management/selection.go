package management

import (
	"runtime"
	"sync"
)

// longList is the number of rows from which a list is long.
const longList = 1000

// maxSelections is the number of selections kept.
const maxSelections = 32

// selections keeps the results of filters on long lists, so that paging through
// one filters it once. As many lists are filtered at a time as there are
// processors, since more would delay them all.
type selections struct {
	scans chan struct{}

	mu   sync.Mutex
	kept map[selectionKey][]*row
}

// selectionKey is a list in one state, identified by the address of its first
// row (a list that changes is copied), and the query.
type selectionKey struct {
	list  **row
	rows  int
	query string
}

func newSelections() *selections {
	return &selections{scans: make(chan struct{}, runtime.GOMAXPROCS(0)), kept: map[selectionKey][]*row{}}
}

// of returns what choose selects from the rows.
func (s *selections) of(rows []*row, query string, choose func() []*row) []*row {
	if len(rows) < longList || query == "\n" {
		return choose()
	}
	key := selectionKey{&rows[0], len(rows), query}
	s.scans <- struct{}{}
	defer func() { <-s.scans }()
	if chosen, ok := s.get(key); ok {
		return chosen
	}
	chosen := choose()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept) >= maxSelections {
		clear(s.kept) // with them go the lists of old states
	}
	s.kept[key] = chosen
	return chosen
}

func (s *selections) get(key selectionKey) ([]*row, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	chosen, ok := s.kept[key]
	return chosen, ok
}
