package gateway

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// still is a backend without a network: it answers 1 KiB at once.
type still struct{ body string }

func (s still) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{
		StatusCode: 200, ContentLength: int64(len(s.body)), Body: io.NopCloser(strings.NewReader(s.body)),
		Header: http.Header{"Content-Type": {"text/plain"}, "Content-Length": {"1024"}, "Date": {"Mon, 23 Nov 2026 22:00:00 GMT"}},
	}, nil
}

// discard is a client without a network.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(int)             {}

// BenchmarkCall is the gateway's own work for a call: with network and
// net/http, a call costs some 50 µs more. "full" checks a key, answers
// cross-origin and counts.
func BenchmarkCall(b *testing.B) {
	s := newService(b, nil)
	s.gateway.transport = still{strings.Repeat("x", 1024)}
	s.change(func(c *changer) {
		c.api("pass", "pass", open, "GET /x/{id}")
		c.api("full", "full", nil, "GET /x/{id}")
		c.product("p", false, "full")
		c.subscription("k", "/products/p", "active")
		c.policies("/products/p", `inbound:<cors><allowed-origins><origin>https://portal.example</origin></allowed-origins>`+
			`<allowed-headers><header>*</header></allowed-headers></cors><rate-limit calls="1000000000" renewal-period="300"/><base/>`)
	})
	s.start()
	for _, path := range []string{"/pass/x/1", "/full/x/1"} {
		b.Run(path[1:5], func(b *testing.B) {
			b.ReportAllocs()
			w := &discard{http.Header{}}
			for b.Loop() {
				r := &http.Request{Method: "GET", RequestURI: path, URL: &url.URL{Path: path}, Host: "gateway", RemoteAddr: "127.0.0.1:1", Header: http.Header{
					"Accept": {"*/*"}, "Ocp-Apim-Subscription-Key": {"k-1"}, "Origin": {"https://portal.example"},
				}}
				if path == "/pass/x/1" {
					delete(r.Header, "Ocp-Apim-Subscription-Key")
				}
				clear(w.header)
				s.gateway.ServeHTTP(w, r)
			}
			if w.header.Get("Content-Length") != "1024" {
				b.Fatalf("not served: %v", w.header)
			}
		})
	}
}

// BenchmarkStart loads 10,000 APIs of 20 operations.
func BenchmarkStart(b *testing.B) {
	s := newService(b, nil)
	var operations []string
	for i := range 20 {
		operations = append(operations, fmt.Sprintf("GET /resource/{id}/kind%d", i))
	}
	s.change(func(c *changer) {
		for i := range 10_000 {
			c.api(fmt.Sprint("api-", i), fmt.Sprint("api-", i), nil, operations...)
		}
	})
	for b.Loop() {
		if err := s.store.View(b.Context(), New(Config{Store: s.store}).Load); err != nil {
			b.Fatal(err)
		}
	}
}
