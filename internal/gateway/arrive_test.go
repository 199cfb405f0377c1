package gateway

import (
	"net/http"
	"net/url"
	"testing"
)

func TestACallerDeletesNothingThatAPolicySets(t *testing.T) {
	t.Parallel()
	s := withBackend(t, echo, `inbound:<set-header name="X-Role" exists-action="override"><value>reader</value></set-header>`+
		`<set-header name="X-User" exists-action="append"><value>ann</value></set-header>`+
		`<set-header name="X-Gone" exists-action="delete"/>`)
	for _, header := range [][]string{
		{"Connection", "close, X-Role"},
		{"Connection", "x-role", "Connection", "X-USER"},
		{"Connection", "keep-alive,X-Role ,\tX-User"},
		{"Proxy-Connection", "X-Role"},
		{"X-Role", "admin", "Connection", "X-Role"},
		{"X_Role", "admin"}, {"x_role", "admin", "X-Role", "admin"},
		{"X_User", "root", "X_Gone", "here", "X-Gone", "here"},
	} {
		got := s.call("GET /api/x", header...).backendSaw(t).Header
		if got.Get("X-Role") != "reader" || len(got["X-Role"]) != 1 || got.Get("X-User") != "ann" {
			t.Errorf("with %q the backend saw X-Role %q, X-User %q", header, got["X-Role"], got["X-User"])
		}
		for _, name := range []string{"X_role", "X_Role", "X_user", "X_User", "X_gone", "X_Gone", "X-Gone"} {
			if got[name] != nil {
				t.Errorf("with %q the backend saw %s %q", header, name, got[name])
			}
		}
	}
}

// A policy may set a name with underscores, for servers that take it for the plain one, too.
func TestNoPlainNamePassesBesideOneWithUnderscoresThatAPolicySets(t *testing.T) {
	t.Parallel()
	s := withBackend(t, echo, `inbound:<set-header name="X_Role" exists-action="override"><value>reader</value></set-header>`)
	for _, name := range []string{"X-Role", "x-role", "X_ROLE"} {
		got := s.call("GET /api/x", name, "admin").backendSaw(t).Header
		if got["X-Role"] != nil || got.Get("X_role") != "reader" {
			t.Errorf("with %s the backend saw X-Role %q and X_Role %q", name, got["X-Role"], got["X_role"])
		}
	}
}

func TestFieldsOfTheConnectionAreGoneBeforePolicies(t *testing.T) {
	t.Parallel()
	s := withBackend(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Te") == "trailers" {
			r.Header.Del("Te")
		}
		echo(w, r)
	}, `inbound:<base/>`)
	got := s.call("GET /api/x", "Connection", "X-Hop, close", "X-Hop", "1", "Keep-Alive", "timeout=5", "Proxy-Authorization", "Basic x",
		"Proxy", "http://evil", "Te", "trailers, deflate", "Upgrade", "h2c", "Transfer_Encoding", "chunked", "Content_Length", "5",
		"Proxy_Authorization", "x", "Host_", "x", "X_Forwarded_For", "6.6.6.6", "api_key", "kept", "X-Request-Id", "the client's own").backendSaw(t).Header
	for _, name := range []string{
		"Connection", "X-Hop", "Keep-Alive", "Proxy-Authorization", "Proxy", "Te", "Upgrade", "Transfer_encoding", "Transfer_Encoding",
		"Content_length", "Content_Length", "Proxy_authorization", "X_forwarded_for", "X_Forwarded_For",
	} {
		if got[name] != nil {
			t.Errorf("the backend saw %s: %q", name, got[name])
		}
	}
	if got.Get("Api_key") != "kept" || got.Get("X-Request-Id") != "the client's own" {
		t.Errorf("api_key %q and X-Request-Id %q did not stay", got.Get("Api_key"), got.Get("X-Request-Id"))
	}
}

func TestPoliciesSayHowTheCallCame(t *testing.T) {
	t.Parallel()
	s := withBackend(t, echo, `inbound:<set-header name="X-Forwarded-Host" exists-action="override"><value>api.example</value></set-header>`)
	got := s.call("GET /api/x").backendSaw(t).Header
	if got.Get("X-Forwarded-Host") != "api.example" || got.Get("X-Forwarded-For") != "127.0.0.1" || got.Get("X-Forwarded-Proto") != "http" {
		t.Errorf("the backend saw %q", got)
	}
}

// Of two names that servers could take for one the plain one stays.
func TestNamesThatDifferByUnderscoresAreOne(t *testing.T) {
	t.Parallel()
	for name, stays := range map[string]bool{
		"X_Role": false, "X_role": false, "_Lead": false, "Content_Length": false, "Host_": true, "Proxy": false, "Transfer_Encoding": false, "X_Other": true, "X-Role": true, "-Lead": true,
	} {
		r := &http.Request{Method: http.MethodGet, Host: "h", URL: &url.URL{}, Header: http.Header{"X-Role": {"set"}, "-Lead": {"set"}, name: {"given"}}}
		c := &call{r: r}
		c.arrive()
		if _, ok := r.Header[name]; ok != stays {
			t.Errorf("%s stays: %v, want %v", name, ok, stays)
		}
	}
}
