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

// Engine is what a database provides to a Store: transactions, locks, wake-ups.
type Engine interface {
	// Dialect is "sqlite" or "postgres".
	Dialect() string
	// View runs fn on one read snapshot.
	View(ctx context.Context, fn func(Querier) error) error
	// Update runs fn in a serializable transaction and returns after it is on
	// disk. It may run fn again. With alone, no other Update of any process
	// runs at the same time.
	Update(ctx context.Context, alone bool, fn func(Querier) error) error
	// Migrate runs fn in one transaction, at the same time as no other Migrate
	// of any process.
	Migrate(ctx context.Context, fn func(Querier) error) error
	// SoleWriter reports whether Updates run one at a time, so that feed
	// numbers can be drawn as writes happen.
	SoleWriter() bool
	// Reserve draws n feed numbers for the transaction q and returns the one
	// before the first. It blocks other Reserves until the transaction ends. It
	// is not called on a SoleWriter.
	Reserve(ctx context.Context, q Querier, n int) (base int64, err error)
	// Follow calls wake after commits of other processes, until ctx ends.
	Follow(ctx context.Context, wake func())
	Close() error
}
