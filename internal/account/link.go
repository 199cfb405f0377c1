package account

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// How long one-time links are valid (design.md §7).
const (
	LinkLifetime         = 24 * time.Hour // printed ones, and for a new password
	InvitationLifetime   = 2 * 24 * time.Hour
	ConfirmationLifetime = 7 * 24 * time.Hour
)

// linkMeta holds a user's link: "<hash of the secret> <Unix time it ends at>".
func linkMeta(user apim.Ref) string { return "account.link/" + string(user.Key()) }

// MintLink makes the secret of a one-time link that signs in user 1. An earlier
// link stops working.
func (s *Service) MintLink(ctx context.Context) (string, error) {
	return store.Write(ctx, s.store, store.Actor{Name: store.System}, func(tx *store.Tx) (string, error) {
		return s.MintUserLink(tx, apim.UserRef(AdministratorID), LinkLifetime)
	})
}

// MintUserLink makes the secret of a one-time link that signs in a user, within
// a transaction. An earlier link stops working.
func (s *Service) MintUserLink(tx *store.Tx, user apim.Ref, lifetime time.Duration) (string, error) {
	secret := string(user.Name()) + "." + s.secret()
	ends := tx.Now().Add(lifetime).Unix()
	if err := tx.SetMeta(linkMeta(user), hashSecret(secret)+" "+strconv.FormatInt(ends, 10)); err != nil {
		return "", fmt.Errorf("store a one-time link: %w", err)
	}
	return secret, nil
}

// RedeemLink starts a session for the user of a one-time link; it works once. A
// user who has yet to confirm the e-mail address has thereby done so, since the
// link was sent there. The error is apim.ErrUnauthorized if the secret is
// wrong, used or expired; a *LimitedError after too many of those from the
// address, which never keeps a good link out.
func (s *Service) RedeemLink(ctx context.Context, secret string, c Client) (*Started, error) {
	user := apim.UserRef(apim.Name(secret[:max(strings.LastIndexByte(secret, '.'), 0)]))
	err := s.store.View(ctx, func(tx *store.Tx) error { return checkLink(tx, user, secret) })
	if errors.Is(err, apim.ErrUnauthorized) {
		err = cmp.Or(s.take(ctx, bucket{addressLimit, addressName(c.Address)}), err)
		s.refused(ctx, "signIn", nil, c, err)
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	return store.Write(ctx, s.store, store.Actor{Name: string(user.Name()), Address: c.Address, RequestID: c.RequestID}, func(tx *store.Tx) (*Started, error) {
		if err := checkLink(tx, user, secret); err != nil {
			return nil, err
		}
		if err := tx.SetMeta(linkMeta(user), ""); err != nil {
			return nil, err
		}
		if err := confirm(tx, user); err != nil {
			return nil, err
		}
		return s.startSession(tx, user.Name(), c, begun{byLink: true})
	})
}

// checkLink compares a secret with the user's present link.
func checkLink(tx *store.Tx, user apim.Ref, secret string) error {
	stored, err := tx.Meta(linkMeta(user))
	if err != nil {
		return err
	}
	hash, ends, _ := strings.Cut(stored, " ")
	until, err := strconv.ParseInt(ends, 10, 64)
	if err != nil || subtle.ConstantTimeCompare([]byte(hash), []byte(hashSecret(secret))) != 1 || tx.Now().Unix() >= until {
		return refuse("the link was used, or has expired")
	}
	return nil
}

// confirm makes a pending user active.
func confirm(tx *store.Tx, ref apim.Ref) error {
	u, err := getUser(tx, ref)
	if err != nil || u.State != apim.UserPending {
		return err
	}
	u.State = apim.UserActive
	_, err = PutUser(tx, ref, u.User, "")
	return err
}

func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// SignInByToken starts a session for a user's shared access token, or for the
// secret of a one-time link. A token that stands in an address may be read there
// by others, so it begins one session, and leads the browser that has that
// session there again; as a header it stays good until it expires, since it is
// the credential of API clients, too (portal-wire.md §2). Errors: those of
// [Service.RedeemLink]. What the token may not do, the session may not either.
func (s *Service) SignInByToken(ctx context.Context, text string, c Client) (*Started, error) {
	who, err := s.Authenticate(ctx, text)
	var refused *RefusedError
	switch {
	case err == nil && who.UserID != "":
		started, err := s.spendToken(ctx, text, who.UserID, c)
		if err != nil {
			s.refused(ctx, "signIn", nil, c, err)
		}
		return started, err
	case err == nil:
		err = refuse("a token of the service signs nobody in")
		s.refused(ctx, "signIn", nil, c, err)
		return nil, err
	case errors.As(err, &refused) && refused.Subject != "": // a token that was good once
		s.refused(ctx, "signIn", nil, c, err)
		return nil, err
	case errors.Is(err, apim.ErrUnauthorized):
		return s.RedeemLink(ctx, text, c)
	}
	return nil, err
}

// spendToken starts the one session that a token begins.
func (s *Service) spendToken(ctx context.Context, text string, user apim.Name, c Client) (*Started, error) {
	token, err := ParseToken(text)
	if err != nil {
		return nil, err
	}
	spent := "account.spent/" + hashSecret(string(token.signature))
	actor := store.Actor{Name: string(user), Address: c.Address, RequestID: c.RequestID}
	return store.Write(ctx, s.store, actor, func(tx *store.Tx) (*Started, error) {
		until, err := tx.Mark(spent)
		if err != nil {
			return nil, err
		}
		if until.IsZero() {
			if err := tx.SetMark(spent, token.Expires); err != nil {
				return nil, err
			}
			made, err := tx.MintedToken(token.signature)
			if err != nil {
				return nil, err
			}
			return s.startSession(tx, user, c, begun{made: parseMade(made)})
		}
		present, err := s.session(tx, c.SessionID)
		if err != nil || !present.UserID.Same(user) {
			return nil, &RefusedError{Reason: "the token began a session already", Subject: string(user.Key())}
		}
		return &Started{User: &User{ID: user}, SessionID: c.SessionID, Device: c.Device}, nil
	})
}
