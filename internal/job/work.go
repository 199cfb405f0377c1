package job

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// lookEvery is how often a worker looks for jobs.
const lookEvery = time.Second

// claimMargin is how much longer than an attempt a job stays claimed, since the
// clocks of replicas differ.
const claimMargin = time.Minute

// actor is the author of changes to stored jobs.
var actor = store.Actor{Name: store.System}

// Work runs the stored jobs of a kind, one after another. Other replicas may do the same.
func (o *Owner) Work(s *store.Store, k Kind) {
	k.Timeout = cmp.Or(k.Timeout, time.Minute)
	w := &worker{owner: o, store: s, kind: k}
	o.repeat("job "+k.Name, lookEvery, w.doAll)
}

// worker runs the jobs of a kind.
type worker struct {
	owner *Owner
	store *store.Store
	kind  Kind
}

// claimed is a job that belongs to this worker for a while.
type claimed struct {
	ref apim.Ref
	stored
	secret string
}

// doAll runs the jobs that are due. It starts none after ctx ends.
func (w *worker) doAll(ctx context.Context) error {
	due, err := w.due(ctx)
	if err != nil {
		return fmt.Errorf("look for what is due: %w", err)
	}
	for _, ref := range due {
		if ctx.Err() != nil {
			return nil
		}
		if err := w.doOne(ctx, ref); err != nil {
			return fmt.Errorf("%s: %w", ref, err)
		}
	}
	return nil
}

// due lists the jobs to run now, and dead letters that have been kept long enough.
func (w *worker) due(ctx context.Context) ([]apim.Ref, error) {
	return store.Read(ctx, w.store, func(tx *store.Tx) (due []apim.Ref, err error) {
		for _, collection := range []string{Collection, outbox} {
			docs, err := tx.List(collection, "")
			if err != nil {
				return nil, err
			}
			for _, d := range docs {
				if s, err := decode(d); err == nil && s.Kind == w.kind.Name && s.due(tx.Now()) {
					due = append(due, d.Ref)
				}
			}
		}
		return due, nil
	})
}

func (s *stored) due(now time.Time) bool {
	if s.dead() {
		return now.After(s.Next.Add(deadFor))
	}
	return !now.Before(s.Next) || s.Next.Equal(s.Created) // at once, also when the clock went back
}

// doOne claims a job, runs it and stores the outcome.
func (w *worker) doOne(ctx context.Context, ref apim.Ref) error {
	ctx, end := outlive(ctx, w.owner.grace)
	defer end()
	j, err := w.claim(ctx, ref)
	if err != nil || j == nil {
		return err
	}
	attempt, cancel := context.WithTimeout(ctx, w.kind.Timeout)
	defer cancel()
	failure := w.owner.try("job "+w.kind.Name, func() error { return w.kind.Do(attempt, string(ref.Name()), j.Payload, j.secret) })
	return w.settle(ctx, j, failure)
}

// claim reserves a job for this worker for a while; nil if another worker has
// it, or it is done.
func (w *worker) claim(ctx context.Context, ref apim.Ref) (*claimed, error) {
	return store.Write(ctx, w.store, actor, func(tx *store.Tx) (*claimed, error) {
		s, err := get(tx, ref)
		if err != nil || s == nil || !s.due(tx.Now()) {
			return nil, err
		}
		if s.dead() {
			return nil, tx.DeleteTree(ref)
		}
		s.Attempts++
		s.Claim, s.Next = w.store.NewID(), tx.Now().Add(w.kind.Timeout+claimMargin)
		if err := put(tx, ref, s); err != nil {
			return nil, err
		}
		secret, err := apim.OrNone(tx.Secret(ref, secretField))
		return &claimed{ref, *s, secret}, err
	})
}

// settle stores the outcome of a claimed job, even after ctx has ended: a job
// that is done is deleted, one that the stop interrupted is put back, and one
// that failed is due again later.
func (w *worker) settle(ctx context.Context, j *claimed, failure error) error {
	interrupted := failure != nil && ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTime)
	defer cancel()
	for {
		err := w.store.Update(ctx, actor, func(tx *store.Tx) error {
			s, err := get(tx, j.ref)
			switch {
			case err != nil || s == nil || s.Claim != j.Claim: // deleted, or taken over by another worker because it took too long
				return err
			case failure == nil:
				return tx.DeleteTree(j.ref)
			case interrupted:
				s.Attempts--
				s.Next = tx.Now()
			default:
				s.Next = tx.Now().Add(time.Minute << min(s.Attempts, 8))
			}
			s.Claim, s.Error = "", failure.Error()
			return put(tx, j.ref, s)
		})
		if err == nil || !sleep(ctx, settleTime/20) {
			w.tell(ctx, j, failure, interrupted)
			return err
		}
	}
}

func (w *worker) tell(ctx context.Context, j *claimed, failure error, interrupted bool) {
	logger := w.owner.logger.With("job", j.ref, "attempts", j.Attempts)
	switch {
	case interrupted:
		logger.WarnContext(ctx, "job "+w.kind.Name+" was interrupted by the stop; it is done after the next start")
	case failure != nil && j.Attempts >= maxAttempts:
		logger.ErrorContext(ctx, "job "+w.kind.Name+" was given up", "error", failure)
	case failure != nil:
		logger.WarnContext(ctx, "job "+w.kind.Name+" failed; it is tried again", "error", failure)
	}
}
