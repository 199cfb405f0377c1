package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// pollInterval bounds how late a lost notification is noticed.
const pollInterval = time.Second

// Follow wakes on the notifications of other replicas, and polls for lost ones.
// A broken connection is made again at the next poll.
func (e *engine) Follow(ctx context.Context, wake func()) {
	var conn *pgx.Conn
	defer func() {
		if conn != nil {
			closeConn(conn)
		}
	}()
	var seen int64
	for ctx.Err() == nil {
		if conn == nil {
			conn = e.listen(ctx)
		}
		if conn != nil && e.wait(ctx, conn) {
			wake()
			continue
		}
		if conn != nil && conn.IsClosed() {
			conn = nil
		}
		if conn == nil {
			pause(ctx)
		}
		if last, ok := e.last(ctx); ok && last != seen {
			seen = last
			wake()
		}
	}
}

// listen opens the listener's connection, nil when the server cannot be reached.
func (e *engine) listen(ctx context.Context) *pgx.Conn {
	conn, err := pgx.ConnectConfig(ctx, impatient(e.config))
	if err != nil {
		return nil
	}
	if _, err := conn.Exec(ctx, "LISTEN "+channel); err != nil {
		closeConn(conn)
		return nil
	}
	return conn
}

// wait reports whether a notification came before the next poll is due.
func (e *engine) wait(ctx context.Context, conn *pgx.Conn) bool {
	ctx, cancel := context.WithTimeout(ctx, pollInterval)
	defer cancel()
	_, err := conn.WaitForNotification(ctx)
	return err == nil
}

func closeConn(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), pollInterval)
	defer cancel()
	conn.Close(ctx) // a broken connection has nothing to say
}

func pause(ctx context.Context) {
	select {
	case <-ctx.Done():
	case <-time.After(pollInterval):
	}
}

// last is the newest feed number; not ok when the server cannot be reached.
func (e *engine) last(ctx context.Context) (int64, bool) {
	ctx, cancel := context.WithTimeout(ctx, connectPatience)
	defer cancel()
	var seq int64
	err := e.read.QueryRowContext(ctx, `SELECT coalesce(max(seq), 0) FROM change`).Scan(&seq)
	return seq, err == nil
}
