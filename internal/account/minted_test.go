package account_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// A token that somebody asked for is good as long as its maker may make it.
func TestATokenEndsWithTheRightsOfItsMaker(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		maker access.Principal
		can   bool // whether it is good at first
		end   func(t *testing.T, f *fixture)
	}{
		{"an administrator who is blocked", access.Principal{UserID: "eve", Admin: true}, true, func(t *testing.T, f *fixture) { f.setState(t, "eve", apim.UserBlocked) }},
		{"an administrator who is one no longer", access.Principal{UserID: "eve", Admin: true}, true, func(t *testing.T, f *fixture) {
			f.write(t, func(tx *store.Tx) error {
				_, err := tx.Unlink(apim.GroupUser, apim.GroupRef(apim.Administrators), "/users/eve")
				return err
			})
		}},
		{"the service, when tokens are switched off", access.Principal{Integration: true, Admin: true}, true, func(t *testing.T, f *fixture) {
			f.write(t, func(tx *store.Tx) error {
				return tx.Put(&store.Document{Ref: account.TenantAccess, Body: json.RawMessage(`{"enabled":false}`)})
			})
		}},
		{"a user without the right", access.Principal{UserID: "ada"}, false, nil},
		{"a named token without the right", access.Principal{Subject: "token:ci"}, false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.user(t, "ada")
			f.user(t, "eve")
			f.write(t, func(tx *store.Tx) error {
				_, err := tx.Link(apim.GroupUser, apim.GroupRef(apim.Administrators), "/users/eve")
				return err
			})
			right := access.ActionOf("users", "token/action")
			token, err := f.MintFor(t.Context(), account.Minting{UserID: "ada", Expires: f.clock.Now().Add(time.Hour), Maker: tt.maker, Right: right, Actor: tester})
			if err != nil {
				t.Fatal(err)
			}
			p, err := f.Authenticate(t.Context(), token)
			if !tt.can {
				if !errors.Is(err, apim.ErrUnauthorized) {
					t.Errorf("it is good at once: %+v, %v", p, err)
				}
				return
			}
			if err != nil || p.UserID != "ada" || p.Maker == nil || p.Maker.ID() != tt.maker.ID() {
				t.Fatalf("it authenticates as %+v, %v", p, err)
			}
			tt.end(t, f)
			if _, err := f.Authenticate(t.Context(), token); !errors.Is(err, apim.ErrUnauthorized) {
				t.Errorf("it is good after that: %v", err)
			}
		})
	}
}

func TestAskingForATokenOfNobody(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for name, m := range map[string]account.Minting{
		"nobody": {UserID: "nobody", Expires: f.clock.Now().Add(time.Hour)}, "no time": {UserID: "1"}, "a third key": {UserID: "1", KeyType: "x", Expires: f.clock.Now().Add(time.Hour)},
	} {
		m.Right, m.Actor = access.ActionOf("users", "token/action"), tester
		if token, err := f.MintFor(t.Context(), m); err == nil {
			t.Errorf("%s: %q", name, token)
		}
	}
	own, err := f.MintToken(t.Context(), "1", "", f.clock.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if p, err := f.Authenticate(t.Context(), own); err != nil || p.Maker != nil {
		t.Errorf("a token that nobody asked for: %+v, %v", p, err)
	}
}

func (f *fixture) write(t *testing.T, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := f.store.Update(t.Context(), tester, fn); err != nil {
		t.Fatal(err)
	}
}
