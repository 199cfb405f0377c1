package process

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/app"
	"github.com/portico-portal/portico/internal/config"
)

// clocked is a service in this process, whose clock the test moves.
type clocked struct {
	*testing.T
	offset atomic.Int64
	app.Ready
	c     *client // with a token for ten days
	brief *client // with a token for an hour
	admin *visitor
}

func (s *clocked) now() time.Time { return time.Now().Add(time.Duration(s.offset.Load())) }

func newClocked(t *testing.T) *clocked {
	t.Helper()
	s := &clocked{T: t}
	ctx, cancel := context.WithCancel(t.Context())
	opt := app.Options{Store: config.Store{Data: t.TempDir(), Service: config.DefaultService}, Logger: slog.New(slog.DiscardHandler), Now: s.now}
	srv := config.Server{Portal: config.Portal{PortalAddr: "127.0.0.1:0"}, GatewayAddr: "127.0.0.1:0", ManagementAddr: "127.0.0.1:0"}
	var tokens [2]string
	load := func(ctx context.Context, a *app.App) (err error) {
		for i, life := range []time.Duration{10 * 24 * time.Hour, time.Hour} {
			if tokens[i], err = a.Accounts.MintAdmin(ctx, life); err != nil {
				return err
			}
		}
		return nil
	}
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() {
		done <- app.Serve(ctx, opt, srv, load, func(r app.Ready) { s.Ready = r; close(ready) })
	}()
	select {
	case <-ready:
	case err := <-done:
		t.Fatalf("it does not serve: %v", err)
	}
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the stop: %v", err)
		}
	})
	s.c, s.brief = &client{s.ManagementURL, account.Authorization(tokens[0])}, &client{s.ManagementURL, account.Authorization(tokens[1])}
	s.admin = newVisitor(t)
	s.admin.open(s.AdminLink)
	return s
}

const calledKey = "0123456789abcdef0123456789abcdef"

// called sends a call with the key of a subscription to Starter: five a minute.
func (s *clocked) called() int {
	s.Helper()
	return call(s.T, http.MethodGet, s.GatewayURL+"/echo/things0/7", http.Header{"Ocp-Apim-Subscription-Key": {calledKey}}).StatusCode
}

// exhaust calls until the limit refuses.
func (s *clocked) exhaust() {
	s.Helper()
	for n := range 6 {
		want := http.StatusOK
		if n == 5 {
			want = http.StatusTooManyRequests
		}
		if status := s.called(); status != want {
			s.Errorf("call %d of the minute answers %d, want %d", n+1, status, want)
		}
	}
}

// signIn posts the form of Ann.
func (s *clocked) signIn(password string) int {
	s.Helper()
	v := newVisitor(s.T)
	v.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := v.client.PostForm(s.PortalURL+"/signin", url.Values{"email": {"ann@contoso.example"}, "password": {password}})
	if err != nil {
		s.Fatal(err)
	}
	defer res.Body.Close()
	_, _ = io.Copy(io.Discard, res.Body)
	return res.StatusCode
}

const annsPassword = "Nine green bottles 9"

// guess tries wrong passwords until sign-in is refused for a while.
func (s *clocked) guess() {
	s.Helper()
	for range 30 {
		if s.signIn("wrong") == http.StatusTooManyRequests {
			return
		}
	}
	s.Error("wrong passwords are not limited")
}

// works looks at everything that a clock decides, at its present time.
func (s *clocked) works(when string) {
	s.Helper()
	if status := s.signIn(annsPassword); status != http.StatusSeeOther {
		s.Errorf("%s: the right password answers %d", when, status)
	}
	s.admin.open(s.PortalURL + "/profile")
	if !strings.Contains(s.admin.page, "/signout") {
		s.Errorf("%s: the session of before has ended", when)
	}
	s.exhaust()
	name := "Api " + when
	s.c.must(s.T, "PATCH", "/apis/echo", map[string]any{"displayName": name})
	within(s.T, 20*time.Second, "the change "+when, func() bool {
		_, page := get(s.T, s.PortalURL+"/apis/echo")
		return strings.Contains(page, name)
	})
	s.guess()
}

func (s *clocked) current() string {
	s.Helper()
	var list struct {
		Value []struct {
			Name       string
			Properties struct{ IsCurrent bool }
		}
	}
	if err := json.Unmarshal(s.c.must(s.T, "GET", "/portalRevisions?$top=1000", nil), &list); err != nil {
		s.Fatal(err)
	}
	for _, r := range list.Value {
		if r.Properties.IsCurrent {
			return r.Name
		}
	}
	return ""
}

// TestAClockThatJumpsADayHoldsNobodyUp moves the clock a day forward and two
// back: what is allowed stays so, what is limited is not limited for a day, and
// what was due is done.
func TestAClockThatJumpsADayHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	s := newClocked(t)
	s.c.must(t, "PUT", "/apis/echo", map[string]any{
		"format": "openapi", "value": strings.ReplaceAll(description("echo", 3), "https://backend.example", echoBackend(t)), "path": "echo",
	})
	s.c.must(t, "PUT", "/products/starter/apis/echo", nil)
	s.c.must(t, "PUT", "/users/ann", map[string]any{"email": "ann@contoso.example", "firstName": "Ann", "lastName": "Lee", "password": annsPassword})
	s.c.must(t, "PUT", "/subscriptions/anns", map[string]any{"displayName": "Ann's", "scope": "/products/starter", "ownerId": "/users/ann", "primaryKey": calledKey, "state": "active"})
	s.c.must(t, "PUT", "/portalRevisions/tonight", map[string]any{"description": "tonight", "scheduledDateTime": s.now().Add(12 * time.Hour).UTC().Format(time.RFC3339)})
	s.works("today")
	s.offset.Store(int64(24 * time.Hour))
	s.works("tomorrow")
	if status, _, err := s.brief.do("GET", "/apis", nil); err != nil || status != http.StatusUnauthorized {
		t.Errorf("a token for an hour answers %d a day later: %v", status, err)
	}
	within(t, 20*time.Second, "the revision for tonight is published", func() bool { return s.current() == "tonight" })
	s.offset.Store(int64(-24 * time.Hour))
	s.works("yesterday")
	s.offset.Store(0)
	if status, _, err := s.c.do("GET", "/apis", nil); err != nil || status != 200 || s.current() != "tonight" {
		t.Errorf("back at the right time the list answers %d %v, and the site is %s", status, err, s.current())
	}
}
