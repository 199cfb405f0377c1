package postgres

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/portico-portal/portico/internal/store"
)

// The keys of advisory locks: "Port" and a number.
const (
	lockMigrate int64 = 0x506f7274<<32 + 1
	lockFeed    int64 = 0x506f7274<<32 + 2
)

// channel is where commits are announced.
const channel = "portico_change"

// maxConnections is the size of each of a process's two pools; the listener has
// its own connection.
const maxConnections = 12

// engine reads and writes over different pools, so that a View inside an Update
// never waits for a connection that waiting updates hold.
type engine struct {
	read, write *sql.DB
	config      *pgx.ConnConfig
	outage      outage
}

// Open opens the database at a postgres:// URL (or key=value string) with libpq's
// parameters. The database must exist; its role must be able to make tables.
func Open(ctx context.Context, url string, opt store.Options) (*store.Store, error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err) // pgx hides the password
	}
	config.RuntimeParams["application_name"] = cmp.Or(config.RuntimeParams["application_name"], "portico")
	// A commit is acknowledged when it is on disk, whatever the server's default.
	config.RuntimeParams["synchronous_commit"] = "on"
	e := &engine{read: openPool(impatient(config)), write: openPool(impatient(config)), config: config}
	s, err := store.New(ctx, e, opt)
	if err != nil {
		return nil, fmt.Errorf("open database %s on %s: %w", config.Database, config.Host, err)
	}
	return s, nil
}

func openPool(config *pgx.ConnConfig) *sql.DB {
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(maxConnections)
	db.SetMaxIdleConns(maxConnections)
	return db
}

func (e *engine) Dialect() string  { return "postgres" }
func (e *engine) SoleWriter() bool { return false }
func (e *engine) Close() error     { return errors.Join(e.read.Close(), e.write.Close()) }

// View reads on one snapshot.
func (e *engine) View(ctx context.Context, fn func(store.Querier) error) error {
	tx, end, err := e.begin(ctx, e.read, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return e.known(ctx, fmt.Errorf("begin a view: %w", err))
	}
	defer end()
	return e.known(ctx, fn(tx))
}

// Migrate works under an advisory lock, so that replicas that start at once
// migrate one after another, however long that takes.
func (e *engine) Migrate(ctx context.Context, fn func(store.Querier) error) error {
	pool := openPool(e.config)
	defer pool.Close()
	tx, err := pool.BeginTx(ctx, nil) // read committed: sees what the lock's last holder did
	if err != nil {
		return fmt.Errorf("begin a migration: %w", err)
	}
	defer tx.Rollback() // nothing after a commit
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, lockMigrate); err != nil {
		return fmt.Errorf("wait for other migrations: %w", err)
	}
	if err := fn(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// Reserve draws numbers under a lock held to commit: who draws later commits
// later, so the feed's order is the order of commits. The commit announces itself.
func (e *engine) Reserve(ctx context.Context, q store.Querier, n int) (int64, error) {
	if _, err := q.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1)`, lockFeed); err != nil {
		return 0, fmt.Errorf("lock the change feed: %w", err)
	}
	rows, err := q.QueryContext(ctx, `SELECT setval('change_number', nextval('change_number') + $1 - 1), pg_notify($2, '')`, n, channel)
	if err != nil {
		return 0, fmt.Errorf("draw feed numbers: %w", err)
	}
	defer rows.Close()
	var last int64
	var nothing any
	for rows.Next() {
		if err := rows.Scan(&last, &nothing); err != nil {
			return 0, fmt.Errorf("draw feed numbers: %w", err)
		}
	}
	return last - int64(n), errors.Join(rows.Err(), rows.Close())
}
