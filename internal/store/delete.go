package store

import (
	"database/sql"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
)

// Delete removes the document at ref with its links on both sides, its secrets,
// password and schema parts. The error is apim.ErrNotFound if there is none.
func (tx *Tx) Delete(ref apim.Ref) error {
	before, err := tx.Get(ref)
	if err != nil {
		return err
	}
	if err := tx.remove(exactly(ref)); err != nil {
		return fmt.Errorf("delete %s: %w", ref, err)
	}
	return tx.Audit("delete", ref, before.Body, nil)
}

// DeleteTree does what Delete does for ref and everything below it. It is not
// an error if there is nothing.
func (tx *Tx) DeleteTree(ref apim.Ref) error {
	before, err := apim.OrNone(tx.Get(ref))
	if err != nil {
		return err
	}
	drawn := tx.drawn
	if err := tx.remove(treeOf(ref)); err != nil {
		return fmt.Errorf("delete %s and what is below: %w", ref, err)
	}
	if tx.drawn == drawn {
		return nil // there was nothing to delete
	}
	return tx.Audit("delete", ref, before.body(), nil)
}

// keySpan is one key or, with tree, also everything below it.
type keySpan struct {
	ref  apim.Ref
	tree bool
}

func exactly(ref apim.Ref) keySpan { return keySpan{ref: ref} }
func treeOf(ref apim.Ref) keySpan  { return keySpan{ref: ref, tree: true} }

// where is a condition on a key column, with the arguments of args.
func (k keySpan) where(column string) string {
	return `service = $1 AND (` + column + ` = $2 OR (` + column + ` > $3 AND ` + column + ` < $4))`
}

// args are the values of $1 to $4. '0' follows '/' in byte order; without tree
// the range is empty.
func (k keySpan) args(service string) []any {
	key := k.ref.Key()
	if !k.tree {
		return []any{service, key, "", ""}
	}
	return []any{service, key, key + "/", key + "0"}
}

// remove deletes the documents of a span and everything that belongs to them.
func (tx *Tx) remove(span keySpan) error {
	if !tx.writable {
		return errReadOnly
	}
	args := span.args(tx.s.service)
	err := tx.each(func(rows *sql.Rows) error {
		var key, parent apim.Key
		var kind string
		if err := rows.Scan(&key, &kind, &parent); err != nil {
			return err
		}
		_, err := tx.changed(key, kind, parent, OpDelete)
		return err
	}, `DELETE FROM document WHERE `+span.where("key")+` RETURNING key, kind, parent`, args...)
	if err != nil {
		return err
	}
	if _, err := tx.exec(`DELETE FROM password WHERE `+span.where("key"), args...); err != nil {
		return err
	}
	// The store's own key stays: later look-ups need it.
	if _, err := tx.exec(`DELETE FROM secret WHERE `+span.where("key")+` AND key <> $5`, append(args, hashKeyRef)...); err != nil {
		return err
	}
	if err := tx.removeParts(span); err != nil {
		return err
	}
	return tx.removeLinks(span)
}

// removeParts deletes the schema parts of an API revision or of one of its schemas.
func (tx *Tx) removeParts(span keySpan) error {
	if kindPath(span.ref.KindPath()) == apim.APISchemas.Path {
		_, err := tx.exec(`DELETE FROM schema_part WHERE service = $1 AND api = $2 AND schema = $3`,
			tx.s.service, span.ref.Parent(), span.ref.Name())
		return err
	}
	_, err := tx.exec(`DELETE FROM schema_part WHERE `+span.where("api"), span.args(tx.s.service)...)
	return err
}

// removeLinks deletes the links of a span on both sides and records that in the feed.
func (tx *Tx) removeLinks(span keySpan) error {
	type end struct {
		kind string
		from apim.Key
	}
	told := map[end]bool{}
	for _, column := range []string{"from_key", "to_key"} {
		err := tx.each(func(rows *sql.Rows) error {
			var e end
			if err := rows.Scan(&e.kind, &e.from); err != nil || told[e] {
				return err
			}
			told[e] = true
			_, err := tx.changed(e.from, e.kind, e.from, OpLink)
			return err
		}, `DELETE FROM link WHERE `+span.where(column)+` RETURNING kind, from_key`, span.args(tx.s.service)...)
		if err != nil {
			return err
		}
	}
	return nil
}
