package process

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestManySessionsAndSubscriptionsOutliveACrash signs many people in and gives
// each a subscription, kills the server, and lets everybody go on.
func TestManySessionsAndSubscriptionsOutliveACrash(t *testing.T) {
	t.Parallel()
	dir, many := t.TempDir(), amount(100, 10_000)
	// Each person comes from an address of their own, through a proxy.
	p := start(t, "serve", "--data", dir, "--trust-proxy", "127.0.0.1")
	c := p.client(t, "--data", dir, "--expires", "24h")
	c.must(t, "PUT", "/apis/echo", map[string]any{
		"format": "openapi", "value": strings.ReplaceAll(description("echo", 3), "https://backend.example", echoBackend(t)), "path": "echo",
	})
	c.must(t, "PUT", "/products/starter/apis/echo", nil)
	people := make([]person, many)
	each(people, func(n int, one *person) { one.failed = one.begin(c, p, n) })
	report(t, "begin", people)
	p.kill()
	p = start(t, "serve", "--data", dir, "--trust-proxy", "127.0.0.1")
	each(people, func(n int, one *person) { one.failed = one.goOn(p, n) })
	report(t, "go on after the crash", people)
	t.Logf("%d sessions and subscriptions", many)
}

// person has a session and a subscription.
type person struct {
	session *http.Cookie
	key     string
	failed  error
}

// each does something for all people, a few at a time.
func each(people []person, do func(n int, one *person)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for n := int(next.Add(1)) - 1; n < len(people); n = int(next.Add(1)) - 1 {
				do(n, &people[n])
			}
		})
	}
	wg.Wait()
}

func report(t *testing.T, what string, people []person) {
	t.Helper()
	failed := 0
	for n := range people {
		if err := people[n].failed; err != nil {
			if failed++; failed <= 5 {
				t.Errorf("person %d cannot %s: %v", n, what, err)
			}
		}
	}
	if failed > 0 {
		t.Fatalf("%d of %d people cannot %s", failed, len(people), what)
	}
}

func email(n int) string { return fmt.Sprintf("person%d@contoso.example", n) }

// begin makes the account and the subscription, and signs in by single sign-on.
func (one *person) begin(c *client, p *process, n int) error {
	user := fmt.Sprintf("/users/person%d", n)
	if err := put(c, user, map[string]any{"email": email(n), "firstName": "Person", "lastName": fmt.Sprint(n)}); err != nil {
		return err
	}
	one.key = fmt.Sprintf("%032d", n)
	err := put(c, fmt.Sprintf("/subscriptions/of%d", n), map[string]any{
		"displayName": fmt.Sprintf("Of person %d", n), "scope": "/products/starter", "ownerId": user, "primaryKey": one.key, "state": "active",
	})
	if err != nil {
		return err
	}
	status, body, err := c.do("POST", user+"/generateSsoUrl", nil)
	if err != nil || status != http.StatusOK {
		return fmt.Errorf("its link answers %d %s %w", status, body, err)
	}
	var link struct{ Value string }
	if err := json.Unmarshal(body, &link); err != nil {
		return err
	}
	res, _, err := one.ask(n, link.Value)
	if err != nil {
		return err
	}
	for _, cookie := range res.Cookies() {
		if strings.Contains(cookie.Name, "portal") {
			one.session = cookie
		}
	}
	if one.session == nil {
		return fmt.Errorf("the link answers %s without a session", res.Status)
	}
	// The gateway hears of the key a moment later.
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		if err := one.goOn(p, n); err == nil || time.Now().After(deadline) {
			return err
		}
	}
}

func put(c *client, path string, properties map[string]any) error {
	status, body, err := c.do("PUT", path, properties)
	if err == nil && status >= 300 {
		err = fmt.Errorf("PUT %s answers %d %s", path, status, body)
	}
	return err
}

// goOn looks at the own page, and calls with the own key.
func (one *person) goOn(p *process, n int) error {
	res, page, err := one.ask(n, p.portal+"/profile")
	if err != nil {
		return err
	}
	if want := fmt.Sprintf("Of person %d", n); res.StatusCode != 200 || !strings.Contains(page, want) || !strings.Contains(page, email(n)) {
		return fmt.Errorf("the profile answers %s and does not show %q", res.Status, want)
	}
	res, body, err := one.ask(n, p.gateway+"/echo/things0/7?"+url.Values{"subscription-key": {one.key}}.Encode())
	if err == nil && (res.StatusCode != 200 || body != "from the backend") {
		err = fmt.Errorf("a call answers %s %s", res.Status, body)
	}
	return err
}

func (one *person) ask(n int, address string) (*http.Response, string, error) {
	req, err := http.NewRequest(http.MethodGet, address, nil)
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("10.%d.%d.%d", n>>16, n>>8&255, n&255))
	if one.session != nil {
		req.AddCookie(one.session)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	return res, string(body), err
}
