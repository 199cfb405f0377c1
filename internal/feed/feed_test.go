package feed_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// tags is a consumer that knows the names of tags.
type tags struct {
	mu      sync.Mutex
	names   map[string]bool
	loads   int
	applied []int // how many changes came at a time
	fail    int   // so many applications to come
}

func (c *tags) Load(tx *store.Tx) error {
	docs, err := tx.ListAll(apim.Tags.Path)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.loads++
	c.names = map[string]bool{}
	for _, d := range docs {
		c.names[string(d.Name)] = true
	}
	return err
}

func (c *tags) Apply(tx *store.Tx, changes []store.Change) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail > 0 {
		c.fail--
		return errors.New("out of order")
	}
	c.applied = append(c.applied, len(changes))
	for _, ch := range changes {
		if _, err := tx.Get(apim.Ref(ch.Key)); err != nil {
			return err
		}
		c.names[string(apim.Ref(ch.Key).Name())] = true
	}
	return nil
}

func (c *tags) knows(name string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.names[name]
}

func follow(t *testing.T, s *store.Store, c feed.Consumer, logger *slog.Logger) *feed.Follower {
	t.Helper()
	f, err := feed.Load(t.Context(), s, "tags", c, logger)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func put(t *testing.T, s *store.Store, names ...string) {
	t.Helper()
	err := s.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error {
		for _, name := range names {
			if err := tx.Put(&store.Document{Ref: apim.TagRef(apim.Name(name)), Body: []byte(`{}`)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not after a while: %s", what)
		}
	}
}

func TestAConsumerIsLoadedAndThenAppliesWhatComes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		put(t, s, "before")
		c := &tags{}
		f := follow(t, s, c, nil)
		put(t, s, "between") // before it runs
		go f.Run(t.Context())
		eventually(t, "what came before it ran", func() bool { return c.knows("between") })
		put(t, s, "after")
		eventually(t, "what came then", func() bool { return c.knows("after") })
		if !c.knows("before") || c.loads != 1 {
			t.Errorf("before: %v, loaded %d times", c.knows("before"), c.loads)
		}
	})
}

func TestAConsumerThatFailsIsTriedAgainAndOthersAreNot(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	var log bytes.Buffer
	var mu sync.Mutex
	logger := slog.New(slog.NewTextHandler(writer(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return log.Write(p)
	}), nil))
	broken, whole := &tags{fail: 3}, &tags{}
	go follow(t, s, broken, logger).Run(t.Context())
	go follow(t, s, whole, nil).Run(t.Context())
	put(t, s, "a")
	eventually(t, "the change in the whole one", func() bool { return whole.knows("a") })
	if broken.knows("a") {
		t.Error("the broken one has applied what it failed to")
	}
	eventually(t, "the change in the broken one", func() bool { return broken.knows("a") })
	mu.Lock()
	defer mu.Unlock()
	if n := strings.Count(log.String(), "out of order"); n != 1 {
		t.Errorf("three failures in a row are logged %d times:\n%s", n, log.String())
	}
}

type writer func([]byte) (int, error)

func (w writer) Write(p []byte) (int, error) { return w(p) }

func TestAConsumerThatMissedChangesLoadsAgain(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, db storetest.Database) {
		var clock atomic.Int64 // hours
		open := func(service string) *store.Store {
			opt := storetest.Options()
			opt.Service = service
			opt.Now = func() time.Time {
				return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(clock.Load()) * time.Hour)
			}
			s, err := db.Open(t.Context(), opt)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { s.Close() })
			return s
		}
		s, other := open("one"), open("other")
		put(t, other, "old") // the other service prunes nothing
		put(t, s, "a")
		c := &tags{}
		f := follow(t, s, c, nil)
		put(t, s, "missed")
		clock.Store(24 * 30)
		put(t, s, "b")
		if err := s.Prune(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := f.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if c.loads != 2 || !c.knows("missed") || !c.knows("b") {
			t.Errorf("loaded %d times, knows the missed one: %v, the last one: %v", c.loads, c.knows("missed"), c.knows("b"))
		}
		if err := follow(t, other, &tags{}, nil).CatchUp(t.Context()); err != nil {
			t.Error(err)
		}
		put(t, other, "much", "more", "of", "the", "other")
		put(t, s, "c")
		if err := f.CatchUp(t.Context()); err != nil || c.loads != 2 || !c.knows("c") {
			t.Errorf("another service's writes make it load again: %d times, %v", c.loads, err)
		}
	})
}

// A consumer that is slower than the writers takes what came meanwhile at once.
func TestChangesAreGathered(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	c := &tags{}
	go follow(t, s, slow{c}, nil).Run(t.Context())
	const writes = 100
	for i := range writes {
		put(t, s, fmt.Sprint("t", i))
	}
	eventually(t, "the last change", func() bool { return c.knows(fmt.Sprint("t", writes-1)) })
	if n := len(c.applied); n > writes/2 {
		t.Errorf("%d writes were applied in %d goes", writes, n)
	}
}

type slow struct{ *tags }

func (s slow) Apply(tx *store.Tx, changes []store.Change) error {
	time.Sleep(5 * time.Millisecond)
	return s.tags.Apply(tx, changes)
}

func TestAFollowerEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	ctx, cancel := context.WithCancel(t.Context())
	f := follow(t, s, &tags{fail: 1 << 30}, nil)
	done := make(chan struct{})
	go func() { f.Run(ctx); close(done) }()
	put(t, s, "a") // it waits to try again
	time.Sleep(20 * time.Millisecond)
	cancel()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("it runs on")
	}
}
