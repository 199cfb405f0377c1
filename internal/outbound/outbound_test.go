package outbound

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
)

func TestPrivateAddressesAreRefused(t *testing.T) {
	t.Parallel()
	for address, public := range map[string]bool{
		"127.0.0.1:80": false, "10.1.2.3:443": false, "192.168.0.1:80": false, "172.16.0.1:80": false, "169.254.169.254:80": false,
		"100.64.0.1:80": false, "0.0.0.0:80": false, "255.255.255.255:80": false, "224.0.0.1:80": false, "198.18.0.1:1": false,
		"[::1]:80": false, "[fe80::1]:80": false, "[fd00::1]:80": false, "[::ffff:127.0.0.1]:80": false, "[64:ff9b::7f00:1]:80": false,
		"[2002:7f00:1::]:80": false, "[::]:80": false,
		"8.8.8.8:443": true, "[2606:4700::1111]:443": true, "203.0.114.1:80": true,
	} {
		if err := check(address, nil); (err == nil) != public {
			t.Errorf("check(%s) = %v, want allowed: %v", address, err, public)
		}
	}
	if err := check("10.1.2.3:80", []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}); err != nil {
		t.Errorf("an allowed network: %v", err)
	}
}

func TestFetch(t *testing.T) {
	t.Parallel()
	loopback := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	var s *httptest.Server
	s = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ok":
			_, _ = w.Write([]byte("hello"))
		case "/loop":
			http.Redirect(w, r, s.URL+"/loop", http.StatusFound)
		case "/file":
			w.Header().Set("Location", "file:///etc/passwd")
			w.WriteHeader(http.StatusFound)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(s.Close)
	for _, tt := range []struct{ address, want string }{
		{s.URL + "/ok", ""},
		{s.URL + "/missing", "answered 404"},
		{s.URL + "/loop", "does not answer as it should"},
		{s.URL + "/file", "does not answer as it should"},
		{"ftp://example.com/x", "http or https"},
		{"http://user:secret@example.com/", "without credentials"},
		{"not an address", "absolute"},
	} {
		data, err := Fetch(t.Context(), Client(loopback), "value", tt.address, 10)
		if tt.want == "" {
			if err != nil || string(data) != "hello" {
				t.Errorf("Fetch(%s) = %q, %v", tt.address, data, err)
			}
			continue
		}
		var invalid *apim.InvalidError
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("Fetch(%s) = %v, want an invalid value with %q", tt.address, err, tt.want)
		}
	}
	if _, err := Fetch(t.Context(), Client(loopback), "value", s.URL+"/ok", 4); err == nil || !strings.Contains(err.Error(), "larger") {
		t.Errorf("an answer over the limit: %v", err)
	}
	if _, err := Fetch(t.Context(), Client(nil), "value", s.URL+"/ok", 10); err == nil || !strings.Contains(err.Error(), "private") {
		t.Errorf("a private address that is not allowed: %v", err)
	}
}
