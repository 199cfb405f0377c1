package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/postgres"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// database is an empty one; without PostgreSQL the test logs that and ends.
func database(t *testing.T) (storetest.Database, bool) {
	t.Helper()
	db, ok := storetest.Postgres(t)
	if !ok {
		t.Log("not run: PostgreSQL is not installed")
	}
	return db, ok
}

func put(tx *store.Tx, ref apim.Ref) error {
	return tx.Put(&store.Document{Ref: ref, Body: []byte(`{}`)})
}

func value(t *testing.T, s *store.Store, query string) (v string) {
	t.Helper()
	err := s.Update(t.Context(), store.Actor{}, func(tx *store.Tx) error {
		rows, err := tx.Query(query)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := rows.Scan(&v); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

func TestAnUpdateIsSerializableAndOnDiskWhenItReturns(t *testing.T) {
	db, ok := database(t)
	if !ok {
		return
	}
	s := db.Store(t)
	for name, want := range map[string]string{"synchronous_commit": "on", "transaction_isolation": "serializable"} {
		if got := value(t, s, "SHOW "+name); got != want {
			t.Errorf("%s is %s, want %s", name, got, want)
		}
	}
}

func TestACollisionIsTriedAgainWhateverTheFunctionMakesOfIt(t *testing.T) {
	db, ok := database(t)
	if !ok {
		return
	}
	s := db.Store(t)
	runs := 0
	err := s.Update(t.Context(), store.Actor{}, func(tx *store.Tx) error {
		runs++
		if _, err := tx.Count("tags", ""); err != nil {
			return err
		}
		if runs == 1 { // another transaction takes the same document
			if err := s.Update(t.Context(), store.Actor{}, func(tx *store.Tx) error { return put(tx, "/tags/a") }); err != nil {
				return err
			}
		}
		if err := put(tx, "/tags/a"); err != nil {
			return errors.New("could not tag")
		}
		return nil
	})
	if err != nil || runs != 2 {
		t.Errorf("%d runs, error %v; want 2 and none", runs, err)
	}
}

func TestALongUpdateIsNotStarvedByShortOnes(t *testing.T) {
	db, ok := database(t)
	if !ok {
		return
	}
	s := db.Store(t)
	ctx, stop := context.WithCancel(t.Context())
	var shorts sync.WaitGroup
	for w := range 3 {
		shorts.Go(func() {
			for i := 0; ctx.Err() == nil; i++ {
				err := s.Update(ctx, store.Actor{}, func(tx *store.Tx) error { return put(tx, apim.Ref(fmt.Sprintf("/tags/w%d", w))) })
				if err != nil && ctx.Err() == nil {
					t.Errorf("a short one: %v", err)
				}
			}
		})
	}
	err := s.Update(t.Context(), store.Actor{}, func(tx *store.Tx) error {
		for w := range 3 {
			ref := apim.Ref(fmt.Sprintf("/tags/w%d", w))
			if _, err := tx.List("tags", ""); err != nil {
				return err
			}
			time.Sleep(20 * time.Millisecond)
			if err := put(tx, ref); err != nil {
				return err
			}
		}
		return nil
	})
	stop()
	shorts.Wait()
	if err != nil {
		t.Errorf("the long one: %v", err)
	}
}

func TestALostNotificationIsMadeUpForByThePoll(t *testing.T) {
	db, ok := database(t)
	if !ok {
		return
	}
	a, b := db.Store(t), db.Store(t)
	wake, stop := b.Watch()
	defer stop()
	for i := range 2 {
		value(t, a, `SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity
			WHERE datname = current_database() AND query LIKE 'LISTEN%'`)
		ref := apim.Ref(fmt.Sprintf("/tags/t%d", i))
		if err := a.Update(t.Context(), store.Actor{}, func(tx *store.Tx) error { return put(tx, ref) }); err != nil {
			t.Fatal(err)
		}
		deadline := time.After(15 * time.Second)
		for n := 0; n <= i; {
			select {
			case <-wake:
			case <-deadline:
				t.Fatal("not woken within 15 seconds")
			}
			err := b.View(t.Context(), func(tx *store.Tx) error {
				cs, err := tx.Changes(0, 10)
				n = len(cs)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestABadAddressIsAnErrorWithoutItsPassword(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, url := range []string{
		"postgres://u:sesame@127.0.0.1:1/db", "postgres://u:sesame@127.0.0.1:notaport/db", "postgres://u:sesame@%zz/db",
	} {
		s, err := postgres.Open(ctx, url, storetest.Options())
		if err == nil {
			t.Errorf("%s opened", url)
			s.Close()
		} else if strings.Contains(err.Error(), "sesame") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}
