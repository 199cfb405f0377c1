package portal_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
)

// edit writes an edition of the site: the same word in the layout and in the page.
func edit(word string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		text := func(id string) string {
			return fmt.Sprintf(`{"type":"text-block","nodes":[{"type":"paragraph","nodes":[{"type":"text","text":"%s-%s"}]}]}`, id, word)
		}
		for id, body := range map[string]string{
			"default-layout": `{"nodes":[` + text("layout") + `,{"type":"page"}]}`, "home-content": `{"nodes":[` + text("page") + `]}`,
		} {
			if err := tx.Put(&store.Document{Ref: apim.ContentRef("document", apim.Name(id)), Body: json.RawMessage(body)}); err != nil {
				return err
			}
		}
		return nil
	}
}

func TestPublishingSwitchesPagesAtOnceAndDraftsAreForAdministrators(t *testing.T) {
	t.Parallel()
	s := shop(t)
	service := &publish.Service{Store: s.store}
	b := s.browser()
	b.get("/")
	s.write(edit("one"))
	if strings.Contains(b.get("/").text, "page-one") || strings.Contains(b.get("/?preview=1").text, "page-one") {
		t.Error("a guest sees the draft")
	}
	link, err := s.accounts.MintLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	boss := s.browser()
	boss.get(address.SignInLink("", link))
	if strings.Contains(boss.get("/").text, "page-one") {
		t.Error("the administrator sees the draft without asking for it")
	}
	if a := boss.get("/apis?preview=1&q=x"); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/apis?q=x" {
		t.Errorf("asking for the preview answers %d, leading to %q", a.StatusCode, a.Header.Get("Location"))
	}
	if a := boss.get("/"); !strings.Contains(a.text, "page-one") || !strings.Contains(a.one(".previewed"), "You see the draft") || a.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("the administrator does not see the draft in the preview, or is not told: %s", a.one(".previewed"))
	}
	if b.get("/?preview=1"); strings.Contains(b.get("/").text, "page-one") {
		t.Error("a guest who asks for the preview sees the draft")
	}
	if a := boss.get("/?preview=none"); a.StatusCode != http.StatusNotFound {
		t.Errorf("the preview of no revision answers %d", a.StatusCode)
	}
	boss.get("/?preview=initial")
	if a := boss.get("/"); strings.Contains(a.text, "page-one") || !strings.Contains(a.one(".previewed"), "initial") {
		t.Errorf("the preview of a revision says %q", a.one(".previewed"))
	}
	boss.get("/?preview=off")
	if a := boss.get("/"); strings.Contains(a.text, "page-one") || a.one(".previewed") != "" {
		t.Error("the preview does not end")
	}
	if _, err := service.Publish(t.Context(), admin, "r1", "", true); err != nil {
		t.Fatal(err)
	}
	s.eventually("the published page", func() bool { return strings.Contains(b.get("/").text, "page-one") })
	if err := makeCurrent(t, service, "initial"); err != nil {
		t.Fatal(err)
	}
	s.eventually("the earlier site", func() bool { return !strings.Contains(b.get("/").text, "page-one") })
}

// A service that is erased and filled again at once may name a revision as before.
func TestAnotherRevisionOfTheSameNameIsShown(t *testing.T) {
	t.Parallel()
	s := shop(t)
	service := &publish.Service{Store: s.store}
	b := s.browser()
	b.get("/")
	s.write(edit("one"))
	checked, err := service.Prepare(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.write(func(tx *store.Tx) error {
		err := errors.Join(tx.DeletePublished(), tx.DeleteTree("/portalRevisions"))
		if err == nil {
			_, err = service.PublishTx(tx, publish.Revision{Name: "initial", Current: true}, checked)
		}
		return err
	})
	s.eventually("the page of the other revision", func() bool { return strings.Contains(b.get("/").text, "page-one") })
}

func TestReadersOfPagesSeeOneEdition(t *testing.T) {
	t.Parallel()
	s := shop(t)
	service := &publish.Service{Store: s.store}
	s.write(edit("0"))
	if _, err := service.Publish(t.Context(), admin, "r0", "", true); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 3 {
		b := s.browser()
		wg.Go(func() {
			for ctx.Err() == nil {
				text := b.get("/").text
				_, page, _ := strings.Cut(text, "page-")
				_, layout, _ := strings.Cut(text, "layout-")
				if layout != "" && strings.SplitN(page, "<", 2)[0] != strings.SplitN(layout, "<", 2)[0] {
					t.Errorf("a page mixes two editions")
					return
				}
			}
		})
	}
	for n := 1; n <= 8; n++ {
		s.write(edit(fmt.Sprint(n)))
		if _, err := service.Publish(t.Context(), admin, apim.Name(fmt.Sprint("r", n)), "", true); err != nil {
			t.Fatal(err)
		}
	}
	b := s.browser()
	s.eventually("the last edition", func() bool { return strings.Contains(b.get("/").text, "page-8<") })
	stop()
	wg.Wait()
}

func TestPartsBesidePages(t *testing.T) {
	t.Parallel()
	s := shop(t)
	b := s.browser()
	for _, c := range []struct{ path, kind, part string }{
		{"/apis/Public/get/-/samples/python", "text/html; charset=utf-8", "things-Public"},
		{"/apis/Public/get/-/samples/console", "application/json", `"method":"GET"`},
		{"/apis/Public/-/operations?q=post", "text/html; charset=utf-8", "Operation post of Public"},
		{"/search?q=public", "text/html; charset=utf-8", "Name of"},
		{"/search?q=public&fragment=1", "text/html; charset=utf-8", "/apis/Public"},
		{"/search/-/suggest?q=public", "text/html; charset=utf-8", "/apis/Public"},
	} {
		var a *answer
		s.eventually(c.path, func() bool { a = b.get(c.path); return strings.Contains(a.text, c.part) })
		if a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != c.kind {
			t.Errorf("%s answers %d, %s", c.path, a.StatusCode, a.Header.Get("Content-Type"))
		}
		if strings.Contains(c.path, "fragment") && strings.Contains(a.text, "<html") {
			t.Errorf("%s is a whole document", c.path)
		}
	}
	for path, want := range map[string][3]string{
		"/apis/Public/-/openapi.yaml": {"openapi: \"3.0.3\"\ninfo:\n  title: Name of Public\n", "application/yaml; charset=utf-8", "Public.yaml"},
		"/apis/public/-/openapi.json": {"{\n  \"openapi\": \"3.0.3\"", "application/json; charset=utf-8", "Public.json"},
	} {
		a := b.get(path)
		if a.StatusCode != http.StatusOK || !strings.HasPrefix(a.text, want[0]) || a.Header.Get("Content-Type") != want[1] || a.Header.Get("Content-Disposition") != `attachment; filename="`+want[2]+`"` {
			t.Errorf("%s answers %d %q with %v", path, a.StatusCode, a.text, a.Header)
		}
	}
	typed := b.do(http.MethodPost, "/apis/Public/get/-/samples/curl", `{"method":"PUT","url":"https://h.example/typed","headers":[{"name":"X-A","value":"1"}],"body":"{}","contentType":"application/json"}`)
	if typed.StatusCode != http.StatusOK || !strings.Contains(textOf(typed.doc), "https://h.example/typed") {
		t.Errorf("a sample of a typed call: %d %s", typed.StatusCode, typed.text)
	}
	for _, bad := range []string{`{`, `{"method":"GET","url":"relative"}`, `[]`} {
		if a := b.do(http.MethodPost, "/apis/Public/get/-/samples/curl", bad); a.StatusCode != http.StatusBadRequest {
			t.Errorf("a sample of %s answers %d", bad, a.StatusCode)
		}
	}
	for _, path := range []string{"/apis/Public/get/-/samples/cobol", "/apis/Public/none/-/samples/curl", "/apis/none/-/operations"} {
		if a := b.get(path); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s answers %d", path, a.StatusCode)
		}
	}
}

// TestAKeptPageIsServedWithoutWork holds the budget of design.md §9: what a hit
// allocates is what net/http's recorder needs to keep the answer.
func TestAKeptPageIsServedWithoutWork(t *testing.T) {
	s := shop(t)
	s.browser().get("/apis/Public", "Accept-Encoding", "gzip")
	r := httptest.NewRequest(http.MethodGet, "/apis/Public", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := &discard{header: http.Header{}}
	for range 3 {
		s.portal.ServeHTTP(w, r)
	}
	if w.bytes == 0 || w.header.Get("Content-Encoding") != "gzip" {
		t.Fatalf("nothing was served: %v", w.header)
	}
	if n := testing.AllocsPerRun(100, func() { s.portal.ServeHTTP(w, r) }); n > 2 {
		t.Errorf("serving a kept page allocates %v times", n)
	}
}

// discard is a ResponseWriter that keeps nothing.
type discard struct {
	header http.Header
	bytes  int
}

func (d *discard) Header() http.Header { return d.header }
func (d *discard) WriteHeader(int)     {}
func (d *discard) Write(b []byte) (int, error) {
	d.bytes += len(b)
	return len(b), nil
}

func BenchmarkKeptPage(b *testing.B) {
	s := shop(b)
	r := httptest.NewRequest(http.MethodGet, "/apis/Public", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := &discard{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		s.portal.ServeHTTP(w, r)
	}
}

func BenchmarkRenderedPage(b *testing.B) {
	s := shop(b)
	r := httptest.NewRequest(http.MethodGet, "/apis/Public/get?preview=0&lang=x", nil)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r.URL.RawQuery = fmt.Sprint("lang=", i)
		s.portal.ServeHTTP(&discard{header: http.Header{}}, r)
	}
}

func TestAPreviewHasTheDraftsStylesAndFiles(t *testing.T) {
	t.Parallel()
	s := shop(t)
	link, err := s.accounts.MintLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	boss, guest := s.browser(), s.browser()
	boss.get(address.SignInLink("", link))
	s.upload("new", []byte("a new file"))
	s.write(edit("draft"), func(tx *store.Tx) error {
		for id, body := range map[string]string{
			"document/stylesheet": `{"nodes":[{"utils":{"text":{"loud":{"typography":{"fontSize":"77px"}}}}}]}`,
			"blob/new":            `{"fileName":"new.txt","blobId":"new","permalink":"/content/new.txt"}`,
			"document/home-content": `{"nodes":[{"type":"section","nodes":[{"type":"picture","sourceId":"contentTypes/blob/contentItems/new","caption":"New",
				"styles":{"appearance":"utils/text/loud"}}]}]}`,
		} {
			contentType, name, _ := strings.Cut(id, "/")
			if err := tx.Put(&store.Document{Ref: apim.ContentRef(apim.Name(contentType), apim.Name(name)), Body: json.RawMessage(body)}); err != nil {
				return err
			}
		}
		return nil
	})
	boss.get("/?preview")
	page := boss.get("/")
	if css := boss.get(page.attribute("link[rel=stylesheet]", "href")); css.StatusCode != http.StatusOK || !strings.Contains(css.text, "77px") {
		t.Errorf("the draft's stylesheet answers %d %q", css.StatusCode, css.text)
	}
	if a := boss.get("/content/new.txt"); a.StatusCode != http.StatusOK || a.text != "a new file" {
		t.Errorf("the draft's file answers %d %q", a.StatusCode, a.text)
	}
	if a := guest.get("/content/new.txt"); a.StatusCode != http.StatusNotFound {
		t.Errorf("a guest is given the draft's file: %d", a.StatusCode)
	}
}

// makeCurrent makes an earlier revision the published site.
func makeCurrent(t *testing.T, p *publish.Service, name string) error {
	t.Helper()
	return p.Store.Update(t.Context(), admin, func(tx *store.Tx) error {
		_, err := p.MakeCurrent(tx, apim.Name(name))
		return err
	})
}

// TestAPreviewReadsTheContentOnceAndSeesWhatChanges changes content behind the
// change feed's back: a preview that reads the site again for a page shows it.
func TestAPreviewReadsTheContentOnceAndSeesWhatChanges(t *testing.T) {
	t.Parallel()
	s := shop(t)
	link, err := s.accounts.MintLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	boss := s.browser()
	boss.get(address.SignInLink("", link))
	unnoticed := func(from, to string) {
		t.Helper()
		s.write(func(tx *store.Tx) error {
			for _, statement := range []string{
				`UPDATE document SET body = replace(body, $1, $2) WHERE kind = 'contentTypes/contentItems'`,
				`UPDATE portal_body SET body = replace(body, $1, $2)`,
			} {
				if err := tx.Exec(statement, from, to); err != nil {
					return err
				}
			}
			return nil
		})
	}
	s.write(edit("one"))
	if _, err := (&publish.Service{Store: s.store}).Publish(t.Context(), admin, "kept", "", false); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"draft", "kept"} {
		boss.get("/?preview=" + name)
		unnoticed("-one", "-unread")
		for range 3 {
			for _, path := range []string{"/", "/apis", "/apis/Public", "/products", "/index.md"} {
				if a := boss.get(path); !strings.Contains(a.text, "-one") && path != "/index.md" || strings.Contains(a.text, "-unread") {
					t.Errorf("the preview of %s read the site again for %s", name, path)
				}
			}
		}
		unnoticed("-unread", "-one")
	}
	boss.get("/?preview=draft")
	for _, word := range []string{"two", "three"} {
		s.write(edit(word))
		for _, path := range []string{"/", "/index.md"} {
			if a := boss.get(path); !strings.Contains(a.text, "page-"+word) {
				t.Errorf("right after a change the preview of %s does not show it", path)
			}
		}
	}
	s.write(func(tx *store.Tx) error { return tx.Delete(apim.ContentRef("page", "products")) })
	if a := boss.get("/products"); a.StatusCode != http.StatusNotFound {
		t.Errorf("a page that was deleted from the draft is still previewed: %d", a.StatusCode)
	}
}

// TestAKeptAnswerIsSharedWithOtherOriginsLikeANewOne: scripts of exported pages
// ask for pages and parts that other visitors have been sent before.
func TestAKeptAnswerIsSharedWithOtherOriginsLikeANewOne(t *testing.T) {
	t.Parallel()
	const origin = "https://static.example"
	s := open(t, product("starter", nil, "guests"), api("Public", "starter"), func(tx *store.Tx) error {
		return document(tx, "/portalconfigs/default", &apim.PortalConfig{CORS: &apim.PortalCORS{AllowedOrigins: []string{origin}}})
	})
	b := s.browser()
	for _, path := range []string{address.API("Public"), address.JSON("Public"), address.Twin(address.API("Public")), address.Sample("Public", "get", "curl"), address.Sitemap} {
		for _, time := range []string{"first", "second"} {
			a := b.get(path, "Origin", origin)
			if got := a.Header.Get("Access-Control-Allow-Origin"); a.StatusCode != http.StatusOK || got != origin {
				t.Errorf("%s, asked for the %s time, answers %d and allows %q", path, time, a.StatusCode, got)
			}
			if got := b.get(path, "Origin", "https://other.example").Header.Get("Access-Control-Allow-Origin"); got != "" {
				t.Errorf("%s allows another origin: %q", path, got)
			}
		}
	}
}

func TestOnlyAdministratorsGetTheOriginalOfADescription(t *testing.T) {
	t.Parallel()
	s := shop(t)
	for name, b := range map[string]*browser{"a guest": s.browser(), "a user": s.signedIn("dev@example.com")} {
		for _, path := range []string{"/apis/Public/-/original", "/apis/public/-/original", "/apis/Public;rev=1/-/original"} {
			if a := b.get(path); a.StatusCode != http.StatusNotFound || strings.Contains(a.text, "<script>original") {
				t.Errorf("%s gets %d for %s", name, a.StatusCode, path)
			}
		}
	}
	a := s.administrator().get("/apis/Public/-/original")
	if a.StatusCode != http.StatusOK || a.text != "<script>original</script>" || a.Header.Get("Content-Type") != "text/html" || a.Header.Get("Content-Disposition") != `attachment; filename="Public.yaml"` {
		t.Errorf("the original answers an administrator %d %q with %v", a.StatusCode, a.text, a.Header)
	}
}
