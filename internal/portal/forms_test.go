package portal_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/widget"
)

func TestSignInStartsASessionAndLeadsBack(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b := s.browser()
	if got := b.get("/apis/Public/get").attribute("header a.sign", "href"); !strings.HasPrefix(got, "/signin?returnUrl=") {
		t.Errorf("a guest's way to sign in is %q", got)
	}
	a := b.post("/signin", "email", "dev@example.com", "password", password, address.ReturnTo, "/apis/Public/get")
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/apis/Public/get" {
		t.Fatalf("signing in answers %d to %q", a.StatusCode, a.Header.Get("Location"))
	}
	cookie := a.Header.Get("Set-Cookie")
	for _, want := range []string{"portico_portal=", "HttpOnly", "SameSite=Lax", "Path=/"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("the session cookie %q lacks %s", cookie, want)
		}
	}
	page := b.get("/apis/signedin")
	if page.StatusCode != http.StatusOK || !strings.Contains(page.text, "dev@example.com") || page.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("a page of someone signed in: %d, %q", page.StatusCode, page.Header.Get("Cache-Control"))
	}
	if other := s.signedIn("other@example.com").get("/apis/signedin"); strings.Contains(other.text, "dev@example.com") || !strings.Contains(other.text, "other@example.com") {
		t.Error("someone else's name is in a page")
	}
	if guest := s.browser().get("/apis/Public"); strings.Contains(guest.text, "@example.com") {
		t.Error("a name is in a guest's page")
	}
	again := b.post("/signin", "email", "dev@example.com", "password", password)
	if again.Header.Get("Set-Cookie") == cookie {
		t.Error("the session id did not change on sign-in")
	}
	if a := b.post("/signout"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("signing out answers %d", a.StatusCode)
	}
	if a := b.get("/apis/signedin"); a.StatusCode != http.StatusNotFound {
		t.Errorf("after signing out the page answers %d", a.StatusCode)
	}
	stale := s.browser()
	if a := stale.get("/apis", "Cookie", "portico_portal=nobody"); a.StatusCode != http.StatusOK || !strings.Contains(a.Header.Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("an unknown session answers %d, %q", a.StatusCode, a.Header.Get("Set-Cookie"))
	}
}

func TestSignInTellsNothingAboutAccounts(t *testing.T) {
	t.Parallel()
	s := shop(t)
	wrong := s.browser().post("/signin", "email", "dev@example.com", "password", "nope", address.ReturnTo, "/products")
	unknown := s.browser().post("/signin", "email", "ghost@example.com", "password", "nope", address.ReturnTo, "/products")
	if wrong.StatusCode != http.StatusUnprocessableEntity || wrong.one("[role=alert]") == "" || wrong.one("[role=alert]") != unknown.one("[role=alert]") {
		t.Errorf("a wrong password: %d %q; an unknown account: %q", wrong.StatusCode, wrong.one("[role=alert]"), unknown.one("[role=alert]"))
	}
	if wrong.attribute("input[name=email]", "value") != "dev@example.com" || wrong.attribute("input[name=returnUrl]", "value") != "/products" || strings.Contains(wrong.text, "nope") {
		t.Error("the form forgot the address or the way back, or shows the password")
	}
}

func TestReturnAddressesStayOnThePortal(t *testing.T) {
	t.Parallel()
	s := shop(t)
	for _, bad := range []string{"https://evil.example/", "//evil.example/", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)", "evil", "/%2f/../..//evil.example", "/a\r\nSet-Cookie: x=y", ""} {
		a := s.browser().post("/signin", "email", "dev@example.com", "password", password, address.ReturnTo, bad)
		to, err := url.Parse(a.Header.Get("Location"))
		if a.StatusCode == http.StatusTooManyRequests {
			continue
		}
		if err != nil || a.StatusCode != http.StatusSeeOther || to.Host != "" || to.Scheme != "" || strings.HasPrefix(a.Header.Get("Location"), "//") {
			t.Errorf("return=%q leads to %d %q", bad, a.StatusCode, a.Header.Get("Location"))
		}
	}
}

func TestSingleSignOnTakesTokensAndOneTimeLinks(t *testing.T) {
	t.Parallel()
	s := shop(t)
	token, err := s.accounts.MintToken(t.Context(), "dev", "primary", time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	b := s.browser()
	a := b.get(address.SignInLink("", token) + "&" + address.ReturnTo + "=" + address.Profile)
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/profile" || a.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Fatalf("a user's token answers %d to %q, %q", a.StatusCode, a.Header.Get("Location"), a.Header.Get("Referrer-Policy"))
	}
	if !strings.Contains(b.get("/profile").text, "dev@example.com") {
		t.Error("the token signed nobody in")
	}
	link, err := s.accounts.MintLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	boss := s.browser()
	if a := boss.get(address.SignInLink("", link)); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the one-time link answers %d", a.StatusCode)
	}
	if a := boss.get("/apis/lonelyapi"); a.StatusCode != http.StatusOK {
		t.Errorf("the administrator gets %d for an API in no product", a.StatusCode)
	}
	integration, err := s.accounts.MintAdmin(t.Context(), time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if a := s.browser().get(address.SingleSignOn); a.StatusCode != http.StatusOK || !strings.Contains(a.text, "location.hash") || a.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("a token after the hash is not looked for: %d, %q", a.StatusCode, a.Header.Get("Referrer-Policy"))
	}
	for name, bad := range map[string]string{"the link again": link, "nonsense": "x", "a token of the service": integration, "a forged token": account.MintCompact("1", time.Now().Add(time.Hour), "guess")} {
		a := s.browser().get(address.SignInLink("", bad))
		if a.StatusCode != http.StatusUnauthorized || a.Header.Get("Referrer-Policy") != "no-referrer" || a.Header.Get("Set-Cookie") != "" || a.one("form.form button") == "" || a.one("[role=alert]") == "" {
			t.Errorf("%s answers %d, cookie %q", name, a.StatusCode, a.Header.Get("Set-Cookie"))
		}
	}
}

// A person without a password chooses one where a one-time link leads, and signs in
// with it the next time; one who has a password, or came otherwise, must give it.
func TestAFirstPasswordIsSetInASessionOfALink(t *testing.T) {
	t.Parallel()
	s := shop(t)
	const chosen = "a long first password"
	link := func() string {
		secret, err := s.accounts.MintLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return address.SignInLink("", secret)
	}
	token, err := s.accounts.MintToken(t.Context(), account.AdministratorID, "primary", time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := s.browser()
	elsewhere.get(address.SignInLink("", token))
	if page := elsewhere.get(address.ChangePassword); page.attribute("main form input[name=current]", "type") != "password" {
		t.Error("the page does not ask who came with a token for the present password")
	}
	if a := elsewhere.post(address.ChangePassword, "password", chosen); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("who came with a token sets a first password: %d %q", a.StatusCode, a.Header.Get("Location"))
	}
	b := s.browser()
	page := b.get(b.get(link()).Header.Get("Location"))
	if page.attribute("main form input[name=password]", "type") != "password" || page.attribute("main form input[name=current]", "type") != "" {
		t.Fatalf("the link leads to a page that does not just ask for a new password:\n%s", page.one("main"))
	}
	action := page.attribute("main form", "action")
	if a := b.post(action, "password", "short"); a.StatusCode != http.StatusUnprocessableEntity || a.attribute("main form input[name=current]", "type") != "" {
		t.Errorf("a short password answers %d, and the page asks for a present one: %v", a.StatusCode, a.attribute("main form input[name=current]", "type") != "")
	}
	if a := b.post(action, "password", chosen); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("a first password: %d %q", a.StatusCode, a.one("[role=alert]"))
	}
	email := b.get(address.Profile).one("main .muted")
	email, _, _ = strings.Cut(email, " ")
	b.post(address.SignOut)
	if a := b.post(address.SignIn, "email", email, "password", chosen); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the administrator %q cannot sign in with the new password: %d", email, a.StatusCode)
	}
	again := s.browser()
	if to := again.get(link()).Header.Get("Location"); to != address.Home {
		t.Errorf("a person with a password is led to %q", to)
	}
	if a := again.post(action, "password", "another long password"); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a password is replaced without the present one: %d %q", a.StatusCode, a.Header.Get("Location"))
	}
}

func (b *browser) keys(t *testing.T, api string) widget.KeysAnswer {
	t.Helper()
	a := b.post("/console/keys", "api", api)
	var k widget.KeysAnswer
	if err := json.Unmarshal([]byte(a.text), &k); err != nil || a.StatusCode != http.StatusOK || a.Header.Get("Cache-Control") != "private, no-store" {
		t.Fatalf("keys answer %d %q: %v", a.StatusCode, a.text, err)
	}
	return k
}

func TestSubscribingGivesKeysForTheConsoleAndNeverInAPage(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b := s.signedIn("dev@example.com")
	if got := b.get("/products/starter").attribute("form[method=post][action$=subscribe]", "action"); got != "/products/starter/-/subscribe" {
		t.Fatalf("the subscribe form is posted to %q", got)
	}
	if a := b.post("/products/starter/-/subscribe", "name", "My app"); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/profile?done=subscribed" {
		t.Fatalf("subscribing answers %d to %q: %s", a.StatusCode, a.Header.Get("Location"), a.one("main"))
	}
	profile := b.get("/profile?done=subscribed")
	if !strings.Contains(profile.one("[role=status]"), "subscribed") || !strings.Contains(profile.one(".sub"), "My app") || !strings.Contains(profile.one(".sub"), "Product starter") {
		t.Errorf("the profile shows %q, %q", profile.one("[role=status]"), profile.all(".sub"))
	}
	k := b.keys(t, "Public")
	if !k.SignedIn || len(k.Keys) != 1 || len(k.Keys[0].Primary) < 32 || k.Keys[0].Product != "Product starter" || k.Keys[0].Name != "My app" {
		t.Fatalf("the console gets %+v", k)
	}
	for _, path := range []string{"/profile", "/apis/Public/get", "/products/starter"} {
		if text := b.get(path).text; strings.Contains(text, k.Keys[0].Primary) || strings.Contains(text, k.Keys[0].Secondary) {
			t.Errorf("a key is in the page %s", path)
		}
	}
	if n := len(b.keys(t, "signedin").Keys); n != 0 {
		t.Errorf("%d keys open an API of another product", n)
	}
	if guest := s.browser().keys(t, "Public"); guest.SignedIn || guest.Keys == nil || len(guest.Keys) != 0 {
		t.Errorf("a guest gets %+v", guest)
	}
	other := s.signedIn("other@example.com")
	if n := len(other.keys(t, "").Keys); n != 0 {
		t.Errorf("someone else gets %d keys", n)
	}
	address := "/profile/-/subscriptions/" + k.Keys[0].ID
	if a := other.post(address, "action", "cancel"); a.StatusCode != http.StatusNotFound {
		t.Errorf("someone else cancels with %d", a.StatusCode)
	}
	if a := b.post(address, "action", "regenerate-primary"); a.Header.Get("Location") != "/profile?done=regenerated" {
		t.Errorf("a new key: %d %q", a.StatusCode, a.Header.Get("Location"))
	}
	after := b.keys(t, "").Keys[0]
	if after.Primary == k.Keys[0].Primary || after.Secondary != k.Keys[0].Secondary {
		t.Errorf("after a new primary key the keys are %+v, before %+v", after, k.Keys[0])
	}
	if a := b.post(address, "action", "rename", "name", "Other name"); a.StatusCode != http.StatusSeeOther || !strings.Contains(b.get("/profile").one(".sub h3"), "Other name") {
		t.Errorf("renaming answers %d", a.StatusCode)
	}
	if a := b.post(address, "action", "explode"); a.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an unknown action answers %d", a.StatusCode)
	}
	if a := b.post(address, "action", "cancel"); a.StatusCode != http.StatusSeeOther || len(b.keys(t, "").Keys) != 0 {
		t.Errorf("cancelling answers %d", a.StatusCode)
	}
}

func TestApprovalTermsAndGuests(t *testing.T) {
	t.Parallel()
	s := shop(t)
	if a := s.browser().post("/products/starter/-/subscribe", "name", "x"); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/signin?returnUrl=%2Fproducts%2Fstarter" {
		t.Errorf("a guest who subscribes is led to %d %q", a.StatusCode, a.Header.Get("Location"))
	}
	b := s.signedIn("dev@example.com")
	if a := b.post("/products/secretproduct/-/subscribe", "name", "x"); a.StatusCode != http.StatusNotFound {
		t.Errorf("subscribing to a hidden product answers %d", a.StatusCode)
	}
	a := b.post("/products/inside/-/subscribe", "name", "My app")
	if a.StatusCode != http.StatusUnprocessableEntity || a.one("[role=alert]") == "" || a.attribute("input[name=name]", "value") != "My app" {
		t.Errorf("without the terms accepted: %d, %q", a.StatusCode, a.one("[role=alert]"))
	}
	if a := b.post("/products/inside/-/subscribe", "name", "My app", "terms", "yes"); a.Header.Get("Location") != "/profile?done=submitted" {
		t.Errorf("a product that needs approval answers %d %q", a.StatusCode, a.Header.Get("Location"))
	}
	if n := len(b.keys(t, "signedin").Keys); n != 0 {
		t.Errorf("%d keys before approval", n)
	}
}

func TestProfileChangesNameAndPassword(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b, elsewhere := s.signedIn("dev@example.com"), s.signedIn("dev@example.com")
	if a := b.post("/profile", "firstName", "Ada", "lastName", "Byron"); a.Header.Get("Location") != "/profile?done=saved" {
		t.Fatalf("a new name: %d %q", a.StatusCode, a.Header.Get("Location"))
	}
	if got := b.get("/profile").attribute("input[name=firstName]", "value"); got != "Ada" {
		t.Errorf("the first name is %q", got)
	}
	if a := b.post("/profile", "firstName", "", "lastName", "Byron"); a.StatusCode != http.StatusUnprocessableEntity || a.one("[role=alert]") == "" {
		t.Errorf("an empty name answers %d", a.StatusCode)
	}
	for _, c := range []struct{ current, next string }{{"wrong", "a long new password"}, {password, "short"}} {
		if a := b.post("/profile/-/password", "current", c.current, "password", c.next); a.StatusCode != http.StatusUnprocessableEntity || strings.Contains(a.text, c.next+`"`) {
			t.Errorf("password %q after %q answers %d", c.next, c.current, a.StatusCode)
		}
	}
	if a := b.post("/profile/-/password", "current", password, "password", "a long new password"); a.Header.Get("Location") != "/profile?done=password" {
		t.Errorf("a new password: %d %q %s", a.StatusCode, a.Header.Get("Location"), a.one("[role=alert]"))
	}
	if !strings.Contains(b.get("/profile").text, "dev@example.com") || strings.Contains(elsewhere.get("/profile").text, "dev@example.com") {
		t.Error("the session that changed the password ended, or the others did not")
	}
	if a := s.browser().post("/profile", "firstName", "x", "lastName", "y"); a.StatusCode != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/signin") {
		t.Errorf("a guest who posts the profile is led to %d %q", a.StatusCode, a.Header.Get("Location"))
	}
}

func TestAnotherSiteCannotSignAnybodyOut(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b := s.signedIn("dev@example.com")
	b.get("/signout", "Sec-Fetch-Site", "cross-site")
	if !strings.Contains(b.get("/profile").text, "dev@example.com") {
		t.Error("a link on another site signed the visitor out")
	}
	b.get("/signout", "Sec-Fetch-Site", "same-origin")
	if strings.Contains(b.get("/profile").text, "dev@example.com") {
		t.Error("a link of the site did not sign the visitor out")
	}
}
