package transfer_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"context"

	"github.com/portico-portal/portico/internal/transfer"
)

// serve answers as a service does; its media lie below /box.
func serve(t *testing.T, handle http.HandlerFunc) *transfer.Service {
	t.Helper()
	server := httptest.NewServer(handle)
	t.Cleanup(server.Close)
	return &transfer.Service{Base: server.URL, Token: "secret", Client: server.Client(), Wait: func(context.Context, time.Duration) error { return nil }}
}

func TestTheTokenGoesToTheServicesOwnHostOnly(t *testing.T) {
	t.Parallel()
	asked := false
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked = true }))
	defer other.Close()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"value":[{"id":"/contentTypes/page"}],"nextLink":"%s/rest"}`, other.URL)
	})
	if _, err := s.Items(t.Context()); err == nil || !strings.Contains(err.Error(), "another host") {
		t.Errorf("a list that leads elsewhere: %v", err)
	}
	if asked {
		t.Error("the other host was asked")
	}
}

func TestNamesOfMediaAreWrittenAsTheyAre(t *testing.T) {
	t.Parallel()
	names := []string{"a b/c.png", "100%.png", "a%41.png", "q?x=1.png", "h#x.png", "ü/日本.png", "a+b&c.png"}
	var got []string
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			fmt.Fprintf(w, `{"containerSasUrl":"http://%s/box?sig=a%%2Bb"}`, r.Host)
			return
		}
		if r.Header.Get("Authorization") != "" || r.URL.Query().Get("sig") != "a+b" {
			t.Errorf("%s has the token, or not the signature: %s", r.URL.Path, r.URL.RawQuery)
		}
		got = append(got, strings.TrimPrefix(r.URL.Path, "/box/"))
		w.WriteHeader(http.StatusCreated)
	})
	c, err := s.Container(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := c.Put(t.Context(), name, "image/png", []byte("x")); err != nil {
			t.Fatal(err)
		}
	}
	if strings.Join(got, "\n") != strings.Join(names, "\n") {
		t.Errorf("written were %q, want %q", got, names)
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
	_, err := s.Items(t.Context())
	if err == nil || calls != 3 || !strings.Contains(err.Error(), "403 AuthorizationFailed You may not.") || strings.Contains(err.Error(), "secret") {
		t.Errorf("%d calls: %v", calls, err)
	}
}

func TestAnAnswerThatIsTooLargeIsNotCut(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"value":[]}`) })
	s.MaxAnswer = 11
	if _, err := s.Items(t.Context()); err == nil || !strings.Contains(err.Error(), "larger than 11 bytes") {
		t.Errorf("12 bytes where 11 are allowed: %v", err)
	}
	s.MaxAnswer = 12
	if _, err := s.Items(t.Context()); err != nil {
		t.Errorf("12 bytes where 12 are allowed: %v", err)
	}
}
