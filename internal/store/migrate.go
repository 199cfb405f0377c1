package store

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// Files are NNNN_name.sql, or NNNN_name.<dialect>.sql for one engine. Released
// files never change: their checksums are stored.
//
//go:embed migrations/*.sql
var migrationFiles embed.FS

type migration struct {
	number   int
	name     string
	script   string
	checksum string
	after    func(context.Context, Querier) error // the part that SQL cannot do; nil: none
}

// migrate applies the migrations that the database lacks, each in one
// transaction under the engine's migration lock. create is asked before an empty
// database gets its tables.
func migrate(ctx context.Context, engine Engine, create func() error, now time.Time) error {
	all, err := migrations(migrationFiles, engine.Dialect())
	if err != nil {
		return err
	}
	ours, current, err := upToDate(ctx, engine, all)
	if err == nil && !ours {
		err = create()
	}
	if err != nil || current {
		return err
	}
	return applyMigrations(ctx, engine, all, now)
}

func applyMigrations(ctx context.Context, engine Engine, all []migration, now time.Time) error {
	for more := true; more; {
		err := engine.Migrate(ctx, func(q Querier) error {
			if _, err := q.ExecContext(ctx, migrationTable); err != nil {
				return err
			}
			done, err := appliedMigrations(ctx, q)
			if err != nil {
				return err
			}
			next, err := nextMigration(all, done)
			more = next != nil
			if err != nil || next == nil {
				return err
			}
			return next.apply(ctx, q, now)
		})
		if err != nil {
			return fmt.Errorf("migrate the database: %w", err)
		}
	}
	return nil
}

// migrations reads the scripts for a dialect, in order.
func migrations(files fs.FS, dialect string) ([]migration, error) {
	entries, err := fs.ReadDir(files, "migrations")
	if err != nil {
		return nil, fmt.Errorf("read migrations: %w", err)
	}
	keyText := "TEXT"
	if dialect == "postgres" {
		keyText = `TEXT COLLATE "C"`
	}
	var all []migration
	for _, e := range entries { // sorted by name, so by number
		base := strings.TrimSuffix(e.Name(), ".sql")
		name, only, limited := strings.Cut(base, ".")
		if limited && only != dialect {
			continue
		}
		number, err := strconv.Atoi(name[:min(4, len(name))])
		if err != nil {
			return nil, fmt.Errorf("migration %s: its name does not start with four digits", e.Name())
		}
		script, err := fs.ReadFile(files, "migrations/"+e.Name())
		if err != nil {
			return nil, fmt.Errorf("read migrations: %w", err)
		}
		sum := sha256.Sum256(script)
		all = append(all, migration{
			number: number, name: base, checksum: hex.EncodeToString(sum[:]),
			script: strings.ReplaceAll(string(script), "KEY_TEXT", keyText), after: afterScript(base),
		})
	}
	return all, nil
}

const migrationTable = `CREATE TABLE IF NOT EXISTS migration (
	number BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL, applied_at BIGINT NOT NULL)`

// upToDate looks whether there is anything to migrate, without writing: a
// database that takes no writes can be read. ours: it was migrated before.
func upToDate(ctx context.Context, engine Engine, all []migration) (ours, current bool, err error) {
	err = engine.View(ctx, func(q Querier) error {
		ours, err = isOurs(ctx, q, engine.Dialect())
		if err != nil || !ours {
			return err
		}
		done, err := appliedMigrations(ctx, q)
		if err != nil {
			return err
		}
		next, err := nextMigration(all, done)
		current = err == nil && next == nil
		return err
	})
	if err != nil {
		return false, false, fmt.Errorf("migrate the database: %w", err)
	}
	return ours, current, nil
}

// tables are the queries for the number of our tables of migrations.
var tables = map[string]string{
	"sqlite":   `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'migration'`,
	"postgres": `SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'migration'`,
}

// isOurs reports whether the database has ever been migrated.
func isOurs(ctx context.Context, q Querier, dialect string) (bool, error) {
	rows, err := q.QueryContext(ctx, tables[dialect])
	if err != nil {
		return false, err
	}
	defer rows.Close()
	var n int
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return false, err
		}
	}
	return n > 0, rows.Err()
}

// appliedMigrations maps the numbers of applied migrations to their checksums.
func appliedMigrations(ctx context.Context, q Querier) (map[int]string, error) {
	rows, err := q.QueryContext(ctx, `SELECT number, checksum FROM migration`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	done := map[int]string{}
	for rows.Next() {
		var number int
		var checksum string
		if err := rows.Scan(&number, &checksum); err != nil {
			return nil, err
		}
		done[number] = checksum
	}
	return done, rows.Err()
}

// nextMigration is the first migration that is not applied, or nil. It refuses
// a database migrated by another version of the program.
func nextMigration(all []migration, done map[int]string) (*migration, error) {
	var next *migration
	known := map[int]bool{}
	for i := range all {
		m := &all[i]
		known[m.number] = true
		switch checksum, applied := done[m.number]; {
		case !applied && next == nil:
			next = m
		case applied && checksum != m.checksum:
			return nil, fmt.Errorf("migration %s is not the one applied to this database", m.name)
		case applied && next != nil:
			return nil, fmt.Errorf("migration %s is missing, although the later %s was applied", next.name, m.name)
		}
	}
	for number := range done {
		if !known[number] {
			return nil, fmt.Errorf("the database belongs to a newer version of this program: it has migration %d; run that version", number)
		}
	}
	return next, nil
}

func (m *migration) apply(ctx context.Context, q Querier, now time.Time) error {
	for i, statement := range strings.Split(m.script, ";\n") {
		if isBlankSQL(statement) {
			continue
		}
		if _, err := q.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("migration %s, statement %d: %w", m.name, i+1, err)
		}
	}
	if m.after != nil {
		if err := m.after(ctx, q); err != nil {
			return fmt.Errorf("migration %s: %w", m.name, err)
		}
	}
	_, err := q.ExecContext(ctx, `INSERT INTO migration (number, name, checksum, applied_at) VALUES ($1, $2, $3, $4)`,
		m.number, m.name, m.checksum, now.UnixMicro())
	return err
}

func isBlankSQL(statement string) bool {
	for line := range strings.SplitSeq(statement, "\n") {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "--") {
			return false
		}
	}
	return true
}

// afterScript is what to run after the script of a migration.
func afterScript(name string) func(context.Context, Querier) error {
	if name == "0007_folded_address" {
		return foldAddresses
	}
	return nil
}

// foldAddresses recomputes the address columns of all APIs.
func foldAddresses(ctx context.Context, q Querier) error {
	rows, err := q.QueryContext(ctx, `SELECT service, key, body FROM document WHERE kind = $1`, apim.APIs.Path)
	if err != nil {
		return err
	}
	defer rows.Close()
	var updates [][]any
	for rows.Next() {
		var service, key, body string
		if err := rows.Scan(&service, &key, &body); err != nil {
			return err
		}
		updates = append(updates, []any{addressOf(apim.APIs.Path, []byte(body)), service, key})
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, args := range updates {
		if _, err := q.ExecContext(ctx, `UPDATE document SET address = $1 WHERE service = $2 AND key = $3`, args...); err != nil {
			return err
		}
	}
	return nil
}
