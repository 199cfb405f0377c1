package gateway

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// openOfEachType is a service whose APIs, one of each type, stand before a
// backend that counts the requests it gets.
func openOfEachType(t *testing.T) (s *service, reached *atomic.Int64) {
	t.Helper()
	reached = new(atomic.Int64)
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached.Add(1)
		echo(w, r)
	}))
	t.Cleanup(backend.Close)
	s = newService(t, nil)
	s.change(func(c *changer) {
		for _, kind := range []string{"http", "soap", "graphql", "websocket", "odata", "grpc"} {
			c.api(kind, kind, func(a *apim.API) { open(a); a.Type, a.ServiceURL = kind, backend.URL+"/base" }, "GET /*", "POST /*")
		}
		c.api("root", "", func(a *apim.API) { open(a); a.Type, a.ServiceURL = "graphql", backend.URL })
	})
	s.start()
	return s, reached
}

// raw sends bytes on a connection of their own and returns the answers and
// whether the gateway closes the connection after them.
func (s *service) raw(text string) (answers []*http.Response, closed bool) {
	s.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, text); err != nil {
		s.t.Fatal(err)
	}
	r := bufio.NewReader(conn)
	for {
		conn.SetReadDeadline(time.Now().Add(time.Minute))
		if len(answers) > 0 && !answers[len(answers)-1].Close {
			conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		}
		a, err := http.ReadResponse(r, nil)
		if err != nil {
			var timeout net.Error
			return answers, !(asTimeout(err, &timeout))
		}
		io.Copy(io.Discard, a.Body)
		a.Body.Close()
		answers = append(answers, a)
	}
}

func asTimeout(err error, to *net.Error) bool {
	e, ok := err.(net.Error)
	*to = e
	return ok && e.Timeout()
}

func statuses(answers []*http.Response) (list []int) {
	for _, a := range answers {
		list = append(list, a.StatusCode)
	}
	return list
}

func TestARefusedTargetReachesNoBackendOfAnyType(t *testing.T) {
	t.Parallel()
	s, reached := openOfEachType(t)
	for _, api := range []string{"/http", "/soap", "/graphql", "/websocket", "/odata", "/grpc", ""} {
		for _, rest := range []string{
			"/../admin", "/./x", "/..", "/x/..", "/%2e%2e/admin", "/%2E./admin", "/.%2e", "/..%2fadmin", "/..%5cadmin", "/x%2f..%2fadmin",
			"/..;/admin", "/..;a=b/admin", "/..%3b/admin", "/..%00/admin", "/..%20/admin", "/..%23/admin", "/%c0%ae%c0%ae/admin", "/%c0%ae%c0%ae%c0%afadmin",
			"/%e0%80%ae./admin", "/x%e0%80%af..", "/%f0%80%80%ae%2e/admin", "/x%f0%80%80%af..", "/x%e0%81%9c..", "/x%f0%80%81%9c..",
			`/x\..\admin`, `/x\y`, "/a#b", "/a?b#c", "/%zz", "/%2", "/a%", "/a\x7fb", "/a\x01b", "/a?b\x01c",
		} {
			answers, _ := s.raw("GET " + api + rest + " HTTP/1.1\r\nHost: gateway\r\nConnection: close\r\n\r\n")
			if len(answers) != 1 || answers[0].StatusCode != 400 {
				t.Errorf("%s%q: answered %v, want 400", api, rest, statuses(answers))
			}
		}
	}
	for _, line := range []string{
		"GET * HTTP/1.1", "GET gateway:443 HTTP/1.1", "CONNECT gateway:443 HTTP/1.1", "CONNECT /graphql/x HTTP/1.1",
		"GET http://gateway/graphql/../x HTTP/1.1", "GET /graphql/a b HTTP/1.1", "GET graphql HTTP/1.1", "GET mailto:a HTTP/1.1",
	} {
		answers, _ := s.raw(line + "\r\nHost: gateway\r\nConnection: close\r\n\r\n")
		if len(answers) != 1 || answers[0].StatusCode != 400 {
			t.Errorf("%q: answered %v, want 400", line, statuses(answers))
		}
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("the backend was asked %d times", n)
	}
}

// TestTargetsAreHeldToTheRulesOverHTTP2Too sends :path fields that a server of
// HTTP/1.1 would never see: net/http lets spaces and # pass.
func TestTargetsAreHeldToTheRulesOverHTTP2Too(t *testing.T) {
	t.Parallel()
	s, reached := openOfEachType(t)
	front := httptest.NewUnstartedServer(s.gateway)
	front.EnableHTTP2 = true
	front.StartTLS()
	t.Cleanup(front.Close)
	transport := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // the test's own certificate
	t.Cleanup(transport.CloseIdleConnections)
	for _, path := range []string{"/graphql/a b", "/graphql/x HTTP/1.1", "/graphql/a#b", "/graphql/%2e%2e/x", "/websocket/../x", "/http/a?b#c", "/http/a?b c"} {
		r, err := http.NewRequest("GET", front.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.URL = &url.URL{Scheme: "https", Host: r.URL.Host, Opaque: path}
		response, err := transport.RoundTrip(r)
		if err != nil {
			t.Errorf("%q: %v", path, err)
			continue
		}
		response.Body.Close()
		if response.StatusCode != 400 || response.ProtoMajor != 2 {
			t.Errorf("%q: answered %d over %s, want 400", path, response.StatusCode, response.Proto)
		}
	}
	if n := reached.Load(); n > 0 {
		t.Errorf("the backend was asked %d times", n)
	}
}

func TestTargetsPassAsTheyAre(t *testing.T) {
	t.Parallel()
	s, _ := openOfEachType(t)
	for target, want := range map[string]string{
		"/http/a%2Fb?c=d?e":                    "/base/a%2Fb?c=d?e",
		"http://other/http/a?b":                "/base/a?b",
		"/http/filter?a[b]=1|2&c={d}&e=100%":   "/base/filter?a[b]=1|2&c={d}&e=100%",
		`/http/q?path=C:\x`:                    `/base/q?path=C:\x`,
		"/http/..a/b../.c/...d":                "/base/..a/b../.c/...d",
		"/http/%C3%BC/é?é=<\">":                "/base/%C3%BC/%C3%A9?%C3%A9=%3C%22%3E",
		"/http/x;v=1,2;w='y'!$&()*+=:@~-_.%25": "/base/x;v=1,2;w='y'!$&()*+=:@~-_.%25",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RequestURI = target
		w := httptest.NewRecorder()
		s.gateway.ServeHTTP(w, r)
		got := answer{w.Code, w.Header(), w.Body.String()}
		if got.status != 200 || got.backendSaw(t).URI != want {
			t.Errorf("%s: %d %s, want the backend to be asked for %s", target, got.status, got.body, want)
		}
	}
}

func TestATargetThatAPolicyMakesIsHeldToTheRulesToo(t *testing.T) {
	t.Parallel()
	s, reached := openOfEachType(t)
	for template, want := range map[string]int{
		"/a b": 500, "/a#b": 500, "/a/../b": 400, `/a\b`: 500, "/a%zz": 400, "/a?b=c d": 500, "/a%20b?c=%20": 200, // 500: no template
	} {
		s.change(func(c *changer) {
			c.policies("/apis/http;rev=1", `inbound:<rewrite-uri template="`+template+`"/>`)
		})
		before := reached.Load()
		if got := s.call("GET /http/x"); got.status != want || (reached.Load() > before) != (want == 200) {
			t.Errorf("rewritten to %q: %d %s, want %d", template, got.status, got.body, want)
		}
	}
}

func TestABodyThatBreaksOffIsTheClientsFault(t *testing.T) {
	t.Parallel()
	s, _ := openOfEachType(t)
	for name, body := range map[string]string{
		"a size that is none":      "5\r\nhello\r\nxyz\r\n",
		"a negative size":          "-1\r\nhello\r\n",
		"a size of another length": "3\r\nhello\r\n0\r\n\r\n",
		"a size beyond 64 bits":    "fffffffffffffffff\r\nhello\r\n",
	} {
		answers, closed := s.raw("POST /http/x HTTP/1.1\r\nHost: gateway\r\nTransfer-Encoding: chunked\r\n\r\n" + body + "GET /http/smuggled HTTP/1.1\r\nHost: gateway\r\n\r\n")
		if len(answers) != 1 || answers[0].StatusCode != 400 || !closed {
			t.Errorf("%s: answered %v, closed %v; want one 400, and the end of the connection", name, statuses(answers), closed)
		}
	}
	for range 20 { // a backend's connection that was left with half a request would answer another call with it
		if got := s.call("GET /http/after"); got.status != 200 || got.backendSaw(t).URI != "/base/after" {
			t.Fatalf("a call after the broken ones: %d %s", got.status, got.body)
		}
	}
}

func TestUpgradesAreForWebSocketsOfAPIsThatHaveThem(t *testing.T) {
	t.Parallel()
	s, _ := openOfEachType(t)
	for line, want := range map[string]string{
		"/http websocket":        "",
		"/soap websocket":        "",
		"/graphql h2c":           "",
		"/websocket h2c":         "",
		"/websocket TLS/1.0":     "",
		"/websocket websocket":   "websocket",
		"/websocket WebSocket":   "websocket",
		"/graphql websocket":     "websocket",
		"/websocket h2c, WebSoc": "",
	} {
		path, protocol, _ := strings.Cut(line, " ")
		got := s.call("GET "+path+"/x", "Connection", "Upgrade, HTTP2-Settings", "Upgrade", protocol, "HTTP2-Settings", "AAMAAABk").backendSaw(t)
		if got.Header.Get("Upgrade") != want || got.Header.Get("Http2-Settings") != "" {
			t.Errorf("%s: the backend saw Upgrade %q and HTTP2-Settings %q, want %q", line, got.Header.Get("Upgrade"), got.Header.Get("Http2-Settings"), want)
		}
		if post := s.call("POST "+path+"/x", "Connection", "Upgrade", "Upgrade", protocol).backendSaw(t); post.Header.Get("Upgrade") != "" {
			t.Errorf("POST %s: the backend saw Upgrade %q", line, post.Header.Get("Upgrade"))
		}
	}
}

// Each byte that a target may not hold refuses it, wherever it stands; what
// browsers send as it is passes, escaped where RFC 3986 wants it.
func TestWhichBytesATargetMayHold(t *testing.T) {
	t.Parallel()
	for target, want := range map[string]string{
		"/a!~": "/a!~?", "/a?b=\\": "/a?b=\\", "/a\"<>": "/a%22%3C%3E?", "/\xfc?\xfc": "/%FC?%FC", "/a[]{}|^`": "/a[]{}|^`?", "/%41?%": "/%41?%",
		"http://h/a?b": "/a?b", "http://h?b": "?b", "http://h": "?",
		"/a b": "", "/a?b c": "", "/\x00": "", "/\x1f": "", "/\x7f": "", "/a#b": "", "/a?#": "", "/a\\b": "", "/%4": "", "/%": "", "/%g1": "", "/%1g": "", "/%/1": "", "/%:1": "",
		"/%@1": "", "/%fF%aA%09": "/%fF%aA%09?", "h/a": "", "*": "", "/..": "", "/a/%2e": "",
	} {
		path, query, refusal := readTarget(&http.Request{Method: http.MethodGet, RequestURI: target})
		if got := path + "?" + query; (refusal == nil) != (want != "") || refusal == nil && got != want {
			t.Errorf("%q is read as %q, %v; want %q", target, got, refusal, want)
		}
	}
}
