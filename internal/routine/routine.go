package routine

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"golang.org/x/sync/errgroup"
)

// PanicError is a panic that was caught.
type PanicError struct {
	Value any
	Stack []byte
}

// Error names the panic and where it happened; it is for the log.
func (e *PanicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.Value, e.Stack) }

// Caught, deferred, makes a panic the function's error.
func Caught(err *error) {
	if v := recover(); v != nil {
		*err = &PanicError{Value: v, Stack: debug.Stack()}
	}
}

// Try calls a function and returns its error, also when it panics.
func Try(run func() error) (err error) {
	defer Caught(&err)
	return run()
}

// Go calls run in a goroutine of its own, and then end with its error.
func Go(run func() error, end func(error)) {
	go func() { end(Try(run)) }()
}

// After calls run after some time, and failed if it panics.
func After(d time.Duration, run func(), failed func(error)) *time.Timer {
	return time.AfterFunc(d, guarded(run, failed))
}

// OnDone calls run when ctx has ended, and failed if it panics; stop prevents it.
func OnDone(ctx context.Context, run func(), failed func(error)) (stop func() bool) {
	return context.AfterFunc(ctx, guarded(run, failed))
}

func guarded(run func(), failed func(error)) func() {
	return func() {
		if err := Try(func() error { run(); return nil }); err != nil {
			failed(err)
		}
	}
}

// Group is several goroutines that work on one thing.
type Group struct{ group *errgroup.Group }

// WithContext makes a group whose context ends with the first error.
func WithContext(ctx context.Context) (*Group, context.Context) {
	group, ctx := errgroup.WithContext(ctx)
	return &Group{group}, ctx
}

// Limited makes a group of at most n goroutines at a time.
func Limited(n int) *Group {
	g := &Group{new(errgroup.Group)}
	g.group.SetLimit(n)
	return g
}

// SetLimit allows at most n goroutines at a time.
func (g *Group) SetLimit(n int) { g.group.SetLimit(n) }

// Go calls run in a goroutine of the group.
func (g *Group) Go(run func() error) { g.group.Go(func() error { return Try(run) }) }

// Wait waits for all and returns the first error, which may be a *PanicError.
func (g *Group) Wait() error { return g.group.Wait() }
