package job

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/portico-portal/portico/internal/routine"
)

// Grace is how long a stop lets work in progress continue.
const Grace = 20 * time.Second

// settleTime is the time allowed after that to store the outcome.
const settleTime = 5 * time.Second

// restartPause is the wait before a goroutine that panicked is started again.
const restartPause = time.Second

// Owner starts goroutines and is responsible for them until it is stopped.
type Owner struct {
	ctx    context.Context // ends when the owner stops
	cancel context.CancelFunc
	logger *slog.Logger
	grace  time.Duration

	done    sync.WaitGroup
	mu      sync.Mutex
	running map[string]int // number of goroutines by name
}

// NewOwner makes an Owner that stops when ctx ends. A nil logger discards.
func NewOwner(ctx context.Context, logger *slog.Logger) *Owner {
	logger = cmp.Or(logger, slog.New(slog.DiscardHandler))
	o := &Owner{logger: logger, grace: Grace, running: map[string]int{}}
	o.ctx, o.cancel = context.WithCancel(ctx)
	return o
}

// Go runs a function, which must return soon after its context ends. One that
// panics is started again.
func (o *Owner) Go(name string, run func(ctx context.Context)) {
	o.count(name, 1)
	o.done.Go(func() {
		defer o.count(name, -1)
		for o.try(name, func() error { run(o.ctx); return nil }) != nil && sleep(o.ctx, restartPause) {
		}
	})
}

// Every runs do now and then repeatedly, with a pause in between. The log says
// when it begins to fail. A stop lets a run in progress continue for the Grace.
func (o *Owner) Every(name string, pause time.Duration, do func(ctx context.Context) error) {
	o.repeat(name, pause, func(ctx context.Context) error {
		ctx, end := outlive(ctx, o.grace)
		defer end()
		return do(ctx)
	})
}

func (o *Owner) repeat(name string, pause time.Duration, do func(ctx context.Context) error) {
	o.Go(name, func(ctx context.Context) {
		failed := false
		for ok := true; ok; ok = sleep(ctx, pause) {
			err := o.try(name, func() error { return do(ctx) })
			if err != nil && !failed && ctx.Err() == nil {
				o.logger.ErrorContext(ctx, name+" failed; it is tried again", "error", err)
			}
			failed = err != nil
		}
	})
}

// try turns a panic into an error and logs it with its stack.
func (o *Owner) try(name string, do func() error) error {
	err := routine.Try(do)
	if panicked := (*routine.PanicError)(nil); errors.As(err, &panicked) {
		o.logger.Error(name+" panicked", "panic", panicked.Value, "stack", string(panicked.Stack))
	}
	return err
}

// Stop ends what the owner has started and waits for it. The error names what does not end.
func (o *Owner) Stop() error {
	o.cancel()
	done := make(chan struct{})
	routine.Go(func() error { o.done.Wait(); return nil }, func(error) { close(done) })
	select {
	case <-done:
		return nil
	case <-time.After(o.grace + 2*settleTime):
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return fmt.Errorf("stopped without waiting longer for: %s", strings.Join(slices.Sorted(maps.Keys(o.running)), ", "))
}

func (o *Owner) count(name string, n int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.running[name] += n; o.running[name] == 0 {
		delete(o.running, name)
	}
}

// outlive returns a context that ends some time after ctx has ended.
func outlive(ctx context.Context, grace time.Duration) (context.Context, func()) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := routine.OnDone(ctx, func() {
		sleep(longer, grace)
		cancel()
	}, func(error) { cancel() })
	return longer, func() { stop(); cancel() }
}

// sleep waits, and reports whether ctx is still alive.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
