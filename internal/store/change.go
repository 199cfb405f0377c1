package store

import (
	"context"
	"database/sql"
	"strconv"
	"time"
)

// ChangeRetention is how long the change feed is kept (design.md §4).
const ChangeRetention = 7 * 24 * time.Hour

// Changes reads up to limit entries of the feed after a number, in order.
func (tx *Tx) Changes(after int64, limit int) ([]Change, error) {
	all, err := collect(tx, func(rows *sql.Rows) (c Change, err error) {
		var at int64
		err = rows.Scan(&c.Seq, &c.Key, &c.Op, &at)
		c.At = time.UnixMicro(at).UTC()
		return c, err
	}, `SELECT seq, key, op, at FROM change WHERE seq > $1 AND service = $2 ORDER BY seq LIMIT $3`, after, tx.s.service, limit)
	return all, wrap(err, "read changes after %d", after)
}

// LastSeq is the newest feed number of the service, or 0.
func (tx *Tx) LastSeq() (int64, error) {
	var seq int64
	err := tx.one([]any{&seq}, `SELECT coalesce(max(seq), 0) FROM change WHERE service = $1`, tx.s.service)
	return seq, wrap(err, "read the last change")
}

// OldestSeq is the number from which all changes of the service are kept. A
// consumer that has read less than OldestSeq-1 has missed changes and must
// reload.
func (tx *Tx) OldestSeq() (int64, error) {
	pruned, err := tx.Meta(metaPruned)
	if err != nil || pruned == "" {
		return 1, err
	}
	last, err := strconv.ParseInt(pruned, 10, 64)
	return last + 1, wrap(err, "read the last pruned change")
}

// Prune deletes the service's changes older than ChangeRetention, except the
// newest, expired sessions and marks.
func (s *Store) Prune(ctx context.Context) error {
	err := s.Update(ctx, Actor{Name: System}, func(tx *Tx) error {
		before := tx.now.Add(-ChangeRetention).UnixMicro()
		var last sql.NullInt64
		err := tx.one([]any{&last}, `SELECT max(seq) FROM change
			WHERE service = $1 AND at < $2 AND seq < (SELECT max(seq) FROM change WHERE service = $1)`, s.service, before)
		if err != nil {
			return err
		}
		if last.Valid {
			if _, err := tx.exec(`DELETE FROM change WHERE service = $1 AND seq <= $2`, s.service, last.Int64); err != nil {
				return err
			}
			if err := tx.SetMeta(metaPruned, strconv.FormatInt(last.Int64, 10)); err != nil {
				return err
			}
		}
		for _, over := range []string{
			`DELETE FROM session WHERE service = $1 AND expires_at <= $2`,
			`DELETE FROM minted_token WHERE service = $1 AND expires_at <= $2`,
			`DELETE FROM mark WHERE service = $1 AND until <= $2`,
		} {
			if _, err := tx.exec(over, s.service, tx.now.UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	})
	return wrap(err, "prune the change feed")
}
