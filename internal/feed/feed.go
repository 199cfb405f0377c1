package feed

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/portico-portal/portico/internal/store"
)

// Consumer is something derived from the store.
type Consumer interface {
	// Load reads everything.
	Load(tx *store.Tx) error
	// Apply takes in changes in order; tx sees the state after the last of
	// them. If it fails it is called again with the same changes and any later
	// ones.
	Apply(tx *store.Tx, changes []store.Change) error
}

// MaxChanges is how many changes a follower applies; if there are more, it reloads.
const MaxChanges = 50_000

// Since returns the changes after a feed number. ok is false if some of them
// are no longer kept, or if there are more than limit.
func Since(tx *store.Tx, after int64, limit int) (changes []store.Change, ok bool, err error) {
	oldest, err := tx.OldestSeq()
	if err != nil || oldest > after+1 {
		return nil, false, err
	}
	changes, err = tx.Changes(after, limit+1)
	return changes, len(changes) <= limit, err
}

// Follower keeps a consumer up to date.
type Follower struct {
	store    *store.Store
	name     string
	consumer Consumer
	seq      int64 // of the last change the consumer has seen
	logger   *slog.Logger
}

// Load makes a Follower for a consumer and loads it. A nil logger discards.
func Load(ctx context.Context, s *store.Store, name string, c Consumer, logger *slog.Logger) (*Follower, error) {
	f := &Follower{store: s, name: name, consumer: c, logger: logger}
	if err := s.View(ctx, f.load); err != nil {
		return nil, fmt.Errorf("load the %s: %w", name, err)
	}
	return f, nil
}

// Run keeps the consumer up to date until ctx ends.
func (f *Follower) Run(ctx context.Context) {
	Repeat(ctx, f.store, f.name, maxRest, f.CatchUp, f.logger)
}

// CatchUp applies all changes up to now.
func (f *Follower) CatchUp(ctx context.Context) error { return f.store.View(ctx, f.catchUp) }

func (f *Follower) catchUp(tx *store.Tx) error {
	changes, ok, err := Since(tx, f.seq, MaxChanges)
	switch {
	case err != nil:
		return err
	case !ok:
		return f.load(tx)
	case len(changes) == 0:
		return nil
	}
	last := changes[len(changes)-1].Seq
	if err := f.consumer.Apply(tx, changes); err != nil {
		return fmt.Errorf("apply the changes %d to %d: %w", f.seq+1, last, err)
	}
	f.seq = last
	return nil
}

func (f *Follower) load(tx *store.Tx) error {
	seq, err := tx.LastSeq()
	if err != nil {
		return err
	}
	if err := f.consumer.Load(tx); err != nil {
		return err
	}
	f.seq = seq
	return nil
}

// A follower rests in proportion to the time it worked, within a bound, so that
// it does not hold up writers; the changes made meanwhile are applied together.
// The first change after a quiet time is applied at once.
const (
	restFor = 4
	maxRest = 50 * time.Millisecond
)

// Retries after a failure come at growing intervals, or when something has
// changed: then the store answers again.
const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = 30 * time.Second
)

// Repeat calls catchUp now and whenever something has changed, until ctx ends,
// and rests for at most maxRest after each call. A failure is retried. The log
// says when it begins to fail and when it has recovered.
func Repeat(ctx context.Context, s *store.Store, name string, maxRest time.Duration, catchUp func(context.Context) error, logger *slog.Logger) {
	logger = cmp.Or(logger, slog.New(slog.DiscardHandler))
	wake, stop := s.Watch()
	defer stop()
	retry := time.Duration(0) // 0: the last call succeeded
	for {
		begun := time.Now()
		err := catchUp(ctx)
		if ctx.Err() != nil {
			return
		}
		pause := min(restFor*time.Since(begun), maxRest)
		switch {
		case err != nil && retry == 0:
			logger.ErrorContext(ctx, "changes are not followed; what was read before stays until they are", "consumer", name, "error", err)
			retry = firstRetry
		case err != nil:
			retry = min(2*retry, lastRetry)
		case retry > 0:
			logger.InfoContext(ctx, "changes are followed again", "consumer", name)
			retry = 0
		}
		next := time.Duration(-1) // when there is something
		if retry > 0 {
			pause, next = firstRetry, retry-firstRetry
		}
		if !wait(ctx, pause, nil) || !wait(ctx, next, wake) {
			return
		}
	}
}

// wait returns after d, unless d is negative, or when woken; ok is false when
// ctx has ended.
func wait(ctx context.Context, d time.Duration, wake <-chan struct{}) (ok bool) {
	var after <-chan time.Time
	if d >= 0 {
		after = time.After(d)
	}
	select {
	case <-ctx.Done():
		return false
	case <-after:
	case <-wake:
	}
	return true
}
