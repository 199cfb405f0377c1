package app

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/store"
)

// readyFor is how long an outcome of the checks is told again: whoever asks for
// readiness, however often, costs little.
const readyFor = time.Second

// readiness tells whether the service can be read and written. Everything else
// was loaded before the first request.
type readiness struct {
	checks []func(context.Context) error

	mu      sync.Mutex
	checked time.Time
	last    error
}

// newReadiness has the checks for this service: the database, and the folders.
func (a *App) newReadiness() *readiness {
	r := &readiness{checks: []func(context.Context) error{a.reads, a.Store.Writable, a.Blobs.Check}}
	if a.opt.Store.Embedded() {
		r.checks = append(r.checks, func(context.Context) error { return blob.CheckFolder(a.opt.Store.Data) })
	}
	return r
}

func (a *App) reads(ctx context.Context) error {
	_, err := store.Read(ctx, a.Store, (*store.Tx).LastSeq)
	return err
}

var errNotAnswering = errors.New("the database does not answer as it should; the log says more")

// check is nil when the service is ready; its error is for everybody to read.
func (r *readiness) check(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if time.Since(r.checked) < readyFor {
		return r.last
	}
	r.last = nil
	for _, check := range r.checks {
		if err := check(ctx); err != nil && ctx.Err() == nil {
			r.last = inWords(err)
			break
		}
	}
	r.checked = time.Now()
	return r.last
}

// inWords is what everybody may know of an error.
func inWords(err error) error {
	for _, known := range []error{apim.ErrFull, apim.ErrReadOnly, apim.ErrUnavailable} {
		if errors.Is(err, known) {
			return known
		}
	}
	return errNotAnswering
}
