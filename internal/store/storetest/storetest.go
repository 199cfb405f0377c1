package storetest

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/sqlite"
)

// Options are the options of the stores this package opens.
func Options() store.Options {
	return store.Options{Service: "portico", Key: bytes.Repeat([]byte("k"), store.KeySize)}
}

// Open opens an empty store on SQLite, closed at the end of the test.
func Open(t testing.TB) *store.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "portico.db"), Options())
	if err != nil {
		t.Fatalf("open a store: %v", err)
	}
	closeAtEnd(t, s)
	return s
}

func closeAtEnd(t testing.TB, s *store.Store) {
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
}

// Each runs fn on an empty store of every engine, as parallel sub-tests "sqlite"
// and "postgres". Where PostgreSQL is not installed and not required (see
// PostgresURL) there is no second sub-test, and the log says so.
func Each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, Open(t))
	})
	url, ok := PostgresURL(t)
	if !ok {
		t.Logf("not run on PostgreSQL: %v", errNoPostgres)
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, OpenPostgres(t, url))
	})
}
