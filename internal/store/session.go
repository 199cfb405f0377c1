package store

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// hashID is stored in place of a session id, so that nobody who reads the
// database can use it.
func hashID(id string) []byte {
	h := sha256.Sum256([]byte(id))
	return h[:]
}

// handleOf names a session to its owner by a part of the stored hash.
func handleOf(hash []byte) string { return hex.EncodeToString(hash[:12]) }

// PutSession stores a session under the hash of its id.
func (tx *Tx) PutSession(id string, s Session) error {
	_, err := tx.exec(`INSERT INTO session (service, id_hash, user_id, created_at, used_at, expires_at, user_agent, address, by_link, made)
		VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8, $9)`,
		tx.s.service, hashID(id), s.UserID, s.CreatedAt.UnixMicro(), s.ExpiresAt.UnixMicro(), s.UserAgent, s.Address, s.ByLink, s.Made)
	return wrap(err, "store a session of user %s", s.UserID)
}

// sessions reads the sessions that a condition selects and that have not expired.
func (tx *Tx) sessions(where string, args ...any) ([]Session, error) {
	return collect(tx, func(rows *sql.Rows) (s Session, err error) {
		var hash []byte
		var created, used, expires int64
		err = rows.Scan(&hash, &s.UserID, &created, &used, &expires, &s.UserAgent, &s.Address, &s.ByLink, &s.Made)
		s.CreatedAt, s.UsedAt, s.ExpiresAt = time.UnixMicro(created).UTC(), time.UnixMicro(used).UTC(), time.UnixMicro(expires).UTC()
		if err == nil {
			s.Handle = handleOf(hash)
		}
		return s, err
	}, `SELECT id_hash, user_id, created_at, used_at, expires_at, user_agent, address, by_link, made FROM session
		WHERE service = $1 AND expires_at > $2 AND `+where+` ORDER BY used_at DESC, id_hash`,
		append([]any{tx.s.service, tx.now.UnixMicro()}, args...)...)
}

// Session reads a session that has not expired, or apim.ErrNotFound.
func (tx *Tx) Session(id string) (*Session, error) {
	found, err := tx.sessions("id_hash = $3", hashID(id))
	if err == nil && len(found) == 0 {
		err = apim.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	return &found[0], nil
}

// Sessions reads a user's sessions that have not expired, the last used first.
func (tx *Tx) Sessions(userID apim.Name) ([]Session, error) {
	all, err := tx.sessions("user_id = $3", userID)
	return all, wrap(err, "sessions of user %s", userID)
}

// UseSession records that a session is used now.
func (tx *Tx) UseSession(id string) error {
	_, err := tx.exec(`UPDATE session SET used_at = $3 WHERE service = $1 AND id_hash = $2`, tx.s.service, hashID(id), tx.now.UnixMicro())
	return wrap(err, "record the use of a session")
}

// SessionHandle is the handle of the session with an id.
func SessionHandle(id string) string { return handleOf(hashID(id)) }

// EndSession ends the session of a user that a handle names; it is not an error
// if there is none.
func (tx *Tx) EndSession(userID apim.Name, handle string) error {
	hashes, err := collect(tx, func(rows *sql.Rows) (hash []byte, err error) {
		err = rows.Scan(&hash)
		return bytes.Clone(hash), err
	}, `SELECT id_hash FROM session WHERE service = $1 AND user_id = $2`, tx.s.service, userID)
	for _, hash := range hashes {
		if err == nil && handleOf(hash) == handle {
			_, err = tx.exec(`DELETE FROM session WHERE service = $1 AND id_hash = $2`, tx.s.service, hash)
		}
	}
	return wrap(err, "end a session of user %s", userID)
}

// DeleteSession ends a session; it is not an error if there is none.
func (tx *Tx) DeleteSession(id string) error {
	_, err := tx.exec(`DELETE FROM session WHERE service = $1 AND id_hash = $2`, tx.s.service, hashID(id))
	return wrap(err, "delete a session")
}

// DeleteUserSessions ends all sessions of a user but the one of exceptID ("": all).
func (tx *Tx) DeleteUserSessions(userID apim.Name, exceptID string) error {
	_, err := tx.exec(`DELETE FROM session WHERE service = $1 AND user_id = $2 AND id_hash <> $3`,
		tx.s.service, userID, hashID(exceptID))
	return wrap(err, "delete the sessions of user %s", userID)
}

// SetPassword stores a user's password, already hashed and encoded.
func (tx *Tx) SetPassword(userRef apim.Ref, encoded string) error {
	_, err := tx.exec(`INSERT INTO password (service, key, encoded, updated_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (service, key) DO UPDATE SET encoded = excluded.encoded, updated_at = excluded.updated_at`,
		tx.s.service, userRef, encoded, tx.now.UnixMicro())
	if err != nil {
		return fmt.Errorf("set the password of %s: %w", userRef, err)
	}
	return tx.Audit("setPassword", userRef, nil, nil)
}

// Password reads a user's encoded password, or apim.ErrNotFound.
func (tx *Tx) Password(userRef apim.Ref) (string, error) {
	var encoded string
	err := tx.one([]any{&encoded}, `SELECT encoded FROM password WHERE service = $1 AND key = $2`, tx.s.service, userRef)
	return encoded, wrap(err, "password of %s", userRef)
}
