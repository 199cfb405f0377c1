package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/portico-portal/portico/internal/store"
)

// readers are the connections of views. Each is used by one view at a time and
// keeps the statements prepared on it.
type readers struct {
	db     *sql.DB
	free   chan *reader // nil stands for a connection not opened yet
	closed chan struct{}
}

// reader is one connection in the transaction of one view.
type reader struct {
	conn       *sql.Conn
	statements *statements
}

func newReaders(db *sql.DB, n int) *readers {
	db.SetMaxOpenConns(n)
	db.SetMaxIdleConns(n)
	p := &readers{db: db, free: make(chan *reader, n), closed: make(chan struct{})}
	for range n {
		p.free <- nil
	}
	return p
}

// view runs fn in a deferred transaction: in WAL mode a snapshot from its first read on.
func (p *readers) view(ctx context.Context, fn func(store.Querier) error) error {
	r, err := p.take(ctx)
	if err != nil {
		return fmt.Errorf("begin a view: %w", err)
	}
	defer func() { p.free <- r.end() }()
	return fn(r)
}

// take waits for a connection and begins a transaction on it.
func (p *readers) take(ctx context.Context) (r *reader, err error) {
	select {
	case r = <-p.free:
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-p.closed:
		return nil, errClosed
	}
	if r == nil {
		if r, err = p.open(ctx); err != nil {
			p.free <- nil
			return nil, err
		}
	}
	if _, err := r.conn.ExecContext(ctx, "BEGIN"); err != nil {
		p.free <- r.end()
		return nil, err
	}
	return r, nil
}

func (p *readers) open(ctx context.Context) (*reader, error) {
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return &reader{conn, newStatements(conn)}, nil
}

// end gives the snapshot up, and the connection too when it is broken: nil is a
// place for a new one.
func (r *reader) end() *reader {
	if _, err := r.conn.ExecContext(context.Background(), "ROLLBACK"); err != nil {
		_ = r.close() // it is of no more use
		return nil
	}
	return r
}

func (r *reader) close() error { return errors.Join(r.statements.close(), r.conn.Close()) }

// close waits for the views that are open.
func (p *readers) close() error {
	var err error
	close(p.closed)
	for range cap(p.free) {
		if r := <-p.free; r != nil {
			err = errors.Join(err, r.close())
		}
	}
	return errors.Join(err, p.db.Close())
}

func (r *reader) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return r.conn.ExecContext(ctx, query, args...)
}

func (r *reader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := r.statements.get(ctx, query)
	if err != nil || stmt == nil {
		return r.conn.QueryContext(ctx, query, args...) // says what is wrong with it
	}
	return stmt.QueryContext(ctx, args...)
}
