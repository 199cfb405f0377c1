package store

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

const documentColumns = `path, kind, parent, workspace, name, etag, seq, created_at, updated_at, extra, body`

func scanDocument(rows *sql.Rows) (*Document, error) {
	var d Document
	var created, updated int64
	var extra sql.NullString
	var body string
	err := rows.Scan(&d.Ref, &d.Kind, &d.Parent, &d.Workspace, &d.Name, &d.ETag, &d.Seq, &created, &updated, &extra, &body)
	d.Body, d.Extra = json.RawMessage(body), rawText(extra)
	d.CreatedAt, d.UpdatedAt = time.UnixMicro(created).UTC(), time.UnixMicro(updated).UTC()
	return &d, wrap(err, "read a document")
}

func (tx *Tx) documents(query string, args ...any) ([]*Document, error) {
	return collect(tx, scanDocument, `SELECT `+documentColumns+` FROM document WHERE `+query, args...)
}

// Get returns the document at ref, whose case does not matter, or apim.ErrNotFound.
func (tx *Tx) Get(ref apim.Ref) (*Document, error) {
	found, err := tx.documents(`service = $1 AND key = $2`, tx.s.service, ref)
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", ref, err)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s: %w", ref, apim.ErrNotFound)
	}
	return found[0], nil
}

// Decode reads the body of the document at ref into v, and returns the document.
func (tx *Tx) Decode(ref apim.Ref, v any) (*Document, error) {
	d, err := tx.Get(ref)
	if err != nil {
		return nil, err
	}
	return d, d.Decode(v)
}

// Decode reads the body of a document into v.
func (d *Document) Decode(v any) error {
	return wrap(json.Unmarshal(d.Body, v), "decode %s", d.Ref)
}

// List returns the documents of a collection by key; parent "" is the service.
func (tx *Tx) List(kind string, parent apim.Ref) ([]*Document, error) {
	all, err := tx.documents(`service = $1 AND kind = $2 AND parent = $3 ORDER BY key`,
		tx.s.service, kindPath(kind), parent)
	return all, wrap(err, "list %s of %q", kind, parent)
}

// CurrentAPIsAt returns the current revisions of the APIs with one of the
// folded paths (apim.FoldPath), in all workspaces.
func (tx *Tx) CurrentAPIsAt(paths ...string) ([]*Document, error) {
	args := []any{tx.s.service, string(apim.CurrentRevision)}
	for _, path := range paths {
		args = append(args, printable(path))
	}
	all, err := tx.documents(`service = $1 AND address IN (`+placeholders(3, len(paths))+`) AND EXISTS (
		SELECT 1 FROM link l WHERE l.service = $1 AND l.to_key = document.key AND l.kind = $2) ORDER BY address, key`, args...)
	return all, wrap(err, "list APIs at %q", paths)
}

// APIRevisions returns the documents of all revisions of an API, by key.
func (tx *Tx) APIRevisions(alias apim.Ref) ([]*Document, error) {
	prefix := alias.Revision("").Key()
	all, err := tx.documents(`service = $1 AND kind = $2 AND parent = $3 AND key > $4 AND key < $5 ORDER BY key`,
		tx.s.service, apim.APIs.Path, alias.Parent().Key(), prefix, prefix+"\U0010ffff")
	return all, wrap(err, "list the revisions of %s", alias)
}

// ListAll returns the documents of a kind under every parent, by parent and key.
func (tx *Tx) ListAll(kind string) ([]*Document, error) {
	all, err := tx.documents(`service = $1 AND kind = $2 ORDER BY parent, key`, tx.s.service, kindPath(kind))
	return all, wrap(err, "list all %s", kind)
}

// scanPage is the number of documents that Scan holds at a time.
const scanPage = 500

// Scan calls fn for every document of a kind, by parent and key, a page at a
// time. fn may use the transaction.
func (tx *Tx) Scan(kind string, fn func(*Document) error) error {
	var parent, key apim.Key
	for {
		page, err := tx.documents(`service = $1 AND kind = $2 AND (parent, key) > ($3, $4) ORDER BY parent, key LIMIT $5`,
			tx.s.service, kindPath(kind), parent, key, scanPage)
		if err != nil {
			return fmt.Errorf("scan %s: %w", kind, err)
		}
		for _, d := range page {
			if err := fn(d); err != nil {
				return err
			}
		}
		if len(page) < scanPage {
			return nil
		}
		last := page[len(page)-1]
		parent, key = last.Parent, last.Key()
	}
}

// Count is the number of documents in a collection.
func (tx *Tx) Count(kind string, parent apim.Ref) (int, error) {
	var n int
	err := tx.one([]any{&n}, `SELECT count(*) FROM document WHERE service = $1 AND kind = $2 AND parent = $3`,
		tx.s.service, kindPath(kind), parent)
	return n, wrap(err, "count %s of %q", kind, parent)
}

// CollectionSeq is the number of the last change of a collection, deletes
// included: equal numbers mean an equal collection. It is negative if this
// transaction has changed the collection itself; nothing may be cached under
// such a number. The links of a resource are the collection with their LinkKind
// as kind and the from side as parent.
func (tx *Tx) CollectionSeq(kind string, parent apim.Ref) (int64, error) {
	kind, key := kindPath(kind), parent.Key()
	for i := len(tx.changes) - 1; i >= 0; i-- {
		if c := &tx.changes[i]; c.kind == kind && c.parent == key {
			return -int64(i) - 1, nil
		}
	}
	return tx.lastChange(`kind = $2 AND parent = $3`, kind, key)
}

// KindSeq is the number of the last change of a kind, under any parent, as of
// what was committed before the transaction: CollectionSeq of all its collections.
func (tx *Tx) KindSeq(kind string) (int64, error) { return tx.lastChange(`kind = $2`, kindPath(kind)) }

// lastChange is the newest feed number that meets a condition. If all such
// changes have been pruned, it is the last pruned one.
func (tx *Tx) lastChange(where string, args ...any) (int64, error) {
	var seq int64
	err := tx.one([]any{&seq}, `SELECT coalesce(
			(SELECT max(seq) FROM change WHERE service = $1 AND `+where+`),
			(SELECT CAST(value AS BIGINT) FROM meta WHERE service = $1 AND name = '`+metaPruned+`'), 0)`,
		append([]any{tx.s.service}, args...)...)
	return seq, wrap(err, "last change of %v", args)
}
