package cache

import (
	"container/list"
	"context"
	"errors"
	"sync"

	"github.com/portico-portal/portico/internal/routine"
)

// Made is a value together with its size and what it was made from.
type Made[V any] struct {
	Value V
	Bytes int64
	Deps  []string // evicting any of them drops the value
	Skip  bool     // hand the value to the callers that wait for it, but do not keep it
}

// Cache keeps values by key, and drops the least recently used ones when they
// exceed a number of bytes. It is safe for concurrent use.
type Cache[K comparable, V any] struct {
	max int64

	mu      sync.Mutex
	bytes   int64
	entries map[K]*list.Element
	recent  *list.List // of *entry[K, V], most recently used first
	byDep   map[string]map[K]struct{}
	flights map[K]*flight[V]
}

type entry[K comparable, V any] struct {
	key K
	Made[V]
}

// flight is a value being made, for as long as somebody waits for it. It records
// evictions meanwhile: a value made from something that has changed is returned
// but not kept.
type flight[V any] struct {
	done    chan struct{}
	cancel  context.CancelFunc // ends the work
	waiting int                // callers
	made    Made[V]
	err     error
	evicted map[string]struct{}
	cleared bool
}

// New makes an empty cache that holds at most max bytes.
func New[K comparable, V any](max int64) *Cache[K, V] {
	return &Cache[K, V]{
		max: max, recent: list.New(), entries: map[K]*list.Element{},
		byDep: map[string]map[K]struct{}{}, flights: map[K]*flight[V]{},
	}
}

// Get returns the kept value of key.
func (c *Cache[K, V]) Get(key K) (V, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.entries[key]; ok {
		c.recent.MoveToFront(el)
		return el.Value.(*entry[K, V]).Value, true
	}
	var zero V
	return zero, false
}

// Load returns the kept value of a key, or makes it. Concurrent callers wait
// for it to be made once; when the last of them has gone, so does the context of
// makeValue, and that caller waits until it has returned: no work goes on behind
// the requests that it is for. Errors are not kept; a panic is one.
func (c *Cache[K, V]) Load(ctx context.Context, key K, makeValue func(context.Context) (Made[V], error)) (V, error) {
	for {
		v, f := c.join(ctx, key, makeValue)
		if f == nil {
			return v, nil
		}
		select {
		case <-f.done:
			if !errors.Is(f.err, errAbandoned) {
				return f.made.Value, f.err
			}
		case <-ctx.Done():
			if c.leave(f) {
				f.cancel()
				<-f.done
			}
			return v, ctx.Err()
		}
	}
}

// errAbandoned is what a flight ends with that everybody left: who came too late
// to keep it going begins anew.
var errAbandoned = errors.New("nobody waited for the value")

// join returns the kept value of a key, or the flight that makes it, which the
// caller is now waiting for.
func (c *Cache[K, V]) join(ctx context.Context, key K, makeValue func(context.Context) (Made[V], error)) (v V, f *flight[V]) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if el, ok := c.entries[key]; ok {
		c.recent.MoveToFront(el)
		return el.Value.(*entry[K, V]).Value, nil
	}
	f, ok := c.flights[key]
	if !ok {
		f = &flight[V]{done: make(chan struct{})}
		c.flights[key] = f
		ctx, f.cancel = context.WithCancel(context.WithoutCancel(ctx))
		c.fly(ctx, key, f, makeValue)
	}
	f.waiting++
	return v, f
}

// leave counts a caller out, and reports whether it was the last.
func (c *Cache[K, V]) leave(f *flight[V]) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	f.waiting--
	return f.waiting == 0
}

// fly makes the value of a flight and ends it.
func (c *Cache[K, V]) fly(ctx context.Context, key K, f *flight[V], makeValue func(context.Context) (Made[V], error)) {
	run := func() (err error) {
		f.made, err = makeValue(ctx)
		return err
	}
	routine.Go(run, func(err error) {
		defer close(f.done)
		defer f.cancel()
		c.land(ctx, key, f, err)
	})
}

// land keeps what a flight has made, if it may be kept.
func (c *Cache[K, V]) land(ctx context.Context, key K, f *flight[V], err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.flights, key)
	if err != nil && ctx.Err() != nil {
		err = errAbandoned
	}
	f.err = err
	if err == nil && !f.made.Skip && !f.stale() {
		c.keep(key, f.made)
	}
}

func (f *flight[V]) stale() bool {
	if f.cleared {
		return true
	}
	for _, d := range f.made.Deps {
		if _, ok := f.evicted[d]; ok {
			return true
		}
	}
	return false
}

// keep stores a value and drops the least recently used ones until it fits.
func (c *Cache[K, V]) keep(key K, m Made[V]) {
	if m.Bytes > c.max {
		return
	}
	c.drop(key)
	c.entries[key] = c.recent.PushFront(&entry[K, V]{key: key, Made: m})
	c.bytes += m.Bytes
	for _, d := range m.Deps {
		keys := c.byDep[d]
		if keys == nil {
			keys = map[K]struct{}{}
			c.byDep[d] = keys
		}
		keys[key] = struct{}{}
	}
	c.shrink()
}

func (c *Cache[K, V]) shrink() {
	for c.bytes > c.max {
		c.drop(c.recent.Back().Value.(*entry[K, V]).key)
	}
}

func (c *Cache[K, V]) drop(key K) {
	el, ok := c.entries[key]
	if !ok {
		return
	}
	e := c.recent.Remove(el).(*entry[K, V])
	delete(c.entries, key)
	c.bytes -= e.Bytes
	for _, d := range e.Deps {
		delete(c.byDep[d], key)
		if len(c.byDep[d]) == 0 {
			delete(c.byDep, d)
		}
	}
}

// Grow adds to the size of the kept value of key, if it is still this value.
func (c *Cache[K, V]) Grow(key K, bytes int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.entries[key]
	if !ok {
		return
	}
	el.Value.(*entry[K, V]).Bytes += bytes
	c.bytes += bytes
	c.shrink()
}

// Evict drops every value made from one of deps, and prevents those now being
// made from them from being kept.
func (c *Cache[K, V]) Evict(deps ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, d := range deps {
		for key := range c.byDep[d] {
			c.drop(key)
		}
		for _, f := range c.flights {
			if f.evicted == nil {
				f.evicted = map[string]struct{}{}
			}
			f.evicted[d] = struct{}{}
		}
	}
}

// Clear drops everything.
func (c *Cache[K, V]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.entries)
	clear(c.byDep)
	c.recent.Init()
	c.bytes = 0
	for _, f := range c.flights {
		f.cleared = true
	}
}

// Bytes is the total size of the kept values.
func (c *Cache[K, V]) Bytes() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bytes
}

// Len is the number of kept values.
func (c *Cache[K, V]) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.entries)
}
