package store

import (
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// PutMintedToken remembers how a token was made, under the hash of its signature,
// until it expires.
func (tx *Tx) PutMintedToken(signature []byte, made string, expires time.Time) error {
	_, err := tx.exec(`INSERT INTO minted_token (service, hash, made, expires_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (service, hash) DO UPDATE SET made = excluded.made, expires_at = excluded.expires_at`,
		tx.s.service, hashID(string(signature)), made, expires.UnixMicro())
	return wrap(err, "store how a token was made")
}

// MintedToken is how a token was made; "" if no request asked for it.
func (tx *Tx) MintedToken(signature []byte) (made string, err error) {
	err = tx.one([]any{&made}, `SELECT made FROM minted_token WHERE service = $1 AND hash = $2`, tx.s.service, hashID(string(signature)))
	_, err = apim.OrNone(&made, err)
	return made, wrap(err, "read how a token was made")
}
