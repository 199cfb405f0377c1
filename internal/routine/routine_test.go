package routine

import (
	"context"
	"errors"
	"testing"
	"time"
)

func boom() { panic("boom") }

func TestAPanicInAGoroutineIsItsOwnersError(t *testing.T) {
	t.Parallel()
	told := make(chan error, 1)
	tell := func(err error) { told <- err }
	ended, end := context.WithCancel(t.Context())
	end()
	for name, start := range map[string]func(){
		"Go":     func() { Go(func() error { boom(); return nil }, tell) },
		"After":  func() { After(time.Nanosecond, boom, tell) },
		"OnDone": func() { OnDone(ended, boom, tell) },
		"Group": func() {
			g, _ := WithContext(t.Context())
			g.Go(func() error { boom(); return nil })
			tell(g.Wait())
		},
		"Limited": func() {
			g := Limited(1)
			g.Go(func() error { boom(); return nil })
			tell(g.Wait())
		},
	} {
		start()
		var panicked *PanicError
		if err := <-told; !errors.As(err, &panicked) || panicked.Value != "boom" || len(panicked.Stack) == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAnErrorIsTheOwnersToo(t *testing.T) {
	t.Parallel()
	told, failure := make(chan error), errors.New("no")
	Go(func() error { return failure }, func(err error) { told <- err })
	if err := <-told; err != failure {
		t.Errorf("got %v", err)
	}
}
