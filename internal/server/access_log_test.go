package server_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/server"
)

// A secret may be anywhere in a request; none is in the log.
func TestTheAccessLogHasNoSecrets(t *testing.T) {
	t.Parallel()
	const canary = "canary-4711"
	var out bytes.Buffer
	log := &server.AccessLog{Logger: slog.New(slog.NewJSONHandler(&out, nil)), Now: time.Now}
	h := log.Of("portal", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "portico_portal="+canary)
		r.URL.Path = "/" + canary
		w.WriteHeader(http.StatusTeapot)
		io.WriteString(w, canary)
	}))
	for _, query := range []string{
		"token=", "sig=", "subscription-key=", "ticket=x&ticketid=", "code=", "sv=2020&se=1&sig=", "own-key-name=", "", "a=%zz&b=", "returnUrl=/x%3Ftoken%3D",
	} {
		r := httptest.NewRequest(http.MethodPost, "http://"+canary+".example/signin-sso?"+query+canary, strings.NewReader("password="+canary))
		r.URL.User = nil
		for _, name := range []string{"Authorization", "Cookie", "Ocp-Apim-Subscription-Key", "Referer", "X-Api-Key", "Proxy-Authorization"} {
			r.Header.Set(name, canary)
		}
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	if strings.Contains(out.String(), canary) {
		t.Errorf("a secret is in the log:\n%s", out.String())
	}
	if n := strings.Count(out.String(), `"path":"/signin-sso?...","status":418,"bytes":11`); n != 10 {
		t.Errorf("%d of 10 requests are in the log:\n%s", n, out.String())
	}
}

func TestTheAccessLogCountsAPanicAsFailed(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := &server.AccessLog{Logger: slog.New(slog.NewJSONHandler(&out, nil)), Now: time.Now}
	h := log.Of("portal", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("no") }))
	func() {
		defer func() { _ = recover() }() // as the server does
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	}()
	if !strings.Contains(out.String(), `"status":500`) {
		t.Errorf("the log has %s", out.String())
	}
}
