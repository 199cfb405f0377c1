package gateway

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/outbound"
)

func TestTheServicesOwnListenersAreNoBackends(t *testing.T) {
	t.Parallel()
	var reached atomic.Int64
	own := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Add(1) }))
	t.Cleanup(own.Close)
	at := netip.MustParseAddrPort(own.Listener.Addr().String())
	s := newService(t, func(c *Config) { c.Backends = &outbound.Backends{Own: []netip.AddrPort{at}, Loopback: true} })
	s.change(func(c *changer) {
		for _, kind := range []string{"http", "websocket", "graphql"} {
			c.api(kind, kind, func(a *apim.API) { open(a); a.Type, a.ServiceURL = kind, own.URL }, "GET /*")
		}
		c.api("named", "named", func(a *apim.API) { open(a); a.ServiceURL = strings.Replace(own.URL, "127.0.0.1", "localhost", 1) }, "GET /*")
		c.api("moved", "moved", func(a *apim.API) { open(a); a.ServiceURL = s.backend.URL }, "GET /*")
		c.policies("/apis/moved;rev=1", `inbound:<set-backend-service base-url="`+own.URL+`"/>`)
		c.api("other", "other", func(a *apim.API) { open(a) }, "GET /*")
		c.api("metadata", "metadata", func(a *apim.API) { open(a); a.ServiceURL = "http://169.254.169.254/latest" }, "GET /*")
	})
	s.start()
	for _, path := range []string{"/http/x", "/websocket/x", "/graphql/x", "/named/x", "/moved/x", "/metadata/x"} {
		if got := s.call("GET " + path); got.status != http.StatusBadGateway || !strings.Contains(got.body, "may not call") {
			t.Errorf("%s: %d %s, want 502 that says why", path, got.status, got.body)
		}
	}
	if reached.Load() > 0 {
		t.Errorf("the service's own listener was asked %d times", reached.Load())
	}
	if got := s.call("GET /other/x"); got.status != http.StatusOK {
		t.Errorf("another backend on loopback: %d %s", got.status, got.body)
	}
}
