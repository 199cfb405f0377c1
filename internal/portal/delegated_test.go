package portal_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/settings"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/subscription"
)

// portalConfig stores the settings of the portal and waits until it has them.
func (s *service) portalConfig(body string, applied func() bool) {
	s.t.Helper()
	s.write(func(tx *store.Tx) error {
		return tx.Put(&store.Document{Ref: settings.Config, Body: json.RawMessage(body)})
	})
	s.eventually("the portal has its new settings", applied)
}

// What is delegated is not done here, on no page and by no address.
func TestWhatIsDelegatedIsRefused(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b := s.signedIn("dev@example.com")
	b.post("/products/starter/-/subscribe", "name", "before")
	subscriptions, err := subscription.New(s.store).For(t.Context(), "dev")
	if err != nil || len(subscriptions) != 1 {
		t.Fatalf("%d subscriptions, %v", len(subscriptions), err)
	}
	cancel := address.Subscription(apim.PublicID(subscriptions[0].ID))
	guest := s.browser()
	s.portalConfig(`{"delegation":{"delegateRegistration":true,"delegateSubscription":true,"delegationUrl":"https://d.example"}}`, func() bool {
		return strings.Contains(guest.get(address.SignIn).text, "at another site")
	})

	for _, page := range []string{address.SignIn, address.SignUp, address.ResetPassword} {
		a := guest.get(page)
		if a.attribute("main form", "action") != "" || !strings.Contains(a.one("main"), "at another site") {
			t.Errorf("%s shows a guest a form, or does not say where it is done: %s", page, a.one("main"))
		}
	}
	for _, page := range []string{address.ChangePassword, address.Profile, "/products/starter"} {
		a := b.get(page)
		for _, field := range []string{"main input[type=password]", "main input[name=firstName]", "main form[action$=subscribe]", "main button[value=cancel]"} {
			if a.attribute(field, "class") != "" || a.one(field) != "" || strings.Contains(a.text, "value=cancel") {
				t.Errorf("%s has %s", page, field)
			}
		}
		if !strings.Contains(a.one("main"), "at another site") {
			t.Errorf("%s does not say where it is done", page)
		}
	}
	for _, act := range []struct {
		by   *browser
		path string
		form []string
	}{
		{guest, address.SignIn, []string{"email", "dev@example.com", "password", password}},
		{guest, address.SignUp, []string{"email", "new@example.com", "password", "a long new password", "firstName", "N", "lastName", "N"}},
		{guest, address.SignUpOAuth, []string{"email", "new@example.com"}},
		{guest, address.ResetPassword, []string{"email", "dev@example.com"}},
		{guest, address.ConfirmPassword, []string{"password", "a long new password"}},
		{b, address.ChangePassword, []string{"current", password, "password", "a long new password"}},
		{b, address.ProfilePassword, []string{"current", password, "password", "a long new password"}},
		{b, address.Profile, []string{"firstName", "Other", "lastName", "Name"}},
		{b, "/products/starter/-/subscribe", []string{"name", "after"}},
		{b, cancel, []string{"action", "cancel"}},
	} {
		a := act.by.post(act.path, act.form...)
		if a.StatusCode != http.StatusForbidden || !strings.Contains(a.text, "another site") || a.Header.Get("Set-Cookie") != "" {
			t.Errorf("POST %s answers %d, cookie %q: %s", act.path, a.StatusCode, a.Header.Get("Set-Cookie"), a.one("main"))
		}
	}
	after, err := subscription.New(s.store).For(t.Context(), "dev")
	if err != nil || len(after) != 1 || after[0].State != apim.SubscriptionActive {
		t.Errorf("the subscriptions changed: %+v, %v", after, err)
	}
	if u, err := s.accounts.User(t.Context(), "dev"); err != nil || u.FirstName == "Other" {
		t.Errorf("the name changed: %+v, %v", u, err)
	}
	if a := b.post(cancel, "action", "rename", "name", "renamed"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("what is not delegated answers %d", a.StatusCode)
	}
}

func TestNobodySignsInWithAPasswordThatIsSwitchedOff(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b, guest := s.signedIn("dev@example.com"), s.browser()
	s.portalConfig(`{"enableBasicAuth":false}`, func() bool { return guest.get(address.SignIn).attribute("main form", "action") == "" })
	if a := guest.post(address.SignIn, "email", "dev@example.com", "password", password); a.StatusCode != http.StatusForbidden || a.Header.Get("Set-Cookie") != "" {
		t.Errorf("signing in answers %d, cookie %q", a.StatusCode, a.Header.Get("Set-Cookie"))
	}
	if a := b.post(address.ChangePassword, "current", password, "password", "a long new password"); a.StatusCode != http.StatusForbidden {
		t.Errorf("changing the password answers %d", a.StatusCode)
	}
}
