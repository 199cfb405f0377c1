package storetest

import (
	"bytes"
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/postgres"
	"github.com/portico-portal/portico/internal/store/sqlite"
)

// Options are the options of the stores this package opens.
func Options() store.Options {
	return store.Options{Service: "portico", Key: bytes.Repeat([]byte("k"), store.KeySize)}
}

// Database is an empty database that a test may open several times.
type Database struct {
	open           func(context.Context, store.Options) (*store.Store, error)
	driver, source string
}

// Exec runs statements on the database, beside any store.
func (d Database) Exec(t testing.TB, statements ...string) {
	t.Helper()
	db, err := sql.Open(d.driver, d.source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// Open opens a store on the database with options of the test's own; the test closes it.
func (d Database) Open(ctx context.Context, opt store.Options) (*store.Store, error) {
	return d.open(ctx, opt)
}

// Store opens a store on the database, closed at the end of the test.
func (d Database) Store(t testing.TB) *store.Store {
	t.Helper()
	s, err := d.open(t.Context(), Options())
	if err != nil {
		t.Fatalf("open a store: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close the store: %v", err)
		}
	})
	return s
}

// SQLite is an empty database in a temporary folder.
func SQLite(t testing.TB) Database {
	path := filepath.Join(t.TempDir(), "portico.db")
	return Database{func(ctx context.Context, opt store.Options) (*store.Store, error) {
		return sqlite.Open(ctx, path, opt)
	}, "sqlite", path}
}

// Postgres is an empty database on this test binary's server; not ok as PostgresURL says.
func Postgres(t testing.TB) (db Database, ok bool) {
	t.Helper()
	url, ok := PostgresURL(t)
	return Database{func(ctx context.Context, opt store.Options) (*store.Store, error) {
		return postgres.Open(ctx, url, opt)
	}, "pgx", url}, ok
}

// Open opens an empty store on SQLite, closed at the end of the test.
func Open(t testing.TB) *store.Store {
	t.Helper()
	return SQLite(t).Store(t)
}

// Each runs fn on an empty store of every engine, as parallel sub-tests "sqlite"
// and "postgres". Where PostgreSQL is not installed and not required (see
// PostgresURL) there is no second sub-test, and the log says so.
func Each(t *testing.T, fn func(t *testing.T, s *store.Store)) {
	t.Helper()
	EachDatabase(t, func(t *testing.T, db Database) { fn(t, db.Store(t)) })
}

// EachDatabase is Each for tests that open the database themselves.
func EachDatabase(t *testing.T, fn func(t *testing.T, db Database)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, SQLite(t))
	})
	pg, ok := Postgres(t)
	if !ok {
		t.Logf("not run on PostgreSQL: %v", errNoPostgres)
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, pg)
	})
}
