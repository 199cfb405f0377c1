package cache_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/portico-portal/portico/internal/cache"
)

func value(v string, bytes int64, deps ...string) func(context.Context) (cache.Made[string], error) {
	return func(context.Context) (cache.Made[string], error) {
		return cache.Made[string]{Value: v, Bytes: bytes, Deps: deps}, nil
	}
}

func TestTheLeastRecentlyUsedGoesFirst(t *testing.T) {
	t.Parallel()
	c := cache.New[string, string](30)
	for _, k := range []string{"a", "b", "c"} {
		if _, err := c.Load(t.Context(), k, value(k, 10)); err != nil {
			t.Fatal(err)
		}
	}
	c.Get("a")
	c.Load(t.Context(), "d", value("d", 10))
	for key, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true} {
		if _, got := c.Get(key); got != want {
			t.Errorf("after a fourth of three places, Get(%q) = %v, want %v", key, got, want)
		}
	}
	c.Load(t.Context(), "big", value("big", 31))
	if c.Len() != 3 || c.Bytes() != 30 {
		t.Errorf("a value larger than the cache changed it: %d values, %d bytes", c.Len(), c.Bytes())
	}
	c.Grow("d", 11)
	if c.Bytes() > 30 {
		t.Errorf("a value that grew left %d bytes in a cache of 30", c.Bytes())
	}
}

func TestEvictDropsExactlyWhatWasMadeFromADependency(t *testing.T) {
	t.Parallel()
	c := cache.New[string, string](100)
	c.Load(t.Context(), "x", value("x", 1, "api:x", "list"))
	c.Load(t.Context(), "y", value("y", 1, "api:y", "list"))
	c.Load(t.Context(), "z", value("z", 1))
	c.Evict("api:x")
	if _, ok := c.Get("x"); ok {
		t.Error("x is still there after what it was made from changed")
	}
	if _, ok := c.Get("y"); !ok {
		t.Error("y went although nothing it was made from changed")
	}
	c.Evict("list")
	if _, ok := c.Get("z"); !ok || c.Len() != 1 {
		t.Errorf("evicting list left %d values, want only z", c.Len())
	}
	c.Clear()
	if c.Len() != 0 || c.Bytes() != 0 {
		t.Error("clear left something")
	}
}

func TestConcurrentMissesMakeTheValueOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := cache.New[string, string](100)
		var made atomic.Int32
		release := make(chan struct{})
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				v, err := c.Load(t.Context(), "k", func(context.Context) (cache.Made[string], error) {
					made.Add(1)
					<-release
					return cache.Made[string]{Value: "v", Bytes: 1}, nil
				})
				if v != "v" || err != nil {
					t.Errorf("got %q, %v", v, err)
				}
			})
		}
		synctest.Wait()
		close(release)
		wg.Wait()
		if made.Load() != 1 {
			t.Errorf("20 concurrent callers made the value %d times", made.Load())
		}
	})
}

func TestAValueMadeFromSomethingThatChangedMeanwhileIsNotKept(t *testing.T) {
	t.Parallel()
	c := cache.New[string, string](100)
	for i, meanwhile := range []func(){func() { c.Evict("api:x") }, c.Clear} {
		v, err := c.Load(t.Context(), "k", func(context.Context) (cache.Made[string], error) {
			meanwhile()
			return cache.Made[string]{Value: "old", Bytes: 1, Deps: []string{"api:x"}}, nil
		})
		if v != "old" || err != nil {
			t.Fatalf("case %d: the caller got %q, %v", i, v, err)
		}
		if _, ok := c.Get("k"); ok {
			t.Errorf("case %d: a stale value was kept", i)
		}
	}
}

func TestErrorsAndPanicsAreNotKeptAndReleaseWaiters(t *testing.T) {
	t.Parallel()
	c := cache.New[string, string](100)
	boom := errors.New("boom")
	if _, err := c.Load(t.Context(), "k", func(context.Context) (cache.Made[string], error) {
		return cache.Made[string]{}, boom
	}); !errors.Is(err, boom) {
		t.Fatalf("got %v", err)
	}
	if _, err := c.Load(t.Context(), "k", func(context.Context) (cache.Made[string], error) { panic("boom") }); err == nil || !strings.Contains(err.Error(), "boom") {
		t.Fatalf("a panic is %v", err)
	}
	if v, err := c.Load(t.Context(), "k", value("fine", 1)); v != "fine" || err != nil {
		t.Errorf("after an error and a panic: %q, %v", v, err)
	}
}

func TestWorkEndsWithTheLastWhoWaitsForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := cache.New[string, string](100)
		var begun, ended atomic.Int32
		endless := func(ctx context.Context) (cache.Made[string], error) {
			begun.Add(1)
			defer ended.Add(1)
			<-ctx.Done()
			return cache.Made[string]{}, ctx.Err()
		}
		var leave []context.CancelFunc
		var wg sync.WaitGroup
		for range 2 {
			ctx, cancel := context.WithCancel(t.Context())
			leave = append(leave, cancel)
			wg.Go(func() {
				if _, err := c.Load(ctx, "k", endless); !errors.Is(err, context.Canceled) {
					t.Errorf("who leaves gets %v", err)
				}
			})
			synctest.Wait()
		}
		leave[0]()
		synctest.Wait()
		if begun.Load() != 1 || ended.Load() != 0 {
			t.Errorf("after the first of two has left, %d began and %d ended", begun.Load(), ended.Load())
		}
		leave[1]()
		wg.Wait()
		if ended.Load() != 1 {
			t.Error("the work goes on after its last reader has left")
		}
		if v, err := c.Load(t.Context(), "k", value("v", 1)); v != "v" || err != nil {
			t.Errorf("who comes later gets %q, %v", v, err)
		}
	})
}

func TestWhoComesWhileWorkIsGivenUpGetsTheValue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := cache.New[string, string](100)
		end := make(chan struct{})
		ctx, leave := context.WithCancel(t.Context())
		go c.Load(ctx, "k", func(ctx context.Context) (cache.Made[string], error) {
			<-end // slow to notice
			return cache.Made[string]{}, ctx.Err()
		})
		synctest.Wait()
		leave()
		synctest.Wait()
		late := make(chan string)
		go func() {
			v, err := c.Load(t.Context(), "k", value("v", 1))
			if err != nil {
				t.Error(err)
			}
			late <- v
		}()
		synctest.Wait()
		close(end)
		if v := <-late; v != "v" {
			t.Errorf("who came late got %q", v)
		}
	})
}

func BenchmarkGet(b *testing.B) {
	c := cache.New[string, string](1 << 20)
	for i := range 1000 {
		c.Load(b.Context(), fmt.Sprint(i), value("v", 1))
	}
	b.ReportAllocs()
	for b.Loop() {
		c.Get("500")
	}
}
