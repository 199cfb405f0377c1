package management

import (
	"encoding/json"
	"testing"
)

// Further sites have content of their own; the default one stays where clients look.
func TestPortalsHaveContentOfTheirOwn(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/contentTypes/page", `{"name":"Page"}`)
	s.put("/contentTypes/page/contentItems/home", `{"en_us":{"title":"Default"}}`)
	s.put("/portals/docs", `{"displayName":"Docs","hostnames":["docs.example.com"]}`)
	s.put("/portals/docs/contentTypes/page", `{"name":"Page"}`)
	const body = `{"en_us":{"title":"Docs","odd":null,"n":1.50}}`
	s.put("/portals/docs/contentTypes/page/contentItems/home", body)

	var item struct {
		ID         string
		Properties json.RawMessage
	}
	s.read(t, "/portals/docs/contentTypes/page/contentItems/home", &item)
	if string(item.Properties) != body || item.ID != "/portals/docs/contentTypes/page/contentItems/home" {
		t.Errorf("stored as %s at %s", item.Properties, item.ID)
	}
	s.read(t, "/contentTypes/page/contentItems/home", &item)
	if string(item.Properties) != `{"en_us":{"title":"Default"}}` {
		t.Errorf("the default site has %s", item.Properties)
	}
	if names := s.do("GET", "/contentTypes/page/contentItems", "").names(); names != "home" {
		t.Errorf("the default site lists %s", names)
	}
	if names := s.do("GET", "/portals", "").names(); names != "docs" {
		t.Errorf("portals are %s", names)
	}
	s.do("PUT", "/portals/bad", `{"properties":{"displayName":"Bad","hostnames":["ok.example","not a host"]}}`).want(400).failure()
	s.do("PUT", "/portals/none/contentTypes/page", `{"properties":{"name":"Page"}}`).want(404).failure()
	s.do("DELETE", "/portals/docs", "", "If-Match", "*").want(200)
	s.do("GET", "/portals/docs/contentTypes/page/contentItems/home", "").want(404).failure()
	s.do("GET", "/contentTypes/page/contentItems/home", "").want(200)
}

// read decodes a resource.
func (s *service) read(t *testing.T, path string, into any) {
	t.Helper()
	r := s.do("GET", path, "").want(200)
	if err := json.Unmarshal([]byte(r.body), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}
