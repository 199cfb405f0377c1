package account_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/sqlite"
	"github.com/portico-portal/portico/internal/store/storetest"
)

var tester = store.Actor{Name: "test"}

// clock is a time that tests move.
type clock struct{ now atomic.Int64 }

func (c *clock) Now() time.Time          { return time.Unix(0, c.now.Load()).UTC() }
func (c *clock) Advance(d time.Duration) { c.now.Add(int64(d)) }

// fixture is a provisioned service with a clock of its own.
type fixture struct {
	*account.Service
	store *store.Store
	clock *clock
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	c := &clock{}
	c.now.Store(time.Date(2027, 3, 1, 12, 0, 30, 0, time.UTC).UnixNano())
	opt := storetest.Options()
	opt.Now = c.Now
	s, err := sqlite.Open(t.Context(), t.TempDir()+"/portico.db", opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Update(t.Context(), store.Actor{Name: store.System}, account.FirstStart{Email: "root@example.test"}.Provision); err != nil {
		t.Fatalf("provision: %v", err)
	}
	a := account.NewForTests(s)
	return &fixture{a, s, c}
}

const goodPassword = "four mild purple lamps"

// user makes an active user with goodPassword.
func (f *fixture) user(t *testing.T, id string) {
	t.Helper()
	u := &apim.User{FirstName: "Ada", LastName: "Lovelace", Email: id + "@example.test"}
	if _, err := f.PutUser(t.Context(), tester, apim.Name(id), u, goodPassword); err != nil {
		t.Fatalf("create user %s: %v", id, err)
	}
}

func (f *fixture) setState(t *testing.T, id, state string) {
	t.Helper()
	u, err := f.User(t.Context(), apim.Name(id))
	if err != nil {
		t.Fatal(err)
	}
	u.State = state
	if _, err := f.Service.PutUser(t.Context(), tester, apim.Name(id), u.User, ""); err != nil {
		t.Fatalf("set state %s: %v", state, err)
	}
}

func (f *fixture) signIn(t *testing.T, id string) string {
	t.Helper()
	started, err := f.SignIn(t.Context(), id+"@example.test", goodPassword, account.Client{Address: "192.0.2.1:5"})
	if err != nil {
		t.Fatalf("sign in as %s: %v", id, err)
	}
	return started.SessionID
}

func TestSignInGivesASessionOfTheUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "Ada")
	started, err := f.SignIn(t.Context(), "  ADA@Example.test ", goodPassword, account.Client{Address: "192.0.2.1"})
	if err != nil || started.User.ID != "Ada" || len(started.SessionID) != 43 {
		t.Fatalf("SignIn = %+v, %v", started, err)
	}
	session := started.SessionID
	v, err := f.Visitor(t.Context(), session)
	if err != nil || v.User.ID != "Ada" || fmt.Sprint(v.Groups) != "[developers]" || v.Admin {
		t.Fatalf("Visitor = %+v, %v", v, err)
	}
	if err := f.SignOut(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Visitor(t.Context(), session); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("after sign-out the session is still good: %v", err)
	}
}

func TestSignInEndsTheSessionTheBrowserHadBefore(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	first := f.signIn(t, "ada")
	if _, err := f.Visitor(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	second, err := f.SignIn(t.Context(), "ada@example.test", goodPassword, account.Client{SessionID: first})
	if err != nil || second.SessionID == first {
		t.Fatalf("second sign-in: %+v, %v", second, err)
	}
	f.clock.Advance(2 * time.Second)
	if _, err := f.Visitor(t.Context(), first); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("the earlier session lives on: %v", err)
	}
}

func TestAnswersDoNotTellWhetherAnAccountExists(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	f.user(t, "blocked")
	f.setState(t, "blocked", apim.UserBlocked)
	var messages []string
	for _, email := range []string{"ada@example.test", "nobody@example.test", "blocked@example.test", "root@example.test", "", "no address"} {
		_, err := f.SignIn(t.Context(), email, "a wrong password", account.Client{})
		if !errors.Is(err, apim.ErrUnauthorized) || errors.Is(err, account.ErrBlocked) {
			t.Errorf("%q: %v", email, err)
		}
		messages = append(messages, err.Error())
	}
	for _, m := range messages {
		if m != messages[0] {
			t.Errorf("%q differs from %q", m, messages[0])
		}
	}
}

func TestTheRightPasswordIsToldWhyItDoesNotWork(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for state, want := range map[string]error{apim.UserBlocked: account.ErrBlocked, apim.UserPending: account.ErrNotConfirmed, apim.UserDeleted: account.ErrBlocked} {
		f.user(t, state)
		f.setState(t, state, state)
		if _, err := f.SignIn(t.Context(), state+"@example.test", goodPassword, account.Client{}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", state, err, want)
		}
	}
}

func TestBlockingAUserEndsSessionsAndTokensForGood(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	session := f.signIn(t, "ada")
	if _, err := f.Visitor(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	token, err := f.MintToken(t.Context(), "ada", "primary", f.clock.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if p, err := f.Authenticate(t.Context(), account.Authorization(token)); err != nil || p.UserID != "ada" || p.Admin {
		t.Fatalf("Authenticate = %+v, %v", p, err)
	}
	f.setState(t, "ada", apim.UserBlocked)
	refused := func(when string) {
		t.Helper()
		if _, err := f.Visitor(t.Context(), session); !errors.Is(err, apim.ErrUnauthorized) {
			t.Errorf("%s the session is good: %v", when, err)
		}
		if _, err := f.Authenticate(t.Context(), token); !errors.Is(err, apim.ErrUnauthorized) {
			t.Errorf("%s the token is good: %v", when, err)
		}
	}
	refused("while blocked")
	if _, err := f.MintToken(t.Context(), "ada", "", f.clock.Now().Add(time.Hour)); err == nil {
		t.Error("a blocked user gets a token")
	}
	f.setState(t, "ada", apim.UserActive)
	refused("after unblocking")
	f.signIn(t, "ada")
	if token, err = f.MintToken(t.Context(), "ada", "", f.clock.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Authenticate(t.Context(), token); err != nil {
		t.Errorf("a new token: %v", err)
	}
}

func TestChangingThePasswordEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	mine, other := f.signIn(t, "ada"), f.signIn(t, "ada")
	token, err := f.MintToken(t.Context(), "ada", "", f.clock.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	client := account.Client{SessionID: mine}
	if _, err := f.ChangePassword(t.Context(), "not the present one", "seven tall green chairs", client); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("a wrong present password: %v", err)
	}
	var invalid *apim.InvalidError
	if _, err := f.ChangePassword(t.Context(), goodPassword, "password12", client); !errors.As(err, &invalid) || invalid.Violations[0].Target != "password" {
		t.Errorf("a common password: %v", err)
	}
	started, err := f.ChangePassword(t.Context(), goodPassword, "seven tall green chairs", client)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Visitor(t.Context(), started.SessionID); err != nil {
		t.Errorf("the new session: %v", err)
	}
	for _, ended := range []string{mine, other} {
		if _, err := f.Visitor(t.Context(), ended); !errors.Is(err, apim.ErrUnauthorized) {
			t.Errorf("an earlier session: %v", err)
		}
	}
	if _, err := f.Authenticate(t.Context(), token); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("an earlier token: %v", err)
	}
	if _, err := f.SignIn(t.Context(), "ada@example.test", goodPassword, account.Client{}); !errors.Is(err, apim.ErrUnauthorized) {
		t.Errorf("the old password: %v", err)
	}
	if _, err := f.SignIn(t.Context(), "ada@example.test", "seven tall green chairs", account.Client{}); err != nil {
		t.Errorf("the new password: %v", err)
	}
}

func TestGuessingFromOneAddressIsSlowedDown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	var limited *account.LimitedError
	var wait sync.WaitGroup
	var refused atomic.Int64
	for i := range 60 {
		wait.Go(func() {
			var mine *account.LimitedError
			c := account.Client{Address: fmt.Sprintf("[2001:db8::%x]:443", i)} // one customer's network
			if _, err := f.SignIn(t.Context(), fmt.Sprintf("u%d@example.test", i), "wrong", c); errors.As(err, &mine) {
				refused.Add(1)
			}
		})
	}
	wait.Wait()
	if refused.Load() != 10 {
		t.Errorf("%d of 60 tries were refused, want 10", refused.Load())
	}
	if _, err := f.SignIn(t.Context(), "x@example.test", "wrong", account.Client{Address: "2001:db8:0:1::1"}); errors.As(err, &limited) {
		t.Error("another network is limited too")
	}
}

func TestGroupsFollowLinks(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	follower, err := feed.Load(t.Context(), f.store, "accounts", f.Service, nil)
	if err != nil {
		t.Fatal(err)
	}
	go follower.Run(t.Context())
	f.user(t, "ada")
	session := f.signIn(t, "ada")
	if _, err := f.Visitor(t.Context(), session); err != nil {
		t.Fatal(err)
	}
	err = f.store.Update(t.Context(), tester, func(tx *store.Tx) error {
		for _, g := range []string{"Partners", apim.Administrators, apim.Guests} {
			if _, err := tx.Link(apim.GroupUser, apim.GroupRef(apim.Name(g)), apim.UserRef("ada")); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) { // the clock stands: only the feed tells
		v, err := f.Visitor(t.Context(), session)
		if err == nil && fmt.Sprint(v.Groups) == "[administrators developers partners]" && v.Admin {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("ten seconds later: %+v, %v", v, err)
		}
	}
}
