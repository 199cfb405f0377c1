package store

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
)

// KeyRow is the keyed hash of one subscription key.
type KeyRow struct {
	Hash  [32]byte
	Ref   apim.Ref // of the subscription, lower case
	Field string   // primaryKey or secondaryKey
}

// SetSecret stores a secret field of a resource, encrypted. A subscription's
// primaryKey and secondaryKey can be found by their hash and must be unique in
// the service, or the error is an *apim.ConflictError. The feed gets a put of
// the resource.
func (tx *Tx) SetSecret(ref apim.Ref, field, value string) error {
	if err := checkRef(ref); err != nil {
		return err
	}
	var hash []byte
	if tx.isSubscriptionKey(ref, field) {
		h := tx.s.KeyHash(value)
		hash = h[:]
		if err := tx.checkUnused(ref, field, hash); err != nil {
			return err
		}
	}
	if err := tx.storeSecret(ref, field, value, hash); err != nil {
		return fmt.Errorf("set %s of %s: %w", field, ref, err)
	}
	return tx.secretChanged("setSecret", ref, field)
}

func (tx *Tx) isSubscriptionKey(ref apim.Ref, field string) bool {
	return kindPath(ref.KindPath()) == apim.Subscriptions.Path && (field == "primaryKey" || field == "secondaryKey")
}

// checkUnused refuses a subscription key that another subscription or field has.
func (tx *Tx) checkUnused(ref apim.Ref, field string, hash []byte) error {
	used, err := tx.strings(`SELECT key FROM secret WHERE service = $1 AND hash = $2 AND NOT (key = $3 AND field = $4)`,
		tx.s.service, hash, ref, field)
	if err != nil {
		return fmt.Errorf("look up %s of %s: %w", field, ref, err)
	}
	if len(used) > 0 {
		return &apim.ConflictError{Target: field, Message: "The " + field + " is already in use. Subscription keys must be unique."}
	}
	return nil
}

func (tx *Tx) secretPlace(ref apim.Ref, field string) string {
	return tx.s.service + "\n" + string(ref.Key()) + "\n" + field
}

func (tx *Tx) storeSecret(ref apim.Ref, field, value string, hash []byte) error {
	keyID, sealed, err := tx.s.secrets.seal(tx.secretPlace(ref, field), value)
	if err != nil {
		return err
	}
	_, err = tx.exec(`INSERT INTO secret (service, key, field, key_id, bytes, hash) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (service, key, field) DO UPDATE SET key_id = excluded.key_id, bytes = excluded.bytes, hash = excluded.hash`,
		tx.s.service, ref, field, keyID, sealed, nullBytes(hash))
	return err
}

// nullBytes is b, or NULL if it is nil.
func nullBytes(b []byte) any {
	if b == nil {
		return nil
	}
	return b
}

// secretChanged records the change in feed and audit log, without the value.
func (tx *Tx) secretChanged(action string, ref apim.Ref, field string) error {
	if err := tx.touched(ref); err != nil {
		return err
	}
	return tx.Audit(action, ref, nil, note(map[string]string{field: masked}))
}

// Secret decrypts a secret field of a resource, or returns apim.ErrNotFound.
func (tx *Tx) Secret(ref apim.Ref, field string) (string, error) {
	var keyID string
	var sealed []byte
	err := tx.one([]any{&keyID, &sealed}, `SELECT key_id, bytes FROM secret WHERE service = $1 AND key = $2 AND field = $3`,
		tx.s.service, ref, field)
	if err != nil {
		return "", fmt.Errorf("%s of %s: %w", field, ref, err)
	}
	value, err := tx.s.secrets.open(tx.secretPlace(ref, field), keyID, bytes.Clone(sealed))
	return value, wrap(err, "%s of %s", field, ref)
}

// DeleteSecret removes a secret field; it is not an error if there is none.
func (tx *Tx) DeleteSecret(ref apim.Ref, field string) error {
	n, err := tx.exec(`DELETE FROM secret WHERE service = $1 AND key = $2 AND field = $3`, tx.s.service, ref, field)
	if err != nil || n == 0 {
		return wrap(err, "delete %s of %s", field, ref)
	}
	return tx.secretChanged("deleteSecret", ref, field)
}

// SubscriptionKeys are the hashes of all subscription keys, for the gateway's table.
func (tx *Tx) SubscriptionKeys() ([]KeyRow, error) {
	all, err := collect(tx, func(rows *sql.Rows) (k KeyRow, err error) {
		var hash []byte
		if err := rows.Scan(&hash, &k.Ref, &k.Field); err != nil {
			return k, err
		}
		if len(hash) != len(k.Hash) {
			return k, errors.New("a stored hash is not 32 bytes long")
		}
		k.Hash = [32]byte(hash)
		return k, nil
	}, `SELECT hash, key, field FROM secret WHERE service = $1 AND hash IS NOT NULL ORDER BY key, field`, tx.s.service)
	return all, wrap(err, "read the subscription keys")
}
