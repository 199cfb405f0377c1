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
