package policy

import (
	"strings"
	"testing"
)

const (
	corsList = `<cors allow-credentials="true"><allowed-origins><origin>https://a.example/</origin></allowed-origins>` +
		`<allowed-methods preflight-result-max-age="300"><method>GET</method><method>PUT</method></allowed-methods>` +
		`<allowed-headers><header>X-Key</header></allowed-headers><expose-headers><header>X-Out</header><header>X-More</header></expose-headers></cors>`
	corsAny = `<cors><allowed-origins><origin>*</origin></allowed-origins><allowed-methods><method>*</method></allowed-methods>` +
		`<allowed-headers><header>*</header></allowed-headers></cors>`
	corsAnyWithCredentials = `<cors allow-credentials="true"><allowed-origins><origin>*</origin></allowed-origins>` +
		`<allowed-headers><header>*</header></allowed-headers></cors>`
	corsListOpen = `<cors terminate-unmatched-request="false"><allowed-origins><origin>https://b.example</origin></allowed-origins>` +
		`<allowed-headers><header>*</header></allowed-headers></cors>`
)

func TestPreflightIsAnsweredByCorsAlone(t *testing.T) {
	t.Parallel()
	granted := "Access-Control-Allow-Credentials: true\nAccess-Control-Allow-Headers: x-key\nAccess-Control-Allow-Methods: GET,PUT\n" +
		"Access-Control-Allow-Origin: https://a.example\nAccess-Control-Max-Age: 300\nVary: Origin"
	tests := map[string]struct{ policies, origin, method, headers, want string }{
		"a listed origin, method and header":   {corsList, "https://a.example", "PUT", "x-key", granted},
		"an origin with its default port":      {corsList, "https://a.example:443", "PUT", "", strings.Replace(granted, "a.example\n", "a.example:443\n", 1)},
		"another origin":                       {corsList, "https://evil.example", "PUT", "", ""},
		"another port":                         {corsList, "https://a.example:444", "PUT", "", ""},
		"another scheme":                       {corsList, "http://a.example", "PUT", "", ""},
		"the origin null":                      {corsList, "null", "PUT", "", ""},
		"another method":                       {corsList, "https://a.example", "DELETE", "", ""},
		"another header":                       {corsList, "https://a.example", "GET", "X-Key, X-Other", ""},
		"anything goes":                        {corsAny, "https://z.example", "PATCH", "x-a,x-b", "Access-Control-Allow-Headers: x-a,x-b\nAccess-Control-Allow-Methods: PATCH\nAccess-Control-Allow-Origin: *\nAccess-Control-Max-Age: 0"},
		"methods default to GET and POST":      {corsAnyWithCredentials, "https://z.example", "POST", "", "Access-Control-Allow-Credentials: true\nAccess-Control-Allow-Methods: GET,POST\nAccess-Control-Allow-Origin: https://z.example\nAccess-Control-Max-Age: 0\nVary: Origin"},
		"and no other":                         {corsAnyWithCredentials, "https://z.example", "PUT", "", ""},
		"no match without terminating, no one": {corsListOpen, "https://z.example", "GET", "", ""},
	}
	for name, tt := range tests {
		ex, sent := newExchange(t, "OPTIONS /", "Origin", tt.origin, "Access-Control-Request-Method", tt.method)
		if tt.headers != "" {
			ex.Request.Header.Add("Access-Control-Request-Headers", tt.headers)
		}
		handled := one(t, "inbound:"+mark("ran")+tt.policies).Preflight(ex)
		got := ex.Response.Header.(fields).String()
		if !handled || ex.Response.Status != 200 || got != tt.want {
			t.Errorf("%s: handled %t, %d\n got %q\nwant %q", name, handled, ex.Response.Status, got, tt.want)
		}
		if len(sent.sent) > 0 || ex.Request.Header.Get("X-Marks") != "" {
			t.Errorf("%s: more than cors ran", name)
		}
	}
}

func TestPreflightLooksAtTheNextCorsUnlessTerminated(t *testing.T) {
	t.Parallel()
	call := func(global, api, origin string) string {
		ex, _ := newExchange(t, "OPTIONS /", "Origin", origin, "Access-Control-Request-Method", "GET")
		chain := Merge(Scope{Policies: compiled(t, "inbound:"+global)}, Scope{Policies: compiled(t, "inbound:"+api+"<base/>")})
		chain.Preflight(ex)
		return ex.Response.Header.Get("Access-Control-Allow-Origin")
	}
	if got := call(corsAny, corsListOpen, "https://z.example"); got != "*" {
		t.Errorf("terminate=false: the global policy should answer, got %q", got)
	}
	if got := call(corsAny, corsList, "https://z.example"); got != "" {
		t.Errorf("terminate=true: no policy should answer, got %q", got)
	}
	if got := call(corsAny, corsListOpen, "https://b.example"); got != "https://b.example" {
		t.Errorf("the first that matches should answer, got %q", got)
	}
}

func TestWithoutCorsNothingAnswersAPreflight(t *testing.T) {
	t.Parallel()
	ex, _ := newExchange(t, "OPTIONS /", "Origin", "https://a.example", "Access-Control-Request-Method", "GET")
	if one(t, "inbound:").Preflight(ex) {
		t.Error("a chain without cors answered a preflight")
	}
}

func TestActualRequestsCarryCorsHeaders(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		policies, origin string
		forwarded        bool
		want             string
	}{
		"a match": {corsList, "https://a.example", true,
			"Access-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://a.example\nAccess-Control-Expose-Headers: X-Out,X-More\nServer: backend\nVary: Origin"},
		"no origin":                        {corsList, "", true, "Server: backend"},
		"no match ends with an empty 200":  {corsList, "https://z.example", false, ""},
		"no match goes on when told so":    {corsListOpen, "https://z.example", true, "Server: backend"},
		"the second policy may match":      {corsListOpen + "<!-- -->", "https://b.example", true, "Access-Control-Allow-Origin: https://b.example\nServer: backend\nVary: Origin"},
		"any origin without credentials":   {corsAny, "https://z.example", true, "Access-Control-Allow-Origin: *\nServer: backend"},
		"any origin with credentials":      {corsAnyWithCredentials, "https://z.example", true, "Access-Control-Allow-Credentials: true\nAccess-Control-Allow-Origin: https://z.example\nServer: backend\nVary: Origin"},
		"no policy leaves the answer bare": {"", "https://z.example", true, "Server: backend"},
	}
	for name, tt := range tests {
		ex, sent := newExchange(t, "GET /")
		if tt.origin != "" {
			ex.Request.Header.Add("Origin", tt.origin)
		}
		one(t, "inbound:"+tt.policies).Run(ex)
		if got := ex.Response.Header.(fields).String(); got != tt.want || ex.Response.Status != 200 || (len(sent.sent) == 1) != tt.forwarded {
			t.Errorf("%s: %d, forwarded %v\n got %q\nwant %q", name, ex.Response.Status, sent.sent, got, tt.want)
		}
	}
}

func TestOnlyOneCorsPolicyGrants(t *testing.T) {
	t.Parallel()
	ex, _ := newExchange(t, "GET /", "Origin", "https://b.example")
	Merge(Scope{Policies: compiled(t, "inbound:"+corsAny)}, Scope{Policies: compiled(t, "inbound:"+corsListOpen+"<base/>")}).Run(ex)
	if got := ex.Response.Header.(fields).String(); got != "Access-Control-Allow-Origin: https://b.example\nServer: backend\nVary: Origin" {
		t.Errorf("got %q", got)
	}
}

func TestErrorsAndRefusalsAreReadableAcrossOrigins(t *testing.T) {
	t.Parallel()
	ex, _ := newExchange(t, "GET /", "Origin", "https://a.example")
	one(t, "inbound:"+corsList+`<rewrite-uri template="/{no}"/>`).Run(ex)
	if ex.Response.Status != 500 || ex.Response.Header.Get("Access-Control-Allow-Origin") != "https://a.example" {
		t.Errorf("an error in inbound: %d %v", ex.Response.Status, ex.Response.Header)
	}
	for origin, want := range map[string]string{"https://a.example": "https://a.example", "https://z.example": ""} {
		ex, _ = newExchange(t, "GET /", "Origin", origin)
		one(t, "inbound:"+corsList).Refuse(ex, &Error{Status: 401, Message: "no"})
		if ex.Response.Status != 401 || ex.Response.Header.Get("Access-Control-Allow-Origin") != want {
			t.Errorf("a refusal to %s: %d %v", origin, ex.Response.Status, ex.Response.Header)
		}
	}
}

// An origin is a scheme and a host, compared as browsers write them; what is
// none is allowed by no list.
func TestOriginsAreComparedAsBrowsersWriteThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"https://a.example": "https://a.example", "HTTPS://A.Example/": "https://a.example", "https://a.example:443": "https://a.example",
		"http://a.example:80": "http://a.example", "https://a.example:80": "https://a.example:80", "http://a.example:443": "http://a.example:443",
		"https://a.example:": "https://a.example", "http://[::1]:8080": "http://[::1]:8080", "app://a": "app://a",
		"": "", "null": "", "a.example": "", "//a.example": "", "https://": "", "https://:443": "", "https:///x": "", "https://a.example/x": "", "https://a.example?x": "",
		"https://a.example#x": "", "https://u@a.example": "", "https://*.example": "", "http://[::1": "", "https://a b": "", "%": "",
	} {
		got, ok := normalOrigin(text)
		if got != want || ok != (want != "") {
			t.Errorf("%q is the origin %q, %v; want %q", text, got, ok, want)
		}
		if c := (&cors{origins: map[string]bool{"https://other.example": true}}); c.allows(text) {
			t.Errorf("a list without it allows %q", text)
		}
	}
}
