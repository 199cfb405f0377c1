package portal_test

import (
	"compress/gzip"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/andybalholm/cascadia"
	"github.com/klauspost/compress/zstd"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

func TestPagesAnswerAtTheirCanonicalAddresses(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b := s.browser()
	for _, c := range []struct{ path, heading string }{
		{"/apis", "APIs"}, {"/apis/Public", "Name of Public"}, {"/apis/Public/get", "Operation get of Public"},
		{"/products", "Products"}, {"/products/starter", "Product starter"}, {"/signin", ""}, {"/profile", ""}, {"/search", ""}, {"/", ""},
	} {
		a := b.get(c.path)
		if a.StatusCode != http.StatusOK || len(a.all("h1")) != 1 || c.heading != "" && !strings.Contains(a.one("h1"), c.heading) {
			t.Errorf("%s answers %d with the headings %q, want one with %q", c.path, a.StatusCode, a.all("h1"), c.heading)
		}
		if got := a.attribute("link[rel=canonical]", "href"); got != s.url+c.path {
			t.Errorf("%s says its canonical address is %q", c.path, got)
		}
		if len(a.all("main")) != 1 || a.attribute("html", "lang") == "" {
			t.Errorf("%s has %d main elements", c.path, len(a.all("main")))
		}
	}
}

func TestOtherSpellingsLeadToTheCanonicalAddress(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b := s.browser()
	for from, to := range map[string]string{
		"/APIs": "/apis", "/apis/": "/apis", "/apis/public": "/apis/Public", "/apis/PUBLIC/GET": "/apis/Public/get",
		"/apis/public?lang=go": "/apis/Public?lang=go", "/products/Starter": "/products/starter",
		"/api-details?api=Public": "/apis/Public", "/api-details?api=Public&operation=get": "/apis/Public/get", "/product?product=starter": "/products/starter",
	} {
		if a := b.get(from); a.StatusCode != http.StatusMovedPermanently || a.Header.Get("Location") != to {
			t.Errorf("%s answers %d to %q, want 301 to %q", from, a.StatusCode, a.Header.Get("Location"), to)
		}
	}
	a := b.get("/api-details")
	if a.StatusCode != http.StatusOK || !strings.Contains(a.text, "location.hash") || !strings.Contains(a.Header.Get("Content-Security-Policy"), "script-src 'sha256-") {
		t.Errorf("/api-details without a query answers %d, %s", a.StatusCode, a.text)
	}
}

func TestWhatIsHiddenIsNowhere(t *testing.T) {
	t.Parallel()
	s := shop(t)
	paths := []string{
		"/", "/apis", "/apis?q=secret", "/apis?q=lonely", "/products", "/products?q=secret", "/products/starter", "/apis/Public", "/apis/Public/get",
		"/search?q=secretapi", "/search?q=lonelyapi", "/search?q=secretproduct", "/search/-/suggest?q=secretapi", "/search?q=operation&fragment=1",
		"/apis/Public/-/operations?group=", "/apis/Public/get/-/samples/curl", "/robots.txt", "/config.json", "/signin", "/profile",
		"/apis/secretapi", "/apis/lonelyapi/get", "/apis/secretapi/-/openapi.yaml", "/apis/lonelyapi/-/openapi.json", "/apis/secretapi/-/original",
		"/sitemap.xml", "/search-index.json", "/llms.txt", "/llms-full.txt", "/changes.atom", "/apis.md", "/index.md", "/products.md", "/apis/Public.md", "/site.webmanifest",
		"/apis/secretapi.md", "/apis/lonelyapi/get.md", "/products/secretproduct.md", "/apis/secretapi/-/changes.atom", "/apis/secretapi/-/changelog",
		"/apis/secretapi/-/schemas/Thing", "/apis/secretapi/-/operations", "/apis/secretapi/get/-/samples/curl", "/products/secretproduct", "/apis/secretapi;rev=1",
	}
	canary := regexp.MustCompile(`(?i)secretapi|lonelyapi|secretproduct`)
	echo := regexp.MustCompile(`(?i)(q=|value="|results? for |“|‘|returnUrl=|href="[^"]*/)[^"<]*(secretapi|lonelyapi|secretproduct)`)
	for name, b := range map[string]*browser{"a guest": s.browser(), "a user": s.signedIn("dev@example.com")} {
		for _, path := range paths {
			a := b.get(path)
			hidden := strings.Contains(strings.SplitN(path, "?", 2)[0], "secret") || strings.Contains(strings.SplitN(path, "?", 2)[0], "lonely")
			if hidden != (a.StatusCode == http.StatusNotFound) {
				t.Errorf("%s gets %d for %s", name, a.StatusCode, path)
			}
			rest := a.text
			if canary.MatchString(path) { // what was typed comes back, and nothing else
				rest = echo.ReplaceAllString(rest, "")
				rest = strings.NewReplacer("Name of ", "\x00", "Product ", "\x00").Replace(rest)
				for _, leak := range []string{"\x00secret", "\x00lonely", "About secret", "About lonely", "Operation get of secret"} {
					if strings.Contains(rest, leak) {
						t.Errorf("%s finds %q at %s", name, leak, path)
					}
				}
				continue
			}
			if found := canary.FindString(rest); found != "" {
				t.Errorf("%s finds %q at %s", name, found, path)
			}
		}
	}
	guest, user := s.browser().get("/apis"), s.signedIn("dev@example.com").get("/apis")
	if strings.Contains(guest.text, "signedin") || !strings.Contains(user.text, "Name of signedin") {
		t.Error("an API for people who are signed in is seen by a guest, or not by a user")
	}
}

func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b := s.browser()
	for _, path := range []string{"/", "/apis/Public/get", "/nothing", "/assets/portal-ABC123.js", "/robots.txt", "/search?q=x", "/apis/Public/get/-/samples/curl", "/apis/Public/-/operations"} {
		a := b.get(path)
		policy := a.Header.Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe-inline") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s has the policy %q", path, policy)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "strict-origin-when-cross-origin"} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s has %s %q", path, name, got)
			}
		}
		if a.Header.Get("Permissions-Policy") == "" || !strings.Contains(a.Header.Get("Vary"), "Accept-Encoding") || a.Header.Get("Content-Type") == "" {
			t.Errorf("%s lacks a header: %v", path, a.Header)
		}
	}
	a := b.get("/apis/Public/get")
	policy := a.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "connect-src 'self' http://gateway.example:8081 ws://gateway.example:8081") {
		t.Errorf("the console may not call the gateway: %s", policy)
	}
	if link := a.attribute(`link[rel="manifest"]`, "href"); link == "" || !strings.Contains(policy, "manifest-src 'self'") {
		t.Errorf("the manifest %q may not be loaded: %s", link, policy)
	}
	for _, inline := range []string{"script:not([src]):not([type])", "style"} {
		text := a.rawText(inline)
		if hash := cspHash(text); !strings.Contains(policy, hash) {
			t.Errorf("the inline %s (%d bytes) is not allowed by %s", inline, len(text), policy)
		}
	}
	if n := len(a.all("script:not([src]):not([type])")); n != 1 {
		t.Errorf("%d inline scripts", n)
	}
}

func TestErrorPagesAreOfTheSiteAndTellTheRequest(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b := s.browser()
	a := b.get("/nothing/here")
	if a.StatusCode != http.StatusNotFound || !strings.Contains(a.text, "request-7") || len(a.all("header a")) == 0 || a.attribute("meta[name=robots]", "content") != "noindex" {
		t.Errorf("an unknown address answers %d: %s", a.StatusCode, a.one("main"))
	}
	if a := b.do(http.MethodPost, "/apis", ""); a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") != "GET, HEAD" {
		t.Errorf("a POST to a page answers %d, Allow %q", a.StatusCode, a.Header.Get("Allow"))
	}
	if a := b.do(http.MethodPost, "/signin", "email=a", "Sec-Fetch-Site", "cross-site"); a.StatusCode != http.StatusForbidden {
		t.Errorf("a form of another site answers %d", a.StatusCode)
	}
	if a := b.post("/signin", "email", strings.Repeat("x", 100<<10)); a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of 100 KB answers %d", a.StatusCode)
	}
	for _, path := range []string{"/apis/%2e%2e/x", "/apis/a%00b", "/apis/Public/get%2Fpolicies%2Fpolicy", "/apis/Public/-/schemas/none", "/assets/none.js", "/content/x"} {
		if a := b.get(path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s answers %d", path, a.StatusCode)
		}
	}
}

func TestConditionalRequestsAndCodings(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b := s.browser()
	plain := b.get("/apis/Public", "Accept-Encoding", "identity")
	decoders := map[string]func(io.Reader) (io.Reader, error){
		"gzip": func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) },
		"br":   func(r io.Reader) (io.Reader, error) { return brotli.NewReader(r), nil },
		"zstd": func(r io.Reader) (io.Reader, error) { return zstd.NewReader(r) },
	}
	tags := []string{plain.Header.Get("Etag")}
	for _, c := range []struct{ accept, want string }{
		{"gzip", "gzip"}, {"gzip, deflate, br, zstd", "br"}, {"zstd, gzip", "zstd"}, {"br;q=0, gzip;q=0.5", "gzip"}, {"*", "gzip"}, {"deflate", ""}, {"gzip;q=0.000", ""},
	} {
		a := b.get("/apis/Public", "Accept-Encoding", c.accept)
		if got := a.Header.Get("Content-Encoding"); got != c.want {
			t.Errorf("Accept-Encoding %q is answered with %q, want %q", c.accept, got, c.want)
		}
		text := a.text
		if c.want != "" {
			r, err := decoders[c.want](strings.NewReader(a.text))
			if err != nil {
				t.Fatal(err)
			}
			data, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			text = string(data)
		}
		if text != plain.text {
			t.Errorf("the page in %q is another one", c.want)
		}
		if tag := a.Header.Get("Etag"); c.want != "" && c.want != "gzip" && slices.Contains(tags, tag) {
			t.Errorf("the coding %q shares the ETag %s with another", c.want, tag)
		} else if a := b.get("/apis/Public", "Accept-Encoding", c.accept, "If-None-Match", `"x", W/`+tag); a.StatusCode != http.StatusNotModified || a.text != "" {
			t.Errorf("If-None-Match with %q answers %d, %d bytes", c.want, a.StatusCode, len(a.text))
		} else {
			tags = append(tags, tag)
		}
	}
	head := b.do(http.MethodHead, "/apis/Public", "", "Accept-Encoding", "gzip")
	if head.StatusCode != http.StatusOK || head.text != "" || head.Header.Get("Etag") != b.get("/apis/Public", "Accept-Encoding", "gzip").Header.Get("Etag") {
		t.Errorf("HEAD answers %d, %q, %v", head.StatusCode, head.text, head.Header)
	}
	asset := b.get("/assets/portal-ABC123.js", "Accept-Encoding", "br")
	if asset.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || asset.Header.Get("Content-Encoding") != "br" || asset.Header.Get("Vary") != "Accept-Encoding" {
		t.Errorf("an asset has %v", asset.Header)
	}
	if got := plain.attribute("script[type=module]", "src"); got != "/assets/portal-ABC123.js" {
		t.Errorf("pages load the script %q", got)
	}
}

func TestAChangedAPIIsChangedOnItsPagesAndOthersStayKept(t *testing.T) {
	t.Parallel()
	s := open(t, product("starter", nil, "guests", "developers"), api("one", "starter"), api("two", "starter"))
	b := s.browser()
	paths := []string{"/apis", "/apis/one", "/apis/one/get", "/apis/two", "/apis/two/get", "/products/starter", "/products"}
	tags := map[string]string{}
	for _, p := range paths {
		tags[p] = b.get(p).Header.Get("Etag")
	}
	made := s.portal.Rendered()
	rename := func(name string) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			return document(tx, "/apis/one;rev=1", &apim.API{DisplayName: name, Path: "one", Protocols: []string{"https"}})
		}
	}
	s.write(rename("Renamed"))
	s.eventually("the new name", func() bool { return strings.Contains(b.get("/apis/one").one("h1"), "Renamed") })
	for _, p := range []string{"/apis", "/products/starter"} {
		if !strings.Contains(b.get(p).text, "Renamed") {
			t.Errorf("%s does not show the new name", p)
		}
	}
	for _, p := range []string{"/apis/two", "/apis/two/get", "/products"} {
		before := s.portal.Rendered()
		if a := b.get(p); a.Header.Get("Etag") != tags[p] {
			t.Errorf("%s changed", p)
		}
		if s.portal.Rendered() != before {
			t.Errorf("%s was rendered again although nothing it shows changed", p)
		}
	}
	if s.portal.Rendered() == made {
		t.Error("nothing was rendered again")
	}
	s.write(api("three", "starter")) // an import into a product does not touch the others' pages
	s.eventually("a new API", func() bool { return strings.Contains(b.get("/apis").text, "Name of three") })
	before := s.portal.Rendered()
	b.get("/apis/two")
	if s.portal.Rendered() != before {
		t.Error("an import into the same product evicted the page of another API")
	}
	s.write(product("starter", func(p *apim.Product) { p.State = "notPublished" }))
	s.eventually("the product taken back", func() bool { return b.get("/apis/two").StatusCode == http.StatusNotFound })
	for _, p := range []string{"/apis/one", "/apis/one/get", "/products/starter"} {
		if a := b.get(p); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s still answers %d", p, a.StatusCode)
		}
	}
}

// TestAPageIsAnsweredWhereItsLinksLead: people write permalinks with letters and
// signs of any kind; the addresses are taken from what the portal prints.
func TestAPageIsAnsweredWhereItsLinksLead(t *testing.T) {
	t.Parallel()
	s := open(t)
	items := map[string]string{"document/odd": `{"nodes":[{"type":"section","nodes":[]}]}`}
	links := ""
	for i, permalink := range []string{"/ä", "/a b", "/a,b;c", "/100%", "/x/%C3%B6", "/It's (so)!", "/p+q=r&s", ""} {
		items[fmt.Sprintf("page/odd%d", i)] = fmt.Sprintf(`{"en_us":{"title":"odd-%d","permalink":"%s","documentId":"contentTypes/document/contentItems/odd"}}`, i, permalink)
		links += fmt.Sprintf(`{"id":"o%d","label":"odd-%d","targetId":"contentTypes/page/contentItems/odd%d"},`, i, i, i)
	}
	items["document/navigation"] = `{"nodes":[{"id":"main","navigationItems":[` + strings.TrimSuffix(links, ",") + `]}]}`
	s.content("odd", items)
	b := s.browser()
	s.eventually("the odd pages", func() bool { return strings.Contains(b.get("/").text, "odd-0") })
	if title := b.get("/").one("title"); strings.Contains(title, "odd") {
		t.Errorf("the page without a permalink has taken the home page's address: %q", title)
	}
	var set struct {
		Loc []string `xml:"url>loc"`
	}
	if err := xml.Unmarshal([]byte(b.get(address.Sitemap).text), &set); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, a := range cascadia.QueryAll(b.get("/").doc, cascadia.MustCompile("nav a")) {
		label, href := textOf(a), ""
		for _, at := range a.Attr {
			if at.Key == "href" {
				href = at.Val
			}
		}
		if !strings.HasPrefix(label, "odd-") {
			continue
		}
		found++
		if page := b.get(href); page.StatusCode != http.StatusOK || !strings.HasPrefix(page.one("title"), label) {
			t.Errorf("the link %s leads to %s, which answers %d %q to %q", label, href, page.StatusCode, page.one("title"), page.Header.Get("Location"))
		}
		if !slices.Contains(set.Loc, s.url+href) {
			t.Errorf("%s is not in the sitemap: %q", href, set.Loc)
		}
	}
	if found != 7 {
		t.Errorf("the menu has %d links to odd pages, want 7", found)
	}
}
