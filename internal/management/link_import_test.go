package management

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/outbound"
)

func TestLinksAreFetchedThroughTheGuard(t *testing.T) {
	t.Parallel()
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api.yaml":
			fmt.Fprint(w, "openapi: 3.0.3\ninfo: {title: Pets, version: '1'}\npaths: {/pets: {get: {operationId: list, responses: {'200': {description: ok}}}}}\n")
		case "/policy.xml":
			fmt.Fprint(w, `<policies><inbound><base /></inbound></policies>`)
		case "/graphql":
			if r.Method != http.MethodPost {
				w.WriteHeader(http.StatusMethodNotAllowed)
				return
			}
			fmt.Fprint(w, `{"data":{"__schema":{"queryType":{"name":"Query"},"types":[{"kind":"OBJECT","name":"Query","fields":[{"name":"a","type":{"kind":"SCALAR","name":"Int"}}]}]}}}`)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(files.Close)
	put := func(s *service, path, format, file string) *response {
		return s.do("PUT", path, fmt.Sprintf(`{"properties":{"path":%q,"format":%q,"value":%q}}`, strings.TrimPrefix(path, "/apis/"), format, files.URL+file))
	}

	guarded := newService(t)
	guarded.handler.Outbound = outbound.Client(nil)
	if got := put(guarded, "/apis/pets", "openapi-link", "/api.yaml").want(400); !strings.Contains(got.body, `"target":"value"`) || !strings.Contains(got.body, "private") {
		t.Errorf("a private address: %s", got.body)
	}
	guarded.do("GET", "/apis/pets", "").want(404)

	s := newService(t)
	s.handler.Outbound = outbound.Client([]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")})
	put(s, "/apis/pets", "openapi-link", "/api.yaml").want(201)
	s.do("GET", "/apis/pets/operations/list", "").want(200)
	put(s, "/apis/graph", "graphql-link", "/graphql").want(201)
	if got := s.do("GET", "/apis/graph?export=true&format=graphql", "").want(200); !strings.Contains(got.body, "a: Int") {
		t.Errorf("the schema of an endpoint: %s", got.body)
	}
	if got := put(s, "/apis/none", "openapi-link", "/missing").want(400); !strings.Contains(got.body, "404") {
		t.Errorf("what is not there: %s", got.body)
	}
	s.do("PUT", "/policies/policy", fmt.Sprintf(`{"properties":{"format":"rawxml-link","value":%q}}`, files.URL+"/policy.xml")).want(201)
	if got := s.do("GET", "/policies/policy?format=rawxml", "").properties()["value"]; got != `<policies><inbound><base /></inbound></policies>` {
		t.Errorf("the policy by link is %v", got)
	}
	s.do("PUT", "/policies/policy", fmt.Sprintf(`{"properties":{"format":"xml-link","value":%q}}`, files.URL+"/api.yaml")).want(400)
}

func TestImportsIntoAWorkspaceStayThere(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.do("PUT", "/workspaces/w", `{"properties":{"displayName":"W"}}`).want(201)
	description := `{"openapi":"3.0.3","info":{"title":"Pets","version":"1"},"paths":{"/pets":{"get":{"operationId":"list","tags":["pets"],"responses":{"200":{"description":"ok"}}}}}}`
	s.do("PUT", "/workspaces/w/apis/pets", fmt.Sprintf(`{"properties":{"path":"pets","format":"openapi+json","value":%q}}`, description)).want(201)
	s.do("GET", "/workspaces/w/apis/pets/operations/list", "").want(200)
	s.do("GET", "/workspaces/w/tags/pets", "").want(200)
	s.do("GET", "/apis/pets", "").want(404)
	s.do("GET", "/tags/pets", "").want(404)
	if got := s.do("PUT", "/apis/other", `{"properties":{"path":"pets"}}`).want(409); !strings.Contains(got.body, `"target":"path"`) {
		t.Errorf("an address that a workspace has: %s", got.body)
	}
}
