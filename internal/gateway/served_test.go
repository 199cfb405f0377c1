package gateway

import (
	"bufio"
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/server"
)

// serve puts the gateway behind the server that it runs behind.
func (s *service) serve(patience time.Duration) (addr string) {
	s.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(s.t.Context())
	process := &server.Server{Random: rand.Read, Logger: slog.New(slog.DiscardHandler), Surfaces: []server.Surface{
		{Name: "gateway", Listener: l, Handler: s.gateway, Patience: patience, Duplex: true, Relay: true},
	}}
	ended := make(chan error, 1)
	go func() { ended <- process.Run(ctx) }()
	s.t.Cleanup(func() { cancel(); <-ended })
	s.url = "http://" + l.Addr().String()
	return l.Addr().String()
}

func TestABodyThatComesTooSlowlyIsTheClientsFault(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.change(func(c *changer) {
		c.api("a", "a", func(api *apim.API) { open(api); api.ServiceURL = s.backend.URL }, "POST /x")
	})
	s.load()
	addr := s.serve(200 * time.Millisecond)
	for _, body := range []string{"Content-Length: 100\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n5\r\nhe"} {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(20 * time.Second))
		io.WriteString(conn, "POST /a/x HTTP/1.1\r\nHost: a\r\n"+body)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || res.StatusCode != http.StatusRequestTimeout {
			t.Errorf("%q: %v, %v; want 408", body, res, err)
		}
	}
}

func TestAPanicInAPolicyFailsThatCallAlone(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	s := newService(t, func(cfg *Config) {
		cfg.Now = func() time.Time {
			if broken.Load() {
				panic("boom")
			}
			return time.Now()
		}
	})
	s.change(func(c *changer) {
		for _, id := range []string{"bad", "good"} {
			c.api(id, id, func(api *apim.API) { open(api); api.ServiceURL = s.backend.URL }, "GET /x")
		}
		c.policies(apim.RevisionRef("bad", "1"), `inbound:<rate-limit-by-key calls="100" renewal-period="60" counter-key="x" />`)
	})
	s.load()
	s.serve(time.Minute)
	broken.Store(true)
	for range 2 {
		got := s.call("GET /bad/x")
		id := got.header.Get("X-Request-Id")
		if got.status != http.StatusInternalServerError || id == "" || strings.Contains(got.body, "boom") {
			t.Fatalf("the call whose policy panics: %d %q %s", got.status, id, got.body)
		}
		if got := s.call("GET /good/x"); got.status != http.StatusOK {
			t.Errorf("another call: %d %s", got.status, got.body)
		}
	}
}
