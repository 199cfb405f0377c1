package account

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Minting is a request of the management API for a token of a user.
type Minting struct {
	UserID  apim.Name
	KeyType string // primary or secondary; "": primary
	Expires time.Time
	Maker   access.Principal // who asks
	Right   access.Action    // by which it may be asked for
	Actor   store.Actor
}

// MintFor makes a compact token for an active user, as [Service.MintToken] does.
// It remembers its maker and the right by which it was made: it opens no more
// than [access.Roles.Authorize] says, and nothing once the maker is blocked or has
// lost that right.
//
// The wire format has room for a user, a time and a signature only, and clients
// read all three. So the maker is kept beside the token, under the hash of its
// signature, and is part of the key that makes the signature: a token whose row is
// gone is no token, and one that a holder of the service's keys signs is another.
func (s *Service) MintFor(ctx context.Context, m Minting) (token string, err error) {
	field, until, err := s.checkMinting(m.KeyType, m.Expires)
	if err != nil {
		return "", err
	}
	made := madeBy{right: m.Right, nonce: s.secret(), maker: m.Maker}
	return store.Write(ctx, s.store, m.Actor, func(tx *store.Tx) (string, error) {
		token, err := mintUser(tx, m.UserID, field, until, made)
		if err != nil {
			return "", err
		}
		parsed, err := ParseToken(token)
		if err != nil {
			return "", err
		}
		return token, tx.PutMintedToken(parsed.signature, made.String(), until)
	})
}

// madeBy is by which right and by whom a token was made; the zero value is
// nobody, for tokens that a holder of the service's keys signs.
type madeBy struct {
	right access.Action
	nonce string // so that no two tokens are the same: each begins one session
	maker access.Principal
}

// String is the form in which it is stored.
func (m madeBy) String() string {
	if m.right == "" {
		return ""
	}
	return string(m.right) + " " + m.nonce + " " + m.maker.ID()
}

func parseMade(text string) madeBy {
	right, rest, _ := strings.Cut(text, " ")
	nonce, maker, _ := strings.Cut(rest, " ")
	if right == "" {
		return madeBy{}
	}
	return madeBy{right: access.Action(right), nonce: nonce, maker: access.ParsePrincipal(maker)}
}

// key is the key that signs a token of the user whose other tokens key signs.
func (m madeBy) key(key string) string {
	if m.right == "" || key == "" {
		return key
	}
	return key + "\nmade " + m.String()
}

// maker is who made a token of a user, as of now; nil if nobody is remembered.
// The error is apim.ErrUnauthorized if the maker may no longer make it.
func (s *Service) maker(tx *store.Tx, m madeBy, user apim.Name) (*access.Principal, error) {
	if m.right == "" {
		return nil, nil
	}
	maker := m.maker
	switch {
	case maker.UserID != "":
		v, err := visitor(tx, maker.UserID)
		if err != nil {
			return nil, err
		}
		maker.Admin = v.Admin
	case maker.Integration || strings.HasPrefix(maker.Subject, TokenPrefix):
		if err := checkTokensAllowed(tx); err != nil {
			return nil, err
		}
	}
	err := s.roles.Authorize(tx, maker, m.right, apim.ScopeOf(apim.UserRef(user)))
	if errors.Is(err, apim.ErrForbidden) {
		err = refuse("whoever made the token may no longer make it")
	}
	return &maker, err
}
