package publish_test

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// clock is a time that tests move.
type clock struct{ nanos atomic.Int64 }

func (c *clock) now() time.Time       { return time.Unix(0, c.nanos.Load()).UTC() }
func (c *clock) pass(d time.Duration) { c.nanos.Add(int64(d)) }

func TestScheduledRevisionsArePublishedWhenTheirTimeComes(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, db storetest.Database) {
		ctx, actor := t.Context(), store.Actor{Name: "1"}
		c := &clock{}
		c.nanos.Store(time.Date(2030, 1, 1, 8, 0, 0, 0, time.UTC).UnixNano())
		opt := storetest.Options()
		opt.Now = c.now
		st, err := db.Open(ctx, opt)
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		s := &publish.Service{Store: st}
		put(t, st, sound)
		if _, err := s.Publish(ctx, actor, "now", "", true); err != nil {
			t.Fatal(err)
		}
		at := func(hours int) time.Time { return c.now().Add(time.Duration(hours) * time.Hour) }
		for name, hours := range map[string]int{"noon": 4, "evening": 10, "never": 5} {
			rev, err := publishAt(t, s, name, at(hours))
			if err != nil || rev.IsCurrent || !rev.ScheduledDateTime.Equal(at(hours)) {
				t.Fatalf("schedule %s: %+v, %v", name, rev, err)
			}
		}
		if err := schedule(t, s, "never", time.Time{}); err != nil {
			t.Fatal(err)
		}
		due := func(want ...apim.Name) {
			t.Helper()
			if got, err := s.PublishDue(ctx); err != nil || !slices.Equal(got, want) {
				t.Errorf("at %s, %v are published, %v; want %v", c.now(), got, err, want)
			}
		}
		is := func(want apim.Name) {
			t.Helper()
			if got, _ := current(t, st); got != want {
				t.Errorf("at %s the site is %s, want %s", c.now(), got, want)
			}
		}
		due()
		c.pass(4*time.Hour - time.Second)
		due()
		is("now")
		c.pass(time.Second)
		due("noon")
		is("noon")
		due()
		if deleted, err := s.DeleteOlder(ctx, actor, "noon"); err != nil || slices.Contains(deleted, "evening") {
			t.Errorf("deleted %v, %v; what is scheduled stays", deleted, err)
		}
		if err := makeCurrent(t, s, "never"); err != nil {
			t.Fatal(err)
		}
		c.pass(20 * time.Hour) // as after a night without the server
		due("evening")
		is("evening")

		var invalid *apim.InvalidError
		if _, err := publishAt(t, s, "past", at(-1)); !errors.As(err, &invalid) {
			t.Errorf("a time that has passed: %v", err)
		}
		var conflict *apim.ConflictError
		if err := schedule(t, s, "evening", at(1)); !errors.As(err, &conflict) {
			t.Errorf("the site as it is, later: %v", err)
		}
		put(t, st, map[string]string{"page/twice": page("/", "d")})
		broken, err := publishAt(t, s, "broken", at(1))
		if err != nil || broken.Status != publish.Failed || broken.ScheduledDateTime != nil {
			t.Errorf("a draft with errors: %+v, %v", broken, err)
		}
		if err := schedule(t, s, "broken", at(1)); !errors.As(err, &conflict) {
			t.Errorf("a revision with errors, later: %v", err)
		}
		if err := schedule(t, s, "none", at(1)); !errors.Is(err, apim.ErrNotFound) {
			t.Errorf("no such revision: %v", err)
		}
	})
}

func schedule(t *testing.T, s *publish.Service, name string, at time.Time) error {
	t.Helper()
	_, err := in(t, s, func(tx *store.Tx) (*apim.PortalRevision, error) { return s.Schedule(tx, apim.Name(name), at) })
	return err
}

// publishAt makes a revision of the draft that becomes the site at a time to come.
func publishAt(t *testing.T, s *publish.Service, name string, at time.Time) (*apim.PortalRevision, error) {
	t.Helper()
	checked, err := s.Prepare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return in(t, s, func(tx *store.Tx) (*apim.PortalRevision, error) {
		return s.PublishTx(tx, publish.Revision{Name: apim.Name(name), At: at}, checked)
	})
}
