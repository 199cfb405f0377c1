package catalog

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-portal/portico/internal/cache"
	"github.com/portico-portal/portico/internal/store"
)

// operationBytes bounds the operation lists and details kept in memory.
const operationBytes = 48 << 20

// retryPause is how long the follower waits after the store failed.
const retryPause = time.Second

// Catalog is the read model. Its methods are safe for concurrent use once Start
// has returned.
type Catalog struct {
	store  *store.Store
	logger *slog.Logger

	current    atomic.Pointer[snapshot]
	operations *cache.Cache[string, any] // lists and details, by ref key

	// Of the goroutine that follows the feed.
	rows  *rows
	seq   int64
	stale []string // by the changes applied last

	mu        sync.Mutex
	listeners []func([]store.Change)
	onStale   []func(deps []string)
}

// New is a catalog over a store; Start fills it.
func New(s *store.Store, logger *slog.Logger) *Catalog {
	c := &Catalog{store: s, logger: logger, operations: cache.New[string, any](operationBytes)}
	c.current.Store((&rows{}).build())
	return c
}

func (c *Catalog) snapshot() *snapshot { return c.current.Load() }

// OnChange registers a function that is called, in order and one at a time,
// after the catalog has applied changes. Nil changes mean that anything may
// have changed.
func (c *Catalog) OnChange(fn func(changes []store.Change)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.listeners = append(c.listeners, fn)
}

// Start loads the catalog, then follows the change feed until ctx ends.
func (c *Catalog) Start(ctx context.Context) error {
	wake, stop := c.store.Watch()
	if err := c.reload(ctx); err != nil {
		stop()
		return err
	}
	go func() {
		defer stop()
		c.follow(ctx, wake)
	}()
	return nil
}

func (c *Catalog) follow(ctx context.Context, wake <-chan struct{}) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-wake:
		}
		for c.catchUp(ctx) != nil {
			select {
			case <-ctx.Done():
				return
			case <-time.After(retryPause):
			}
		}
	}
}

// catchUp applies what the feed has; an error means that it must be tried again.
func (c *Catalog) catchUp(ctx context.Context) error {
	changes, err := c.apply(ctx)
	if err != nil {
		if ctx.Err() == nil {
			c.logger.Error("catalog does not follow the change feed", "error", err)
		}
		return err
	}
	if changes == nil || len(changes) > 0 {
		c.tell(changes)
	}
	return nil
}

// OnStale registers a function that is called, in order and one at a time and
// before those of OnChange, with the dependencies (DepAPI and the like) of what
// changed. Nil means that anything may have changed.
func (c *Catalog) OnStale(fn func(deps []string)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onStale = append(c.onStale, fn)
}

func (c *Catalog) tell(changes []store.Change) {
	c.mu.Lock()
	listeners, onStale := c.listeners, c.onStale
	c.mu.Unlock()
	for _, fn := range onStale {
		if changes == nil || len(c.stale) > 0 {
			fn(c.stale)
		}
	}
	for _, fn := range listeners {
		fn(changes)
	}
}

// reload reads everything again.
func (c *Catalog) reload(ctx context.Context) error {
	return c.store.View(ctx, func(tx *store.Tx) error {
		seq, err := tx.LastSeq()
		if err != nil {
			return err
		}
		r, err := loadAll(tx)
		if err != nil {
			return err
		}
		c.rows, c.seq = r, seq
		c.current.Store(r.build())
		c.operations.Clear()
		return nil
	})
}
