package server

import (
	"net/http/httptest"
	"net/netip"
	"testing"

	"github.com/portico-portal/portico/internal/cost"
)

// FuzzForwarded: whatever a trusted proxy passes on, the caller's address is an address.
func FuzzForwarded(f *testing.F) {
	for _, s := range []string{"1.2.3.4", "[2001:db8::1]:80, 10.0.0.1", "unknown", "1.2.3.4:5, junk", ",,", "fe80::1%eth0"} {
		f.Add(s, "https", "a.example")
	}
	trusted := proxies{netip.MustParsePrefix("10.0.0.0/8")}
	f.Fuzz(func(t *testing.T, chain, proto, host string) {
		defer cost.Bound(t, len(chain))()
		r := httptest.NewRequest("GET", "http://b.example/", nil)
		r.RemoteAddr = "10.1.2.3:4567"
		r.Header["X-Forwarded-For"], r.Header["X-Forwarded-Proto"], r.Header["X-Forwarded-Host"] = []string{chain}, []string{proto}, []string{host}
		trusted.forwarded(r)
		if _, err := netip.ParseAddrPort(r.RemoteAddr); err != nil {
			t.Errorf("%q makes the caller's address %q", chain, r.RemoteAddr)
		}
		if s := r.URL.Scheme; s != "http" && s != "https" {
			t.Errorf("%q makes the scheme %q", proto, s)
		}
	})
}
