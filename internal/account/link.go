package account

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/store"
)

// LinkLifetime is how long the one-time link printed at first start works.
const LinkLifetime = 24 * time.Hour

const linkMeta = "account.link" // "<hash of the secret> <Unix time it ends at>"

// MintLink makes the secret of a one-time link that signs user 1 in. An earlier one ends.
func (s *Service) MintLink(ctx context.Context) (string, error) {
	secret, err := s.secret()
	if err != nil {
		return "", err
	}
	err = s.store.Update(ctx, store.Actor{Name: "system"}, func(tx *store.Tx) error {
		ends := tx.Now().Add(LinkLifetime).Unix()
		return tx.SetMeta(linkMeta, hashSecret(secret)+" "+strconv.FormatInt(ends, 10))
	})
	if err != nil {
		return "", fmt.Errorf("store a one-time link: %w", err)
	}
	return secret, nil
}

// RedeemLink starts a session of user 1 for the secret of a one-time link, once.
// apim.ErrUnauthorized: it is wrong, was used, or has expired.
func (s *Service) RedeemLink(ctx context.Context, secret string, c Client) (sessionID string, err error) {
	if err := s.byAddress.take(addressName(c.Address), s.store.Now()); err != nil {
		return "", err
	}
	if sessionID, err = s.secret(); err != nil {
		return "", err
	}
	err = s.store.Update(ctx, store.Actor{Name: AdministratorID, Address: c.Address}, func(tx *store.Tx) error {
		stored, err := tx.Meta(linkMeta)
		if err != nil {
			return err
		}
		hash, ends, _ := strings.Cut(stored, " ")
		until, err := strconv.ParseInt(ends, 10, 64)
		if err != nil || subtle.ConstantTimeCompare([]byte(hash), []byte(hashSecret(secret))) != 1 || tx.Now().Unix() >= until {
			return refuse("the link was used, or has expired")
		}
		if err := tx.SetMeta(linkMeta, ""); err != nil {
			return err
		}
		return startSession(tx, sessionID, AdministratorID, c)
	})
	if err != nil {
		return "", err
	}
	return sessionID, nil
}

func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
