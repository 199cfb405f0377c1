package server

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// named asks for a path by a host name.
func named(t *testing.T, url, path, host string) (int, http.Header) {
	t.Helper()
	req, err := http.NewRequest(http.MethodGet, url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res.StatusCode, res.Header
}

func TestASurfaceAnswersToItsNamesOnly(t *testing.T) {
	t.Parallel()
	hello := func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }
	strict, _ := startWith(t, &Server{}, Surface{Hosts: []string{"Portal.Example"}, HSTS: true}, hello)
	for host, want := range map[string]int{
		"portal.example": 200, "PORTAL.example:8443": 200, "portal.example.": 200, "localhost:1": 200, "127.0.0.1": 200, "127.9.9.9:8": 200, "[::1]:8080": 200,
		"evil.example": 421, "portal.example.evil": 421, "10.0.0.1": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421,
	} {
		if got, _ := named(t, strict, "/x", host); got != want {
			t.Errorf("%s: %d, want %d", host, got, want)
		}
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if got, _ := named(t, strict, path, "10.1.2.3"); got != 200 {
			t.Errorf("%s asked by a probe: %d", path, got)
		}
	}
	open, _ := startWith(t, &Server{}, Surface{}, hello)
	if got, _ := named(t, open, "/x", "evil.example"); got != 200 {
		t.Errorf("a surface without names: %d", got)
	}
	for url, want := range map[string]bool{strict: true, open: false} {
		if _, h := named(t, url, "/x", "127.0.0.1"); (h.Get("Strict-Transport-Security") != "") != want {
			t.Errorf("HSTS is %q", h.Get("Strict-Transport-Security"))
		}
	}
}

func TestAProxyThatIsNotTrustedIsReportedOnce(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var log strings.Builder
	url, _ := startLogged(t, &Server{}, Surface{}, http.NotFound, slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
		mu.Lock()
		defer mu.Unlock()
		return log.Write(p)
	}), nil)))
	get(t, url)
	for range 3 {
		get(t, url, "X-Forwarded-For", "203.0.113.9")
	}
	mu.Lock()
	defer mu.Unlock()
	if strings.Count(log.String(), "--trust-proxy") != 1 {
		t.Errorf("the log says:\n%s", log.String())
	}
}
