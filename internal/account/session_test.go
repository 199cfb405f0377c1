package account_test

import (
	"errors"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

func (f *fixture) open(t *testing.T, session string) bool {
	t.Helper()
	_, err := f.Visitor(t.Context(), session)
	if err != nil && !errors.Is(err, apim.ErrUnauthorized) {
		t.Fatal(err)
	}
	return err == nil
}

func TestASessionEndsWhenItIsUnusedAndInAnyCaseInTheEnd(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Sessions = account.SessionLimits{Idle: time.Hour, Lifetime: 5 * time.Hour}
	f.user(t, "ada")
	used, unused := f.signIn(t, "ada"), f.signIn(t, "ada")
	for range 5 {
		f.clock.Advance(50 * time.Minute)
		if !f.open(t, used) {
			t.Fatalf("a session in use has ended at %v", f.clock.Now())
		}
	}
	if f.open(t, unused) {
		t.Error("a session that was not used for hours is open")
	}
	if all, err := f.SessionsOf(t.Context(), "ada"); err != nil || len(all) != 1 || all[0].UsedAt != f.clock.Now().Truncate(time.Microsecond) {
		t.Errorf("the sessions are %+v, %v", all, err)
	}
	f.clock.Advance(50 * time.Minute)
	if f.open(t, used) {
		t.Error("a session in use is open after its whole life")
	}
}

func TestALimitThatIsLoweredHoldsForOpenSessions(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	session := f.signIn(t, "ada")
	f.clock.Advance(2 * time.Hour)
	f.Sessions = account.SessionLimits{Idle: 3 * time.Hour, Lifetime: time.Hour}
	if f.open(t, session) {
		t.Error("a session from before is open")
	}
}

func TestPeopleEndTheirSessionsAndNobodyElses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	f.user(t, "bob")
	bob := f.signIn(t, "bob")
	one, two, three := f.signIn(t, "ada"), f.signIn(t, "ada"), f.signIn(t, "ada")
	end := func(handle string) {
		t.Helper()
		if err := f.EndSession(t.Context(), store.Actor{Name: "ada"}, "ada", handle); err != nil {
			t.Fatal(err)
		}
	}
	end(store.SessionHandle(bob))
	end("nobody's")
	end(store.SessionHandle(one))
	if f.open(t, one) || !f.open(t, two) || !f.open(t, bob) {
		t.Errorf("open are the one that was ended: %v, another: %v, another's: %v", f.open(t, one), f.open(t, two), f.open(t, bob))
	}
	if err := f.EndSessions(t.Context(), store.Actor{Name: "ada"}, "ada", three); err != nil {
		t.Fatal(err)
	}
	if f.open(t, two) || !f.open(t, three) || !f.open(t, bob) {
		t.Errorf("open are others: %v, the own: %v, another's: %v", f.open(t, two), f.open(t, three), f.open(t, bob))
	}
}

func TestAUserHasFiftySessionsAtMost(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	var first string
	for i := range 52 {
		started, err := f.StartSession(t.Context(), "ada", account.Client{})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = started.SessionID
		}
		f.clock.Advance(time.Second)
	}
	all, err := f.SessionsOf(t.Context(), "ada")
	if err != nil || len(all) != 50 || f.open(t, first) {
		t.Errorf("%d sessions, the first is open: %v, %v", len(all), f.open(t, first), err)
	}
}
