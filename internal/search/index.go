package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/store"
)

// Index is the search index of one service. It is safe for concurrent use.
type Index struct {
	store  *store.Store
	logger *slog.Logger
	ready  atomic.Bool // the tables exist
	apis   apiList
	// seen is the feed number up to which there is nothing to do, although the
	// stored cursor may be older: what does not concern the index is not written.
	seen atomic.Int64
}

// New makes an Index; a nil logger discards.
func New(s *store.Store, logger *slog.Logger) *Index {
	logger = cmp.Or(logger, slog.New(slog.DiscardHandler))
	return &Index{store: s, logger: logger}
}

// maxRest is how long changes are gathered when many come, since writers wait
// for the transaction of each batch.
const maxRest = 500 * time.Millisecond

// overtakenPause is the wait after another process was faster.
const overtakenPause = time.Second

// system is the author of the index's changes.
var system = store.Actor{Name: "search"}

// errOvertaken means that another replica has advanced the index meanwhile.
var errOvertaken = errors.New("search: another process is indexing")

// Prepare creates the tables if needed.
func (x *Index) Prepare(ctx context.Context) error {
	if x.ready.Load() {
		return nil
	}
	err := x.store.View(ctx, func(tx *store.Tx) error {
		have, err := tx.Meta(metaVersion)
		x.ready.Store(have == version)
		return err
	})
	if err != nil || x.ready.Load() {
		return err
	}
	err = x.store.UpdateAlone(ctx, system, func(tx *store.Tx) error { return createTables(tx, x.store.Dialect()) })
	if err != nil {
		return fmt.Errorf("prepare the search index: %w", err)
	}
	x.ready.Store(true)
	return nil
}

// Run keeps the index up to date until ctx ends.
func (x *Index) Run(ctx context.Context) {
	feed.Repeat(ctx, x.store, "search index", maxRest, x.share, x.logger)
}

// share is Sync while other processes may do the same.
func (x *Index) share(ctx context.Context) error {
	for {
		err := x.Sync(ctx)
		if !errors.Is(err, errOvertaken) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(overtakenPause):
		}
	}
}

// Sync indexes until nothing is left to do.
func (x *Index) Sync(ctx context.Context) error {
	if err := x.Prepare(ctx); err != nil {
		return err
	}
	bulk := false
	for {
		b, err := x.step(ctx)
		switch {
		case err != nil:
			return err
		case b != nil && b.more:
			bulk = true
		case bulk:
			return x.tidy(ctx)
		default:
			return nil
		}
	}
}

// step indexes one batch: it reads and tokenizes in a view, which blocks
// nobody, then writes in a short transaction, unless another process has done
// so meanwhile. It returns nil if there was nothing to do.
func (x *Index) step(ctx context.Context) (*batch, error) {
	b, err := store.Read(ctx, x.store, x.collect)
	if err != nil || b == nil {
		return nil, err
	}
	if b.idle() && b.next.seq-b.was.seq < maxUnwritten {
		x.seen.Store(b.next.seq)
		return b, nil
	}
	err = x.store.Update(ctx, system, func(tx *store.Tx) error { return x.write(tx, b) })
	if err != nil {
		return nil, err
	}
	x.seen.Store(max(b.next.seq, x.seen.Load()))
	return b, nil
}
