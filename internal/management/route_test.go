package management

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apim"
)

func TestEveryRouteHasAnAction(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	table := routes()
	if len(table) < 80 {
		t.Fatalf("only %d routes", len(table))
	}
	for _, rt := range table {
		address := rt.method + " /" + rt.pattern
		if seen[address] {
			t.Errorf("%s is declared twice", address)
		}
		seen[address] = true
		if rt.handle == nil {
			t.Errorf("%s has no handler", address)
		}
		rest, ok := strings.CutPrefix(string(rt.action), "Microsoft.ApiManagement/service/")
		verb := rest[strings.LastIndexByte(rest, '/')+1:]
		want := map[string]string{
			http.MethodGet: "read", http.MethodHead: "read", http.MethodPut: "write",
			http.MethodPatch: "write", http.MethodDelete: "delete", http.MethodPost: "action",
		}[rt.method]
		if !ok || verb != want {
			t.Errorf("%s has the action %q, which does not end in %q", address, rt.action, want)
		}
		if access.Authorize(access.Inherent(access.Principal{UserID: "ann"}), rt.action, apim.ServiceScope()) == nil {
			t.Errorf("%s is open to every user", address)
		}
	}
}

func TestEveryKindIsServed(t *testing.T) {
	t.Parallel()
	router := newRouter(routes())
	for _, k := range apim.Kinds {
		path := strings.Split(strings.ReplaceAll(entityPattern(k), "{}", "x"), "/")
		if _, err := router.find(http.MethodPut, path); err != nil {
			t.Errorf("PUT of %s: %v", k.Path, err)
		}
		if _, err := router.find(http.MethodGet, path[:len(path)-1]); err != nil {
			t.Errorf("list of %s: %v", k.Path, err)
		}
		for _, name := range k.Actions {
			if behaviours()[k].actions[name] == nil && name != listSecrets {
				t.Errorf("%s declares the action %s, which nobody does", k.Path, name)
			}
		}
		for _, l := range k.Links {
			to := apim.KindByPath(l.To)
			if to == nil {
				t.Errorf("%s links to an unknown kind %s", k.Path, l.To)
				continue
			}
			for _, f := range l.Filter {
				if !slices.Contains(to.Filter, f) {
					t.Errorf("%s/%s filters by %s, which %s does not declare", k.Path, l.Collection, f, l.To)
				}
			}
		}
	}
}

func TestUnknownAddressesAndVerbs(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, tt := range []struct {
		name, method, path string
		status             int
		allow              string
	}{
		{"an unknown collection", "GET", "/nothings", 404, ""},
		{"an unknown child", "GET", "/products/x/nothings", 404, ""},
		{"an unknown service", "GET", strings.Replace(prefix, "portico", "other", 1) + "/apis?api-version=1", 404, ""},
		{"a service in another case", "GET", strings.Replace(prefix, "portico", "PORTICO", 1) + "/apis?api-version=1", 200, ""},
		{"a collection in another case", "GET", "/APIVERSIONSETS", 200, ""},
		{"the ARM form without a version", "GET", prefix + "/apis", 400, ""},
		{"a verb a list does not have", "DELETE", "/apis", 405, "GET, OPTIONS"},
		{"a verb an entity does not have", "PATCH", "/policies/policy", 405, "DELETE, GET, HEAD, PUT, OPTIONS"},
		{"GET of an action", "GET", "/users/1/token", 405, "POST, OPTIONS"},
		{"a method nobody knows", "BREW", "/apis", 405, "GET, OPTIONS"},
		{"an action nobody has", "POST", "/users/1/dance", 404, ""},
		{"an empty name", "GET", "/apis//operations", 404, ""},
		{"a slash in a name", "GET", "/apis/a%2fb", 400, ""},
		{"too deep", "GET", "/apis/a/operations/b/policies/policy/x", 404, ""},
		{"a child of what does not exist", "GET", "/apis/none/operations", 404, ""},
		{"a link of what does not exist", "GET", "/products/none/apis", 404, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &service{T: t, url: s.url, token: s.token}
			r := s.do(tt.method, tt.path, "").want(tt.status)
			if tt.status >= 400 {
				r.failure()
			}
			if r.header.Get("Allow") != tt.allow {
				t.Errorf("Allow %q, want %q", r.header.Get("Allow"), tt.allow)
			}
		})
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for name, header := range map[string]string{
		"no token": "", "nonsense": "SharedAccessSignature x", "a cookie's worth of nothing": "Bearer abc", "a forged token": "SharedAccessSignature integration&209901010000&" + strings.Repeat("A", 86) + "==",
	} {
		r := s.do("GET", "/apis", "", "Authorization", header, "Cookie", "portico_admin=1").want(401)
		if code, _ := r.failure(); code != "AuthenticationFailed" || r.header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: code %s, WWW-Authenticate %q", name, code, r.header.Get("WWW-Authenticate"))
		}
	}
	if r := s.do("GET", "/nothings", "", "Authorization", ""); r.status != 401 {
		t.Errorf("without a token an unknown address answers %d, which tells what exists", r.status)
	}
}

func TestUsersSeeTheirOwnDataOnly(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/users/ann", `{"email":"ann@example.com","firstName":"Ann","lastName":"A"}`)
	s.put("/users/bob", `{"email":"bob@example.com","firstName":"Bob","lastName":"B"}`)
	token := s.do("POST", "/users/ann/token", `{"keyType":"primary","expiry":"`+inAnHour(s)+`"}`).want(200).json()["value"].(string)
	as := []string{"Authorization", `SharedAccessSignature token="` + token + `",refresh="true"`}
	s.do("GET", "/users/ann", "", as...).want(200)
	s.do("GET", "/users/ann/groups", "", as...).want(200)
	s.do("GET", "/users/ann/subscriptions", "", as...).want(200)
	for _, refused := range [][2]string{
		{"GET", "/users/bob"}, {"GET", "/users"}, {"GET", "/apis"}, {"PUT", "/users/ann"}, {"POST", "/users/ann/token"},
		{"POST", "/tenant/access/listSecrets"}, {"GET", "/"}, {"DELETE", "/users/ann"},
	} {
		r := s.do(refused[0], refused[1], "", as...).want(403)
		if code, _ := r.failure(); code != "AuthorizationFailed" || !strings.Contains(r.body, "Microsoft.ApiManagement/service/") {
			t.Errorf("%v: %s", refused, r.body)
		}
	}
	s.do("PUT", "/groups/administrators/users/ann", "").want(201)
	s.do("GET", "/apis", "", as...).want(200)
}

func TestBrowsersMayCall(t *testing.T) {
	t.Parallel()
	s := newService(t)
	r := s.do("OPTIONS", "/apis", "", "Authorization", "", "Origin", "http://portal.example",
		"Access-Control-Request-Method", "PUT", "Access-Control-Request-Headers", "authorization,x-ms-apim-client").want(204)
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "PATCH", "Access-Control-Allow-Headers": "x-ms-apim-client",
		"Access-Control-Expose-Headers": "Ocp-Apim-Sas-Token",
	} {
		if !strings.Contains(r.header.Get(name), want) {
			t.Errorf("%s is %q", name, r.header.Get(name))
		}
	}
	if r.header.Get("Access-Control-Allow-Credentials") != "" {
		t.Error("credentials are allowed")
	}
	if r := s.do("GET", "/apis", "", "Authorization", "", "Origin", "http://portal.example").want(401); r.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Error("a refused request cannot be read by the browser")
	}
}

func TestRequestIDsAreEchoed(t *testing.T) {
	t.Parallel()
	s := newService(t)
	r := s.do("GET", "/apis", "", "X-Request-Id", "r1", "x-ms-correlation-request-id", "c1",
		"x-ms-client-request-id", "k1", "x-ms-return-client-request-id", "true")
	for name, want := range map[string]string{"x-ms-request-id": "r1", "x-ms-correlation-request-id": "c1", "x-ms-client-request-id": "k1"} {
		if got := r.header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestServiceItself(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, path := range []string{prefix + "?api-version=1", prefix + "/?api-version=1", "/"} {
		r := s.do("GET", path, "").want(200)
		if p := r.properties(); p["gatewayUrl"] != "http://gateway" || p["developerPortalUrl"] != "http://portal" || p["managementApiUrl"] != "http://management" {
			t.Errorf("%s: %v", path, p)
		}
		if r.json()["sku"] == nil || r.json()["name"] != "portico" {
			t.Errorf("%s: %s", path, r.body)
		}
	}
}

func TestABrowserAtTheRootSeesAStatusPage(t *testing.T) {
	t.Parallel()
	s := newService(t)
	r := s.do("GET", "/", "", "Authorization", "", "Accept", "text/html,*/*").want(200)
	if !strings.Contains(r.body, "http://portal") || !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
		t.Errorf("%s", r.body)
	}
	s.do("GET", "/apis", "", "Authorization", "", "Accept", "text/html").want(401)
}
