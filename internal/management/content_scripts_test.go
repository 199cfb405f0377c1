package management

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
)

// TestRequestsOfTheContentScripts sends what the scripts of existing portals
// and their editor send (portal-wire.md §3.7 to §3.9 and §6.1), in their order
// and spelling: If-Match: * always, api-version 2021-08-01, $top=1 followed by
// nextLink one by one.
func TestRequestsOfTheContentScripts(t *testing.T) {
	t.Parallel()
	s := newService(t)
	const version = "api-version=2021-08-01"
	send := func(method, path, body string) *response {
		s.Helper()
		join := "?"
		if strings.Contains(path, "?") {
			join = "&"
		}
		return s.do(method, prefix+path+join+version, body, "If-Match", "*", "Content-Type", "application/json")
	}
	for _, kind := range []string{"document", "page", "layout", "url", "blob"} {
		send("PUT", "/contentTypes/"+kind, `{"properties":{"name":"`+kind+`"}}`).want(201)
	}
	send("GET", "/contentTypes/document/contentItems/configuration", "").want(404) // the editor's sign of a first run

	site := map[string]string{
		"/contentTypes/document/contentItems/configuration": `{"nodes":[{"site":{"title":"Site"}}]}`,
		"/contentTypes/document/contentItems/home":          `{"nodes":[{"type":"section","nodes":[{"type":"page"}],"n":1.10,"x":null}]}`,
		"/contentTypes/document/contentItems/frame":         `{"nodes":[{"type":"page"}]}`,
		"/contentTypes/page/contentItems/home":              `{"en_us":{"title":"Home","permalink":"/","documentId":"contentTypes/document/contentItems/home"}}`,
		"/contentTypes/layout/contentItems/default":         `{"en_us":{"title":"Layout","permalinkTemplate":"/","documentId":"contentTypes/document/contentItems/frame"}}`,
		"/contentTypes/url/contentItems/elsewhere":          `{"title":"Elsewhere","permalink":"https://example.com/"}`,
		"/contentTypes/blob/contentItems/logo":              `{"fileName":"logo.png","blobId":"11e4","permalink":"/content/logo.png","mimeType":"image/png"}`,
	}
	for id, properties := range site { // generate
		send("PUT", id, `{"properties":`+properties+`}`).want(201)
		send("PUT", id, `{"properties":`+properties+`}`).want(200)
	}
	secrets := s.do("POST", strings.ToLower(prefix+"/portalconfigs/default/listMediaContentSecrets")+"?"+version, "", "If-Match", "*").want(200).json()
	if address, _ := secrets["containerSasUrl"].(string); !strings.Contains(address, "sig=") {
		t.Errorf("no address of the container: %v", secrets)
	}
	container := s.media()
	s.blob("PUT", container, "//11e4", "", "image", "x-ms-blob-type", "BlockBlob", "x-ms-version", "2025-05-05").want(201)

	captured := s.capture(version)
	for id, want := range site {
		if got := captured[id]; got != want {
			t.Errorf("%s is captured as %s, want %s", id, got, want)
		}
	}
	if len(captured) != len(site) {
		t.Errorf("%d items captured, want %d", len(captured), len(site))
	}
	s.save(version)
	published := send("PUT", "/portalRevisions/20261127093000", `{"properties":{"description":"Migration","isCurrent":true}}`).want(201).properties()
	if published["status"] != "completed" || published["isCurrent"] != true {
		t.Errorf("publishing answers %v", published)
	}
	for id := range captured { // cleanup
		send("DELETE", id, "").want(200)
		send("DELETE", id, "").want(204)
	}
	s.blob("DELETE", container, "/11e4", "", "").want(202)
	if left := s.capture(version); len(left) != 0 {
		t.Errorf("after the cleanup there are %v", left)
	}
}

// capture reads all items as the scripts do: the types, and of each the items
// one at a time. It returns their properties as JSON, by id.
func (s *service) capture(version string) map[string]string {
	s.Helper()
	type page struct {
		Value []struct {
			ID         string
			Type       string
			Name       string
			Properties json.RawMessage
		}
		NextLink string
	}
	read := func(address string) (p page) {
		s.Helper()
		if err := json.Unmarshal([]byte(s.do("GET", address, "", "If-Match", "*").want(200).body), &p); err != nil {
			s.Fatal(err)
		}
		return p
	}
	items := map[string]string{}
	for _, kind := range read(prefix + "/contentTypes?" + version).Value {
		if !strings.HasPrefix(kind.ID, "/contentTypes/") {
			s.Errorf("a content type's id is %q", kind.ID)
		}
		next := prefix + kind.ID + "/contentItems?$top=1&" + version
		for next != "" {
			p := read(next)
			if len(p.Value) > 1 {
				s.Errorf("%s answers %d items", next, len(p.Value))
			}
			for _, item := range p.Value {
				if item.Type != "Microsoft.ApiManagement/service/contentTypes/contentItems" || !strings.HasSuffix(item.ID, "/"+item.Name) {
					s.Errorf("%s is of type %q and called %q", item.ID, item.Type, item.Name)
				}
				if _, twice := items[item.ID]; twice {
					s.Fatalf("%s is met twice", item.ID)
				}
				items[item.ID] = string(item.Properties)
			}
			next = p.NextLink
			if next != "" && !strings.HasPrefix(next, s.url) {
				s.Fatalf("nextLink %q is not absolute", next)
			}
			next = strings.TrimPrefix(next, s.url)
		}
	}
	return items
}

// save is the editor's: HEAD, then PUT, of all that changed at the same time.
func (s *service) save(version string) {
	s.Helper()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			path := fmt.Sprintf("%s/contentTypes/document/contentItems/home?%s", prefix, version)
			if r := s.do("HEAD", path, "", "If-Match", "*"); r.status != 200 || r.header.Get("Etag") == "" {
				s.Errorf("HEAD answers %d with the ETag %q", r.status, r.header.Get("Etag"))
			}
			if r := s.do("PUT", path, fmt.Sprintf(`{"properties":{"nodes":[{"type":"section","nodes":[{"type":"page"}],"n":%d}]}}`, i), "If-Match", "*"); r.status != 200 {
				s.Errorf("PUT answers %d %s", r.status, r.body)
			}
		})
	}
	all.Wait()
}
