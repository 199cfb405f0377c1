package sqlite

import (
	"context"
	"database/sql"
	"sync"
)

// maxStatements bounds the prepared statements kept; others are prepared each time.
const maxStatements = 256

// preparer is *sql.DB or *sql.Conn.
type preparer interface {
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

// statements keeps prepared statements by their text: parsing costs SQLite more
// than running most of ours.
type statements struct {
	from   preparer
	mu     sync.Mutex
	byText map[string]*sql.Stmt
}

func newStatements(from preparer) *statements {
	return &statements{from: from, byText: map[string]*sql.Stmt{}}
}

// get returns the prepared statement, nil when there are too many.
func (s *statements) get(ctx context.Context, query string) (*sql.Stmt, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stmt := s.byText[query]; stmt != nil {
		return stmt, nil
	}
	if len(s.byText) >= maxStatements {
		return nil, nil
	}
	stmt, err := s.from.PrepareContext(context.WithoutCancel(ctx), query)
	if err != nil {
		return nil, err
	}
	s.byText[query] = stmt
	return stmt, nil
}

func (s *statements) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stmt := range s.byText {
		stmt.Close()
	}
	s.byText = map[string]*sql.Stmt{}
	return nil
}

// readTx runs prepared statements in a reader's transaction.
type readTx struct {
	tx         *sql.Tx
	statements *statements
}

func (r *readTx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return r.tx.ExecContext(ctx, query, args...)
}

func (r *readTx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := r.statements.get(ctx, query)
	if err != nil || stmt == nil {
		return r.tx.QueryContext(ctx, query, args...) // says what is wrong with it
	}
	return r.tx.StmtContext(ctx, stmt).QueryContext(ctx, args...)
}
