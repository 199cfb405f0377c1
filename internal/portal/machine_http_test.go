package portal_test

import (
	"encoding/json"
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
)

// content stores content items by "type/id" and publishes them.
func (s *service) content(revision string, items map[string]string) {
	s.t.Helper()
	s.write(func(tx *store.Tx) error {
		for id, body := range items {
			contentType, name, _ := strings.Cut(id, "/")
			if err := tx.Put(&store.Document{Ref: apim.ContentRef(apim.Name(contentType), apim.Name(name)), Body: json.RawMessage(body)}); err != nil {
				return err
			}
		}
		return nil
	})
	rev, err := (&publish.Service{Store: s.store, Media: s.media}).Publish(s.t.Context(), admin, apim.Name(revision), "", true)
	if err != nil || rev.Status != publish.Completed {
		s.t.Fatal(rev, err)
	}
}

func TestSearchEnginesFindEveryVisibleAddress(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b := s.browser()
	var set struct {
		Loc []string `xml:"url>loc"`
	}
	if err := xml.Unmarshal([]byte(b.get("/sitemap.xml").text), &set); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(set.Loc, " ") + " "
	for _, path := range []string{"/ ", "/apis ", "/products ", "/apis/Public ", "/apis/Public/get ", "/products/starter "} {
		if !strings.Contains(all, s.url+path) {
			t.Errorf("%s is not in the sitemap: %s", path, all)
		}
	}
	for _, path := range []string{"/signin", "/404", "/profile", "{"} {
		if strings.Contains(all, path) {
			t.Errorf("%s is in the sitemap", path)
		}
	}
	if a := b.get("/robots.txt"); !strings.Contains(a.text, "Sitemap: "+s.url+"/sitemap.xml") {
		t.Errorf("robots.txt says %q", a.text)
	}
	a := b.get("/apis/Public")
	for _, want := range []string{`property="og:title"`, `"@type":"WebAPI"`, `"@type":"BreadcrumbList"`, `type="application/atom+xml"`, `href="/apis/Public.md"`, "rel=manifest"} {
		if !strings.Contains(a.text, want) {
			t.Errorf("the head of an API's page lacks %s", want)
		}
	}
}

func TestPagesHaveMarkdownTwins(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b := s.browser()
	for path, want := range map[string]string{
		"/index.md": "# Everything we do, as an API", "/apis/Public.md": "# Name of Public", "/apis/Public/get.md": "# Operation get of Public", "/products/starter.md": "Product starter",
	} {
		a := b.get(path)
		if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/markdown") || !strings.Contains(a.text, want) {
			t.Errorf("%s answers %d: %.300s", path, a.StatusCode, a.text)
		}
		if strings.Contains(a.text, "<form") || strings.Contains(a.text, "Skip to content") {
			t.Errorf("%s holds controls: %s", path, a.text)
		}
	}
	if a := b.get("/apis/Public.md"); !strings.Contains(a.text, "]("+s.url+"/apis/Public/get.md)") {
		t.Errorf("the twin of an API does not lead to its operations: %s", a.text)
	}
	if a := b.get("/apis/Public/get.md"); !strings.Contains(a.text, "`GET http://gateway.example:8081/") {
		t.Errorf("the twin of an operation does not say how it is called: %s", a.text)
	}
	if a := b.get("/nothing.md"); a.StatusCode != http.StatusNotFound {
		t.Errorf("the twin of nothing answers %d", a.StatusCode)
	}
	if a := b.get("/llms.txt"); !strings.HasPrefix(a.text, "# Developer portal\n\n> ") || !strings.Contains(a.text, s.url+"/apis/Public.md") {
		t.Errorf("llms.txt is %s", a.text)
	}
	if a := b.get("/llms-full.txt"); !strings.Contains(a.text, "# Operation get of Public") {
		t.Errorf("llms-full.txt lacks an operation: %.2000s", a.text)
	}
}

func TestAReleaseIsInTheChangeLogAndItsFeedAtOnce(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b := s.browser()
	if a := b.get("/apis/Public/-/changelog"); a.StatusCode != http.StatusOK || !strings.Contains(a.text, "Nothing has been released yet") {
		t.Fatalf("the change log answers %d", a.StatusCode)
	}
	s.write(func(tx *store.Tx) error {
		return tx.Put(&store.Document{Ref: "/apis/Public/releases/r1", Body: json.RawMessage(`{"apiId":"/apis/Public;rev=1","notes":"Now <b>faster</b> & better"}`)})
	})
	s.eventually("the release", func() bool { return strings.Contains(b.get("/apis/Public/-/changelog").text, "faster") })
	for _, path := range []string{"/apis/Public/-/changes.atom", "/changes.atom"} {
		var feed struct {
			Entries []struct {
				Title   string `xml:"title"`
				Content string `xml:"content"`
			} `xml:"entry"`
		}
		if err := xml.Unmarshal([]byte(b.get(path).text), &feed); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if len(feed.Entries) != 1 || feed.Entries[0].Content != "Now <b>faster</b> & better" || !strings.Contains(feed.Entries[0].Title, "Name of Public") {
			t.Errorf("%s holds %+v", path, feed.Entries)
		}
	}
}

func TestWhereSignInIsRequiredGuestsSeeOnlyWhatIsOpen(t *testing.T) {
	t.Parallel()
	s := shop(t)
	s.content("open", map[string]string{
		"page/welcome":     `{"en_us":{"title":"Welcome","permalink":"/welcome","documentId":"contentTypes/document/contentItems/welcome"},"security":{"roles":["everyone"]}}`,
		"document/welcome": `{"nodes":[{"type":"section","nodes":[{"type":"text-block","nodes":[{"type":"heading1","nodes":[{"type":"text","text":"Come in"}]}]}]}]}`,
	})
	guest, user := s.browser(), s.signedIn("dev@example.com")
	s.eventually("the page", func() bool { return guest.get("/welcome").StatusCode == http.StatusOK })
	if a := guest.get("/apis"); a.StatusCode != http.StatusOK {
		t.Fatalf("before, /apis answers %d", a.StatusCode)
	}
	s.write(func(tx *store.Tx) error {
		return tx.Put(&store.Document{Ref: "/portalconfigs/default", Body: json.RawMessage(`{"signin":{"require":true}}`)})
	})
	s.eventually("the setting", func() bool { return guest.get("/apis").StatusCode == http.StatusSeeOther })
	if to := guest.get("/apis/Public?lang=go").Header.Get("Location"); to != "/signin?returnUrl=%2Fapis%2FPublic%3Flang%3Dgo" {
		t.Errorf("a guest is led to %q", to)
	}
	for _, path := range []string{"/welcome", "/signin", "/signup", "/reset-password"} {
		if a := guest.get(path); a.StatusCode != http.StatusOK {
			t.Errorf("%s answers a guest %d", path, a.StatusCode)
		}
	}
	for _, path := range []string{"/sitemap.xml", "/llms.txt", "/search-index.json", "/apis/Public/-/openapi.yaml", "/search/-/suggest?q=public", "/changes.atom"} {
		if a := guest.get(path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s answers a guest %d: %.200s", path, a.StatusCode, a.text)
		}
	}
	if a := guest.get("/apis/Public.md"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the twin answers a guest %d", a.StatusCode)
	}
	if a := guest.get("/robots.txt"); !strings.Contains(a.text, "Disallow: /\n") {
		t.Errorf("robots.txt says %q", a.text)
	}
	if a := user.get("/apis/Public"); a.StatusCode != http.StatusOK {
		t.Errorf("/apis/Public answers a user %d", a.StatusCode)
	}
}

func TestCustomHTMLIsServedToWhoSeesItsNode(t *testing.T) {
	t.Parallel()
	s := shop(t)
	s.content("framed", map[string]string{
		"page/own":     `{"en_us":{"title":"Own","permalink":"/own","documentId":"contentTypes/document/contentItems/own"}}`,
		"document/own": `{"nodes":[{"type":"section","security":{"type":"group","allow":["developers"]},"nodes":[{"type":"custom-html-code","htmlCode":"<p id=x>canary</p>"}]}]}`,
	})
	guest, user := s.browser(), s.signedIn("dev@example.com")
	s.eventually("the page", func() bool { return user.get("/own").StatusCode == http.StatusOK })
	_, rest, found := strings.Cut(user.get("/own").text, `src="/content/html_widgets/`)
	if !found {
		t.Fatal("the page has no frame")
	}
	name, _, _ := strings.Cut(rest, `"`)
	a := user.get("/content/html_widgets/" + name)
	if a.StatusCode != http.StatusOK || !strings.Contains(a.text, "canary") || !strings.HasPrefix(a.Header.Get("Content-Security-Policy"), "sandbox ") || strings.Contains(a.Header.Get("Content-Security-Policy"), "allow-same-origin") {
		t.Errorf("the frame answers %d with %v", a.StatusCode, a.Header)
	}
	if a := guest.get("/content/html_widgets/" + name); a.StatusCode != http.StatusNotFound {
		t.Errorf("the frame answers a guest %d", a.StatusCode)
	}
	if a := guest.get("/own"); strings.Contains(a.text, "html_widgets") {
		t.Error("a guest is told of the frame")
	}
}
