package apis

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/portico-portal/portico/internal/arm"
)

// maxHeld is how many bytes of large bodies are in memory at once, each a few
// times over while it is decoded: one of the largest, or several smaller ones.
const maxHeld = arm.MaxDescriptionBody

// turns is who may read a description. What one may cost is bounded by the limits
// of packages gate and apidoc; that only one is read at a time bounds the whole.
type turns struct {
	once    sync.Once
	room    *semaphore.Weighted // bytes of bodies
	reading *semaphore.Weighted
}

// Hold waits until a body of a size, -1 when it is not known, may be read into
// memory; done gives the room back.
func (s *Service) Hold(ctx context.Context, size int64) (done func(), err error) {
	if size < 0 || size > maxHeld {
		size = maxHeld
	}
	return acquire(ctx, s.Patience, s.turns.of().room, size)
}

func (t *turns) of() *turns {
	t.once.Do(func() { t.room, t.reading = semaphore.NewWeighted(maxHeld), semaphore.NewWeighted(1) })
	return t
}

// wait waits until this description may be read; done lets the next one go.
func (t *turns) wait(ctx context.Context, patience time.Duration) (done func(), err error) {
	return acquire(ctx, patience, t.of().reading, 1)
}

func acquire(ctx context.Context, patience time.Duration, s *semaphore.Weighted, n int64) (done func(), err error) {
	waiting, cancel := context.WithTimeout(ctx, cmp.Or(patience, 2*time.Minute))
	defer cancel()
	if err := s.Acquire(waiting, n); err != nil {
		return nil, fmt.Errorf("wait while other descriptions are read: %w", err)
	}
	return sync.OnceFunc(func() { s.Release(n) }), nil
}
