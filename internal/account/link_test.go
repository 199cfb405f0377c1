package account_test

import (
	"errors"
	"testing"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// A one-time link signs its own user in, once, and ends with the user's access.
func TestLinksOfUsers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	mint := func(id string) (secret string) {
		t.Helper()
		err := f.store.Update(t.Context(), tester, func(tx *store.Tx) (err error) {
			secret, err = f.MintUserLink(tx, apim.UserRef(apim.Name(id)), account.LinkLifetime)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return secret
	}
	add := func(id string) {
		t.Helper()
		u := &apim.User{FirstName: "A", LastName: "B", Email: id + "@contoso.example"}
		if _, err := f.PutUser(t.Context(), tester, apim.Name(id), u, ""); err != nil {
			t.Fatal(err)
		}
	}
	refused := func(why, secret string) {
		t.Helper()
		if _, err := f.RedeemLink(t.Context(), secret, account.Client{}); !errors.Is(err, apim.ErrUnauthorized) {
			t.Errorf("%s: %v, want ErrUnauthorized", why, err)
		}
	}
	add("ann.b")
	secret := mint("ann.b")
	session, err := f.RedeemLink(t.Context(), secret, account.Client{})
	if err != nil {
		t.Fatal(err)
	}
	if v, err := f.Visitor(t.Context(), session.SessionID); err != nil || v.User.ID != "ann.b" {
		t.Errorf("the link signed %v in (%v)", v, err)
	}
	refused("a second time", secret)
	refused("another's name", "1"+secret[len("ann.b"):])
	refused("nothing", "")

	pending := &apim.User{FirstName: "A", LastName: "B", Email: "pat@contoso.example", State: apim.UserPending}
	if _, err := f.PutUser(t.Context(), tester, "pat", pending, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := f.RedeemLink(t.Context(), mint("pat"), account.Client{}); err != nil {
		t.Errorf("who was to confirm an address is not let in: %v", err)
	}
	if u, err := f.User(t.Context(), "pat"); err != nil || u.State != apim.UserActive {
		t.Errorf("after the confirmation the user is %v (%v)", u.State, err)
	}
	blocked := mint("pat")
	pending.State = apim.UserBlocked
	if _, err := f.PutUser(t.Context(), tester, "pat", pending, ""); err != nil {
		t.Fatal(err)
	}
	refused("a blocked user", blocked)

	earlier := mint("ann.b")
	if err := f.DeleteUser(t.Context(), tester, "ann.b", false); err != nil {
		t.Fatal(err)
	}
	add("ann.b")
	refused("a link of a user who was deleted", earlier)
}

// Whoever else came by a link, or still has one, is out when the first password is set.
func TestAFirstPasswordEndsOtherSessionsAndLinks(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	follow := func() (session string) {
		t.Helper()
		secret, err := f.MintLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		started, err := f.RedeemLink(t.Context(), secret, account.Client{})
		if err != nil {
			t.Fatal(err)
		}
		return started.SessionID
	}
	other, mine := follow(), follow()
	left, err := f.MintLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	started, err := f.ChangePassword(t.Context(), "", "seven tall green chairs", account.Client{SessionID: mine})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Visitor(t.Context(), started.SessionID); err != nil {
		t.Errorf("the own session: %v", err)
	}
	if _, err := f.Visitor(t.Context(), other); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("another session: %v, want ErrUnauthorized", err)
	}
	if _, err := f.RedeemLink(t.Context(), left, account.Client{}); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("a link that was left: %v, want ErrUnauthorized", err)
	}
}
