package account_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// reason is what the audit log says of a refusal, and of whom.
func reason(err error) string {
	var refused *account.RefusedError
	if !errors.As(err, &refused) {
		return fmt.Sprint(err)
	}
	return strings.TrimSpace(refused.Reason + " " + refused.Subject)
}

func TestAKeyOfTheServiceIsReplacedByItself(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	keys := func() (k [2]string) {
		err := f.store.View(t.Context(), func(tx *store.Tx) (err error) {
			for i, field := range []string{"primaryKey", "secondaryKey"} {
				if k[i], err = tx.Secret(account.TenantAccess, field); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	before := keys()
	for _, tt := range []struct {
		field          string
		access         apim.Ref
		first, second  bool // whether it is another now
		refused, found bool
	}{
		{"primaryKey", account.TenantAccess, true, false, false, true},
		{"secondaryKey", account.TenantAccess, false, true, false, true},
		{"tertiaryKey", account.TenantAccess, false, false, true, true},
		{"", account.TenantAccess, false, false, true, true},
		{"primaryKey", "/tenant/none", false, false, true, false},
	} {
		err := f.RegenerateAccessKey(t.Context(), tester, tt.access, tt.field)
		after := keys()
		if (err != nil) != tt.refused || errors.Is(err, apim.ErrNotFound) == tt.found && tt.refused || (after[0] != before[0]) != tt.first || (after[1] != before[1]) != tt.second {
			t.Errorf("%q of %s: %v; the first was replaced: %v, the second: %v", tt.field, tt.access, err, after[0] != before[0], after[1] != before[1])
		}
		before = after
	}
}

func TestNamedTokensEndInAMonth(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, tt := range []struct {
		subject string
		life    time.Duration
		ok      bool
	}{
		{"token:ci", time.Hour, true}, {"token:ci", account.MaxTokenLifetime, true}, {"token:" + strings.Repeat("c", 64), time.Hour, true},
		{"token:ci", 0, false}, {"token:ci", -time.Hour, false}, {"token:ci", account.MaxTokenLifetime + time.Second, false},
		{"token:", time.Hour, false}, {"ci", time.Hour, false}, {"token:CI", time.Hour, false}, {"token:a b", time.Hour, false}, {"token:" + strings.Repeat("c", 65), time.Hour, false},
		{"integration", time.Hour, false}, {"1", time.Hour, false},
	} {
		token, err := f.MintNamed(t.Context(), tt.subject, f.clock.Now().Add(tt.life))
		if (err == nil) != tt.ok {
			t.Errorf("%s for %s: %v", tt.subject, tt.life, err)
		}
		if err != nil {
			continue
		}
		if p, err := f.Authenticate(t.Context(), token); err != nil || p != (access.Principal{Subject: tt.subject}) {
			t.Errorf("%s authenticates as %+v, %v", tt.subject, p, err)
		}
	}
}

// What is good until a moment is not good at that moment.
func TestWhatEndsEndsAtItsTime(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	token, err := f.MintToken(t.Context(), "ada", "", f.clock.Now().Add(10*time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := account.ParseToken(token)
	if err != nil {
		t.Fatal(err)
	}
	f.clock.Advance(parsed.Expires.Sub(f.clock.Now()) - 1)
	if _, err := f.Authenticate(t.Context(), token); err != nil {
		t.Errorf("a moment before: %v", err)
	}
	f.clock.Advance(1)
	if _, err := f.Authenticate(t.Context(), token); reason(err) != "the token has expired ada" {
		t.Errorf("at its time: %s", reason(err))
	}

	for _, left := range []time.Duration{time.Second, 0} {
		link, err := f.MintLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		f.clock.Advance(account.LinkLifetime - left)
		if _, err := f.RedeemLink(t.Context(), link, account.Client{}); (err == nil) != (left > 0) {
			t.Errorf("a link with %s left: %v", left, err)
		}
	}
}

// A token from before its user's access ended is told from one that was never
// good, for some time: to the audit log, not to who holds it.
func TestRevokedTokensAreToldFromForgedOnes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	const revoked, forged = "the token was revoked ada", "the token's signature is wrong"
	var tokens []string
	for range 7 {
		token, err := f.MintToken(t.Context(), "ada", "secondary", f.clock.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token)
		f.setState(t, "ada", apim.UserBlocked)
		f.setState(t, "ada", apim.UserActive)
		if _, err := f.Authenticate(t.Context(), token); reason(err) != revoked {
			t.Errorf("the last token: %q, want %q", reason(err), revoked)
		}
	}
	for i, token := range tokens {
		want := revoked
		if i < 2 { // more than five ago
			want = forged
		}
		if _, err := f.Authenticate(t.Context(), token); reason(err) != want || !errors.Is(err, apim.ErrUnauthorized) {
			t.Errorf("the token of %d times ago: %q, want %q", 7-i, reason(err), want)
		}
	}
	if _, err := f.Authenticate(t.Context(), account.MintCompact("ada", f.clock.Now().Add(time.Hour), "another key")); reason(err) != forged {
		t.Errorf("one signed with another key: %q", reason(err))
	}
	fresh, err := f.MintToken(t.Context(), "ada", "", f.clock.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Authenticate(t.Context(), fresh); err != nil {
		t.Errorf("a new token: %v", err)
	}
}

// A token in an address begins one session; the browser that has it is led there again.
func TestATokenBeginsOneSession(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	f.user(t, "bob")
	mint := func(id apim.Name) string {
		token, err := f.MintToken(t.Context(), id, "", f.clock.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return token
	}
	token := mint("ada")
	started, err := f.SignInByToken(t.Context(), token, account.Client{})
	if err != nil || !f.open(t, started.SessionID) {
		t.Fatalf("the first time: %+v, %v", started, err)
	}
	bobs := f.signIn(t, "bob")
	for _, tt := range []struct {
		name, session string
		ok            bool
	}{
		{"the browser that has the session", started.SessionID, true}, {"one without a session", "", false},
		{"one with somebody else's", bobs, false}, {"one with a session that is none", "x", false},
	} {
		again, err := f.SignInByToken(t.Context(), token, account.Client{SessionID: tt.session})
		if (err == nil) != tt.ok || tt.ok && again.SessionID != started.SessionID || !tt.ok && reason(err) != "the token began a session already ada" {
			t.Errorf("%s: %+v, %v", tt.name, again, err)
		}
	}
	if _, err := f.Authenticate(t.Context(), token); err != nil {
		t.Errorf("as a header the token is no longer good: %v", err)
	}
	if err := f.SignOut(t.Context(), started.SessionID); err != nil {
		t.Fatal(err)
	}
	if _, err := f.SignInByToken(t.Context(), token, account.Client{SessionID: started.SessionID}); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("after the session has ended: %v", err)
	}
	admin, err := f.MintAdmin(t.Context(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.SignInByToken(t.Context(), admin, account.Client{}); reason(err) != "a token of the service signs nobody in" {
		t.Errorf("a token of the service: %v", err)
	}
	link, err := f.MintLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if started, err := f.SignInByToken(t.Context(), link, account.Client{}); err != nil || started.User.ID != account.AdministratorID {
		t.Errorf("a link: %+v, %v", started, err)
	}
	if _, err := f.SignInByToken(t.Context(), "nothing", account.Client{}); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("neither: %v", err)
	}
}

// People are in Developers and in the groups they are linked to, never in Guests;
// user 1 and the members of Administrators administer.
func TestWhoAdministers(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for i, tt := range []struct {
		id, group string
		admin     bool
		groups    string
	}{
		{"plain", "", false, "[developers]"}, {"member", "administrators", true, "[administrators developers]"}, {"named-like-1", "", false, "[developers]"},
		{"guest", "guests", false, "[developers]"}, {"11", "", false, "[developers]"},
	} {
		f.user(t, tt.id)
		if tt.group != "" {
			err := f.store.Update(t.Context(), tester, func(tx *store.Tx) error {
				_, err := tx.Link(apim.GroupUser, apim.GroupRef(apim.Name(tt.group)), apim.UserRef(apim.Name(tt.id)))
				return err
			})
			if err != nil {
				t.Fatal(i, err)
			}
		}
		v, err := f.Visitor(t.Context(), f.signIn(t, tt.id))
		if err != nil || v.Admin != tt.admin || fmt.Sprint(v.Groups) != tt.groups {
			t.Errorf("%s: %+v, %v; want %s, administrator %v", tt.id, v, err, tt.groups, tt.admin)
		}
	}
}

func TestRightPasswordsAreNotCounted(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	f.user(t, "bob")
	f.Delays()
	for i := range 55 {
		who := []string{"ada", "bob"}[i%2]
		if _, err := f.SignIn(t.Context(), who+"@example.test", goodPassword, account.Client{Address: "192.0.2.7:1"}); err != nil {
			t.Fatalf("sign-in %d from one address: %v", i+1, err)
		}
	}
}

// A link signs in whoever may sign in: it confirms an address, and unblocks nobody.
func TestALinkUnblocksNobody(t *testing.T) {
	t.Parallel()
	for state, want := range map[string]string{apim.UserActive: apim.UserActive, apim.UserPending: apim.UserActive, apim.UserBlocked: apim.UserBlocked} {
		f := newFixture(t)
		f.user(t, "ada")
		f.setState(t, "ada", state)
		link, err := store.Write(t.Context(), f.store, tester, func(tx *store.Tx) (string, error) {
			return f.MintUserLink(tx, apim.UserRef("ada"), time.Hour)
		})
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.RedeemLink(t.Context(), link, account.Client{})
		if u, _ := f.User(t.Context(), "ada"); (err == nil) != (want == apim.UserActive) || u.State != want {
			t.Errorf("a user who is %s: %v, then %s", state, err, u.State)
		}
	}
}

// A session that a link began may set a first password, and must give the present
// one where there is one, as every other session.
func TestOnlyAFirstPasswordIsSetWithoutThePresentOne(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	plain := &apim.User{FirstName: "B", LastName: "B", Email: "bob@example.test"}
	if _, err := f.PutUser(t.Context(), tester, "bob", plain, ""); err != nil {
		t.Fatal(err)
	}
	byLink := func(user apim.Ref) string {
		link, err := store.Write(t.Context(), f.store, tester, func(tx *store.Tx) (string, error) { return f.MintUserLink(tx, user, time.Hour) })
		if err != nil {
			t.Fatal(err)
		}
		started, err := f.RedeemLink(t.Context(), link, account.Client{})
		if err != nil {
			t.Fatal(err)
		}
		return started.SessionID
	}
	started, err := f.StartSession(t.Context(), "bob", account.Client{})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, session string
		may           bool
	}{
		{"a link, with a password", byLink("/users/ada"), false}, {"a token, without one", started.SessionID, false}, {"a link, without one", byLink("/users/bob"), true},
	} {
		v, err := f.Visitor(t.Context(), tt.session)
		if err != nil || v.MaySetPassword != tt.may {
			t.Errorf("%s: may set one: %+v, %v; want %v", tt.name, v, err, tt.may)
		}
		if _, err := f.ChangePassword(t.Context(), "", "seven tall green chairs", account.Client{SessionID: tt.session}); (err == nil) != tt.may {
			t.Errorf("%s: setting one: %v", tt.name, err)
		}
	}
}

func TestATokenIsAtMostSoLong(t *testing.T) {
	t.Parallel()
	expires := time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	rest := len(account.MintCompact("", expires, "key"))
	for length, ok := range map[int]bool{2048: true, 2049: false} {
		token := account.MintCompact(strings.Repeat("a", length-rest), expires, "key")
		if _, err := account.ParseToken(account.Authorization(token)); len(token) != length || (err == nil) != ok {
			t.Errorf("a token of %d bytes: %v", len(token), err)
		}
	}
}
