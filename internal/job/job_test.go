package job

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// clock is a time that a test moves.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// service is a store whose clock the test moves, and the log of its owners.
type service struct {
	t     *testing.T
	store *store.Store
	clock *clock

	mu  sync.Mutex
	log bytes.Buffer
}

func (s *service) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.Write(p)
}

func (s *service) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

func newService(t *testing.T) *service {
	t.Helper()
	s := &service{t: t, clock: &clock{now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)}}
	opt := storetest.Options()
	opt.Now = s.clock.time
	var err error
	if s.store, err = storetest.SQLite(t).Open(t.Context(), opt); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.store.Close() })
	return s
}

// owner is one that is stopped with the test.
func (s *service) owner() *Owner {
	o := NewOwner(s.t.Context(), slog.New(slog.NewTextHandler(s, nil)))
	s.t.Cleanup(func() {
		if err := o.Stop(); err != nil {
			s.t.Error(err)
		}
	})
	return o
}

func (s *service) put(j Job) {
	s.t.Helper()
	err := s.store.Update(s.t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error { return Put(tx, j) })
	if err != nil {
		s.t.Fatal(err)
	}
}

// jobs are those that are stored.
func (s *service) jobs() (all []stored) {
	s.t.Helper()
	err := s.store.View(s.t.Context(), func(tx *store.Tx) error {
		docs, err := tx.List(Collection, "")
		for _, d := range docs {
			j, err := decode(d)
			if err != nil {
				return err
			}
			all = append(all, *j)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not after a while: %s", what)
		}
	}
}

func TestAJobIsDoneOnceWhenItsTimeHasCome(t *testing.T) {
	t.Parallel()
	s := newService(t)
	done := make(chan string, 10)
	s.put(Job{ID: "a", Kind: "greet", Payload: map[string]string{"to": "Ann"}, Secret: "sesame"})
	s.put(Job{ID: "b", Kind: "greet", Payload: map[string]string{"to": "Bob"}, At: s.clock.time().Add(time.Hour)})
	s.put(Job{ID: "c", Kind: "another"})
	s.owner().Work(s.store, Kind{Name: "greet", Do: func(_ context.Context, id string, payload json.RawMessage, secret string) error {
		done <- id + string(payload) + secret
		return nil
	}})
	if got := <-done; got != `a{"to":"Ann"}sesame` {
		t.Errorf("done: %s", got)
	}
	eventually(t, "the one that is done is gone", func() bool { return len(s.jobs()) == 2 })
	s.clock.pass(2 * time.Hour)
	if got := <-done; got != `b{"to":"Bob"}` {
		t.Errorf("done: %s", got)
	}
	eventually(t, "only that of a kind that nobody does is left", func() bool { j := s.jobs(); return len(j) == 1 && j[0].Kind == "another" })
	for _, d := range s.jobs() {
		if strings.Contains(string(d.Payload), "sesame") {
			t.Error("a secret is in the payload")
		}
	}
}

func TestAJobOfATomorrowThatTheClockTookBackIsDoneToday(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.clock.pass(24 * time.Hour)
	s.put(Job{ID: "a", Kind: "k"})
	s.clock.pass(-24 * time.Hour)
	var done atomic.Int64
	s.owner().Work(s.store, Kind{Name: "k", Do: func(context.Context, string, json.RawMessage, string) error { done.Add(1); return nil }})
	eventually(t, "the job", func() bool { return done.Load() == 1 })
}

func TestAJobThatPanicsIsLoggedAndTriedAgain(t *testing.T) {
	t.Parallel()
	s := newService(t)
	tried := make(chan bool, 10)
	s.put(Job{ID: "a", Kind: "shaky"})
	s.owner().Work(s.store, Kind{Name: "shaky", Do: func(context.Context, string, json.RawMessage, string) error {
		tried <- true
		if len(s.jobs()) == 1 && s.jobs()[0].Attempts == 1 {
			panic("out of cheese")
		}
		return nil
	}})
	<-tried
	eventually(t, "the panic is noted", func() bool { j := s.jobs(); return len(j) == 1 && strings.Contains(j[0].Error, "out of cheese") })
	if log := s.logged(); !strings.Contains(log, "out of cheese") || !strings.Contains(log, "job_test.go") {
		t.Errorf("the log does not say where it panicked:\n%s", log)
	}
	s.clock.pass(3 * time.Minute)
	<-tried
	eventually(t, "it is done", func() bool { return len(s.jobs()) == 0 })
}

func TestAJobThatFailsTooOftenEndsAsADeadLetter(t *testing.T) {
	t.Parallel()
	s := newService(t)
	var mu sync.Mutex
	attempts := 0
	s.put(Job{ID: "a", Kind: "vain"})
	o := s.owner()
	w := &worker{owner: o, store: s.store, kind: Kind{Name: "vain", Timeout: time.Minute, Do: func(context.Context, string, json.RawMessage, string) error {
		mu.Lock()
		defer mu.Unlock()
		attempts++
		return fmt.Errorf("no, for the %dth time", attempts)
	}}}
	var pauses []time.Duration
	for range maxAttempts + 5 {
		if err := w.doAll(t.Context()); err != nil {
			t.Fatal(err)
		}
		pause := s.jobs()[0].Next.Sub(s.clock.time())
		pauses = append(pauses, pause)
		s.clock.pass(pause)
	}
	if attempts != maxAttempts {
		t.Errorf("tried %d times, want %d", attempts, maxAttempts)
	}
	for i := 1; i < 8; i++ {
		if pauses[i] <= pauses[i-1] {
			t.Errorf("pauses %v do not grow", pauses[:8])
		}
	}
	if left := s.jobs(); len(left) != 1 || !left[0].dead() || !strings.Contains(left[0].Error, "no, for the 10th time") {
		t.Errorf("left: %+v", left)
	}
	if !strings.Contains(s.logged(), "given up") {
		t.Errorf("the log does not say that it was given up:\n%s", s.logged())
	}
	s.clock.pass(deadFor + time.Minute)
	if err := w.doAll(t.Context()); err != nil || len(s.jobs()) != 0 {
		t.Errorf("a dead letter is kept for ever: %v", err)
	}
}

func TestTwoOwnersNeverDoOneJobTwice(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, db storetest.Database) {
		const jobs = 40
		var mu sync.Mutex
		done := map[string]int{}
		kind := Kind{Name: "count", Do: func(_ context.Context, id string, _ json.RawMessage, _ string) error {
			mu.Lock()
			defer mu.Unlock()
			done[id]++
			return nil
		}}
		stores := []*store.Store{db.Store(t), db.Store(t)}
		err := stores[0].Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error {
			for i := range jobs {
				if err := Put(tx, Job{ID: fmt.Sprint("j", i), Kind: kind.Name}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		for _, s := range stores {
			o := NewOwner(t.Context(), nil)
			w := &worker{owner: o, store: s, kind: kind}
			w.kind.Timeout = time.Minute
			both.Go(func() {
				if err := w.doAll(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		for id, n := range done {
			if n != 1 {
				t.Errorf("%s was done %d times", id, n)
			}
		}
		if len(done) != jobs {
			t.Errorf("%d of %d jobs were done", len(done), jobs)
		}
	})
}

func TestAStopWaitsForTheJobUnderWay(t *testing.T) {
	t.Parallel()
	s := newService(t)
	begun, finish := make(chan bool), make(chan bool)
	s.put(Job{ID: "a", Kind: "slow"})
	s.put(Job{ID: "b", Kind: "slow"})
	o := NewOwner(t.Context(), nil)
	o.Work(s.store, Kind{Name: "slow", Do: func(ctx context.Context, _ string, _ json.RawMessage, _ string) error {
		begun <- true
		<-finish
		return ctx.Err()
	}})
	<-begun
	stopped := make(chan error)
	go func() { stopped <- o.Stop() }()
	select {
	case <-stopped:
		t.Fatal("the stop did not wait")
	case <-time.After(50 * time.Millisecond):
	}
	finish <- true
	if err := <-stopped; err != nil {
		t.Fatal(err)
	}
	if left := s.jobs(); len(left) != 1 || left[0].Attempts != 0 {
		t.Errorf("left after the stop: %+v, want the second one, not begun", left)
	}
}

func TestAJobThatTheStopInterruptsIsPutBack(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put(Job{ID: "a", Kind: "endless"})
	begun := make(chan bool)
	o := NewOwner(t.Context(), nil)
	o.grace = 20 * time.Millisecond
	o.Work(s.store, Kind{Name: "endless", Do: func(ctx context.Context, _ string, _ json.RawMessage, _ string) error {
		begun <- true
		<-ctx.Done()
		return ctx.Err()
	}})
	<-begun
	if err := o.Stop(); err != nil {
		t.Fatal(err)
	}
	if left := s.jobs(); len(left) != 1 || left[0].Attempts != 0 || left[0].Claim != "" || left[0].Next.After(s.clock.time()) {
		t.Errorf("after the stop: %+v, want it due", left)
	}
}

func TestWhatPanicsIsBegunAgainAndTheStopNamesWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	s := newService(t)
	o := NewOwner(t.Context(), slog.New(slog.NewTextHandler(s, nil)))
	o.grace = -2 * settleTime // the stop waits for nothing
	runs := make(chan int, 10)
	n := 0
	end := make(chan bool)
	o.Go("stubborn", func(context.Context) {
		if n++; n == 1 {
			panic("once")
		}
		runs <- n
		<-end
	})
	if got := <-runs; got != 2 || !strings.Contains(s.logged(), "stubborn panicked") {
		t.Errorf("run %d; log:\n%s", got, s.logged())
	}
	if err := o.Stop(); err == nil || !strings.Contains(err.Error(), "stubborn") {
		t.Errorf("the stop says %v", err)
	}
	close(end)
}

func TestWhatFailsEachTimeIsLoggedOnce(t *testing.T) {
	t.Parallel()
	s := newService(t)
	o := s.owner()
	var calls atomic.Int64
	o.Every("sweep", time.Millisecond, func(context.Context) error {
		calls.Add(1)
		return errors.New("no broom")
	})
	eventually(t, "five calls", func() bool { return calls.Load() > 5 })
	if n := strings.Count(s.logged(), "no broom"); n != 1 {
		t.Errorf("logged %d times:\n%s", n, s.logged())
	}
}

// What an earlier version left in its outbox is mail.
func TestTheOutboxOfBeforeIsDone(t *testing.T) {
	t.Parallel()
	s := newService(t)
	err := s.store.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error {
		ref := apim.Ref("/outbox/old")
		err := tx.Put(&store.Document{Ref: ref, Body: []byte(`{"to":"ann@contoso.example","subject":"Hello","created":"2029-12-31T00:00:00Z","attempts":1,"next":"2029-12-31T00:02:00Z","error":"later"}`)})
		if err != nil {
			return err
		}
		return tx.SetSecret(ref, "body", "<p>Hello</p>")
	})
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan string, 2)
	s.owner().Work(s.store, Kind{Name: "mail", Do: func(_ context.Context, id string, payload json.RawMessage, secret string) error {
		var m struct{ To, Subject string }
		err := json.Unmarshal(payload, &m)
		sent <- fmt.Sprint(id, m, secret)
		return err
	}})
	if got := <-sent; got != "old{ann@contoso.example Hello}<p>Hello</p>" {
		t.Errorf("sent %s", got)
	}
	eventually(t, "it is gone", func() bool {
		n := -1
		err := s.store.View(t.Context(), func(tx *store.Tx) (err error) { n, err = tx.Count("outbox", ""); return err })
		return err == nil && n == 0
	})
}
