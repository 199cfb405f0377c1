package feed

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/portico-portal/portico/internal/store"
)

// Consumer is something derived from what is stored.
type Consumer interface {
	// Load reads everything.
	Load(tx *store.Tx) error
	// Apply takes in changes, in their order; tx is at the last of them. When it
	// fails it is called with the same changes again, and more.
	Apply(tx *store.Tx, changes []store.Change) error
}

// MaxChanges is how many changes a follower applies; after more, everything is read again.
const MaxChanges = 50_000

// Since are the changes after a feed number. It is not ok when some of them are
// not kept any more, or when there are more than limit.
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
	seq      int64 // of the last change the consumer knows
	logger   *slog.Logger
}

// Load makes a Follower of a consumer and loads it; a nil logger discards.
func Load(ctx context.Context, s *store.Store, name string, c Consumer, logger *slog.Logger) (*Follower, error) {
	f := &Follower{store: s, name: name, consumer: c, logger: logger}
	if err := s.View(ctx, f.load); err != nil {
		return nil, fmt.Errorf("load the %s: %w", name, err)
	}
	return f, nil
}

// Run lets the consumer follow until ctx ends.
func (f *Follower) Run(ctx context.Context) {
	Repeat(ctx, f.store, f.name, maxRest, f.CatchUp, f.logger)
}

// CatchUp brings the consumer to the present.
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

// A follower rests for some times as long as it worked, within a bound, so that
// writers are not held up by those who follow them: what comes meanwhile is
// applied together. The first change after a quiet time waits for nothing.
const (
	restFor = 4
	maxRest = 50 * time.Millisecond
)

// After a failure it is tried again, later each time.
const (
	firstRetry = 250 * time.Millisecond
	lastRetry  = 30 * time.Second
)

// Repeat calls catchUp now and whenever something has changed, until ctx ends,
// and rests after it for maxRest at most. What fails is tried again; the log tells
// when it begins to fail, and when it has recovered.
func Repeat(ctx context.Context, s *store.Store, name string, maxRest time.Duration, catchUp func(context.Context) error, logger *slog.Logger) {
	logger = cmp.Or(logger, slog.New(slog.DiscardHandler))
	wake, stop := s.Watch()
	defer stop()
	retry := time.Duration(0) // 0: it did not fail
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
		if !wait(ctx, max(pause, retry), nil) || retry == 0 && !wait(ctx, -1, wake) {
			return
		}
	}
}

// wait returns after a time, if it is not negative, or when woken; not ok when ctx has ended.
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
