package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/portico-portal/portico/internal/store"
)

// After sharedAttempts collisions an update runs alone, so that a long one is
// not starved by short ones.
const (
	sharedAttempts = 4
	allAttempts    = 8
)

// Update runs fn in a serializable transaction, again when it collides with another.
func (e *engine) Update(ctx context.Context, alone bool, fn func(store.Querier) error) error {
	for attempt := 1; ; attempt++ {
		collided, err := e.attempt(ctx, alone || attempt > sharedAttempts, fn)
		if !collided || attempt == allAttempts || ctx.Err() != nil {
			return e.known(ctx, err)
		}
		if attempt > sharedAttempts { // the server may count transactions that are still ending
			time.Sleep(time.Duration(attempt) * collisionPause)
		}
	}
}

// collisionPause, times the attempts so far, is between two attempts of an update alone.
const collisionPause = 2 * time.Millisecond

// attempt runs fn once. collided: it failed because of another transaction.
func (e *engine) attempt(ctx context.Context, alone bool, fn func(store.Querier) error) (collided bool, err error) {
	tx, end, err := e.begin(ctx, e.write, &sql.TxOptions{Isolation: sql.LevelSerializable})
	if err != nil {
		return false, fmt.Errorf("begin an update: %w", err)
	}
	defer end()
	// LOCK TABLE, unlike an advisory lock, takes no snapshot: the transaction
	// sees what those did that it waited for.
	mode := "ROW SHARE"
	if alone {
		mode = "EXCLUSIVE"
	}
	if _, err := tx.ExecContext(ctx, `LOCK TABLE writers IN `+mode+` MODE`); err != nil {
		return isCollision(err), fmt.Errorf("wait for other writers: %w", err)
	}
	w := &watched{tx: tx}
	if err := fn(w); err != nil {
		return w.collided || isCollision(err), err
	}
	if w.collided {
		return true, errors.New("postgres: an error of the database was ignored")
	}
	if err := tx.Commit(); err != nil {
		return isCollision(err), fmt.Errorf("commit: %w", err)
	}
	return false, nil
}

// watched is a transaction that remembers a collision, which fn may report in
// any words. One that shows only in rows.Err is found in fn's error.
type watched struct {
	tx       *sql.Tx
	collided bool
}

func (w *watched) see(err error) {
	if isCollision(err) {
		w.collided = true
	}
}

func (w *watched) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	res, err := w.tx.ExecContext(ctx, query, args...)
	w.see(err)
	return res, err
}

func (w *watched) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := w.tx.QueryContext(ctx, query, args...)
	w.see(err)
	return rows, err
}

// isCollision: serialization failure, deadlock, or a unique key that another
// transaction took after this one had looked (the store always looks first).
func isCollision(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	return pg.Code == "40001" || pg.Code == "40P01" || pg.Code == "23505"
}
