package account

import (
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Reasons that a person with the right password may be given. Both are
// apim.ErrUnauthorized.
var (
	ErrBlocked      = fmt.Errorf("the account is blocked: %w", apim.ErrUnauthorized)
	ErrNotConfirmed = fmt.Errorf("the e-mail address is not confirmed: %w", apim.ErrUnauthorized)
)

// Client is where a person signs in from.
type Client struct {
	Address   string // of the network, with or without port
	UserAgent string
	SessionID string // the browser's present session, which ends
}

// SignIn checks a password and starts a session. Errors: those of [Service.CheckCredentials].
func (s *Service) SignIn(ctx context.Context, email, password string, c Client) (*User, string, error) {
	u, err := s.CheckCredentials(ctx, email, password, c.Address)
	if err != nil {
		return nil, "", err
	}
	id, err := s.StartSession(ctx, u.ID, c)
	return u, id, err
}

// CheckCredentials returns the active user with an e-mail address and password.
// Errors: apim.ErrUnauthorized if there is no such pair, whether or not the
// account exists, after the same work; ErrBlocked and ErrNotConfirmed if the
// pair is right; *LimitedError after too many attempts for the account or from
// the address.
func (s *Service) CheckCredentials(ctx context.Context, email, password, address string) (*User, error) {
	account := normalEmail(email)
	now := s.store.Now()
	if err := s.byAddress.take(addressName(address), now); err != nil {
		return nil, err
	}
	if err := s.byAccount.take(account, now); err != nil {
		return nil, err
	}
	u, encoded, err := s.findByEmail(ctx, account)
	if err != nil {
		return nil, fmt.Errorf("look up an account: %w", err)
	}
	ok, err := s.hasher.matches(ctx, encoded, password)
	if err != nil {
		return nil, fmt.Errorf("check a password: %w", err)
	}
	if !ok || u == nil {
		return nil, refuse("e-mail address or password is wrong")
	}
	s.byAccount.forgive(account)
	switch u.State {
	case apim.UserActive:
		return u, nil
	case apim.UserPending:
		return nil, ErrNotConfirmed
	}
	return nil, ErrBlocked
}

// findByEmail returns the user with an e-mail address and the stored password,
// both zero if there is none.
func (s *Service) findByEmail(ctx context.Context, account string) (u *User, encoded string, err error) {
	err = s.store.View(ctx, func(tx *store.Tx) error {
		key, err := tx.Meta(emailMeta(account))
		if err != nil || key == "" {
			return err
		}
		if u, err = getUser(tx, apim.Ref(key)); err != nil {
			return err
		}
		encoded, err = apim.OrNone(tx.Password(apim.Ref(key)))
		return err
	})
	return u, encoded, err
}

// StartSession signs in a user who has proved their identity by a password, a
// token or a link. The id is for a cookie and is not stored.
func (s *Service) StartSession(ctx context.Context, userID apim.Name, c Client) (string, error) {
	id := s.secret()
	err := s.store.Update(ctx, store.Actor{Name: string(userID), Address: c.Address}, func(tx *store.Tx) error {
		return startSession(tx, id, userID, c, byCredentials)
	})
	if err != nil {
		return "", fmt.Errorf("start a session: %w", err)
	}
	return id, nil
}

// begun says how a session was begun.
type begun bool

const (
	byCredentials begun = false
	byLink        begun = true // by a one-time link: see [Visitor.MaySetPassword]
)

func startSession(tx *store.Tx, id string, userID apim.Name, c Client, by begun) error {
	v, err := visitor(tx, userID)
	if err != nil {
		return err
	}
	if c.SessionID != "" {
		if err := tx.DeleteSession(c.SessionID); err != nil {
			return err
		}
	}
	now := tx.Now()
	err = tx.PutSession(id, store.Session{
		UserID: v.User.ID.Key(), CreatedAt: now, ExpiresAt: now.Add(SessionLifetime),
		UserAgent: clip(c.UserAgent, 200), Address: clip(c.Address, 100), ByLink: by == byLink,
	})
	if err != nil {
		return err
	}
	return tx.Audit("signIn", apim.UserRef(v.User.ID), nil, nil)
}

// SignOut ends a session; it is not an error if there is none.
func (s *Service) SignOut(ctx context.Context, sessionID string) error {
	err := s.store.Update(ctx, store.Actor{Name: "visitor"}, func(tx *store.Tx) error {
		return tx.DeleteSession(sessionID)
	})
	s.visitors.clear()
	if err != nil {
		return fmt.Errorf("end a session: %w", err)
	}
	return nil
}

// secret makes 256 random bits, as text for cookies and addresses.
func (s *Service) secret() string { return base64.RawURLEncoding.EncodeToString(s.store.Random(32)) }

func clip(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "")
}
