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

// What a session may do that such a token began: what its maker may do, too, and
// for a user with further rights only if the maker may give rights.
func TestASessionOfATokenDoesWhatItsMakerMayDo(t *testing.T) {
	t.Parallel()
	right := access.ActionOf("users", "token/action")
	for _, tt := range []struct {
		name  string
		user  apim.Name
		maker access.Principal // zero: the person signed in
		may   bool
	}{
		{"the person", "ada", access.Principal{}, true},
		{"the service, for a user", "ada", access.Principal{Integration: true, Admin: true}, true},
		{"the service, for an administrator", "1", access.Principal{Integration: true, Admin: true}, true},
		{"who may make tokens and no more, for a user", "ada", access.Principal{Subject: "token:ci"}, false},
		{"who may write users, for a user", "ada", access.Principal{Subject: "token:hr"}, true},
		{"who may write users, for an administrator", "1", access.Principal{Subject: "token:hr"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.user(t, "ada")
			f.write(t, func(tx *store.Tx) error {
				put := func(ref apim.Ref, body any) error {
					data, err := json.Marshal(body)
					return errors.Join(err, tx.Put(&store.Document{Ref: ref, Body: data}))
				}
				give := func(id, to string, actions ...string) error {
					return errors.Join(
						put(apim.Ref("/"+access.RoleDefinitions+"/"+id), access.RoleDefinition{RoleName: id, Permissions: []access.Permission{{Actions: actions}}}),
						put(apim.Ref("/"+access.RoleAssignments+"/"+id), access.RoleAssignment{RoleDefinitionID: apim.Name(id), PrincipalID: apim.Name(to), Scope: apim.ServiceScope()}))
				}
				return errors.Join(give("minting", "token:ci", string(right)), give("people", "token:hr", string(right), string(access.ActionOf("users", access.Write))))
			})
			var started *account.Started
			var err error
			if tt.maker == (access.Principal{}) {
				started, err = f.StartSession(t.Context(), tt.user, account.Client{})
			} else {
				var token string
				token, err = f.MintFor(t.Context(), account.Minting{UserID: tt.user, Expires: f.clock.Now().Add(time.Hour), Maker: tt.maker, Right: right, Actor: tester})
				if err == nil {
					started, err = f.SignInByToken(t.Context(), token, account.Client{})
				}
			}
			if err != nil {
				t.Fatal(err)
			}
			v, err := f.Visitor(t.Context(), started.SessionID)
			if err != nil || (v.Maker == nil) != (tt.maker == access.Principal{}) {
				t.Fatalf("the visitor is %+v, %v", v, err)
			}
			if err := f.MayAct(t.Context(), v, access.ActionOf("users", access.Write)); (err == nil) != tt.may || err != nil && !errors.Is(err, apim.ErrForbidden) {
				t.Errorf("it may change its record: %v, want %v", err, tt.may)
			}
		})
	}
}
