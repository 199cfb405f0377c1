package sqlite

import (
	"context"
	"database/sql"
	"sync"
)

// maxStatements bounds the prepared statements kept; others are prepared each time.
const maxStatements = 256

// statements keeps the prepared statements of one connection by their text:
// parsing costs SQLite more than running most of ours. Preparing never waits for
// another connection, which a transaction may hold while it waits for this one.
type statements struct {
	conn   *sql.Conn
	mu     sync.Mutex
	byText map[string]*sql.Stmt
}

func newStatements(conn *sql.Conn) *statements {
	return &statements{conn: conn, byText: map[string]*sql.Stmt{}}
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
	stmt, err := s.conn.PrepareContext(context.WithoutCancel(ctx), query)
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
