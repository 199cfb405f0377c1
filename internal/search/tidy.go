package search

import (
	"context"

	"github.com/portico-portal/portico/internal/store"
)

// mergePages bounds, in pages of 4 KB, what one transaction of tidy writes.
const mergePages = 200

// tidy runs after many writes. On SQLite it merges the segments of the FTS5
// index, each of which is searched for every word of every query, in small
// steps so that other writers need not wait. On PostgreSQL it moves pending
// rows into the GIN index, since every query reads the pending ones.
func (x *Index) tidy(ctx context.Context) error {
	if x.store.Dialect() == "postgres" {
		return x.store.Update(ctx, system, func(tx *store.Tx) error {
			return tx.Exec(`SELECT gin_clean_pending_list('search_fts_terms')`)
		})
	}
	for more := true; more; {
		var err error
		if more, err = store.Write(ctx, x.store, system, mergeSegments); err != nil {
			return err
		}
	}
	return nil
}

// mergeSegments does one step and reports whether there was something to do.
func mergeSegments(tx *store.Tx) (did bool, err error) {
	before, err := totalChanges(tx)
	if err != nil {
		return false, err
	}
	if err := tx.Exec(`INSERT INTO search_fts (search_fts, rank) VALUES ('merge', $1)`, mergePages); err != nil {
		return false, err
	}
	after, err := totalChanges(tx)
	return after-before > 1, err // the statement itself counts as one
}

func totalChanges(tx *store.Tx) (n int64, err error) {
	err = query(tx, `SELECT total_changes(), 0`, nil, func(total, _ int64) { n = total })
	return n, err
}
