package store

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/portico-portal/portico/internal/apim"
)

// KeySize is the length of an encryption key in bytes.
const KeySize = 32

// ErrWrongKey means that a database was opened with a key other than its own.
var ErrWrongKey = errors.New("the encryption key is not the one this database uses")

// keyring encrypts with the current key and decrypts with all known ones.
type keyring struct {
	current *cipherKey
	byID    map[string]*cipherKey
	random  io.Reader
	hashKey []byte // of KeyHash; random, stored encrypted, so it outlives rotations
}

// cipherKey is one AES-256-GCM key. id and check are derived from the key and
// stored in clear: they identify the key and reveal nothing about it.
type cipherKey struct {
	id, check string
	aead      cipher.AEAD
}

func newKeyring(key []byte, old [][]byte, random io.Reader) (*keyring, error) {
	ring := &keyring{byID: map[string]*cipherKey{}, random: random}
	for i, k := range append([][]byte{key}, old...) {
		ck, err := newCipherKey(k)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			ring.current = ck
		}
		ring.byID[ck.id] = ck
	}
	return ring, nil
}

func newCipherKey(key []byte) (*cipherKey, error) {
	if len(key) != KeySize {
		return nil, fmt.Errorf("the encryption key has %d bytes; it must have %d", len(key), KeySize)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("encryption key: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("encryption key: %w", err)
	}
	derive := func(label string) []byte { return keyedHash(key, label) }
	return &cipherKey{
		id: hex.EncodeToString(derive("portico key id")[:8]), check: hex.EncodeToString(derive("portico key check")), aead: aead,
	}, nil
}

func keyedHash(key []byte, message string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(message))
	return mac.Sum(nil)
}

// seal encrypts a value for one place, so that a row that was moved does not
// decrypt. The result begins with the nonce.
func (r *keyring) seal(place, value string) (keyID string, sealed []byte, err error) {
	nonce := make([]byte, r.current.aead.NonceSize(), r.current.aead.NonceSize()+len(value)+r.current.aead.Overhead())
	if _, err := io.ReadFull(r.random, nonce); err != nil {
		return "", nil, fmt.Errorf("encrypt: %w", err)
	}
	return r.current.id, r.current.aead.Seal(nonce, nonce, []byte(value), []byte(place)), nil
}

func (r *keyring) open(place, keyID string, sealed []byte) (string, error) {
	key := r.byID[keyID]
	if key == nil {
		return "", fmt.Errorf("decrypt: key %s is not given: %w", keyID, ErrWrongKey)
	}
	size := key.aead.NonceSize()
	if len(sealed) < size {
		return "", errors.New("decrypt: the stored value is cut short")
	}
	value, err := key.aead.Open(nil, sealed[:size], sealed[size:], []byte(place))
	if err != nil {
		return "", fmt.Errorf("decrypt: %w", err)
	}
	return string(value), nil
}

// The place of the hash key among the secrets.
const (
	hashKeyRef   apim.Ref = "/store/keyhash"
	hashKeyField string   = "key"
)

// bind compares the keyring with the database's current key, registers the
// first key or the next, and loads the hash key.
func (r *keyring) bind(tx *Tx) error {
	id, check, err := tx.currentKey()
	switch {
	case errors.Is(err, apim.ErrNotFound):
		return r.initialize(tx)
	case err != nil:
		return fmt.Errorf("read the database's key id: %w", err)
	}
	known := r.byID[id]
	if known == nil || subtle.ConstantTimeCompare([]byte(known.check), []byte(check)) != 1 {
		return fmt.Errorf("%w: it uses key %s, not %s", ErrWrongKey, id, r.current.id)
	}
	if err := r.checkReadable(tx); err != nil {
		return err
	}
	hashKey, err := tx.Secret(hashKeyRef, hashKeyField)
	if err != nil {
		return fmt.Errorf("read the hash key: %w", err)
	}
	r.hashKey = []byte(hashKey)
	if known == r.current {
		return nil
	}
	if err := r.register(tx); err != nil {
		return err
	}
	return tx.Audit("rotateKey", "", nil, nil)
}

// initialize sets up an empty database.
func (r *keyring) initialize(tx *Tx) error {
	r.hashKey = make([]byte, KeySize)
	if _, err := io.ReadFull(r.random, r.hashKey); err != nil {
		return fmt.Errorf("make the hash key: %w", err)
	}
	return r.register(tx)
}

// register makes the current key the database's, and encrypts the hash key with it.
func (r *keyring) register(tx *Tx) error {
	_, err := tx.exec(`UPDATE encryption_key SET is_current = FALSE WHERE service = $1`, tx.s.service)
	if err == nil {
		_, err = tx.exec(`INSERT INTO encryption_key (service, id, check_value, is_current, created_at)
			VALUES ($1, $2, $3, TRUE, $4) ON CONFLICT (service, id) DO UPDATE SET is_current = TRUE`,
			tx.s.service, r.current.id, r.current.check, tx.now.UnixMicro())
	}
	if err == nil {
		err = tx.storeSecret(hashKeyRef, hashKeyField, string(r.hashKey), nil)
	}
	return wrap(err, "register encryption key %s", r.current.id)
}

func (tx *Tx) currentKey() (id, check string, err error) {
	err = tx.one([]any{&id, &check}, `SELECT id, check_value FROM encryption_key WHERE service = $1 AND is_current`, tx.s.service)
	return id, check, err
}

// KeyHash is the keyed hash under which subscription keys are stored.
func (s *Store) KeyHash(secret string) [32]byte {
	return [32]byte(keyedHash(s.secrets.hashKey, secret))
}

// reencryptBatch is the number of secrets that one transaction encrypts again.
const reencryptBatch = 200

// Reencrypt encrypts all secrets with the current key, after which older keys
// are no longer needed. It works in several transactions and calls tell after
// each. If it is interrupted, the next call continues.
func (s *Store) Reencrypt(ctx context.Context, tell func(done int)) error {
	for done := 0; ; {
		n, err := Write(ctx, s, Actor{Name: System}, func(tx *Tx) (int, error) { return tx.reencrypt(reencryptBatch) })
		if err != nil {
			return fmt.Errorf("encrypt secrets with key %s: %w", s.secrets.current.id, err)
		}
		if n == 0 {
			return nil
		}
		done += n
		tell(done)
	}
}

// sealedSecret is a row of the secrets.
type sealedSecret struct {
	key, field, keyID string
	bytes             []byte
}

// reencrypt encrypts at most so many secrets with the current key, and returns
// their number.
func (tx *Tx) reencrypt(most int) (int, error) {
	stale, err := collect(tx, func(rows *sql.Rows) (r sealedSecret, err error) {
		err = rows.Scan(&r.key, &r.field, &r.keyID, &r.bytes)
		r.bytes = bytes.Clone(r.bytes)
		return r, err
	}, `SELECT key, field, key_id, bytes FROM secret WHERE service = $1 AND key_id <> $2 ORDER BY key, field LIMIT $3`,
		tx.s.service, tx.s.secrets.current.id, most)
	if err != nil {
		return 0, err
	}
	for _, r := range stale {
		if err := tx.reseal(r); err != nil {
			return 0, fmt.Errorf("%s of %s: %w", r.field, r.key, err)
		}
	}
	return len(stale), nil
}

func (tx *Tx) reseal(r sealedSecret) error {
	place := tx.secretPlace(apim.Ref(r.key), r.field)
	value, err := tx.s.secrets.open(place, r.keyID, r.bytes)
	if err != nil {
		return err
	}
	id, sealed, err := tx.s.secrets.seal(place, value)
	if err != nil {
		return err
	}
	_, err = tx.exec(`UPDATE secret SET key_id = $1, bytes = $2 WHERE service = $3 AND key = $4 AND field = $5`,
		id, sealed, tx.s.service, r.key, r.field)
	return err
}

// checkReadable refuses to start without a key that secrets are still encrypted with.
func (r *keyring) checkReadable(tx *Tx) error {
	ids, err := tx.strings(`SELECT DISTINCT key_id FROM secret WHERE service = $1`, tx.s.service)
	if err != nil {
		return fmt.Errorf("read which keys the secrets have: %w", err)
	}
	for _, id := range ids {
		if r.byID[id] == nil {
			return fmt.Errorf("%w: some secrets are still encrypted with key %s; give it with --old-secret-key-file until portico keys rotate has finished", ErrWrongKey, id)
		}
	}
	return nil
}
