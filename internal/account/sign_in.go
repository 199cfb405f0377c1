package account

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/settings"
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
	Device    string // what an earlier sign-in gave the browser: [Started.Device]
	RequestID string // for the audit log
}

// Started is what a browser is given at a sign-in, for cookies. Neither is stored.
type Started struct {
	User      *User
	SessionID string
	Device    string // see [DeviceLifetime]
}

// SignIn checks a password and starts a session. Errors: those of [Service.CheckCredentials].
func (s *Service) SignIn(ctx context.Context, email, password string, c Client) (*Started, error) {
	u, err := s.CheckCredentials(ctx, email, password, c)
	if err != nil {
		return nil, err
	}
	return s.StartSession(ctx, u.ID, c)
}

// CheckCredentials returns the active user with an e-mail address and password.
// Errors: apim.ErrUnauthorized if there is no such pair, whether or not the
// account exists, after the same work; ErrBlocked and ErrNotConfirmed if the
// pair is right; *LimitedError after too many attempts for the account from the
// address, or from the address alone. A device that knows the account is counted
// by itself. Errors of package settings if nobody may sign in with a password.
func (s *Service) CheckCredentials(ctx context.Context, email, password string, c Client) (*User, error) {
	name := normalEmail(email)
	account, err := s.findByEmail(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("look up an account: %w", err)
	}
	u, err := s.tryPassword(ctx, name, account, password, c)
	if err != nil {
		s.refused(ctx, "signIn", account.user, c, err)
	}
	return u, err
}

// tryPassword counts an attempt and checks it.
func (s *Service) tryPassword(ctx context.Context, name string, account credentials, password string, c Client) (*User, error) {
	address := addressName(c.Address)
	buckets := []bucket{{pairLimit, name + "\n" + address}, {addressLimit, address}}
	device := s.knownDevice(c.Device, account)
	if device != "" {
		buckets = []bucket{{deviceLimit, device}}
	}
	if err := s.take(ctx, buckets...); err != nil {
		return nil, err
	}
	if device == "" {
		if err := s.slow(ctx, name); err != nil {
			return nil, err
		}
	}
	return s.checkPassword(ctx, account, password, device != "", buckets)
}

// checkPassword compares the password of an attempt that was counted.
func (s *Service) checkPassword(ctx context.Context, account credentials, password string, known bool, counted []bucket) (*User, error) {
	ok, err := s.hasher.matches(ctx, account.password, password, known)
	if err != nil {
		return nil, fmt.Errorf("check a password: %w", err)
	}
	if !ok || account.user == nil {
		return nil, refuse("e-mail address or password is wrong")
	}
	if err := s.giveBack(ctx, counted...); err != nil {
		return nil, err
	}
	switch account.user.State {
	case apim.UserActive:
		return account.user, nil
	case apim.UserPending:
		return nil, ErrNotConfirmed
	}
	return nil, ErrBlocked
}

// nobody stands for an account that does not exist, so that the same is read.
var nobody = apim.UserRef("!")

// findByEmail returns the account with an e-mail address; all zero if there is none.
func (s *Service) findByEmail(ctx context.Context, email string) (credentials, error) {
	return store.Read(ctx, s.store, func(tx *store.Tx) (credentials, error) {
		if err := settings.CheckPasswords(tx); err != nil {
			return credentials{}, err
		}
		key, err := tx.Meta(emailMeta(email))
		if err != nil {
			return credentials{}, err
		}
		return apim.OrNone(readCredentials(tx, cmp.Or(apim.Ref(key), nobody)))
	})
}

// StartSession signs in a user who has proved their identity by a password, a
// token or a link.
func (s *Service) StartSession(ctx context.Context, userID apim.Name, c Client) (*Started, error) {
	started, err := store.Write(ctx, s.store, store.Actor{Name: string(userID), Address: c.Address, RequestID: c.RequestID}, func(tx *store.Tx) (*Started, error) {
		return s.startSession(tx, userID, c, begun{})
	})
	if err != nil {
		return nil, fmt.Errorf("start a session: %w", err)
	}
	return started, nil
}

// begun says how a session was begun.
type begun struct {
	byLink bool   // by a one-time link: see [Visitor.MaySetPassword]
	made   madeBy // by a token that a request asked for: see [Visitor.Maker]
}

func (s *Service) startSession(tx *store.Tx, userID apim.Name, c Client, by begun) (*Started, error) {
	v, err := visitor(tx, userID)
	if err != nil {
		return nil, err
	}
	if c.SessionID != "" {
		if err := tx.DeleteSession(c.SessionID); err != nil {
			return nil, err
		}
	}
	started := &Started{User: v.User, SessionID: s.secret()}
	if err := endOldest(tx, v.User.ID); err != nil {
		return nil, err
	}
	now := tx.Now()
	err = tx.PutSession(started.SessionID, store.Session{
		UserID: v.User.ID.Key(), CreatedAt: now, ExpiresAt: now.Add(s.Sessions.Lifetime),
		UserAgent: clip(c.UserAgent, 200), Address: clip(c.Address, 100), ByLink: by.byLink, Made: by.made.String(),
	})
	if err != nil {
		return nil, err
	}
	if by.made.right == "" { // else it is not the user's own device
		if started.Device, err = s.mintDevice(tx, apim.UserRef(v.User.ID)); err != nil {
			return nil, err
		}
	}
	return started, tx.Audit("signIn", apim.UserRef(v.User.ID), nil, nil)
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
