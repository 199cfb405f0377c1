package client_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/client"
)

// serve answers as a service does.
func serve(t *testing.T, handle http.HandlerFunc) *client.Client {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return &client.Client{Base: server.URL, Mint: client.Fixed("secret"), HTTP: server.Client(), Now: time.Now, Wait: func(context.Context, time.Duration) error { return nil }}
}

func list(t *testing.T, c *client.Client) ([]struct{ ID string }, error) {
	t.Helper()
	return client.List[struct{ ID string }](t.Context(), c, "/contentTypes")
}

func TestTheTokenGoesToTheServicesOwnHostOnly(t *testing.T) {
	t.Parallel()
	asked := false
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked = true }))
	defer other.Close()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"value":[{"id":"/contentTypes/page"}],"nextLink":"%s/rest"}`, other.URL)
	})
	if _, err := list(t, s); err == nil || !strings.Contains(err.Error(), "another host") {
		t.Errorf("a list that leads elsewhere: %v", err)
	}
	if asked {
		t.Error("the other host was asked")
	}
}

func TestABusyServiceIsAskedAgainAndARefusalIsTold(t *testing.T) {
	t.Parallel()
	calls := 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if calls++; calls < 3 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.WriteHeader(http.StatusForbidden)
		fmt.Fprint(w, `{"error":{"code":"AuthorizationFailed","message":"You may not."}}`)
	})
	_, err := list(t, s)
	if err == nil || calls != 3 || !strings.Contains(err.Error(), "You may not. (403 AuthorizationFailed)") || strings.Contains(err.Error(), "secret") {
		t.Errorf("%d calls: %v", calls, err)
	}
}

func TestAnAnswerThatIsTooLargeIsNotCut(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"value":[]}`) })
	s.MaxAnswer = 11
	if _, err := list(t, s); err == nil || !strings.Contains(err.Error(), "larger than 11 bytes") {
		t.Errorf("12 bytes where 11 are allowed: %v", err)
	}
	s.MaxAnswer = 12
	if _, err := list(t, s); err != nil {
		t.Errorf("12 bytes where 12 are allowed: %v", err)
	}
}

func TestATokenIsRenewedBeforeItExpiresAndWhenItIsRefused(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	minted, good := 0, ""
	var sent []string
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r.Header.Get("Authorization"))
		if good != "" && r.Header.Get("Authorization") != good {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `{"value":[]}`)
	})
	c.Now = func() time.Time { return now }
	c.Mint = func(context.Context) (string, time.Time, error) {
		minted++
		return fmt.Sprint("t", minted), now.Add(time.Minute), nil
	}
	for _, step := range []struct {
		after time.Duration
		good  string
		sent  string
	}{
		{0, "", "t1"},
		{30 * time.Second, "", "t1"},
		{20 * time.Second, "", "t2"}, // 10 seconds before its end
		{0, "t3", "t2 t3"},           // its key was replaced
		{0, "never", "t3 t4"},        // asked once more, not for ever
	} {
		now, good, sent = now.Add(step.after), step.good, nil
		_, err := list(t, c)
		if got := strings.Join(sent, " "); got != step.sent || (err != nil) != (good == "never") {
			t.Errorf("sent %s, want %s: %v", got, step.sent, err)
		}
	}
}

func TestATokenThatWasGivenIsNotRenewed(t *testing.T) {
	t.Parallel()
	calls := 0
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		w.WriteHeader(http.StatusUnauthorized)
	})
	if _, err := list(t, c); err == nil || calls != 1 || !strings.Contains(err.Error(), "portico token") {
		t.Errorf("%d calls: %v", calls, err)
	}
}
