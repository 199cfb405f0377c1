package store

import (
	"database/sql"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Counts is the number of documents of a kind by the key of their parent.
func (tx *Tx) Counts(kind string) (map[apim.Key]int, error) {
	counts := map[apim.Key]int{}
	err := tx.each(func(rows *sql.Rows) error {
		var parent apim.Key
		var n int
		err := rows.Scan(&parent, &n)
		counts[parent] = n
		return err
	}, `SELECT parent, count(*) FROM document WHERE service = $1 AND kind = $2 GROUP BY parent`, tx.s.service, kindPath(kind))
	return counts, wrap(err, "count %s", kind)
}

// Keys are the keys of a collection's documents, in order; it does not read the documents.
func (tx *Tx) Keys(kind string, parent apim.Ref) ([]string, error) {
	keys, err := tx.strings(`SELECT key FROM document WHERE service = $1 AND kind = $2 AND parent = $3 ORDER BY key`,
		tx.s.service, kindPath(kind), parent)
	return keys, wrap(err, "list the keys of %s below %q", kind, parent)
}

// LinksBelow are the links of a kind whose from side is below ref, in order.
func (tx *Tx) LinksBelow(kind apim.LinkKind, ref apim.Ref) ([]LinkRow, error) {
	links, err := tx.linkRows(`from_key > $3 AND from_key < $4`, kind, ref.Key()+"/", ref.Key()+"0")
	return links, wrap(err, "read links %s below %s", kind, ref)
}

// LinksFrom are the links of a kind whose from side is directly in a
// service-level collection ("apis") of any workspace, without those of
// resources below it, such as operations.
func (tx *Tx) LinksFrom(kind apim.LinkKind, collection string) ([]LinkRow, error) {
	in := "/" + strings.ToLower(collection) + "/%"
	inWorkspace := "/workspaces/%" + in
	links, err := tx.linkRows(`(from_key LIKE $3 AND from_key NOT LIKE $4 OR from_key LIKE $5 AND from_key NOT LIKE $6)`,
		kind, in, in+"/%", inWorkspace, inWorkspace+"/%")
	return links, wrap(err, "read links %s of %s", kind, collection)
}

func (tx *Tx) linkRows(where string, kind apim.LinkKind, args ...any) ([]LinkRow, error) {
	return collect(tx, func(rows *sql.Rows) (l LinkRow, err error) {
		err = rows.Scan(&l.From, &l.To)
		return l, err
	}, `SELECT from_key, to_key FROM link WHERE service = $1 AND kind = $2 AND `+where+` ORDER BY from_key, to_key`,
		append([]any{tx.s.service, string(kind)}, args...)...)
}
