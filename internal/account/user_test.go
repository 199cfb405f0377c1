package account_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/settings"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func TestAUserIsCompletedAndJoinsDevelopers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	u, err := f.User(t.Context(), "ADA")
	if err != nil {
		t.Fatal(err)
	}
	if u.ID != "ada" || u.State != apim.UserActive || !u.RegistrationDate.Equal(f.clock.Now()) ||
		len(u.Identities) != 1 || u.Identities[0] != (apim.Identity{Provider: "Basic", ID: "ada@example.test"}) {
		t.Errorf("stored as %+v", u.User)
	}
	registered := *u.RegistrationDate
	f.clock.Advance(time.Hour)
	next := &apim.User{FirstName: "Ada", LastName: "King", Email: "king@example.test"}
	if created, err := f.PutUser(t.Context(), tester, "ada", next, ""); err != nil || created {
		t.Fatalf("replace: %v, %v", created, err)
	}
	u, err = f.User(t.Context(), "ada")
	if err != nil || u.LastName != "King" || !u.RegistrationDate.Equal(registered) || u.Identities[0].ID != "king@example.test" {
		t.Errorf("replaced by %+v, %v", u.User, err)
	}
	if _, err := f.SignIn(t.Context(), "king@example.test", goodPassword, account.Client{}); err != nil {
		t.Errorf("sign in by the new address: %v", err)
	}
	if _, err := f.SignIn(t.Context(), "ada@example.test", goodPassword, account.Client{}); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("sign in by the old address: %v", err)
	}
	f.user(t, "second") // the old address is free
	other := &apim.User{FirstName: "B", LastName: "C", Email: "ada@example.test"}
	if _, err := f.PutUser(t.Context(), tester, "third", other, ""); err != nil {
		t.Errorf("take the old address: %v", err)
	}
}

func TestAReplacementWithoutAStateKeepsIt(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	f.setState(t, "ada", apim.UserBlocked)
	next := &apim.User{FirstName: "Ada", LastName: "King", Email: "ada@example.test"}
	if _, err := f.PutUser(t.Context(), tester, "ada", next, ""); err != nil {
		t.Fatal(err)
	}
	if u, err := f.User(t.Context(), "ada"); err != nil || u.State != apim.UserBlocked || u.LastName != "King" {
		t.Errorf("a blocked user is now %+v, %v", u.User, err)
	}
}

func TestUsersThatCannotBe(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	valid := apim.User{FirstName: "A", LastName: "B", Email: "new@example.test"}
	with := func(change func(*apim.User)) apim.User { u := valid; change(&u); return u }
	for _, test := range []struct {
		name, id, password, target string
		user                       apim.User
	}{
		{"no address", "x", "", "email", with(func(u *apim.User) { u.Email = "" })},
		{"no first name", "x", "", "firstName", with(func(u *apim.User) { u.FirstName = "" })},
		{"a state that is none", "x", "", "state", with(func(u *apim.User) { u.State = "asleep" })},
		{"a short password of an administrator", "x", "12345", "password", valid},
		{"user 1 blocked", "1", "", "state", with(func(u *apim.User) { u.State = apim.UserBlocked })},
		{"the service's own name", "Integration", "", "name", valid},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, err := f.PutUser(t.Context(), tester, apim.Name(test.id), &test.user, test.password)
			var invalid *apim.InvalidError
			if !errors.As(err, &invalid) || invalid.Violations[0].Target != test.target {
				t.Errorf("error %v, want one about %s", err, test.target)
			}
		})
	}
	taken := with(func(u *apim.User) { u.Email = "ADA@example.test" })
	var conflict *apim.ConflictError
	if _, err := f.PutUser(t.Context(), tester, "x", &taken, ""); !errors.As(err, &conflict) || conflict.Target != "email" {
		t.Errorf("a taken address: %v", err)
	}
}

func TestDeletingAUserLeavesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	session := f.signIn(t, "ada")
	token, err := f.MintToken(t.Context(), "ada", "", f.clock.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	sub := apim.SubscriptionRef("s")
	err = f.store.Update(t.Context(), tester, func(tx *store.Tx) error {
		body, _ := json.Marshal(apim.Subscription{DisplayName: "S", Scope: "/apis", OwnerID: "/users/ada"})
		if err := tx.Put(&store.Document{Ref: sub, Body: body}); err != nil {
			return err
		}
		_, err := tx.Link(apim.SubscriptionOwner, sub, apim.UserRef("ada"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteUser(t.Context(), tester, "ada", false); !errors.Is(err, apim.ErrConflict) {
		t.Errorf("with a subscription: %v", err)
	}
	if err := f.DeleteUser(t.Context(), tester, "ada", true); err != nil {
		t.Fatal(err)
	}
	if _, err := f.User(t.Context(), "ada"); !errors.Is(err, apim.ErrNotFound) {
		t.Errorf("the user after deleting: %v", err)
	}
	err = f.store.View(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Get(sub)
		return err
	})
	if !errors.Is(err, apim.ErrNotFound) {
		t.Errorf("the subscription after deleting: %v", err)
	}
	other := &apim.User{FirstName: "B", LastName: "B", Email: "ada@example.test"}
	if _, err := f.PutUser(t.Context(), tester, "bob", other, ""); err != nil {
		t.Errorf("somebody else with the address: %v", err)
	}
	if err := f.DeleteUser(t.Context(), tester, "bob", false); err != nil {
		t.Fatal(err)
	}
	if err := f.DeleteUser(t.Context(), tester, "1", true); err == nil {
		t.Error("user 1 can be deleted")
	}
	f.user(t, "ada") // somebody else of the same name and address
	if _, err := f.Visitor(t.Context(), session); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("the deleted user's session: %v", err)
	}
	if _, err := f.Authenticate(t.Context(), token); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("the deleted user's token: %v", err)
	}
}

func TestTokensOfEverySortAreAuthenticated(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	var keys [2]string
	readKeys := func() {
		err := f.store.View(t.Context(), func(tx *store.Tx) (err error) {
			for i, field := range []string{"primaryKey", "secondaryKey"} {
				if keys[i], err = tx.Secret(account.TenantAccess, field); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	readKeys()
	later, earlier := f.clock.Now().Add(time.Hour), f.clock.Now().Add(-time.Second)
	integration := access.Principal{Integration: true, Admin: true}
	admin, ada := access.Principal{UserID: "1", Admin: true}, access.Principal{UserID: "ada"}
	for _, test := range []struct {
		name, token string
		want        access.Principal // zero: refused
	}{
		{"integration, uid form, primary", account.MintUID("integration", later, keys[0]), integration},
		{"integration, uid form, secondary", account.MintUID("integration", later, keys[1]), integration},
		{"integration, compact", account.MintCompact("integration", later, keys[0]), integration},
		{"user 1, signed by a client", account.MintUID("1", later, keys[0]), admin},
		{"a user, extended", account.Extended(account.MintCompact("ADA", later, keys[1])), ada},
		{"expired a second ago", account.MintUID("integration", earlier, keys[0]), access.Principal{}},
		{"a user who does not exist", account.MintUID("nobody", later, keys[0]), access.Principal{}},
		{"another key", account.MintUID("integration", later, "another"), access.Principal{}},
		{"no key", account.MintUID("integration", later, ""), access.Principal{}},
		{"no token", "", access.Principal{}},
	} {
		got, err := f.Authenticate(t.Context(), account.Authorization(test.token))
		if got != test.want || (test.want == access.Principal{}) != errors.Is(err, apim.ErrUnauthorized) {
			t.Errorf("%s: %+v, %v", test.name, got, err)
		}
	}
	first, second := account.MintUID("integration", later, keys[0]), account.MintUID("1", later, keys[1])
	if err := f.RegenerateAccessKey(t.Context(), tester, account.TenantAccess, "primaryKey"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Authenticate(t.Context(), first); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("a token of the replaced key: %v", err)
	}
	if _, err := f.Authenticate(t.Context(), second); err != nil {
		t.Errorf("a token of the other key: %v", err)
	}
	readKeys()
	err := f.store.Update(t.Context(), tester, func(tx *store.Tx) error {
		return tx.Put(&store.Document{Ref: account.TenantAccess, Body: json.RawMessage(`{"enabled":false}`)})
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Authenticate(t.Context(), account.MintUID("integration", later, keys[0])); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("while access is switched off: %v", err)
	}
	if p, err := f.Authenticate(t.Context(), account.MintUID("1", later, keys[0])); err != nil || p != admin {
		t.Errorf("a user's token while access is switched off: %+v, %v", p, err)
	}
}

func TestTokensAreMintedForAMonthAtMost(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, test := range []struct {
		name, user, keyType, target string
		lifetime                    time.Duration
	}{
		{"an hour", "1", "", "", time.Hour},
		{"ten seconds", "1", "Secondary", "", 10 * time.Second},
		{"thirty days", "1", "primary", "", account.MaxTokenLifetime},
		{"longer", "1", "primary", "expiry", account.MaxTokenLifetime + time.Second},
		{"in the past", "1", "primary", "expiry", -time.Second},
		{"a third key", "1", "tertiary", "keyType", time.Hour},
	} {
		token, err := f.MintToken(t.Context(), apim.Name(test.user), test.keyType, f.clock.Now().Add(test.lifetime))
		var invalid *apim.InvalidError
		if test.target != "" {
			if !errors.As(err, &invalid) || invalid.Violations[0].Target != test.target {
				t.Errorf("%s: %v, want an error about %s", test.name, err, test.target)
			}
			continue
		}
		if p, err2 := f.Authenticate(t.Context(), token); err != nil || err2 != nil || !p.Admin {
			t.Errorf("%s: %q, %v; authenticated as %+v, %v", test.name, token, err, p, err2)
		}
	}
	if _, err := f.MintToken(t.Context(), "nobody", "", f.clock.Now().Add(time.Hour)); !errors.Is(err, apim.ErrNotFound) {
		t.Errorf("for nobody: %v", err)
	}
	token, err := f.MintAdmin(t.Context(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(59 * time.Second)
	if p, err := f.Authenticate(t.Context(), account.Authorization(token)); err != nil || !p.Integration {
		t.Errorf("the token of a minute after 59 seconds: %+v, %v", p, err)
	}
	f.clock.Advance(time.Minute)
	if _, err := f.Authenticate(t.Context(), token); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("the token of a minute after two: %v", err)
	}
	if _, err := f.MintAdmin(t.Context(), 31*24*time.Hour); err == nil {
		t.Error("an administrator's token for 31 days")
	}
}

func TestTheFirstStartLinkWorksOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	secret, err := f.MintLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.RedeemLink(t.Context(), secret+"x", account.Client{}); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("a wrong secret: %v", err)
	}
	session, err := f.RedeemLink(t.Context(), secret, account.Client{Address: "127.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	if v, err := f.Visitor(t.Context(), session.SessionID); err != nil || v.User.ID != "1" || !v.Admin {
		t.Errorf("signs in %+v, %v", v, err)
	}
	if _, err := f.RedeemLink(t.Context(), secret, account.Client{}); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("a second time: %v", err)
	}
	if secret, err = f.MintLink(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(account.LinkLifetime)
	if _, err := f.RedeemLink(t.Context(), secret, account.Client{}); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("after its time: %v", err)
	}
}

// What the first start finds is kept, and what is deleted later does not come back
// until the service is forgotten.
func TestTheFirstStartKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	update := func(fn func(tx *store.Tx) error) {
		t.Helper()
		if err := s.Update(t.Context(), store.Actor{Name: store.System}, fn); err != nil {
			t.Fatal(err)
		}
	}
	own := &apim.User{FirstName: "Own", LastName: "Admin", Email: "own@example.test"}
	update(func(tx *store.Tx) error {
		_, err := account.PutUser(tx, apim.UserRef(account.AdministratorID), own, "")
		return err
	})
	update(account.FirstStart{Email: "root@example.test"}.Provision)
	a := account.NewForTests(s)
	if u, err := a.User(t.Context(), account.AdministratorID); err != nil || u.Email != own.Email {
		t.Errorf("user 1 is %+v, %v", u, err)
	}
	started, err := a.StartSession(t.Context(), account.AdministratorID, account.Client{})
	if err != nil {
		t.Fatal(err)
	}
	there := func(ref apim.Ref) bool {
		_, err := store.Read(t.Context(), s, func(tx *store.Tx) (*store.Document, error) { return tx.Get(ref) })
		return err == nil
	}
	guests := apim.GroupRef(apim.Guests)
	update(func(tx *store.Tx) error { return tx.DeleteTree(guests) })
	update(account.FirstStart{}.Provision)
	if there(guests) {
		t.Error("a second start made what was deleted")
	}
	update(func(tx *store.Tx) error { return account.Forget(tx, "portico") })
	if _, err := account.NewForTests(s).Visitor(t.Context(), started.SessionID); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("a session of a service that was forgotten: %v", err)
	}
	update(account.FirstStart{}.Provision)
	if !there(guests) {
		t.Error("the first start of a service that was forgotten made nothing")
	}
}

// Access ends with the state of a user, and with nothing else that is written.
func TestAccessEndsWhenAUserIsBlocked(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	session := f.signIn(t, "ada")
	token, err := f.MintToken(t.Context(), "ada", "", f.clock.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	f.setState(t, "ada", apim.UserActive)
	if err := f.Rename(t.Context(), tester, "ada", "Augusta", "King"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Authenticate(t.Context(), token); err != nil || !f.open(t, session) {
		t.Errorf("after renaming, the token: %v; the session is open: %v", err, f.open(t, session))
	}
	f.setState(t, "ada", apim.UserBlocked)
	if open, err := f.SessionsOf(t.Context(), "ada"); err != nil || len(open) != 0 {
		t.Errorf("a blocked user has the sessions %+v, %v", open, err)
	}
}

// The identity of an e-mail address follows the address; identities of others stay.
func TestIdentitiesFollowTheAddress(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	u := &apim.User{FirstName: "A", LastName: "B", Email: "old@example.test", Identities: []apim.Identity{
		{Provider: "Basic", ID: "OLD@example.test"}, {Provider: "Aad", ID: "old@example.test"}, {Provider: "Basic", ID: "third@example.test"},
	}}
	if _, err := f.PutUser(t.Context(), tester, "ada", u, ""); err != nil {
		t.Fatal(err)
	}
	u.Email, u.Identities = "new@example.test", nil
	if _, err := f.PutUser(t.Context(), tester, "ada", u, ""); err != nil {
		t.Fatal(err)
	}
	got, err := f.User(t.Context(), "ada")
	want := []apim.Identity{{Provider: "Basic", ID: "new@example.test"}, {Provider: "Aad", ID: "old@example.test"}, {Provider: "Basic", ID: "third@example.test"}}
	if err != nil || !slices.Equal(got.Identities, want) {
		t.Errorf("identities %+v, %v; want %+v", got.Identities, err, want)
	}
}

func TestPeopleAreRenamed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	if err := f.Rename(t.Context(), tester, "ada", "Augusta", "King"); err != nil {
		t.Fatal(err)
	}
	if u, err := f.User(t.Context(), "ada"); err != nil || u.FirstName != "Augusta" || u.LastName != "King" || u.Email != "ada@example.test" {
		t.Errorf("after renaming: %+v, %v", u, err)
	}
	if err := f.Rename(t.Context(), tester, "nobody", "A", "B"); !errors.Is(err, apim.ErrNotFound) {
		t.Errorf("nobody: %v", err)
	}
	err := f.store.Update(t.Context(), tester, func(tx *store.Tx) error {
		return tx.Put(&store.Document{Ref: settings.Config, Body: json.RawMessage(`{"delegation":{"delegateRegistration":true,"delegationUrl":"https://x.example"}}`)})
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Rename(t.Context(), tester, "ada", "A", "B"); !errors.Is(err, settings.ErrDelegated) {
		t.Errorf("where accounts are delegated: %v", err)
	}
}

func TestProvisioningHappensOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		start := func(email string) {
			t.Helper()
			if err := s.Update(t.Context(), store.Actor{Name: store.System}, account.FirstStart{Email: email}.Provision); err != nil {
				t.Fatal(err)
			}
		}
		start("root@example.test")
		keys := func() (all []string) {
			err := s.View(t.Context(), func(tx *store.Tx) error {
				for _, ref := range []apim.Ref{account.TenantAccess, apim.SubscriptionRef(account.MasterSubscription)} {
					for _, field := range []string{"primaryKey", "secondaryKey"} {
						key, err := tx.Secret(ref, field)
						if err != nil {
							return err
						}
						all = append(all, key)
					}
				}
				for _, g := range []string{apim.Administrators, apim.Developers} {
					if ok, err := tx.HasLink(apim.GroupUser, apim.GroupRef(apim.Name(g)), apim.UserRef("1")); err != nil || !ok {
						t.Errorf("user 1 is not in %s: %v", g, err)
					}
				}
				for _, ref := range []apim.Ref{apim.GroupRef(apim.Guests), apim.UserRef("1")} {
					if _, err := tx.Get(ref); err != nil {
						t.Errorf("%s: %v", ref, err)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		before := keys()
		if len(before[0]) != 88 || len(before[2]) != 32 || before[0] == before[1] || before[2] == before[3] {
			t.Errorf("keys %q", before)
		}
		start("other@example.test")
		after := keys()
		for i := range before {
			if before[i] != after[i] {
				t.Errorf("key %d changed", i)
			}
		}
	})
}
