package search

import (
	"fmt"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/store"
)

// row is a document in the form that is written.
type row struct {
	indexed
	id int64
}

// write writes a batch, unless another process has written since it was collected.
func (x *Index) write(tx *store.Tx, b *batch) error {
	if err := useIndexes(tx, x.store.Dialect()); err != nil {
		return err
	}
	stored, err := tx.Meta(metaCursor)
	if err != nil {
		return err
	}
	if stored != b.stored {
		return errOvertaken
	}
	service := x.store.Service()
	if b.reset {
		if err := tx.Exec(`UPDATE search_document SET state = '' WHERE service = $1 AND state <> ''`, service); err != nil {
			return err
		}
	}
	if err := x.remove(tx, b.keys); err != nil {
		return fmt.Errorf("remove stale documents: %w", err)
	}
	if err := x.add(tx, b.upserts); err != nil {
		return fmt.Errorf("add documents: %w", err)
	}
	if err := x.requeue(tx, b); err != nil {
		return fmt.Errorf("queue documents: %w", err)
	}
	return tx.SetMeta(metaCursor, b.next.String())
}

// remove deletes the documents with the keys.
func (x *Index) remove(tx *store.Tx, keys []string) error {
	var ids []any
	err := batches(keys, func(piece []string) error {
		return query(tx, `SELECT id, '' FROM search_document WHERE service = $1 AND key IN (`+placeholders(2, len(piece))+`)`,
			withKeys([]any{x.store.Service()}, piece), func(id int64, _ string) { ids = append(ids, id) })
	})
	if err != nil {
		return err
	}
	return batches(ids, func(piece []any) error {
		in := ` IN (` + placeholders(1, len(piece)) + `)`
		if err := tx.Exec(`DELETE FROM search_fts WHERE rowid`+in, piece...); err != nil {
			return err
		}
		return tx.Exec(`DELETE FROM search_document WHERE id`+in, piece...)
	})
}

// add inserts documents in the order of their row ids: FTS5 buffers ascending
// rows and writes a segment whenever one goes back.
func (x *Index) add(tx *store.Tx, documents []indexed) error {
	if len(documents) == 0 {
		return nil
	}
	number, err := takeNumbers(tx, len(documents))
	if err != nil {
		return err
	}
	rows := make([]row, len(documents))
	vocabulary := map[string]bool{}
	for i, d := range documents {
		rows[i] = row{d, rowID(d.class, d.length, number+int64(i))}
		for _, w := range d.vocabulary {
			vocabulary[w] = true
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return int(min(max(a.id-b.id, -1), 1)) })
	var documentRows, termRows [][]any
	for _, r := range rows {
		documentRows = append(documentRows, x.columns(r))
		termRows = append(termRows, []any{r.id, joinTerms(x.store.Dialect(), r.terms)})
	}
	if err := insert(tx, "search_document", documentColumns, "", documentRows); err != nil {
		return err
	}
	if err := insert(tx, "search_fts", "rowid, terms", "", termRows); err != nil {
		return err
	}
	return x.learn(tx, vocabulary)
}

func (x *Index) columns(r row) []any {
	all := []any{r.id, x.store.Service(), r.key, r.ref, r.api, string(r.apiID), r.name, r.title, r.apiTitle, r.method, r.path, r.text, r.state}
	for i, v := range all {
		if s, ok := v.(string); ok {
			all[i] = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "") // neither is text to PostgreSQL
		}
	}
	return all
}

// joinTerms is the text that an engine reads as a list of terms.
func joinTerms(dialect string, terms []string) string {
	if dialect == "sqlite" {
		return strings.Join(terms, " ")
	}
	return "'" + strings.Join(terms, "' '") + "'" // a tsvector
}

// takeNumbers draws n consecutive numbers for row ids.
func takeNumbers(tx *store.Tx, n int) (first int64, err error) {
	if err := tx.Exec(`UPDATE search_number SET next = next + $1`, n); err != nil {
		return 0, err
	}
	err = query(tx, `SELECT next, '' FROM search_number`, nil, func(next int64, _ string) { first = next - int64(n) })
	return first, err
}

// requeue adds keys to the queue and removes those that are done.
func (x *Index) requeue(tx *store.Tx, b *batch) error {
	service := x.store.Service()
	err := batches(b.queued, func(piece []string) error {
		return tx.Exec(`DELETE FROM search_queue WHERE service = $1 AND key IN (`+placeholders(2, len(piece))+`)`,
			withKeys([]any{service}, piece)...)
	})
	if err != nil {
		return err
	}
	done := map[string]bool{}
	for _, key := range b.keys {
		done[key] = true
	}
	var rows [][]any
	for _, key := range b.enqueue {
		if !done[key] {
			rows = append(rows, []any{service, key})
		}
	}
	return insert(tx, "search_queue", "service, key", " ON CONFLICT DO NOTHING", rows)
}
