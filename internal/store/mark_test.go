package store_test

import (
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func TestAMarkIsKeptUntilItsTime(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		until := s.Now().Add(time.Hour)
		err := s.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error { return tx.SetMark("a", until) })
		if err != nil {
			t.Fatal(err)
		}
		marks := func(name string) time.Time {
			t.Helper()
			at, err := store.Read(t.Context(), s, func(tx *store.Tx) (time.Time, error) { return tx.Mark(name) })
			if err != nil {
				t.Fatal(err)
			}
			return at
		}
		if got := marks("a"); !got.Equal(until) || !marks("b").IsZero() {
			t.Errorf("the marks are %v and %v", got, marks("b"))
		}
		err = s.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error { return tx.SetMark("a", time.Time{}) })
		if err != nil || !marks("a").IsZero() {
			t.Errorf("after its time: %v, %v", marks("a"), err)
		}
	})
}

// The audit log is kept for so long, and what was refused for a quarter of a year;
// the newest entry stays.
func TestTheAuditLogIsPruned(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	storetest.EachDatabase(t, func(t *testing.T, db storetest.Database) {
		opt := storetest.Options()
		at := now
		opt.Now = func() time.Time { return at }
		s, err := db.Open(t.Context(), opt)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		log := func() (actions string) {
			t.Helper()
			err := s.View(t.Context(), func(tx *store.Tx) error {
				all, err := tx.AuditLog(store.AuditQuery{Oldest: true})
				for _, e := range all {
					actions += e.Action + " "
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return actions
		}
		for _, step := range []struct {
			action string
			days   int
		}{{"a", 0}, {"b", 200}, {"c", 100}} {
			at = at.Add(time.Duration(step.days) * 24 * time.Hour)
			err := s.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error {
				if err := tx.AuditRefusal("refused-"+step.action, store.Failed, "", nil); err != nil {
					return err
				}
				return tx.Audit(step.action, "", nil, nil)
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := s.PruneAudit(t.Context(), at.Add(-250*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := log(); got != "b refused-c c " {
			t.Errorf("after 300 days the log has %q", got)
		}
		if err := s.PruneAudit(t.Context(), at.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := log(); got != "c " {
			t.Errorf("when all is old the log has %q", got)
		}
	})
}
