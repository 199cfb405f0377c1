package catalog

import (
	"sync"
	"sync/atomic"

	"github.com/portico-portal/portico/internal/cache"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/store"
)

// operationBytes bounds the operation lists and details kept in memory.
const operationBytes = 48 << 20

// Catalog is the read model, a consumer of the change feed. Its methods are safe
// for concurrent use once it is loaded.
type Catalog struct {
	store      *store.Store
	current    atomic.Pointer[snapshot]
	operations *cache.Cache[string, any] // lists and details, by ref key

	// Of the goroutine that follows the feed.
	rows    *rows
	halfway bool // applying changes has failed

	mu      sync.Mutex
	onStale []func(deps []string)
}

var _ feed.Consumer = (*Catalog)(nil)

// New is an empty catalog over a store.
func New(s *store.Store) *Catalog {
	c := &Catalog{store: s, operations: cache.New[string, any](operationBytes)}
	c.current.Store((&rows{}).build())
	return c
}

func (c *Catalog) snapshot() *snapshot { return c.current.Load() }

// OnStale registers a function that is called, in order and one at a time, with
// the dependencies (DepAPI and the like) of what changed, after the catalog has
// taken it in. Nil means that anything may have changed.
func (c *Catalog) OnStale(fn func(deps []string)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onStale = append(c.onStale, fn)
}

func (c *Catalog) tell(stale []string) {
	c.mu.Lock()
	listeners := c.onStale
	c.mu.Unlock()
	for _, fn := range listeners {
		fn(stale)
	}
}

// Load reads everything.
func (c *Catalog) Load(tx *store.Tx) error {
	r, err := loadAll(tx)
	if err != nil {
		return err
	}
	c.rows, c.halfway = r, false
	c.current.Store(r.build())
	c.operations.Clear()
	c.tell(nil)
	return nil
}
