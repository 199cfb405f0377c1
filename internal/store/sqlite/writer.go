package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	driver "modernc.org/sqlite"

	"github.com/portico-portal/portico/internal/routine"
	"github.com/portico-portal/portico/internal/store"
)

// A group ends when it holds groupSize updates or has taken groupTime.
const (
	groupSize = 256
	groupTime = 20 * time.Millisecond
)

// writer runs all updates on one connection, one after another. Those that wait
// share a transaction and its flush to disk; each has a savepoint of its own.
type writer struct {
	conn       *sql.Conn
	statements *statements
	queue      chan *update
	closing    chan struct{}
	closed     chan struct{}
}

// update is one waiting Store.Update. Its function runs in the goroutine that
// called, when its turn comes, so that a panic ends up there.
type update struct {
	ctx  context.Context
	turn chan struct{} // closed when fn may run
	ran  chan error    // fn's result
	err  error         // the outcome, set before done
	done chan struct{}
}

var errClosed = errors.New("sqlite: the store is closed")

func startWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if err := keepLog(conn); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	w := &writer{
		conn: conn, statements: newStatements(conn), queue: make(chan *update),
		closing: make(chan struct{}), closed: make(chan struct{}),
	}
	routine.Go(func() error { w.run(); return nil }, func(error) {})
	return w, nil
}

// keepLog leaves the log and its index beside the file when the last connection
// is closed: a full disk may have no room to make them again at the next start.
func keepLog(conn *sql.Conn) error {
	return conn.Raw(func(c any) error {
		_, err := c.(driver.FileControl).FileControlPersistWAL("main", 1)
		return err
	})
}

// do queues fn and waits until its group is on disk.
func (w *writer) do(ctx context.Context, fn func(store.Querier) error) error {
	u := &update{ctx: ctx, turn: make(chan struct{}), ran: make(chan error, 1), done: make(chan struct{})}
	select {
	case w.queue <- u:
	case <-ctx.Done():
		return ctx.Err()
	case <-w.closing:
		return errClosed
	}
	select {
	case <-u.turn:
		w.call(u, fn)
		<-u.done
	case <-u.done: // the group failed before its turn
	}
	return u.err
}

// call runs fn and tells the writer the result, also when fn panics or ends the goroutine.
func (w *writer) call(u *update, fn func(store.Querier) error) {
	err := errors.New("sqlite: the update did not return")
	defer func() { u.ran <- err }()
	err = fn((*writeTx)(w))
}

func (w *writer) run() {
	defer close(w.closed)
	for {
		select {
		case u := <-w.queue:
			w.group(u)
		case <-w.closing:
			return
		}
	}
}

// group runs first and the updates that wait behind it in one transaction.
func (w *writer) group(first *update) {
	all := []*update{first}
	if err := routine.Try(func() error { return w.commit(&all) }); err != nil {
		w.abandon(all, fmt.Errorf("commit: %w", err))
	}
	for _, u := range all {
		close(u.done)
	}
}

func (w *writer) commit(all *[]*update) error {
	begun := time.Now()
	err := w.exec("BEGIN IMMEDIATE")
	if err == nil {
		err = w.savepoint((*all)[0])
	}
	for err == nil && len(*all) < groupSize && time.Since(begun) < groupTime {
		next := w.waiting()
		if next == nil {
			break
		}
		*all = append(*all, next)
		err = w.savepoint(next)
	}
	if err != nil {
		return err
	}
	return w.exec("COMMIT")
}

// waiting takes an update that waits already, or nil.
func (w *writer) waiting() *update {
	select {
	case u := <-w.queue:
		return u
	default:
		return nil
	}
}

// savepoint runs one update; its own failure undoes only itself. An error means
// that the whole transaction is lost.
func (w *writer) savepoint(u *update) error {
	if u.err = u.ctx.Err(); u.err != nil {
		return nil
	}
	if err := w.exec("SAVEPOINT one"); err != nil {
		return err
	}
	close(u.turn)
	if u.err = <-u.ran; u.err == nil {
		u.err = u.ctx.Err()
	}
	if u.err != nil {
		if err := w.exec("ROLLBACK TO one"); err != nil {
			return errors.Join(u.err, err) // the failure, of the disk say, that ended the transaction
		}
	}
	return w.exec("RELEASE one")
}

// abandon rolls back and fails every update that had not failed by itself.
func (w *writer) abandon(all []*update, err error) {
	if rollback := w.exec("ROLLBACK"); rollback != nil {
		err = errors.Join(err, rollback) // SQLite may have rolled back by itself
	}
	for _, u := range all {
		if u.err == nil {
			u.err = err
		}
	}
}

func (w *writer) exec(query string) error {
	_, err := w.conn.ExecContext(context.Background(), query)
	return err
}

func (w *writer) close() error {
	close(w.closing)
	<-w.closed
	return errors.Join(w.statements.close(), w.conn.Close())
}

// writeTx runs prepared statements on the writer's connection. A cancelled
// context stops the next statement, not the running one: an interrupted write
// makes SQLite roll back the whole group.
type writeTx writer

func (t *writeTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	stmt, err := t.statements.get(ctx, query)
	if err != nil || stmt == nil {
		return t.conn.ExecContext(ctx, query, args...)
	}
	return stmt.ExecContext(ctx, args...)
}

func (t *writeTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	ctx = context.WithoutCancel(ctx)
	stmt, err := t.statements.get(ctx, query)
	if err != nil || stmt == nil {
		return t.conn.QueryContext(ctx, query, args...)
	}
	return stmt.QueryContext(ctx, args...)
}
