package store

import (
	"crypto/sha256"
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

// PutSession stores a session under the hash of its id.
func (tx *Tx) PutSession(id string, s Session) error {
	_, err := tx.exec(`INSERT INTO session (service, id_hash, user_id, created_at, expires_at, user_agent, address, by_link)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (service, id_hash) DO UPDATE SET
		user_id = excluded.user_id, expires_at = excluded.expires_at, user_agent = excluded.user_agent, address = excluded.address,
		by_link = excluded.by_link`,
		tx.s.service, hashID(id), s.UserID, s.CreatedAt.UnixMicro(), s.ExpiresAt.UnixMicro(), s.UserAgent, s.Address, s.ByLink)
	return wrap(err, "store a session of user %s", s.UserID)
}

// Session reads a session that has not expired, or apim.ErrNotFound.
func (tx *Tx) Session(id string) (*Session, error) {
	var s Session
	var created, expires int64
	err := tx.one([]any{&s.UserID, &created, &expires, &s.UserAgent, &s.Address, &s.ByLink},
		`SELECT user_id, created_at, expires_at, user_agent, address, by_link FROM session
		WHERE service = $1 AND id_hash = $2 AND expires_at > $3`, tx.s.service, hashID(id), tx.now.UnixMicro())
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	s.CreatedAt, s.ExpiresAt = time.UnixMicro(created).UTC(), time.UnixMicro(expires).UTC()
	return &s, nil
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
