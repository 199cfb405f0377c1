package portal_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/address"
)

// The profile lists where somebody is signed in, and its buttons end one session
// or all others; the forms work without script.
func TestTheProfileEndsSessions(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b := s.signedIn("dev@example.com")
	phone, laptop, other := s.browser(), s.signedIn("dev@example.com"), s.signedIn("other@example.com")
	phone.do(http.MethodPost, address.SignIn, "email=dev@example.com&password="+password,
		"User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1")
	in := func(b *browser) bool { return strings.Contains(b.get(address.Profile).one("main"), "@example.com") }
	if !in(phone) || !in(laptop) || !in(other) {
		t.Fatal("not everybody is signed in")
	}
	page := b.get(address.Profile)
	list := page.one("#sessions")
	if n := strings.Count(list, "Sign out"); !strings.Contains(list, "Safari on iOS") || !strings.Contains(list, "This browser") || !strings.Contains(list, "127.0.0.1") || n != 3 {
		t.Fatalf("the profile shows %q", list)
	}
	ofPhone := page.attribute(`#sessions button[aria-label*=Safari]`, "value")
	action := page.attribute("#sessions form", "action")
	if a := b.post(action, "end", ofPhone); a.StatusCode != http.StatusSeeOther || !strings.Contains(b.get(a.Header.Get("Location")).one("main"), "is signed out") {
		t.Errorf("ending the phone's session answers %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	if in(phone) || !in(laptop) || !in(b) {
		t.Errorf("signed in are the phone: %v, the laptop: %v, the browser that asked: %v", in(phone), in(laptop), in(b))
	}
	if a := b.post(action, "end", b.get(address.Profile).attribute("#sessions > form button", "value")); a.StatusCode != http.StatusSeeOther {
		t.Errorf("ending all others answers %d", a.StatusCode)
	}
	if in(laptop) || !in(b) || !in(other) {
		t.Errorf("signed in are the laptop: %v, the browser that asked: %v, another person: %v", in(laptop), in(b), in(other))
	}
	if a := s.browser().post(action, "end", "others"); !strings.HasPrefix(a.Header.Get("Location"), address.SignIn) {
		t.Errorf("a guest is answered %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
}

func TestANewPasswordGivesTheBrowserANewSession(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b, other := s.signedIn("dev@example.com"), s.signedIn("dev@example.com")
	a := b.post(address.ProfilePassword, "current", password, "password", "seven tall green chairs")
	if a.StatusCode != http.StatusSeeOther || len(a.Cookies()) != 2 {
		t.Fatalf("a new password answers %d with the cookies %v", a.StatusCode, a.Cookies())
	}
	if !strings.Contains(b.get(address.Profile).one("main"), "dev@example.com") {
		t.Error("who set the password is signed out")
	}
	if strings.Contains(other.get(address.Profile).one("main"), "dev@example.com") {
		t.Error("another session goes on")
	}
}

// A token in an address may be read there by others: it begins one session, and
// leads the browser that has it there again. As a header it stays good.
func TestATokenInAnAddressBeginsOneSession(t *testing.T) {
	t.Parallel()
	s := shop(t)
	token, err := s.accounts.MintToken(t.Context(), "dev", "primary", time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	b, thief := s.browser(), s.browser()
	link := address.SignInLink("", token)
	if a := b.get(link); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("the token answers %d", a.StatusCode)
	}
	if a := b.get(link); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the same browser, a second time, gets %d", a.StatusCode)
	}
	if a := thief.get(link); a.StatusCode != http.StatusUnauthorized || strings.Contains(thief.get(address.Profile).text, "dev@example.com") {
		t.Errorf("another browser gets %d", a.StatusCode)
	}
	if a := s.signedIn("other@example.com").get(link); a.StatusCode != http.StatusUnauthorized {
		t.Errorf("somebody else, signed in, gets %d", a.StatusCode)
	}
	if _, err := s.accounts.Authenticate(t.Context(), account.Authorization(token)); err != nil {
		t.Errorf("as a header the token is refused: %v", err)
	}
}
