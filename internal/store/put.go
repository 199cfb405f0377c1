package store

import (
	"bytes"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/portico-portal/portico/internal/apim"
)

const (
	putColumns = `service, key, path, kind, parent, workspace, name, etag, seq, created_at, updated_at, extra, body, address`
	// An existing document keeps its spelling and its birthday.
	putConflict = `ON CONFLICT (service, key) DO UPDATE SET etag = excluded.etag, seq = excluded.seq,
		updated_at = excluded.updated_at, extra = excluded.extra, body = excluded.body, address = excluded.address
		RETURNING key, path, name, created_at`
)

// Put creates or replaces the document at d.Ref with d.Body and d.Extra and
// fills in the other fields: kind, parent, workspace and name from the ref,
// ETag, Seq and times. A replaced document keeps the spelling and creation time
// it had. The error is an *apim.InvalidError if a body is not JSON or the ref
// is malformed.
func (tx *Tx) Put(d *Document) error {
	before, err := apim.OrNone(tx.Get(d.Ref))
	if err != nil {
		return err
	}
	return tx.PutOver(before, d)
}

// PutOver is Put for callers that have read in this transaction what is stored
// at d.Ref: before, or nil.
func (tx *Tx) PutOver(before, d *Document) error {
	if err := tx.write([]*Document{d}); err != nil {
		return fmt.Errorf("put %s: %w", d.Ref, err)
	}
	return tx.Audit("put", d.Ref, before.body(), d.Body)
}

// PutAll is Put for many documents with different refs. The audit log gets one
// row for all of them, with their kinds and number instead of their contents.
func (tx *Tx) PutAll(ds []*Document) error {
	if len(ds) == 0 {
		return nil
	}
	seen := make(map[apim.Key]bool, len(ds))
	for _, d := range ds {
		if seen[d.Key()] {
			return apim.Invalid("id", fmt.Sprintf("%s is written twice.", d.Ref))
		}
		seen[d.Key()] = true
	}
	if err := chunks(ds, tx.write); err != nil {
		return fmt.Errorf("put %d documents: %w", len(ds), err)
	}
	kinds := map[string]int{}
	for _, d := range ds {
		kinds[d.Kind]++
	}
	return tx.Audit("put", apim.Ref(ds[0].Parent), nil, note(map[string]any{"documents": kinds}))
}

// write stores one chunk of documents and adds them to the feed.
func (tx *Tx) write(ds []*Document) error {
	byKey := make(map[apim.Key]*Document, len(ds))
	rows := make([][]any, len(ds))
	for i, d := range ds {
		if err := tx.fill(d); err != nil {
			return err
		}
		if err := tx.sealCredentials(d); err != nil {
			return err
		}
		key := d.Key()
		byKey[key] = d
		now := tx.now.UnixMicro()
		rows[i] = []any{tx.s.service, key, string(d.Ref), d.Kind, d.Parent, string(d.Workspace), string(d.Name),
			d.ETag, d.Seq, now, now, text(d.Extra), string(d.Body), addressOf(d.Kind, d.Body)}
	}
	tx.written = append(tx.written, ds...)
	return tx.each(func(row *sql.Rows) error {
		var key apim.Key
		var path, name string
		var created int64
		if err := row.Scan(&key, &path, &name, &created); err != nil {
			return err
		}
		d := byKey[key]
		d.Ref, d.Name, d.CreatedAt = apim.Ref(path), apim.Name(name), time.UnixMicro(created).UTC()
		return nil
	}, insertSQL("document", putColumns, putConflict, len(rows)), flatten(rows)...)
}

// addressOf is the column of an API's row by which it is found by its address;
// nil for other kinds.
func addressOf(kind string, body json.RawMessage) any {
	if kind != apim.APIs.Path {
		return nil
	}
	var api struct {
		Path *string `json:"path"`
	}
	if json.Unmarshal(body, &api) != nil || api.Path == nil {
		return nil
	}
	return printable(apim.FoldPath(*api.Path))
}

// fill checks d and sets what follows from the ref and the transaction.
func (tx *Tx) fill(d *Document) error {
	if err := checkRef(d.Ref); err != nil {
		return err
	}
	if d.Extra != nil && !isJSON(d.Extra) {
		return apim.Invalid("extra", fmt.Sprintf("%s: not JSON in UTF-8.", d.Ref))
	}
	if !isJSON(d.Body) {
		return apim.Invalid("properties", fmt.Sprintf("%s: not JSON in UTF-8.", d.Ref))
	}
	d.Kind = kindPath(d.Ref.KindPath())
	d.Parent, d.Workspace, d.Name = d.Ref.Parent().Key(), d.Ref.Workspace(), d.Ref.Name()
	d.ETag = hex.EncodeToString(tx.s.Random(8))
	d.UpdatedAt = tx.now
	var err error
	d.Seq, err = tx.changed(d.Key(), d.Kind, d.Parent, OpPut)
	return err
}

func isJSON(raw json.RawMessage) bool { return utf8.Valid(raw) && json.Valid(raw) }

// checkRef accepts /collection/name pairs without empty segments and control characters.
func checkRef(ref apim.Ref) error {
	parts := strings.Split(string(ref), "/")
	bad := len(parts) < 3 || len(parts)%2 == 0 || parts[0] != "" || !utf8.ValidString(string(ref)) ||
		strings.ContainsFunc(string(ref), unicode.IsControl)
	for _, part := range parts[1:] {
		bad = bad || part == ""
	}
	if bad {
		return apim.Invalid("id", fmt.Sprintf("%q is not the id of a resource.", ref))
	}
	return nil
}

// Encode puts properties as the document at ref, and returns it.
func (tx *Tx) Encode(ref apim.Ref, properties any) (*Document, error) {
	body, err := json.Marshal(properties)
	if err != nil {
		return nil, fmt.Errorf("encode %s: %w", ref, err)
	}
	d := &Document{Ref: ref, Body: body}
	return d, tx.Put(d)
}

// PutChanged stores properties that differ from what is stored, so that the ETag
// of what stays the same stays too.
func (tx *Tx) PutChanged(ref apim.Ref, properties any) error {
	body, err := json.Marshal(properties)
	if err != nil {
		return fmt.Errorf("encode %s: %w", ref, err)
	}
	old, err := apim.OrNone(tx.Get(ref))
	if err != nil {
		return err
	}
	if old != nil && bytes.Equal(old.Body, body) {
		return nil
	}
	return tx.Put(&Document{Ref: ref, Body: body})
}
