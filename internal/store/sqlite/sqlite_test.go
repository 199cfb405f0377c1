package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/portico-portal/portico/internal/store"
)

func openEngine(t *testing.T) *engine {
	t.Helper()
	e, err := open(t.Context(), filepath.Join(t.TempDir(), "a b#?%.db"))
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	if err := e.Update(t.Context(), false, func(q store.Querier) error {
		_, err := q.ExecContext(t.Context(), `CREATE TABLE n (v BIGINT PRIMARY KEY)`)
		return err
	}); err != nil {
		t.Fatalf("create a table: %v", err)
	}
	return e
}

func pragma(t *testing.T, q store.Querier, name string) (value string) {
	t.Helper()
	rows, err := q.QueryContext(t.Context(), "PRAGMA "+name)
	if err != nil {
		t.Fatalf("pragma %s: %v", name, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&value); err != nil {
			t.Fatalf("pragma %s: %v", name, err)
		}
	}
	return value
}

func TestEveryConnectionIsInWALModeWithFullSynchronous(t *testing.T) {
	e := openEngine(t)
	check := func(t *testing.T, name string, q store.Querier) {
		const full = "2"
		if got := pragma(t, q, "synchronous"); got != full {
			t.Errorf("%s: synchronous is %s, want %s (FULL)", name, got, full)
		}
		if got := pragma(t, q, "journal_mode"); got != "wal" {
			t.Errorf("%s: journal_mode is %s, want wal", name, got)
		}
	}
	var conns []*sql.Conn
	for i := range cap(e.readers.free) { // all of the pool at once
		c, err := e.readers.db.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
		check(t, fmt.Sprintf("reader %d", i), c)
		if _, err := c.ExecContext(t.Context(), `INSERT INTO n VALUES (1)`); err == nil {
			t.Errorf("reader %d can write", i)
		}
	}
	for _, c := range conns {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if open := e.write.Stats().OpenConnections; open != 1 {
		t.Errorf("%d connections for the writer, want 1", open)
	}
	if err := e.Update(t.Context(), false, func(q store.Querier) error {
		check(t, "writer", q)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestTheFileIsForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "p.db")
	e, err := open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	stat, err := os.Stat(path)
	if err != nil || stat.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v, want 0600", stat.Mode(), err)
	}
}

func (e *engine) values(t *testing.T) (n int) {
	t.Helper()
	if err := e.View(t.Context(), func(q store.Querier) error {
		rows, err := q.QueryContext(t.Context(), `SELECT v FROM n`)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			n++
		}
		return rows.Err()
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

func insertValue(ctx context.Context, q store.Querier, v int) error {
	_, err := q.ExecContext(ctx, `INSERT INTO n VALUES ($1)`, v)
	return err
}

// Updates that wait together are committed together; those that fail, panic, end
// their goroutine or are cancelled undo only themselves.
func TestInAGroupOfUpdatesEachFailsForItself(t *testing.T) {
	e := openEngine(t)
	hold, holding := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { // the others queue up behind it
		err := e.Update(t.Context(), false, func(q store.Querier) error {
			close(holding)
			<-hold
			return insertValue(t.Context(), q, 0)
		})
		if err != nil {
			t.Errorf("the first: %v", err)
		}
	})
	<-holding
	boom := errors.New("boom")
	for v := 1; v <= 20; v++ {
		wg.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			defer func() {
				if r := recover(); (r != nil) != (v%5 == 1) {
					t.Errorf("update %d: recovered %v", v, r)
				}
			}()
			err := e.Update(ctx, false, func(q store.Querier) error {
				if err := insertValue(ctx, q, v); err != nil {
					return err
				}
				switch v % 5 {
				case 0:
					return boom
				case 1:
					panic("panic")
				case 2:
					cancel()
				}
				return nil
			})
			want := map[int]error{0: boom, 2: context.Canceled}[v%5]
			if !errors.Is(err, want) {
				t.Errorf("update %d: error %v, want %v", v, err, want)
			}
		})
	}
	close(hold)
	wg.Wait()
	if got, want := e.values(t), 1+8; got != want {
		t.Errorf("%d rows, want %d", got, want)
	}
}

func TestAGoroutineThatEndsInsideAnUpdateDoesNotStopTheWriter(t *testing.T) {
	e := openEngine(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		err := e.Update(t.Context(), false, func(q store.Querier) error {
			if err := insertValue(t.Context(), q, 1); err != nil {
				return err
			}
			runtime.Goexit() // as t.FailNow does
			return nil
		})
		t.Errorf("the update returned %v", err)
	}()
	<-done
	if err := e.Update(t.Context(), false, func(q store.Querier) error { return insertValue(t.Context(), q, 2) }); err != nil {
		t.Fatal(err)
	}
	if got := e.values(t); got != 1 {
		t.Errorf("%d rows, want 1", got)
	}
}

func TestAClosedStoreRefusesUpdates(t *testing.T) {
	e, err := open(t.Context(), filepath.Join(t.TempDir(), "p.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := e.Update(t.Context(), false, func(store.Querier) error { return nil }); !errors.Is(err, errClosed) {
		t.Errorf("error %v, want %v", err, errClosed)
	}
}

func TestAFolderThatIsAbsentIsNamed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "absent", "p.db")
	if _, err := Open(t.Context(), path, store.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v, want that it does not exist", err)
	}
}

func TestViewsThatFillThePoolPrepareTheirStatements(t *testing.T) {
	e := openEngine(t)
	n := cap(e.readers.free)
	var inside, done sync.WaitGroup
	inside.Add(n)
	for i := range n {
		done.Go(func() {
			err := e.View(t.Context(), func(q store.Querier) error {
				inside.Done()
				inside.Wait() // every connection is taken now
				rows, err := q.QueryContext(t.Context(), fmt.Sprintf("SELECT %d", i))
				if err != nil {
					return err
				}
				return rows.Close()
			})
			if err != nil {
				t.Errorf("view %d: %v", i, err)
			}
		})
	}
	done.Wait()
}

func TestACancelledViewLeavesThePoolWhole(t *testing.T) {
	e := openEngine(t)
	for range 3 * cap(e.readers.free) {
		ctx, cancel := context.WithCancel(t.Context())
		err := e.View(ctx, func(q store.Querier) error {
			cancel()
			_, err := q.QueryContext(ctx, "SELECT 1")
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("a cancelled view: %v", err)
		}
	}
	if err := e.View(t.Context(), func(q store.Querier) error { pragma(t, q, "synchronous"); return nil }); err != nil {
		t.Errorf("a view afterwards: %v", err)
	}
}
