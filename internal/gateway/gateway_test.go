package gateway

import (
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
)

const resourceNotFound = `{ "statusCode": 404, "message": "Resource not found" }`

// manyAddresses is a service with APIs in all kinds of places.
func manyAddresses(t *testing.T) *service {
	s := newService(t, nil)
	s.change(func(c *changer) {
		c.api("echo", "Echo", open, "GET /", "GET /resource", "GET /*")
		c.api("deep", "echo/deep/er", open, "GET /x")
		c.api("root", "", open, "GET /root/{x}", "GET /")
		c.put("/apiVersionSets/seg", apim.VersionSet{DisplayName: "s", VersioningScheme: "Segment"})
		c.put("/apiVersionSets/que", apim.VersionSet{DisplayName: "q", VersioningScheme: "Query", VersionQueryName: "api-version"})
		c.put("/apiVersionSets/hea", apim.VersionSet{DisplayName: "h", VersioningScheme: "Header", VersionHeaderName: "x-VERSION"})
		version := func(set, v string) func(*apim.API) {
			return func(a *apim.API) {
				open(a)
				a.APIVersionSetID, a.APIVersion = "/apiVersionSets/"+set, v
				a.ServiceURL += "/" + v
			}
		}
		c.api("seg1", "seg", version("seg", "v1"), "GET /x")
		c.api("seg2", "seg", version("seg", "v2"), "GET /x")
		c.api("que0", "que", version("que", ""), "GET /x")
		c.api("que1", "que", version("que", "2024-01"), "GET /x")
		c.api("hea1", "hea", version("hea", "one"), "GET /x")
		c.revision("echo", "2", "echo", func(a *apim.API) { open(a); a.ServiceURL += "/rev2" }, "GET /new")
		c.revision("echo", "3", "echo", func(a *apim.API) { open(a); no := false; a.IsOnline = &no }, "GET /new")
		c.api("off", "off", func(a *apim.API) { open(a); no := false; a.IsOnline = &no }, "GET /")
		c.revision("draft", "1", "draft", open, "GET /")
	})
	s.start()
	return s
}

func TestCallsFindTheirAPI(t *testing.T) {
	t.Parallel()
	s := manyAddresses(t)
	tests := map[string]string{ // call and headers to what the backend is asked for; "": 404
		"GET /echo":                            "/base",
		"GET /ECHO/":                           "/base/",
		"GET /echo/resource?a=%20+b&&c":        "/base/resource?a=%20+b&&c",
		"GET /echo//a%2Fb/ü|^{}":               "/base//a%2Fb/%C3%BC|^{}",
		"GET /%65cho/resource":                 "/base/resource",
		"GET /echofoo":                         "",
		"GET /echo/deep/er/x":                  "/base/x",
		"GET /echo/deep/er/y":                  "",
		"GET /echo/deep":                       "/base/deep",
		"GET /":                                "/base/",
		"GET /root/1":                          "/base/root/1",
		"GET //root/1":                         "",
		"GET /seg/v1/x":                        "/base/v1/x",
		"GET /seg/V2/x":                        "/base/v2/x",
		"GET /seg/v3/x":                        "",
		"GET /seg/x":                           "",
		"GET /que/x":                           "/base/x",
		"GET /que/x?api-version=2024-01":       "/base/2024-01/x?api-version=2024-01",
		"GET /que/x?a=1&API-Version=2024%2D01": "/base/2024-01/x?a=1&API-Version=2024%2D01",
		"GET /que/x?api-version=no":            "",
		"GET /hea/x":                           "",
		"GET /hea/x X-Version=ONE":             "/base/one/x",
		"GET /hea/x X-Version=two":             "",
		"GET /echo;rev=2/new":                  "/base/rev2/new",
		"GET /echo;REV=2/resource":             "",
		"GET /echo;rev=1/resource":             "/base/resource",
		"GET /echo;rev=3/new":                  "",
		"GET /echo;rev=9/new":                  "",
		"GET /echo/new":                        "/base/new",
		"GET /off":                             "",
		"GET /draft":                           "",
		"POST /echo":                           "",
		"HEAD /echo":                           "",
	}
	for line, want := range tests {
		call, extra := line, ""
		if parts := strings.Split(line, " "); len(parts) == 3 {
			call, extra = parts[0]+" "+parts[1], parts[2]
		}
		var header []string
		if name, value, ok := strings.Cut(extra, "="); ok {
			header = []string{name, value}
		}
		got := s.call(call, header...)
		if want == "" {
			if got.status != 404 || got.body != resourceNotFound && !strings.HasPrefix(call, "HEAD") {
				t.Errorf("%s: got %d %s, want 404", line, got.status, got.body)
			}
			continue
		}
		if got.status != 200 || got.backendSaw(t).URI != want {
			t.Errorf("%s: got %d %s, want the backend to be asked for %s", line, got.status, got.body, want)
		}
	}
}

// manyKeys is a service with subscriptions of all kinds. Products mark the calls they let through.
func manyKeys(t *testing.T) *service {
	s := newService(t, nil)
	s.change(func(c *changer) {
		mark := func(name string) string {
			return "inbound:<base/><set-header name=\"X-Product\"><value>" + name + "</value></set-header>"
		}
		c.api("closed", "closed", nil, "GET /")
		c.api("open", "open", open, "GET /")
		c.api("both", "both", nil, "GET /")
		c.api("named", "named", func(a *apim.API) {
			a.SubscriptionKeyParameterNames = &apim.SubscriptionKeyParameterNames{Header: "X-API-KEY", Query: "k"}
		}, "GET /")
		c.product("gold", false, "closed", "open", "both", "named")
		c.product("free", true, "both")
		c.product("empty", false)
		c.policies("/products/gold", mark("gold"))
		c.policies("/products/free", mark("free"))
		c.subscription("active", "/products/gold", "active")
		c.subscription("suspended", "/products/gold", "suspended")
		c.subscription("elsewhere", "/products/empty", "active")
		c.subscription("one", "/apis/closed", "active")
		c.subscription("full", "/subscriptions/s/resourceGroups/r/providers/Microsoft.ApiManagement/service/portico/apis/Closed", "active")
		c.subscription("all", "/apis", "active")
		c.subscription("odd", "/nothing", "active")
		c.subscription("master", "/apis", "active")
		c.subscription("revision", "/apis/closed;rev=1", "active")
	})
	s.start()
	return s
}

func TestSubscriptionKeysAreDecidedByTheTable(t *testing.T) {
	t.Parallel()
	s := manyKeys(t)
	const missing, invalid = 1, 2
	tests := map[string]struct {
		call, key string // key: header value
		refused   int
		product   string
	}{
		"a product's key":                             {"/closed", "active-1", 0, "gold"},
		"its second key":                              {"/closed", "active-2", 0, "gold"},
		"the key in the query":                        {"/closed?subscription-key=active-1", "", 0, "gold"},
		"an escaped key in the query":                 {"/closed?subscription-key=%61ctive%2D1", "", 0, "gold"},
		"a badly escaped key in the query":            {"/closed?subscription-key=active-1%zz", "", invalid, ""},
		"the query's name in another case":            {"/closed?Subscription-Key=active-1", "", 0, "gold"},
		"a bad header wins over a good query":         {"/closed?subscription-key=active-1", "bad", invalid, ""},
		"a good header wins over a bad query":         {"/closed?subscription-key=bad", "active-1", 0, "gold"},
		"an empty query is no key":                    {"/closed?subscription-key=", "", missing, ""},
		"no key":                                      {"/closed", "", missing, ""},
		"an unknown key":                              {"/closed", "bad", invalid, ""},
		"a suspended subscription":                    {"/closed", "suspended-1", invalid, ""},
		"a subscription to a product without the API": {"/closed", "elsewhere-1", invalid, ""},
		"an API's key skips product policies":         {"/closed", "one-1", 0, ""},
		"an API's key given as a full id":             {"/closed", "full-1", 0, ""},
		"a key for a revision is for the API":         {"/closed", "revision-1", 0, ""},
		"an API's key for another API":                {"/both", "one-1", invalid, ""},
		"a key for all APIs":                          {"/closed", "all-1", 0, ""},
		"the master key":                              {"/closed", "master-1", 0, ""},
		"a scope nobody understands":                  {"/closed", "odd-1", invalid, ""},
		"an open API without a key":                   {"/open", "", 0, ""},
		"an open API with a bad key":                  {"/open", "bad", invalid, ""},
		"an open API with a good key":                 {"/open", "active-1", 0, "gold"},
		"an open product without a key":               {"/both", "", 0, "free"},
		"an open product with a bad key":              {"/both", "bad", invalid, ""},
		"a closed product wins with its key":          {"/both", "active-1", 0, "gold"},
		"another query name":                          {"/named?k=active-1", "", 0, "gold"},
		"the default name where another is set":       {"/named?subscription-key=active-1", "", missing, ""},
	}
	messages := []string{"", missingKey, invalidKey}
	for name, tt := range tests {
		var header []string
		if tt.key != "" {
			header = []string{"Ocp-Apim-Subscription-Key", tt.key}
		}
		got := s.call("GET "+tt.call, header...)
		if tt.refused != 0 {
			want := `{ "statusCode": 401, "message": "` + messages[tt.refused] + `" }`
			if got.status != 401 || got.body != want {
				t.Errorf("%s: got %d %s, want 401 %s", name, got.status, got.body, want)
			}
			continue
		}
		if got.status != 200 {
			t.Errorf("%s: got %d %s", name, got.status, got.body)
			continue
		}
		if saw := got.backendSaw(t); saw.Header.Get("X-Product") != tt.product {
			t.Errorf("%s: ran the policies of product %q, want %q", name, saw.Header.Get("X-Product"), tt.product)
		}
	}
}

func TestKeysHaveTheNamesOfTheirAPI(t *testing.T) {
	t.Parallel()
	s := manyKeys(t)
	if got := s.call("GET /named", "x-api-key", "active-1"); got.status != 200 {
		t.Errorf("a key under the API's own header name: %d %s", got.status, got.body)
	}
	got := s.call("GET /named", "Host", "api.example.com")
	want := `AzureApiManagementKey realm="http://api.example.com/named",name="X-API-KEY",type="header"`
	if got.header.Get("WWW-Authenticate") != want {
		t.Errorf("challenge %q, want %q", got.header.Get("WWW-Authenticate"), want)
	}
}

func TestKeysAndSessionsStayAtTheGateway(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.change(func(c *changer) {
		c.api("echo", "echo", nil, "POST /x")
		c.subscription("s", "/apis/echo", "active")
	})
	s.start()
	got := s.send("POST /echo/x?a=%31&subscription-key=s-1&b", strings.NewReader("body"),
		"Ocp-Apim-Subscription-Key", "s-2", "Cookie", "a=1; portico_portal=x; __Host-portico_admin=y; b=2", "Connection", "X-Hop, close",
		"X-Hop", "1", "Te", "trailers, deflate", "Proxy-Authorization", "x", "User-Agent", "")
	saw := got.backendSaw(t)
	if saw.URI != "/base/x?a=%31&b" || saw.Body != "body" || saw.Host != strings.TrimPrefix(s.backend.URL, "http://") {
		t.Errorf("the backend was asked for %s with %q at %s", saw.URI, saw.Body, saw.Host)
	}
	for name, want := range map[string]string{
		"Ocp-Apim-Subscription-Key": "", "X-Hop": "", "Proxy-Authorization": "", "User-Agent": "", "Cookie": "a=1; b=2", "Te": "trailers",
		"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": strings.TrimPrefix(s.url, "http://"), "X-Forwarded-Proto": "http", "Accept-Encoding": "",
	} {
		if value := saw.Header.Get(name); value != want && name != "Accept-Encoding" {
			t.Errorf("the backend got %s: %q, want %q", name, value, want)
		}
	}
}

func TestPoliciesOfAllScopesRunInOrder(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	mark := func(name string) string {
		return `inbound:<base/><set-header name="X-Marks" exists-action="append"><value>` + name + `</value></set-header>`
	}
	s.change(func(c *changer) {
		c.api("echo", "echo", nil, "GET /a/{id}", "GET /b")
		c.product("gold", false, "echo")
		c.subscription("s", "/products/gold", "active")
		c.policies("", mark("global"), `outbound:<set-header name="X-Backend" exists-action="delete"/>`)
		c.policies("/products/gold", mark("product"))
		c.policies("/apis/echo;rev=1", mark("api"))
		c.policies("/apis/echo;rev=1/operations/get-a-id", mark("operation"),
			`backend:<set-backend-service base-url="`+s.backend.URL+`/other"/><base/>`, `outbound:`)
	})
	s.start()
	marks := func(path string) (string, string) {
		got := s.call("GET /echo"+path, "Ocp-Apim-Subscription-Key", "s-1")
		return strings.Join(got.backendSaw(t).Header["X-Marks"], ","), got.header.Get("X-Backend")
	}
	if m, b := marks("/a/1"); m != "global,product,api,operation" || b != "echo" {
		t.Errorf("operation with policies: %s, X-Backend %q", m, b)
	}
	if m, b := marks("/b"); m != "global,product,api" || b != "" {
		t.Errorf("operation without policies: %s, X-Backend %q", m, b)
	}
	if got := s.call("GET /echo/a/7", "Ocp-Apim-Subscription-Key", "s-1").backendSaw(t).URI; got != "/other/a/7" {
		t.Errorf("set-backend-service: the backend was asked for %s", got)
	}
}

func TestPreflightsAndCrossOriginCalls(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	cors := func(origin string) string {
		return `inbound:<cors><allowed-origins><origin>` + origin + `</origin></allowed-origins><allowed-methods><method>*</method></allowed-methods>` +
			`<allowed-headers><header>*</header></allowed-headers></cors><base/>`
	}
	s.change(func(c *changer) {
		c.api("plain", "plain", nil, "GET /x")
		c.api("echo", "echo", nil, "GET /x", "PUT /x", "OPTIONS /own", "GET /own", "GET /special")
		c.policies("/apis/echo;rev=1", cors("https://portal.example"), `on-error:<set-header name="X-Reason"><value>seen</value></set-header>`)
		c.policies("/apis/echo;rev=1/operations/get-special", cors("https://special.example"))
		c.product("gold", false, "plain")
		c.policies("/products/gold", cors("https://gold.example"))
		c.subscription("s", "/products/gold", "active")
		c.subscription("e", "/apis/echo", "active")
	})
	s.start()
	preflight := func(path, origin string) answer {
		return s.call("OPTIONS "+path, "Origin", origin, "Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "ocp-apim-subscription-key")
	}
	allowed := func(a answer) string { return a.header.Get("Access-Control-Allow-Origin") }
	const portal = "https://portal.example"
	if got := preflight("/echo/x", portal); got.status != 200 || allowed(got) != portal || got.header.Get("Access-Control-Allow-Headers") != "ocp-apim-subscription-key" {
		t.Errorf("a preflight needs no key: %d %v", got.status, got.header)
	}
	if got := preflight("/echo/x", "https://evil.example"); got.status != 200 || allowed(got) != "" || got.body != "" {
		t.Errorf("another origin: %d %v", got.status, got.header)
	}
	if got := preflight("/echo/special", "https://special.example"); allowed(got) != "https://special.example" {
		t.Errorf("the asked method's operation has its own policies: %v", got.header)
	}
	if got := preflight("/echo/none", portal); got.status != 200 || allowed(got) != portal {
		t.Errorf("the API's policies answer where there is no operation: %d %v", got.status, got.header)
	}
	if got := preflight("/echo/own", portal); got.status != 401 {
		t.Errorf("an OPTIONS operation runs normally: %d %v", got.status, got.header)
	}
	if got := preflight("/plain/x", portal); got.status != 404 || allowed(got) != "" {
		t.Errorf("without cors there is no preflight: %d %v", got.status, got.header)
	}
	if got := preflight("/plain/x?subscription-key=s-1", "https://gold.example"); allowed(got) != "https://gold.example" {
		t.Errorf("a key in the query leads to the product's cors: %v", got.header)
	}
	if got := s.call("OPTIONS /echo/x", "Origin", portal); got.status != 404 {
		t.Errorf("OPTIONS without a request method is no preflight: %d", got.status)
	}
	got := s.call("GET /echo/x", "Origin", portal, "Ocp-Apim-Subscription-Key", "bad")
	if got.status != 401 || allowed(got) != portal || got.header.Get("X-Reason") != "seen" {
		t.Errorf("a script can read the 401 and on-error ran: %d %v", got.status, got.header)
	}
	if got := s.call("GET /echo/none", "Origin", portal); got.status != 404 || allowed(got) != portal || got.body != resourceNotFound {
		t.Errorf("a script can read the 404: %d %v", got.status, got.header)
	}
	if got := s.call("GET /echo/x", "Origin", portal, "Ocp-Apim-Subscription-Key", "e-1"); got.status != 200 || allowed(got) != portal {
		t.Errorf("the call itself: %d %v", got.status, got.header)
	}
	if got := s.call("GET /plain/x", "Origin", portal, "Ocp-Apim-Subscription-Key", "e-1"); allowed(got) != "" || got.header.Get("Vary") != "" {
		t.Errorf("without cors there are no headers: %v", got.header)
	}
}

func TestMockResponsesComeFromTheDocumentation(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.change(func(c *changer) {
		c.api("mock", "mock", open)
		c.operation("mock", "1", "get", &apim.Operation{
			DisplayName: "get", Method: "GET", URLTemplate: "/pet", Responses: []apim.Response{
				{StatusCode: 200, Representations: []apim.Representation{
					{ContentType: "application/json", Examples: map[string]apim.Example{"b": {Value: []byte(`{"name":"b"}`)}, "a": {Value: []byte(`"{\"name\":\"a\"}"`)}}},
					{ContentType: "text/plain", Examples: map[string]apim.Example{"default": {Value: []byte(`"hello"`)}}},
				}}, {StatusCode: 404},
			},
		})
		c.policies("/apis/mock;rev=1", "inbound:<mock-response/>")
	})
	s.start()
	if got := s.call("GET /mock/pet"); got.status != 200 || got.body != `{"name":"a"}` || got.header.Get("Content-Type") != "application/json" {
		t.Errorf("the first example: %d %q %v", got.status, got.body, got.header)
	}
	set := func(attributes string) {
		s.change(func(c *changer) { c.policies("/apis/mock;rev=1", "inbound:<mock-response "+attributes+"/>") })
	}
	set(`content-type="text/plain"`)
	if got := s.call("GET /mock/pet"); got.body != "hello" {
		t.Errorf("the example of a media type: %q", got.body)
	}
	set(`status-code="404"`)
	if got := s.call("GET /mock/pet"); got.status != 404 || got.body != "" {
		t.Errorf("a status without example: %d %q", got.status, got.body)
	}
	s.change(func(c *changer) {
		c.operation("mock", "1", "get", &apim.Operation{DisplayName: "get", Method: "GET", URLTemplate: "/pet", Responses: []apim.Response{
			{StatusCode: 404, Representations: []apim.Representation{{ContentType: "application/json", Examples: map[string]apim.Example{"x": {Value: []byte(`"text"`)}}}}},
		}})
	})
	if got := s.call("GET /mock/pet"); got.body != `"text"` {
		t.Errorf("after the documentation changed: %q", got.body)
	}
}

func TestStoredPoliciesThatCannotRunFailClosed(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.change(func(c *changer) {
		c.api("echo", "echo", open, "GET /")
		c.put("/apis/echo;rev=1/policies/policy", apim.Policy{Value: "<policies><inbound><validate-jwt/></inbound></policies>"})
	})
	s.start()
	if got := s.call("GET /echo"); got.status != 500 || got.body != `{ "statusCode": 500, "message": "Internal server error" }` {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestHealthNeedsAConfiguration(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	if got := s.call("GET " + healthPath); got.status != 503 {
		t.Errorf("before start: %d", got.status)
	}
	if got := s.call("GET /x"); got.status != 503 {
		t.Errorf("a call before start: %d %s", got.status, got.body)
	}
	s.start()
	if got := s.call("GET " + healthPath); got.status != 200 {
		t.Errorf("after start: %d", got.status)
	}
}
