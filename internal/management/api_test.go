package management

import (
	"strings"
	"testing"
)

func TestAPIRevisions(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *service) {
		r := s.put("/apis/echo", `{"path":"echo","protocols":["http"]}`)
		if p := r.properties(); p["displayName"] != "echo" || p["apiRevision"] != "1" || p["isCurrent"] != true || p["provisioningState"] != "Succeeded" || r.json()["name"] != "echo" {
			t.Fatalf("a new API: %s", r.body)
		}
		s.put("/apis/echo/operations/get", `{"displayName":"Get","method":"get","urlTemplate":"/x"}`)
		s.put("/apis/echo/operations/get/policies/policy", `{"value":"<policies><inbound/></policies>"}`)
		s.put("/apis/echo/schemas/s", `{"contentType":"application/vnd.oai.openapi.components+json","document":{"components":{"schemas":{"A":{"type":"object"}}}}}`)
		s.put("/tags/t", `{"displayName":"T"}`)
		s.do("PUT", "/apis/echo/operations/get/tags/t", "").want(201)

		r = s.put("/apis/echo;rev=2", `{"sourceApiId":"/apis/echo","apiRevisionDescription":"two","path":"echo"}`)
		if p := r.properties(); p["isCurrent"] != false || p["apiRevision"] != "2" || r.json()["name"] != "echo;rev=2" || p["protocols"] == nil {
			t.Fatalf("a second revision: %s", r.body)
		}
		got := s.do("GET", "/apis/echo;rev=2/operations/get", "").want(200)
		if got.json()["id"] != "/apis/echo;rev=2/operations/get" {
			t.Errorf("the copied operation's id: %s", got.body)
		}
		s.do("GET", "/apis/echo;rev=2/operations/get/policies/policy", "").want(200)
		s.do("GET", "/apis/echo;rev=2/schemas/s", "").want(200)
		s.do("GET", "/apis/echo;rev=2/operations/get/tags/t", "").want(200)
		if names := s.do("GET", "/apis", "").names(); names != "echo echo;rev=2" {
			t.Errorf("listed: %s", names)
		}
		if names := s.do("GET", "/apis?$filter=isCurrent+eq+true", "").names(); names != "echo" {
			t.Errorf("current: %s", names)
		}

		s.do("PATCH", "/apis/echo;rev=2", `{"properties":{"isCurrent":true,"displayName":"Echo 2"}}`, "If-Match", "*").want(200)
		if p := s.do("GET", "/apis/ECHO", "").properties(); p["displayName"] != "Echo 2" || p["apiRevision"] != "2" {
			t.Errorf("the alias leads to %v", p)
		}
		if p := s.do("GET", "/apis/echo;rev=1", "").properties(); p["isCurrent"] != false {
			t.Errorf("the former current revision: %v", p)
		}
		if names := s.do("GET", "/apis", "").names(); names != "echo;rev=1 echo" {
			t.Errorf("listed after the switch: %s", names)
		}
		s.do("DELETE", "/apis/echo", "", "If-Match", "*").want(409).failure()
		s.do("DELETE", "/apis/echo;rev=1", "", "If-Match", "*").want(200)
		s.do("DELETE", "/apis/echo", "", "If-Match", "*").want(200)
		s.do("GET", "/apis/echo", "").want(404)
		s.do("GET", "/apis/echo;rev=2/operations/get", "").want(404)
		if names := s.do("GET", "/apis", "").names(); names != "" {
			t.Errorf("left: %s", names)
		}
	})
}

func TestDeletingAnAPITakesItsAssociations(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *service) {
		s.put("/apis/echo", `{"path":"echo"}`)
		s.put("/apis/echo;rev=2", `{"path":"echo"}`)
		s.put("/products/p", `{"displayName":"P"}`)
		s.put("/tags/t", `{"displayName":"T"}`)
		s.put("/subscriptions/s", `{"displayName":"S","scope":"/apis/echo"}`)
		s.do("PUT", "/products/p/apis/echo", "").want(201)
		s.do("PUT", "/apis/echo/tags/t", "").want(201)
		if names := s.do("GET", "/apis/echo;rev=2/tags", "").names(); names != "t" {
			t.Errorf("tags of another revision: %q; an API's tags are common to its revisions", names)
		}
		s.do("DELETE", "/apis/echo?deleteRevisions=true", "", "If-Match", "*").want(200)
		if names := s.do("GET", "/products/p/apis", "").names(); names != "" {
			t.Errorf("the product still lists %s", names)
		}
		s.do("GET", "/apis/echo;rev=2", "").want(404)
		s.do("GET", "/subscriptions/s", "").want(404)
		s.put("/apis/echo", `{"path":"echo"}`)
		if names := s.do("GET", "/apis/echo/tags", "").names(); names != "" {
			t.Errorf("a new API of the same name has the tags %s", names)
		}
	})
}

func TestVersionsShareAPath(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/apiVersionSets/v", `{"displayName":"V","versioningScheme":"Header","versionHeaderName":"x-v"}`)
	s.put("/apis/one", `{"path":"a/b","apiVersion":"v1","apiVersionSetId":"/apiVersionSets/v"}`)
	s.put("/apis/two", `{"path":"a/b","apiVersion":"v2","apiVersionSetId":"/apiVersionSets/v","sourceApiId":"/apis/one"}`)
	r := s.do("PUT", "/apis/three", `{"properties":{"path":"/A/b/","apiVersion":"v2","apiVersionSetId":"/apiVersionSets/v"}}`).want(409)
	if code, target := r.failure(); code != "ValidationError" || target != "path" {
		t.Errorf("%s %s", code, target)
	}
	s.do("DELETE", "/apiVersionSets/v", "", "If-Match", "*").want(409).failure()
	s.do("DELETE", "/apis/one", "", "If-Match", "*").want(200)
	s.do("DELETE", "/apis/two", "", "If-Match", "*").want(200)
	s.do("DELETE", "/apiVersionSets/v", "", "If-Match", "*").want(200)
}

func TestARevisionsAddressIsThatOfTheGateway(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/apiVersionSets/s", `{"displayName":"S","versioningScheme":"Segment"}`)
	for id, path := range map[string]string{"one": "a", "root": ""} {
		properties := `{"path":"` + path + `","apiVersion":"v1","apiVersionSetId":"/apiVersionSets/s"}`
		s.put("/apis/"+id, properties)
		s.put("/apis/"+id+";rev=2", properties)
	}
	for id, want := range map[string]string{"one": "/a/v1", "root": "/v1"} {
		got := s.do("GET", "/apis/"+id+"/revisions", "").want(200).body
		if !strings.Contains(got, `"privateUrl":"`+want+`"`) || !strings.Contains(got, `"privateUrl":"`+want+`;rev=2"`) {
			t.Errorf("the gateway serves %s at %s; its revisions are %s", id, want, got)
		}
	}
}

func TestOperationsAreUnique(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/apis/echo", `{"path":"echo"}`)
	body := `{"displayName":"O","method":"get","urlTemplate":"/x"}`
	if p := s.put("/apis/echo/operations/Get", body).properties(); p["method"] != "GET" || p["responses"] == nil {
		t.Errorf("%v", p)
	}
	r := s.do("PUT", "/apis/echo/operations/other", `{"properties":`+body+`}`).want(409)
	if _, target := r.failure(); target != "urlTemplate" {
		t.Errorf("target %s", target)
	}
	s.do("PUT", "/apis/echo/operations/get", `{"properties":`+body+`}`).want(200)
	s.put("/apis/echo/operations/upper", strings.Replace(body, "/x", "/X", 1))
	if names := s.do("GET", "/apis/echo/operations?$filter=method+eq+'GET'&$top=1", "").names(); names != "Get" {
		t.Errorf("listed %s", names)
	}
}

func TestPolicies(t *testing.T) {
	t.Parallel()
	s := newService(t)
	raw := `<policies><inbound><base /><set-header name=\"x\" exists-action=\"override\"><value>a &amp; b</value></set-header></inbound></policies>`
	s.put("/policies/policy", `{"format":"rawxml","value":"`+raw+`"}`)
	for query, format := range map[string]string{"": "xml", "?format=xml": "xml", "?format=rawxml": "rawxml"} {
		p := s.do("GET", "/policies/policy"+query, "").properties()
		if p["format"] != format || p["value"] != strings.ReplaceAll(raw, `\"`, `"`) {
			t.Errorf("%q: %v", query, p)
		}
	}
	editor := s.do("GET", "/policies/policy?format=rawxml", "", "Accept", "*/*", "x-ms-apim-client", "dev-portal|h|e").want(200)
	if !strings.HasPrefix(editor.body, "<policies>") || !strings.Contains(editor.header.Get("Content-Type"), "xml") {
		t.Errorf("for the editor: %s", editor.body)
	}
	if r := s.do("GET", "/policies/policy", "", "Accept", "application/vnd.ms-azure-apim.policy.raw+xml").want(200); !strings.HasPrefix(r.body, "<policies>") {
		t.Errorf("by Accept: %s", r.body)
	}
	s.do("GET", "/policies/policy?format=yaml", "").want(400).failure()
	if names := s.do("GET", "/policies", "").names(); names != "policy" {
		t.Errorf("listed: %s", names)
	}
	s.put("/products/p", `{"displayName":"P"}`)
	s.put("/products/p/policies/policy", `{"value":"<policies><inbound><base/></inbound></policies>"}`)
	s.do("DELETE", "/products/p", "", "If-Match", "*").want(200)
	s.put("/products/p", `{"displayName":"P"}`)
	s.do("GET", "/products/p/policies/policy", "").want(404)
}
