package store

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
)

// RevisionItem is one item of a published site.
type RevisionItem struct {
	Key  apim.Key // filled from Ref
	Ref  apim.Ref
	Hash string          // SHA-256 of Body in hexadecimal, filled in; given by the caller for an item without Body (media)
	Body json.RawMessage // nil: only the hash is stored
}

// PutRevisionItems stores the items of a new portal revision; equal bodies are
// stored once. A revision that has items already is an *apim.ConflictError.
func (tx *Tx) PutRevisionItems(revision apim.Name, items []RevisionItem) error {
	present, err := tx.strings(`SELECT item FROM portal_item WHERE service = $1 AND revision = $2 LIMIT 1`,
		tx.s.service, revision)
	if err != nil {
		return fmt.Errorf("store portal revision %s: %w", revision, err)
	}
	if len(present) > 0 {
		return &apim.ConflictError{Target: "id", Message: "The portal revision " + string(revision) + " exists already."}
	}
	rows, bodies := make([][]any, len(items)), make([][]any, 0, len(items))
	stored := map[string]bool{}
	for i := range items {
		it := &items[i]
		if err := it.fill(); err != nil {
			return err
		}
		rows[i] = []any{tx.s.service, revision, it.Key, string(it.Ref), it.Hash}
		if it.Body != nil && !stored[it.Hash] {
			stored[it.Hash] = true
			bodies = append(bodies, []any{tx.s.service, it.Hash, string(it.Body)})
		}
	}
	err = tx.insert("portal_body", "service, hash, body", `ON CONFLICT (service, hash) DO NOTHING`, bodies)
	if err == nil {
		err = tx.insert("portal_item", "service, revision, item, path, hash", "", rows)
	}
	return wrap(err, "store portal revision %s", revision)
}

func (it *RevisionItem) fill() error {
	it.Key = it.Ref.Key()
	if !isText(string(it.Key)) || it.Key == "" {
		return apim.Invalid("id", fmt.Sprintf("%q is not the id of an item.", it.Ref))
	}
	if it.Body == nil {
		return nil
	}
	if !isJSON(it.Body) {
		return apim.Invalid("properties", fmt.Sprintf("%s: not JSON in UTF-8.", it.Ref))
	}
	sum := sha256.Sum256(it.Body)
	it.Hash = hex.EncodeToString(sum[:])
	return nil
}

// RevisionItems reads all items of a portal revision by key.
func (tx *Tx) RevisionItems(revision apim.Name) ([]RevisionItem, error) {
	items, err := collect(tx, func(rows *sql.Rows) (it RevisionItem, err error) {
		var body sql.NullString
		err = rows.Scan(&it.Key, &it.Ref, &it.Hash, &body)
		it.Body = rawText(body)
		return it, err
	}, `SELECT i.item, i.path, i.hash, b.body FROM portal_item i
		LEFT JOIN portal_body b ON b.service = i.service AND b.hash = i.hash
		WHERE i.service = $1 AND i.revision = $2 ORDER BY i.item`, tx.s.service, revision)
	return items, wrap(err, "read portal revision %s", revision)
}

// DeleteRevisionItems removes the items of a portal revision. Bodies that no
// other revision has stay until SweepRevisionBodies.
func (tx *Tx) DeleteRevisionItems(revision apim.Name) error {
	_, err := tx.exec(`DELETE FROM portal_item WHERE service = $1 AND revision = $2`, tx.s.service, revision)
	return wrap(err, "delete the items of portal revision %s", revision)
}

// DeletePublished removes the items of all portal revisions; none is published afterwards.
func (tx *Tx) DeletePublished() error {
	for _, table := range []string{"portal_item", "portal_body"} {
		if _, err := tx.exec(`DELETE FROM `+table+` WHERE service = $1`, tx.s.service); err != nil {
			return fmt.Errorf("delete what is published: %w", err)
		}
	}
	return tx.SetMeta(metaPortalRevision, "")
}

// SweepRevisionBodies removes the bodies that no portal revision uses, and
// returns their number.
func (tx *Tx) SweepRevisionBodies() (int64, error) {
	n, err := tx.exec(`DELETE FROM portal_body WHERE service = $1 AND NOT EXISTS (
		SELECT 1 FROM portal_item i WHERE i.service = portal_body.service AND i.hash = portal_body.hash)`, tx.s.service)
	return n, wrap(err, "sweep the bodies of portal revisions")
}

// PinnedHashes are the hashes of the items without a body (media) that a portal
// revision has; with "", those that any has.
func (tx *Tx) PinnedHashes(revision apim.Name) ([]string, error) {
	hashes, err := tx.strings(`SELECT DISTINCT i.hash FROM portal_item i
		LEFT JOIN portal_body b ON b.service = i.service AND b.hash = i.hash
		WHERE i.service = $1 AND ($2 = '' OR i.revision = $2) AND b.hash IS NULL ORDER BY i.hash`, tx.s.service, revision)
	return hashes, wrap(err, "read the media of portal revision %s", revision)
}

// APIMentions reports whether a text of letters, digits and slashes occurs in
// what API revisions have beyond the wire model.
func (tx *Tx) APIMentions(text string) (bool, error) {
	found, err := tx.strings(`SELECT key FROM document WHERE service = $1 AND kind = 'apis' AND extra LIKE $2 LIMIT 1`,
		tx.s.service, "%"+text+"%")
	return len(found) > 0, wrap(err, "look for %s", text)
}

// SetCurrentPortalRevision switches the published site; the feed tells a put of the revision.
func (tx *Tx) SetCurrentPortalRevision(name apim.Name) error {
	before, err := tx.CurrentPortalRevision()
	if err != nil {
		return err
	}
	if err := tx.SetMeta(metaPortalRevision, string(name)); err != nil {
		return err
	}
	ref := apim.PortalRevisionRef(name)
	if err := tx.touched(ref); err != nil {
		return err
	}
	return tx.Audit("publish", ref, note(map[string]apim.Name{"current": before}), nil)
}

// CurrentPortalRevision is the name of the published site's revision, "" when there is none.
func (tx *Tx) CurrentPortalRevision() (apim.Name, error) {
	name, err := tx.Meta(metaPortalRevision)
	return apim.Name(name), err
}
