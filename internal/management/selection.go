package management

import (
	"runtime"
	"sync"
)

// longList is how many rows make a list long.
const longList = 1000

// maxSelections is how many selections are kept.
const maxSelections = 32

// selections keeps what filters chose from long lists, so that going through
// the pages of one filters it once. Lists are filtered by as many requests at a
// time as there are processors: more would make each of them late.
type selections struct {
	scans chan struct{}

	mu   sync.Mutex
	kept map[selectionKey][]*row
}

// selectionKey is a list at one state, which its first row's place in memory
// tells (a list that changes is copied), and what was asked of it.
type selectionKey struct {
	list  **row
	rows  int
	query string
}

func newSelections() *selections {
	return &selections{scans: make(chan struct{}, runtime.GOMAXPROCS(0)), kept: map[selectionKey][]*row{}}
}

// of returns what choose selects of the rows.
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
		clear(s.kept) // the lists of old states go with it
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
