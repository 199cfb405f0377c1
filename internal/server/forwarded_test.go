package server

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

func TestTheClientIsTheNearestAddressThatIsNoProxys(t *testing.T) {
	t.Parallel()
	trusted := proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:1::/48")}
	for _, c := range []struct {
		name, from string
		chain      []string
		want       string
	}{
		{"one address", "10.0.0.1:9", []string{"203.0.113.9"}, "203.0.113.9:0"},
		{"with its port", "10.0.0.1:9", []string{"203.0.113.9:4711"}, "203.0.113.9:0"},
		{"IPv6", "10.0.0.1:9", []string{"2001:db8::7"}, "[2001:db8::7]:0"},
		{"IPv6 in brackets", "10.0.0.1:9", []string{"[2001:db8::7]"}, "[2001:db8::7]:0"},
		{"IPv6 in brackets with its port", "10.0.0.1:9", []string{"[2001:db8::7]:4711"}, "[2001:db8::7]:0"},
		{"IPv4 written as IPv6", "10.0.0.1:9", []string{"::ffff:203.0.113.9"}, "203.0.113.9:0"},
		{"what the caller invented stands further left", "10.0.0.1:9", []string{"6.6.6.6, 203.0.113.9"}, "203.0.113.9:0"},
		{"two proxies", "10.0.0.1:9", []string{"6.6.6.6, 203.0.113.9, 10.0.0.2"}, "203.0.113.9:0"},
		{"two proxies with ports", "[2001:db8:1::1]:9", []string{"203.0.113.9:1", "10.0.0.2:2, [2001:db8:1::2]:3"}, "203.0.113.9:0"},
		{"two fields", "10.0.0.1:9", []string{"6.6.6.6", "203.0.113.9"}, "203.0.113.9:0"},
		{"no address ends the chain", "10.0.0.1:9", []string{"6.6.6.6, unknown"}, "10.0.0.1:9"},
		{"no address behind a proxy ends the chain", "10.0.0.1:9", []string{"6.6.6.6, unknown, 10.0.0.2"}, "10.0.0.1:9"},
		{"an empty entry ends the chain", "10.0.0.1:9", []string{"6.6.6.6, "}, "10.0.0.1:9"},
		{"only proxies", "10.0.0.1:9", []string{"10.0.0.2"}, "10.0.0.1:9"},
		{"nothing", "10.0.0.1:9", nil, "10.0.0.1:9"},
		{"a stranger", "192.0.2.1:9", []string{"203.0.113.9"}, "192.0.2.1:9"},
		{"a proxy that came by IPv6 in a zone", "[::ffff:10.0.0.1]:9", []string{"203.0.113.9"}, "203.0.113.9:0"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr, r.Header["X-Forwarded-For"] = c.from, c.chain
		trusted.forwarded(r)
		if r.RemoteAddr != c.want {
			t.Errorf("%s: from %s through %q: the client is %s, want %s", c.name, c.from, c.chain, r.RemoteAddr, c.want)
		}
	}
}

func TestStrangersSayNothingOfThemselves(t *testing.T) {
	t.Parallel()
	trusted := proxies{netip.MustParsePrefix("10.0.0.0/8")}
	claims := []string{
		"Forwarded", "X-Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "X-Forwarded-Prefix",
		"X-Forwarded-Server", "X-Forwarded-Client-Cert", "X-Real-IP", "X-Original-URL", "X-Rewrite-URL", "X-Client-IP", "True-Client-IP", "Client-IP", "WL-Proxy-Client-IP",
		"X_Forwarded_For", "x_real_ip", "X-Real_IP", "X_ORIGINAL_URL",
	}
	request := func(from string) *http.Request {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = from
		for _, name := range claims {
			r.Header.Set(name, "1")
		}
		r.Header.Set("X-Request-Id", "1")
		r.Header.Set("Api_key", "1")
		return r
	}
	stranger := request("192.0.2.1:9")
	trusted.forwarded(stranger)
	for name := range stranger.Header {
		if name != "X-Request-Id" && name != "Api_key" {
			t.Errorf("%s of a stranger stays", name)
		}
	}
	if len(stranger.Header) != 2 {
		t.Errorf("what no proxy says is gone: %q", stranger.Header)
	}
	proxy := request("10.0.0.1:9")
	trusted.forwarded(proxy)
	if len(proxy.Header) != len(claims)+2 {
		t.Errorf("of a trusted proxy's fields only %q stay", proxy.Header)
	}
}
