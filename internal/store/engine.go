package store

import (
	"context"
	"database/sql"
)

// Querier runs statements of one transaction. Placeholders are $1, $2, ...
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Engine is what a database brings to a Store: transactions, locks, wake-ups.
type Engine interface {
	// Dialect is "sqlite" or "postgres".
	Dialect() string
	// View runs fn on one read snapshot.
	View(ctx context.Context, fn func(Querier) error) error
	// Update runs fn in a serializable transaction and returns after it is on
	// disk. It may run fn again. With alone no other Update of any process runs
	// beside it.
	Update(ctx context.Context, alone bool, fn func(Querier) error) error
	// Migrate runs fn in one transaction that no other Migrate of any process runs beside.
	Migrate(ctx context.Context, fn func(Querier) error) error
	// SoleWriter says that no Update runs beside another, so feed numbers may be
	// drawn as writes happen.
	SoleWriter() bool
	// Reserve draws n feed numbers for the transaction q and returns the one
	// before the first. It holds off other Reserves until the transaction ends.
	// It is not called on a SoleWriter.
	Reserve(ctx context.Context, q Querier, n int) (base int64, err error)
	// Follow calls wake after commits of other processes, until ctx ends.
	Follow(ctx context.Context, wake func())
	Close() error
}
