package management

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func inAnHour(s *service) string { return s.store.Now().Add(time.Hour).Format(time.RFC3339) }

func TestEntityFromPutToDelete(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *service) {
		r := s.put("/products/Starter", `{"displayName":"Starter","description":"d"}`)
		etag := r.header.Get("ETag")
		if e := r.json(); e["id"] != "/products/Starter" || e["type"] != "Microsoft.ApiManagement/service/products" || e["name"] != "Starter" || etag == "" {
			t.Fatalf("envelope %s, ETag %q", r.body, etag)
		}
		got := s.do("GET", "/products/STARTER", "").want(200)
		if got.body != r.body || got.header.Get("ETag") != etag {
			t.Errorf("what was put\n%s\nis not what is got\n%s", r.body, got.body)
		}
		if head := s.do("HEAD", "/products/starter", "").want(200); head.header.Get("ETag") != etag || head.body != "" {
			t.Errorf("HEAD: ETag %q, body %q", head.header.Get("ETag"), head.body)
		}
		patched := s.do("PATCH", "/products/starter", `{"properties":{"description":null,"state":"published"}}`, "If-Match", etag).want(200)
		if p := patched.properties(); p["displayName"] != "Starter" || p["description"] != nil || p["state"] != "published" {
			t.Errorf("after PATCH: %v", p)
		}
		if patched.header.Get("ETag") == etag {
			t.Error("the ETag did not change with the write")
		}
		s.do("PUT", "/products/starter", `{"properties":{"displayName":"Two"}}`).want(200)
		if p := s.do("GET", "/products/starter", "").properties(); p["displayName"] != "Two" || p["state"] != "notPublished" {
			t.Errorf("PUT did not replace: %v", p)
		}
		s.do("DELETE", "/products/starter", "", "If-Match", "*").want(200)
		s.do("GET", "/products/starter", "").want(404)
		s.do("HEAD", "/products/starter", "").want(404)
		s.do("DELETE", "/products/starter", "", "If-Match", "*").want(204)
	})
}

func TestIdsTakeTheFormOfTheRequest(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/apiVersionSets/v", `{"displayName":"V","versioningScheme":"Segment"}`)
	s.put("/apis/echo", `{"displayName":"Echo","path":"echo","apiVersionSetId":"`+prefix+`/apiVersionSets/v","apiVersion":"v1"}`)
	short := s.do("GET", "/apis/echo", "").want(200)
	if short.json()["id"] != "/apis/echo" || short.properties()["apiVersionSetId"] != "/apiVersionSets/v" {
		t.Errorf("short form: %s", short.body)
	}
	long := s.do("GET", prefix+"/apis/echo?api-version=2024-05-01", "").want(200)
	if long.json()["id"] != prefix+"/apis/echo" || long.properties()["apiVersionSetId"] != prefix+"/apiVersionSets/v" {
		t.Errorf("ARM form: %s", long.body)
	}
	s.put("/contentTypes/page", `{"name":"Page"}`)
	s.put("/contentTypes/page/contentItems/home", `{"en_us":{"title":"Home"}}`)
	if id := s.do("GET", prefix+"/contentTypes/page/contentItems/home?api-version=1", "").json()["id"]; id != "/contentTypes/page/contentItems/home" {
		t.Errorf("a content item's id is %v; it is always short", id)
	}
}

func TestConditions(t *testing.T) {
	t.Parallel()
	s := newService(t)
	stale := s.put("/tags/a", `{"displayName":"A"}`).header.Get("ETag")
	fresh := s.do("PUT", "/tags/a", `{"properties":{"displayName":"B"}}`, "If-Match", stale).want(200).header.Get("ETag")
	body := `{"properties":{"displayName":"C"}}`
	for _, tt := range []struct {
		name, method, path, ifMatch string
		status                      int
		code, target                string
	}{
		{"PUT with a stale tag", "PUT", "/tags/a", stale, 412, "PreconditionFailed", ""},
		{"PATCH with a stale tag", "PATCH", "/tags/a", stale, 412, "PreconditionFailed", ""},
		{"DELETE with a stale tag", "DELETE", "/tags/a", stale, 412, "PreconditionFailed", ""},
		{"a malformed tag", "PUT", "/tags/a", "abc", 400, "ValidationError", "If-Match"},
		{"PUT of an absent resource with a tag", "PUT", "/tags/none", fresh, 412, "PreconditionFailed", ""},
		{"PATCH of an absent resource", "PATCH", "/tags/none", "*", 404, "ResourceNotFound", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &service{T: t, url: s.url, token: s.token}
			r := s.do(tt.method, tt.path, body, "If-Match", tt.ifMatch).want(tt.status)
			if code, targets := r.failure(); code != tt.code || targets != tt.target {
				t.Errorf("code %s target %s, want %s %s", code, targets, tt.code, tt.target)
			}
		})
	}
	s.do("PUT", "/tags/new", body, "If-Match", "*").want(201)
	s.do("PATCH", "/tags/a", body, "If-Match", `"x", W/`+fresh).want(200)
}

func TestTwoWritersWithOneTag(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *service) {
		etag := s.put("/tags/a", `{"displayName":"A"}`).header.Get("ETag")
		results := make(chan int, 8)
		for i := range 8 {
			go func() {
				r := s.do("PUT", "/tags/a", fmt.Sprintf(`{"properties":{"displayName":"W%d"}}`, i), "If-Match", etag)
				results <- r.status
			}()
		}
		won := 0
		for range 8 {
			switch status := <-results; status {
			case 200:
				won++
			case 412:
			default:
				t.Errorf("status %d", status)
			}
		}
		if won != 1 {
			t.Errorf("%d writers won", won)
		}
	})
}

func TestBadBodies(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/apis/echo", `{"displayName":"Echo","path":"echo"}`)
	s.put("/contentTypes/page", `{"name":"Page"}`)
	long := strings.Repeat("x", 400)
	for _, tt := range []struct {
		name, path, body string
		status           int
		targets          string
	}{
		{"no body", "/tags/a", ``, 400, "body"},
		{"not JSON", "/tags/a", `{"properties":`, 400, "body"},
		{"trailing garbage", "/tags/a", `{"properties":{"displayName":"a"}}x`, 400, "body"},
		{"an array", "/tags/a", `[]`, 400, "body"},
		{"properties that are no object", "/tags/a", `{"properties":[1]}`, 400, "properties"},
		{"no properties", "/tags/a", `{}`, 400, "displayName"},
		{"a null for what is required", "/tags/a", `{"properties":{"displayName":null}}`, 400, "displayName"},
		{"a number for a string", "/tags/a", `{"properties":{"displayName":1}}`, 400, "displayName"},
		{"too long", "/tags/a", `{"properties":{"displayName":"` + long + `"}}`, 400, "displayName"},
		{"nested too deep", "/tags/a", `{"properties":` + strings.Repeat("[", 250) + strings.Repeat("]", 250) + `}`, 400, "body"},
		{"a name with a star", "/tags/a*b", `{"properties":{"displayName":"a"}}`, 400, "name"},
		{"a name of one hyphen", "/products/-", `{"properties":{"displayName":"a"}}`, 400, "name"},
		{"a name that is too long", "/tags/" + long, `{"properties":{"displayName":"a"}}`, 400, "name"},
		{"an API without a path", "/apis/x", `{"properties":{"displayName":"X"}}`, 400, "path"},
		{"an API with two faults", "/apis/x", `{"properties":{"path":"a b","serviceUrl":"nowhere"}}`, 400, "path serviceUrl"},
		{"an API with a bad protocol", "/apis/x", `{"properties":{"path":"x","protocols":["gopher"]}}`, 400, "protocols"},
		{"an API of an unknown version set", "/apis/x", `{"properties":{"path":"x","apiVersion":"1","apiVersionSetId":"/apiVersionSets/no"}}`, 400, "apiVersionSetId"},
		{"an API at another's address", "/apis/x", `{"properties":{"path":"ECHO"}}`, 409, "path"},
		{"a copy of nothing", "/apis/x", `{"properties":{"path":"x","sourceApiId":"/apis/none"}}`, 400, "sourceApiId"},
		{"a bad revision", "/apis/echo;rev=a%20b", `{"properties":{"path":"x"}}`, 400, "apiRevision"},
		{"a description without a format", "/apis/x", `{"properties":{"path":"x","value":"openapi: 3.0.0"}}`, 400, "format"},
		{"a format without a description or path", "/apis/x", `{"properties":{"format":"openapi"}}`, 400, "value path"},
		{"a format nobody reads", "/apis/x", `{"properties":{"path":"x","format":"raml","value":"<a/>"}}`, 400, "format"},
		{"a description that is a number", "/apis/x", `{"properties":{"path":"x","format":"openapi","value":7}}`, 400, "value"},
		{"an import under a bad name", "/apis/a*b", `{"properties":{"path":"x","format":"openapi","value":"x"}}`, 400, "name"},
		{"an operation with an undeclared parameter", "/apis/echo/operations/o", `{"properties":{"displayName":"O","method":"GET","urlTemplate":"/{id}"}}`, 400, "templateParameters"},
		{"an operation with a wrong nested type", "/apis/echo/operations/o", `{"properties":{"displayName":"O","method":"GET","urlTemplate":"/","responses":[{"statusCode":"ok"}]}}`, 400, "responses.statusCode"},
		{"an operation of no API", "/apis/none/operations/o", `{"properties":{"displayName":"O","method":"GET","urlTemplate":"/"}}`, 404, ""},
		{"a schema without a content type", "/apis/echo/schemas/s", `{"properties":{"document":{"value":"x"}}}`, 400, "contentType"},
		{"a version set without its header", "/apiVersionSets/v", `{"properties":{"displayName":"V","versioningScheme":"Header"}}`, 400, "versionHeaderName"},
		{"a product in an unknown state", "/products/p", `{"properties":{"displayName":"P","state":"maybe"}}`, 400, "state"},
		{"a system group", "/groups/g", `{"properties":{"displayName":"G","type":"system"}}`, 400, "type"},
		{"an external group without its id", "/groups/g", `{"properties":{"displayName":"G","type":"external"}}`, 400, "externalId"},
		{"a built-in group", "/groups/guests", `{"properties":{"displayName":"Mine"}}`, 409, ""},
		{"a user without names", "/users/u", `{"properties":{"email":"u@example.com"}}`, 400, "firstName lastName"},
		{"a user with a bad address", "/users/u", `{"properties":{"email":"u","firstName":"U","lastName":"U"}}`, 400, "email"},
		{"a user with another's address", "/users/u", `{"properties":{"email":"ADMIN@localhost","firstName":"U","lastName":"U"}}`, 409, "email"},
		{"a user with a short password", "/users/u", `{"properties":{"email":"u@example.com","firstName":"U","lastName":"U","password":"abc"}}`, 400, "password"},
		{"a policy that is no XML", "/policies/policy", `{"properties":{"value":"<policies><inbound>","format":"xml"}}`, 400, "inbound"},
		{"a policy under another name", "/policies/mine", `{"properties":{"value":"<policies/>"}}`, 400, "name"},
		{"a policy in an unknown format", "/policies/policy", `{"properties":{"value":"<policies/>","format":"yaml"}}`, 400, "format"},
		{"a content item without its type", "/contentTypes/none/contentItems/x", `{"properties":{}}`, 404, ""},
		{"content properties that are no object", "/contentTypes/page/contentItems/x", `{"properties":"x"}`, 400, "properties"},
		{"tenant access that nobody made", "/tenant/other", `{"properties":{"enabled":true}}`, 404, ""},
		{"tenant access with a wrong type", "/tenant/access", `{"properties":{"enabled":"yes"}}`, 400, "enabled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := &service{T: t, url: s.url, token: s.token}
			r := s.do("PUT", tt.path, tt.body, "If-Match", "*").want(tt.status)
			if _, targets := r.failure(); targets != tt.targets {
				t.Errorf("targets %q, want %q: %s", targets, tt.targets, r.body)
			}
		})
	}
	s.do("PUT", "/tags/a", `<x/>`, "Content-Type", "text/xml").want(415).failure()
	s.do("PUT", "/tags/a", `{"properties":{"displayName":"`+strings.Repeat("x", 5<<20)+`"}}`).want(413).failure()
	if names := s.do("GET", "/apis", "").names(); names != "echo" {
		t.Errorf("something half-made is listed: %s", names)
	}
}
