package account

import (
	"context"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/settings"
	"github.com/portico-portal/portico/internal/store"
)

// HashPassword checks a password against the rules for its chooser and hashes
// it, for [PutUser]. It takes tens of milliseconds, so call it outside
// transactions.
func (s *Service) HashPassword(ctx context.Context, password, email string, by Chooser) (string, error) {
	if err := CheckPassword(password, email, by); err != nil {
		return "", err
	}
	return s.hasher.hash(ctx, password)
}

// PutUser creates or replaces a user in a transaction of its own, for
// administrators. password "" keeps what there is.
func (s *Service) PutUser(ctx context.Context, actor store.Actor, id apim.Name, u *apim.User, password string) (created bool, err error) {
	encoded := ""
	if password != "" {
		if encoded, err = s.HashPassword(ctx, password, u.Email, ByAdministrator); err != nil {
			return false, err
		}
	}
	created, err = store.Write(ctx, s.store, actor, func(tx *store.Tx) (bool, error) {
		props := *u
		return PutUser(tx, apim.UserRef(id), &props, encoded)
	})
	s.visitors.clear()
	return created, err
}

// User reads a user; apim.ErrNotFound.
func (s *Service) User(ctx context.Context, id apim.Name) (*User, error) {
	return store.Read(ctx, s.store, func(tx *store.Tx) (*User, error) { return getUser(tx, apim.UserRef(id)) })
}

// Rename changes the names of a signed-in person; settings.ErrDelegated.
func (s *Service) Rename(ctx context.Context, actor store.Actor, id apim.Name, firstName, lastName string) error {
	err := s.store.Update(ctx, actor, func(tx *store.Tx) error {
		if err := settings.CheckAccounts(tx); err != nil {
			return err
		}
		u, err := getUser(tx, apim.UserRef(id))
		if err != nil {
			return err
		}
		u.FirstName, u.LastName = firstName, lastName
		_, err = PutUser(tx, apim.UserRef(id), u.User, "")
		return err
	})
	s.visitors.clear()
	return err
}

// ChangePassword replaces the password of the person signed in with c's
// session, and gives the browser a new one. They must give the present password,
// unless [Visitor.MaySetPassword] says otherwise. Their other sessions, their
// tokens and known devices end. The error is apim.ErrUnauthorized for a wrong
// present password, and a *LimitedError after too many of them in the session;
// others' guesses do not count. Errors of package settings if there are no
// passwords here.
func (s *Service) ChangePassword(ctx context.Context, present, next string, c Client) (*Started, error) {
	if err := s.store.View(ctx, settings.CheckPasswords); err != nil {
		return nil, err
	}
	v, err := s.Visitor(ctx, c.SessionID)
	if err != nil {
		return nil, err
	}
	if !v.MaySetPassword {
		if err := s.checkOwnPassword(ctx, v.User, present, c); err != nil {
			s.refused(ctx, "changePassword", v.User, c, err)
			return nil, err
		}
	}
	encoded, err := s.HashPassword(ctx, next, v.User.Email, ByPerson)
	if err != nil {
		return nil, err
	}
	started, err := store.Write(ctx, s.store, store.Actor{Name: string(v.User.ID), Address: c.Address, RequestID: c.RequestID}, func(tx *store.Tx) (*Started, error) {
		return s.setOwnPassword(tx, v, encoded, c)
	})
	s.visitors.clear()
	if err != nil {
		return nil, fmt.Errorf("set the password of user %s: %w", v.User.ID, err)
	}
	return started, nil
}

// checkOwnPassword checks the present password of somebody who is signed in.
func (s *Service) checkOwnPassword(ctx context.Context, u *User, present string, c Client) error {
	counted := bucket{ownLimit, c.SessionID}
	if err := s.take(ctx, counted); err != nil {
		return err
	}
	account, err := store.Read(ctx, s.store, func(tx *store.Tx) (credentials, error) { return readCredentials(tx, apim.UserRef(u.ID)) })
	if err != nil {
		return err
	}
	_, err = s.checkPassword(ctx, account, present, true, []bucket{counted})
	return err
}

func (s *Service) setOwnPassword(tx *store.Tx, v *Visitor, encoded string, c Client) (*Started, error) {
	ref := apim.UserRef(v.User.ID)
	if _, err := tx.Get(ref); err != nil {
		return nil, err
	}
	if _, err := tx.Password(ref); err == nil && v.MaySetPassword {
		return nil, refuse("a password was set meanwhile")
	}
	if err := replacePassword(tx, ref, encoded); err != nil {
		return nil, err
	}
	return s.startSession(tx, v.User.ID, c, begun{})
}
