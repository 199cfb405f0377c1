package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"github.com/portico-portal/portico/internal/apim"
)

// memory is an engine that can only migrate.
type memory struct {
	Engine
	db *sql.DB
}

func (m memory) Migrate(ctx context.Context, fn func(Querier) error) error {
	tx, err := m.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

func script(name, text string) fstest.MapFS {
	return fstest.MapFS{"migrations/" + name: {Data: []byte(text)}}
}

func with(all ...fstest.MapFS) fstest.MapFS {
	merged := fstest.MapFS{}
	for _, fs := range all {
		for name, file := range fs {
			merged[name] = file
		}
	}
	return merged
}

func TestMigrations(t *testing.T) {
	one := script("0001_one.sql", "-- first; a comment\nCREATE TABLE a (k KEY_TEXT);\nCREATE TABLE b (k BIGINT);\n")
	two := script("0002_two.sql", "INSERT INTO a VALUES ('x');\n")
	other := script("0002_two.postgres.sql", "not for this engine;\n")
	tests := []struct {
		name          string
		first, second fstest.MapFS
		want          string // part of the second run's error; empty: success
		rows          int    // in a
	}{
		{name: "the same again does nothing", first: with(one, two), second: with(one, two), rows: 1},
		{name: "a new one is applied once", first: one, second: with(one, two), rows: 1},
		{name: "one of another engine is left out", first: one, second: with(one, other)},
		{name: "a changed one is refused", first: one, second: script("0001_one.sql", "CREATE TABLE c (k BIGINT);"),
			want: "0001_one is not the one applied"},
		{name: "a database of a newer program is refused", first: with(one, two), second: one, want: "newer version", rows: 1},
		{name: "a gap is refused", first: with(one, script("0003_three.sql", "SELECT 1;")), second: with(one, two, script("0003_three.sql", "SELECT 1;")),
			want: "0002_two is missing, although"},
		{name: "a failing one leaves nothing", first: one,
			second: with(one, script("0002_bad.sql", "INSERT INTO a VALUES ('y');\nINSERT INTO nowhere VALUES (1);")), want: "0002_bad, statement 2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			db, err := sql.Open("sqlite", ":memory:")
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			db.SetMaxOpenConns(1)
			if err := runMigrations(t, db, tt.first); err != nil {
				t.Fatalf("first: %v", err)
			}
			err = runMigrations(t, db, tt.second)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("second: error %v, want %q", err, tt.want)
			}
			var rows int
			if err := db.QueryRow(`SELECT count(*) FROM a`).Scan(&rows); err != nil || rows != tt.rows {
				t.Errorf("%d rows, %v, want %d", rows, err, tt.rows)
			}
		})
	}
}

func runMigrations(t *testing.T, db *sql.DB, files fstest.MapFS) error {
	t.Helper()
	all, err := migrations(files, "sqlite")
	if err != nil {
		return err
	}
	return applyMigrations(t.Context(), memory{db: db}, all, time.Unix(0, 0))
}

func TestOurMigrationsAreNumberedWithoutGaps(t *testing.T) {
	for _, dialect := range []string{"sqlite", "postgres"} {
		all, err := migrations(migrationFiles, dialect)
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(all); i++ {
			if all[i].number <= all[i-1].number {
				t.Errorf("%s: %s follows %s", dialect, all[i].name, all[i-1].name)
			}
		}
	}
}

func TestRolesAtTheServiceStayThere(t *testing.T) {
	db, err := sql.Open("sqlite", t.TempDir()+"/old.db")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	all, err := migrations(migrationFiles, "sqlite")
	if err != nil {
		t.Fatal(err)
	}
	until := func(number int) {
		ours := all[:slices.IndexFunc(all, func(m migration) bool { return m.number == number })+1]
		if err := applyMigrations(t.Context(), memory{db: db}, ours, time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
	}
	until(3)
	for key, scope := range map[string]string{"/roleassignments/a": "", "/roleassignments/b": "/apis/x"} {
		if _, err := db.Exec(`INSERT INTO document (service, key, path, kind, parent, workspace, name, etag, seq, created_at, updated_at, body)
			VALUES ('s', $1, $1, 'roleassignments', '', '', 'n', 'e', 1, 0, 0, $2)`, key, `{"principalId":"users/1","scope":"`+scope+`"}`); err != nil {
			t.Fatal(err)
		}
	}
	until(4)
	for key, want := range map[string]apim.Scope{"/roleassignments/a": apim.ServiceScope(), "/roleassignments/b": apim.ScopeOf("/apis/x")} {
		var body string
		if err := db.QueryRow(`SELECT body FROM document WHERE key = $1`, key).Scan(&body); err != nil {
			t.Fatal(err)
		}
		var got struct{ Scope apim.Scope }
		if err := json.Unmarshal([]byte(body), &got); err != nil || !got.Scope.Same(want) {
			t.Errorf("%s is %s after the migration, which reads as %q, %v; want %q", key, body, got.Scope, err, want)
		}
	}
}
