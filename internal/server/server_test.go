package server

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func start(t *testing.T, s *Server, h http.HandlerFunc) (url string, stop func() error) {
	t.Helper()
	return startWith(t, s, Surface{}, h)
}

func startWith(t *testing.T, s *Server, surface Surface, h http.HandlerFunc) (url string, stop func() error) {
	t.Helper()
	return startLogged(t, s, surface, h, slog.New(slog.DiscardHandler))
}

func startLogged(t *testing.T, s *Server, surface Surface, h http.HandlerFunc, logger *slog.Logger) (url string, stop func() error) {
	t.Helper()
	if surface.Listener == nil {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		surface.Listener = l
	}
	surface.Name, surface.Handler = "test", h
	s.Surfaces = []Surface{surface}
	s.Random, s.Logger = rand.Read, logger
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	t.Cleanup(cancel)
	return "http://" + surface.Listener.Addr().String(), func() error { cancel(); return <-done }
}

func get(t *testing.T, url string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func TestReadinessFollowsTheProcess(t *testing.T) {
	t.Parallel()
	notYet := errors.New("search is loading")
	var loaded atomic.Bool
	url, _ := start(t, &Server{Ready: func(context.Context) error {
		if loaded.Load() {
			return nil
		}
		return notYet
	}}, http.NotFound)
	if res, body := get(t, url+"/readyz"); res.StatusCode != 503 || !strings.Contains(body, "search is loading") {
		t.Errorf("before loading: %d %q", res.StatusCode, body)
	}
	loaded.Store(true)
	if res, _ := get(t, url+"/readyz"); res.StatusCode != 200 {
		t.Errorf("after loading: %d", res.StatusCode)
	}
	if res, _ := get(t, url+"/healthz"); res.StatusCode != 200 {
		t.Errorf("healthz: %d", res.StatusCode)
	}
}

func TestAPanicAnswers500WithTheRequestID(t *testing.T) {
	t.Parallel()
	url, _ := start(t, &Server{}, func(http.ResponseWriter, *http.Request) { panic("boom") })
	res, body := get(t, url+"/x")
	id := res.Header.Get("X-Request-Id")
	if res.StatusCode != 500 || id == "" || !strings.Contains(body, id) || strings.Contains(body, "boom") {
		t.Errorf("got %d, id %q, body %q", res.StatusCode, id, body)
	}
}

func TestForwardedAddressesCountOnlyFromTrustedProxies(t *testing.T) {
	t.Parallel()
	loopback := netip.MustParsePrefix("127.0.0.0/8")
	seen := func(w http.ResponseWriter, r *http.Request) {
		host, _, _ := net.SplitHostPort(r.RemoteAddr)
		io.WriteString(w, r.URL.Scheme+" "+r.Host+" "+host)
	}
	headers := []string{"X-Forwarded-Proto", "https", "X-Forwarded-Host", "api.example.com", "X-Forwarded-For", "6.6.6.6, 203.0.113.9, 127.0.0.2"}
	trusting, _ := start(t, &Server{Trusted: []netip.Prefix{loopback}}, seen)
	if _, body := get(t, trusting, headers...); body != "https api.example.com 203.0.113.9" {
		t.Errorf("from a trusted proxy: %q", body)
	}
	wary, _ := start(t, &Server{}, seen)
	if _, body := get(t, wary, headers...); !strings.HasPrefix(body, " 127.0.0.1:") || !strings.HasSuffix(body, " 127.0.0.1") {
		t.Errorf("from anyone: %q", body)
	}
}

func TestStoppingAnswersOpenRequests(t *testing.T) {
	t.Parallel()
	entered, release := make(chan bool), make(chan bool)
	url, stop := start(t, &Server{}, func(w http.ResponseWriter, _ *http.Request) {
		close(entered)
		<-release
		io.WriteString(w, "done")
	})
	got := make(chan string, 1)
	go func() { _, body := get(t, url+"/slow"); got <- body }()
	<-entered
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	time.AfterFunc(50*time.Millisecond, func() { close(release) })
	if body := <-got; body != "done" {
		t.Errorf("open request got %q", body)
	}
	if err := <-stopped; err != nil {
		t.Errorf("stop: %v", err)
	}
}

func TestAChunkedRequestIsTheLastOfItsConnection(t *testing.T) {
	t.Parallel()
	url, _ := start(t, &Server{}, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, r.URL.Path)
	})
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// The length, taken for true, would make the rest a second request.
	io.WriteString(conn, "POST /first HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /second HTTP/1.1\r\nHost: x\r\n\r\n")
	conn.SetReadDeadline(time.Now().Add(time.Minute))
	all, err := io.ReadAll(conn)
	if err != nil || strings.Count(string(all), "HTTP/1.1") != 1 || !strings.Contains(string(all), "/first") {
		t.Errorf("answered %q, %v; want one answer and the end", all, err)
	}
}

func TestARelayKeepsTheClientsRequestID(t *testing.T) {
	t.Parallel()
	for relay, want := range map[bool]string{true: "mine", false: ""} {
		var seen string
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := &Server{Random: rand.Read, Logger: slog.New(slog.DiscardHandler)}
		s.Surfaces = []Surface{{Name: "test", Listener: l, Relay: relay, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			seen = r.Header.Get("X-Request-Id")
		})}}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- s.Run(ctx) }()
		res, _ := get(t, "http://"+l.Addr().String(), "X-Request-Id", "mine")
		cancel()
		<-done
		own := res.Header.Get("X-Request-Id")
		if own == "" || own == "mine" || seen != cmp.Or(want, own) {
			t.Errorf("relay %v: the handler saw %q, the answer has %q", relay, seen, own)
		}
	}
}
