package account_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// guess tries a wrong password for a user from an address.
func (f *fixture) guess(t *testing.T, id string, c account.Client) error {
	t.Helper()
	_, err := f.SignIn(t.Context(), id+"@example.test", "a wrong password", c)
	if err == nil {
		t.Fatal("a wrong password signs in")
	}
	return err
}

// limitedAt guesses from a client until it is refused.
func (f *fixture) limitedAt(t *testing.T, id string, c account.Client) (tries int, limited *account.LimitedError) {
	t.Helper()
	for ; tries < 30; tries++ {
		if err := f.guess(t, id, c); errors.As(err, &limited) {
			return tries, limited
		}
	}
	t.Fatalf("%d guesses were answered", tries)
	return 0, nil
}

func TestWhoGuessesAtAnAccountIsRefusedWhereTheyAre(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	f.Delays()
	here := account.Client{Address: "192.0.2.7:1"}
	tries, limited := f.limitedAt(t, "ada", here)
	if tries != 10 || !errors.Is(limited, apim.ErrTooManyRequests) || limited.RetryAfter <= 0 {
		t.Fatalf("refused after %d tries: %v", tries, limited)
	}
	if _, err := f.SignIn(t.Context(), "ADA@example.test", goodPassword, here); !errors.As(err, &limited) {
		t.Errorf("the right password while refused: %v", err)
	}
	for _, other := range []*account.Service{f.Service, account.NewForTests(f.store)} { // a replica, or the next start
		if _, err := other.SignIn(t.Context(), "ada@example.test", goodPassword, account.Client{Address: "192.0.2.7:9"}); !errors.As(err, &limited) {
			t.Errorf("from the same address, by whatever process: %v", err)
		}
	}
	if _, err := f.SignIn(t.Context(), "ada@example.test", goodPassword, account.Client{Address: "192.0.2.8:1"}); err != nil {
		t.Errorf("the person, elsewhere, is kept out: %v", err)
	}
	f.clock.Advance(limited.RetryAfter)
	if _, err := f.SignIn(t.Context(), "ada@example.test", goodPassword, here); err != nil {
		t.Fatalf("after Retry-After: %v", err)
	}
	for range 9 {
		if err := f.guess(t, "ada", here); errors.As(err, &limited) {
			t.Fatal("a success did not give the tries back")
		}
	}
}

func TestManyAddressesOnlySlowAnAccountDown(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	known, err := f.SignIn(t.Context(), "ada@example.test", goodPassword, account.Client{Address: "198.51.100.1"})
	if err != nil {
		t.Fatal(err)
	}
	delays := f.Delays()
	for i := range 30 {
		if err := f.guess(t, "ada", account.Client{Address: fmt.Sprintf("192.0.2.%d:1", i)}); !errors.Is(err, apim.ErrUnauthorized) {
			t.Fatalf("guess %d from an address of its own: %v", i, err)
		}
	}
	slow := delays()
	if len(slow) == 0 || slow[0] >= time.Second || slices.Max(slow) != 8*time.Second || !slices.IsSorted(slow) {
		t.Errorf("the guesses were held up by %v, want more and more, to 8 s", slow)
	}
	if _, err := f.SignIn(t.Context(), "ada@example.test", goodPassword, account.Client{Address: "198.51.100.2"}); err != nil {
		t.Errorf("a new browser, while others guess: %v", err)
	}
	before := len(delays())
	if _, err := f.SignIn(t.Context(), "ada@example.test", goodPassword, account.Client{Address: "198.51.100.3", Device: known.Device}); err != nil || len(delays()) != before {
		t.Errorf("the known browser: %v, held up: %v", err, len(delays()) != before)
	}
	f.clock.Advance(20 * time.Minute)
	before = len(delays())
	if err := f.guess(t, "ada", account.Client{Address: "203.0.113.1"}); len(delays()) != before {
		t.Errorf("after the attack attempts are still slow: %v", err)
	}
}

// What a browser was given at a sign-in is about one account, and ends with its
// password.
func TestAKnownDevicePassesOthersGuesses(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	f.user(t, "bob")
	f.Delays()
	office := account.Client{Address: "192.0.2.7:1"}
	signIn := func(id, password, device string) (*account.Started, error) {
		return f.SignIn(t.Context(), id+"@example.test", password, account.Client{Address: office.Address, Device: device})
	}
	ada, err := signIn("ada", goodPassword, "")
	if err != nil {
		t.Fatal(err)
	}
	bob, err := signIn("bob", goodPassword, "")
	if err != nil {
		t.Fatal(err)
	}
	var limited *account.LimitedError
	f.limitedAt(t, "ada", office)
	for name, device := range map[string]string{
		"none": "", "bob's": bob.Device, "one without a signature": ada.Device[:len(ada.Device)-64], "one that was changed": "0" + ada.Device[1:] + "0",
	} {
		if _, err := signIn("ada", goodPassword, device); !errors.As(err, &limited) {
			t.Errorf("with the device %s: %v, want a refusal", name, err)
		}
	}
	if ada, err = signIn("ada", goodPassword, ada.Device); err != nil {
		t.Fatalf("the known device is held up by others' guesses: %v", err)
	}
	if tries, _ := f.limitedAt(t, "ada", account.Client{Address: office.Address, Device: ada.Device}); tries != 20 {
		t.Errorf("a device that guesses itself has %d tries, want 20", tries)
	}
	changed, err := f.ChangePassword(t.Context(), goodPassword, "seven tall green chairs", account.Client{SessionID: ada.SessionID})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signIn("ada", "seven tall green chairs", ada.Device); !errors.As(err, &limited) {
		t.Errorf("a device known before the new password: %v", err)
	}
	if _, err := signIn("ada", "seven tall green chairs", changed.Device); err != nil {
		t.Errorf("the device that set the new password: %v", err)
	}
	f.clock.Advance(account.DeviceLifetime)
	f.limitedAt(t, "ada", office)
	if _, err := signIn("ada", "seven tall green chairs", changed.Device); !errors.As(err, &limited) {
		t.Errorf("a device that was not used for long: %v", err)
	}
}

func TestTheOwnPasswordChangeIsCountedByItself(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	f.Delays()
	session := f.signIn(t, "ada")
	f.limitedAt(t, "ada", account.Client{Address: "192.0.2.1:5"})
	mine := account.Client{Address: "192.0.2.1:5", SessionID: session}
	var limited *account.LimitedError
	for i := range 10 {
		if _, err := f.ChangePassword(t.Context(), "wrong", "seven tall green chairs", mine); errors.As(err, &limited) {
			t.Fatalf("the own try %d is refused for what others tried: %v", i, err)
		}
	}
	if _, err := f.ChangePassword(t.Context(), goodPassword, "seven tall green chairs", mine); !errors.As(err, &limited) {
		t.Errorf("the session that tried ten: %v, want a refusal", err)
	}
}

func TestAGoodLinkWorksWhereverOthersGuess(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	secret, err := f.MintLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	here := account.Client{Address: "192.0.2.7"}
	refused := 0
	var limited *account.LimitedError
	for i := range 60 {
		if _, err := f.RedeemLink(t.Context(), fmt.Sprintf("1.wrong%d", i), here); errors.As(err, &limited) {
			refused++
		} else if !errors.Is(err, apim.ErrUnauthorized) {
			t.Fatal(err)
		}
	}
	if refused != 10 {
		t.Errorf("%d of 60 wrong links were refused, want 10", refused)
	}
	if _, err := f.RedeemLink(t.Context(), secret, here); err != nil {
		t.Errorf("the good link: %v", err)
	}
}

func TestFailedAndThrottledSignInsAreInTheAuditLog(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.user(t, "ada")
	f.Delays()
	f.limitedAt(t, "ada", account.Client{Address: "192.0.2.7:1", RequestID: "r1"})
	f.guess(t, "a secret typed in the wrong field", account.Client{Address: "192.0.2.8:1"})
	if _, err := f.RedeemLink(t.Context(), "1.guessed", account.Client{Address: "192.0.2.9:1"}); err == nil {
		t.Fatal("a guessed link works")
	}
	session := f.signIn(t, "ada")
	if _, err := f.ChangePassword(t.Context(), "wrong", "seven tall green chairs", account.Client{SessionID: session}); err == nil {
		t.Fatal("a wrong present password works")
	}
	log, err := store.Read(t.Context(), f.store, func(tx *store.Tx) ([]store.AuditEntry, error) {
		return tx.AuditLog(store.AuditQuery{Oldest: true, Address: ""})
	})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range log {
		if e.Outcome != store.Succeeded {
			got = append(got, fmt.Sprintf("%s %s %q %s", e.Action, e.Outcome, e.Key, e.Actor.Address))
		}
		if strings.Contains(fmt.Sprint(e, string(e.After)), "secret typed") {
			t.Errorf("what was typed is in the log: %+v", e)
		}
	}
	want := []string{
		`signIn failed "/users/ada" 192.0.2.7`, `signIn throttled "/users/ada" 192.0.2.7`, `signIn failed "" 192.0.2.8`,
		`signIn failed "" 192.0.2.9`, `changePassword failed "/users/ada" `,
	}
	if !slices.Equal(got, want) {
		t.Errorf("the refusals are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
