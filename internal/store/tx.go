package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// Tx is a transaction of View or Update. It is not safe for concurrent use and
// must not be used after its function has returned.
type Tx struct {
	s        *Store
	ctx      context.Context
	q        Querier
	now      time.Time // of the whole transaction
	actor    Actor
	writable bool

	drawn   int64 // feed numbers drawn so far
	base    int64 // the number before the first; of a sole writer only
	changes []changeRow
	puts    map[apim.Key]bool // keys whose last change is a put
	audits  []auditRow
	written []*Document // put here; their Seq is final after flush
}

// changeRow is a row of the feed yet to be written.
type changeRow struct {
	seq    int64
	key    apim.Key
	kind   string
	parent apim.Key
	op     Op
}

var errReadOnly = errors.New("store: a write in a view")

// Context is the context the transaction was started with.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Now is the time of the whole transaction.
func (tx *Tx) Now() time.Time { return tx.now }

// NewID makes a random id, as the store's own does.
func (tx *Tx) NewID() string { return tx.s.NewID() }

// NewKey makes a random subscription key, as the store's own does.
func (tx *Tx) NewKey() string { return tx.s.NewKey() }

// Random makes n random bytes, as the store's own does.
func (tx *Tx) Random(n int) []byte { return tx.s.Random(n) }

// Exec runs a raw statement with $n placeholders, for packages with tables
// derived from the feed. It leaves no trace in feed and audit log.
func (tx *Tx) Exec(query string, args ...any) error {
	if !tx.writable {
		return errReadOnly
	}
	_, err := tx.q.ExecContext(tx.ctx, query, bound(args)...)
	return err
}

// Query runs a raw query; the rows must be closed before the next statement.
func (tx *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	return tx.q.QueryContext(tx.ctx, query, bound(args)...)
}

// exec runs a statement and returns the number of affected rows.
func (tx *Tx) exec(query string, args ...any) (int64, error) {
	if !tx.writable {
		return 0, errReadOnly
	}
	res, err := tx.q.ExecContext(tx.ctx, query, bound(args)...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// each calls scan for every row of a query.
func (tx *Tx) each(scan func(*sql.Rows) error, query string, args ...any) error {
	rows, err := tx.q.QueryContext(tx.ctx, query, bound(args)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// collect returns what scan makes of every row of a query.
func collect[T any](tx *Tx, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	var all []T
	err := tx.each(func(rows *sql.Rows) error {
		v, err := scan(rows)
		all = append(all, v)
		return err
	}, query, args...)
	return all, err
}

// one scans the single row of a query into dest; apim.ErrNotFound when there is none.
func (tx *Tx) one(dest []any, query string, args ...any) error {
	found := false
	err := tx.each(func(rows *sql.Rows) error {
		found = true
		return rows.Scan(dest...)
	}, query, args...)
	if err == nil && !found {
		err = apim.ErrNotFound
	}
	return err
}

// strings collects the first column of a query.
func (tx *Tx) strings(query string, args ...any) ([]string, error) {
	return collect(tx, func(rows *sql.Rows) (v string, err error) {
		err = rows.Scan(&v)
		return v, err
	}, query, args...)
}

// chunkSizes are the row counts of multi-row statements: few shapes, so that
// prepared statements are reused.
var chunkSizes = [...]int{64, 8, 1}

// chunks calls fn with consecutive pieces of rows.
func chunks[T any](rows []T, fn func(piece []T) error) error {
	for _, size := range chunkSizes {
		for len(rows) >= size {
			if err := fn(rows[:size]); err != nil {
				return err
			}
			rows = rows[size:]
		}
	}
	return nil
}

// insert writes rows, many in a statement. columns is "a, b, c", tail an ON CONFLICT clause or "".
func (tx *Tx) insert(table, columns, tail string, rows [][]any) error {
	return chunks(rows, func(piece [][]any) error {
		_, err := tx.exec(insertSQL(table, columns, tail, len(piece)), flatten(piece)...)
		return err
	})
}

func insertSQL(table, columns, tail string, rows int) string {
	width := strings.Count(columns, ",") + 1
	var b strings.Builder
	b.WriteString("INSERT INTO " + table + " (" + columns + ") VALUES ")
	for row := range rows {
		if row > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + placeholders(row*width+1, width) + ")")
	}
	if tail != "" {
		b.WriteString(" " + tail)
	}
	return b.String()
}

// placeholders is "$first, ..." with n of them.
func placeholders(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("$" + strconv.Itoa(first+i))
	}
	return b.String()
}

func flatten(rows [][]any) []any {
	var all []any
	for _, row := range rows {
		all = append(all, row...)
	}
	return all
}

// draw returns the next feed number: final for a sole writer, otherwise a
// negative stand-in that flush replaces.
func (tx *Tx) draw() (int64, error) {
	if !tx.writable {
		return 0, errReadOnly
	}
	if tx.s.engine.SoleWriter() && tx.drawn == 0 {
		err := tx.one([]any{&tx.base}, `SELECT coalesce(max(seq), 0) FROM (
			SELECT max(seq) AS seq FROM change UNION ALL SELECT max(seq) AS seq FROM audit) AS last`)
		if err != nil {
			return 0, fmt.Errorf("read the last change: %w", err)
		}
	}
	tx.drawn++
	if tx.s.engine.SoleWriter() {
		return tx.base + tx.drawn, nil
	}
	return -tx.drawn, nil
}

// changed adds a row to the feed and returns its number.
func (tx *Tx) changed(key apim.Key, kind string, parent apim.Key, op Op) (int64, error) {
	seq, err := tx.draw()
	if err != nil {
		return 0, err
	}
	tx.changes = append(tx.changes, changeRow{seq, key, kind, parent, op})
	if tx.puts == nil {
		tx.puts = map[apim.Key]bool{}
	}
	tx.puts[key] = op == OpPut
	return seq, nil
}

// touched adds a put of a resource to the feed for a change beside its document
// (a secret), unless this transaction has one already.
func (tx *Tx) touched(ref apim.Ref) error {
	if tx.puts[ref.Key()] {
		return nil
	}
	_, err := tx.changed(ref.Key(), kindPath(ref.KindPath()), ref.Parent().Key(), OpPut)
	return err
}

// flush writes the feed and the audit log at the end of the transaction.
func (tx *Tx) flush() error {
	if tx.drawn == 0 {
		return nil
	}
	if err := tx.number(); err != nil {
		return fmt.Errorf("number the changes: %w", err)
	}
	at := tx.now.UnixMicro()
	rows := make([][]any, len(tx.changes))
	for i, c := range tx.changes {
		rows[i] = []any{c.seq, tx.s.service, c.key, c.kind, c.parent, string(c.op), at}
	}
	if err := tx.insert("change", "seq, service, key, kind, parent, op, at", "", rows); err != nil {
		return fmt.Errorf("write the change feed: %w", err)
	}
	rows = make([][]any, len(tx.audits))
	for i, a := range tx.audits {
		rows[i] = []any{a.seq, tx.s.service, at, a.actor.Name, a.actor.Address, a.actor.RequestID,
			a.action, string(a.outcome), a.key, text(a.before), text(a.after)}
	}
	err := tx.insert("audit", "seq, service, at, actor, address, request_id, action, outcome, key, before, after", "", rows)
	return wrap(err, "write the audit log")
}

// number replaces the stand-ins by numbers reserved until the commit.
func (tx *Tx) number() error {
	if tx.s.engine.SoleWriter() {
		return nil
	}
	base, err := tx.s.engine.Reserve(tx.ctx, tx.q, int(tx.drawn))
	if err != nil {
		return err
	}
	for i := range tx.changes {
		tx.changes[i].seq = base - tx.changes[i].seq
	}
	for i := range tx.audits {
		tx.audits[i].seq = base - tx.audits[i].seq
	}
	keys := make([]any, len(tx.written))
	for i, d := range tx.written {
		keys[i] = d.Key()
		if d.Seq < 0 { // not yet seen: a document may be written twice
			d.Seq = base - d.Seq
		}
	}
	return chunks(keys, func(piece []any) error {
		_, err := tx.exec(`UPDATE document SET seq = $1 - seq WHERE service = $2 AND seq < 0 AND key IN (`+
			placeholders(3, len(piece))+`)`, append([]any{base, tx.s.service}, piece...)...)
		return err
	})
}

// bound brings the arguments of a statement to what the engines take, in place:
// a ref or a name stands for its key. What PostgreSQL refuses in text (NUL, bytes that are
// not UTF-8) is replaced, so that a look-up by a hostile name finds nothing
// instead of failing. What is written has been checked or cleaned before.
func bound(args []any) []any {
	for i, arg := range args {
		switch arg := arg.(type) {
		case apim.Ref:
			args[i] = printable(string(arg.Key()))
		case apim.Key:
			args[i] = printable(string(arg))
		case apim.Name:
			args[i] = printable(string(arg.Key()))
		case string:
			if !isText(arg) {
				args[i] = printable(arg)
			}
		}
	}
	return args
}

// text is JSON as a column value; NULL for nil.
func text(raw json.RawMessage) any {
	if raw == nil {
		return nil
	}
	return string(raw)
}

// rawText is a nullable column as JSON.
func rawText(s sql.NullString) json.RawMessage {
	if !s.Valid {
		return nil
	}
	return json.RawMessage(s.String)
}
