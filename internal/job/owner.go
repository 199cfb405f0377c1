package job

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"
)

// Grace is how long a stop lets what is under way go on.
const Grace = 20 * time.Second

// settleTime is how long it may take beyond that to note what became of it.
const settleTime = 5 * time.Second

// restartPause is waited before what panicked is begun again.
const restartPause = time.Second

// Owner starts goroutines and answers for them until it is stopped.
type Owner struct {
	ctx    context.Context // ends with the stop
	cancel context.CancelFunc
	logger *slog.Logger
	grace  time.Duration

	done    sync.WaitGroup
	mu      sync.Mutex
	running map[string]int // how many there are of a name
}

// NewOwner makes an Owner; the end of ctx begins its stop. A nil logger discards.
func NewOwner(ctx context.Context, logger *slog.Logger) *Owner {
	logger = cmp.Or(logger, slog.New(slog.DiscardHandler))
	o := &Owner{logger: logger, grace: Grace, running: map[string]int{}}
	o.ctx, o.cancel = context.WithCancel(ctx)
	return o
}

// Go runs a function that is to end soon after its context. One that panics is
// begun again.
func (o *Owner) Go(name string, run func(ctx context.Context)) {
	o.count(name, 1)
	o.done.Go(func() {
		defer o.count(name, -1)
		for o.try(name, func() error { run(o.ctx); return nil }) != nil && sleep(o.ctx, restartPause) {
		}
	})
}

// Every does something now and again and again, with a pause in between. The log
// tells when it begins to fail. A stop lets one that is under way go on for the Grace.
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

// try turns a panic into an error and logs it, with where it was.
func (o *Owner) try(name string, do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
			o.logger.Error(name+" panicked", "panic", r, "stack", string(debug.Stack()))
		}
	}()
	return do()
}

// Stop ends what the owner has started and waits for it; the error names what
// does not end.
func (o *Owner) Stop() error {
	o.cancel()
	done := make(chan struct{})
	go func() { o.done.Wait(); close(done) }()
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

// outlive is a context that ends some time after ctx has.
func outlive(ctx context.Context, grace time.Duration) (context.Context, func()) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		sleep(longer, grace)
		cancel()
	})
	return longer, func() { stop(); cancel() }
}

// sleep waits; false when ctx has ended.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
