package account

import (
	"context"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
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

// Rename changes the names of a signed-in person.
func (s *Service) Rename(ctx context.Context, actor store.Actor, id apim.Name, firstName, lastName string) error {
	err := s.store.Update(ctx, actor, func(tx *store.Tx) error {
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
// session. They must give the present one, unless [Visitor.MaySetPassword] says
// otherwise. Their other sessions and their tokens end. The error is
// apim.ErrUnauthorized for a wrong present password, and a *LimitedError after
// too many of them.
func (s *Service) ChangePassword(ctx context.Context, present, next string, c Client) error {
	v, err := s.Visitor(ctx, c.SessionID)
	if err != nil {
		return err
	}
	if !v.MaySetPassword {
		if _, err := s.CheckCredentials(ctx, v.User.Email, present, c.Address); err != nil {
			return err
		}
	}
	encoded, err := s.HashPassword(ctx, next, v.User.Email, ByPerson)
	if err != nil {
		return err
	}
	err = s.store.Update(ctx, store.Actor{Name: string(v.User.ID), Address: c.Address}, func(tx *store.Tx) error {
		ref := apim.UserRef(v.User.ID)
		if _, err := tx.Get(ref); err != nil {
			return err
		}
		if _, err := tx.Password(ref); err == nil && v.MaySetPassword {
			return refuse("a password was set meanwhile")
		}
		return replacePassword(tx, ref, encoded, c.SessionID)
	})
	s.visitors.clear()
	if err != nil {
		return fmt.Errorf("set the password of user %s: %w", v.User.ID, err)
	}
	return nil
}
