package export_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/export"
)

// portal is a small one: two pages, one in the other's sub-folder, and files.
func portal(t *testing.T) *httptest.Server {
	t.Helper()
	answers := map[string][2]string{
		"/sitemap.xml":     {"application/xml", `<sitemapindex><sitemap><loc>https://portal.example/sitemap/1.xml</loc></sitemap></sitemapindex>`},
		"/sitemap/1.xml":   {"application/xml", `<urlset><url><loc>https://portal.example/</loc></url><url><loc>https://portal.example/apis/a%20b</loc></url><url><loc>https://portal.example/gone</loc></url></urlset>`},
		"/":                {"text/html; charset=utf-8", `<!doctype html><html lang="en"><head><title>Home</title><style>i{background:url(/content/-/bg)}</style><link rel=stylesheet href="/assets/site.css"><script>theme()</script></head><body><a href="/apis/a%20b">API</a><a href="/profile">Me</a><a href="/apis?tag=x">Tag</a><a href="https://else.example/x">Else</a><a href="#part">Part</a><a href="//evil.example/">Odd</a><img src="/content/p.png?w=320" srcset="/content/p.png?w=320 320w, /content/p.png?w=640 640w"><form action="https://portal.example/search"></form><img src="/content/lost.png"></body></html>`},
		"/index.md":        {"text/markdown", "# Home"},
		"/apis/a%20b":      {"text/html; charset=utf-8", `<!doctype html><html><head></head><body><a href="/">Home</a><a href="/apis/a%20b/-/openapi.yaml" download>Get</a><iframe src="/content/html_widgets/1.html"></iframe></body></html>`},
		"/assets/site.css": {"text/css; charset=utf-8", `@font-face{src:url("/fonts/f.woff2")}`},
		"/fonts/f.woff2":   {"font/woff2", "font"}, "/content/-/bg": {"image/png", "bg"}, "/content/p.png": {"image/png", "p"},
		"/apis/a%20b/-/openapi.yaml":   {"application/yaml", "openapi: 3.0.3"},
		"/content/html_widgets/1.html": {"text/html", "<!doctype html><p>framed"},
		"/robots.txt":                  {"text/plain", "User-agent: *"},
		"/config.json":                 {"application/json", `{"environment":"runtime","backendUrl":""}`},
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := answers[r.URL.EscapedPath()]
		if !ok {
			w.Header().Set("Content-Type", "text/html")
			w.WriteHeader(http.StatusNotFound)
			a = [2]string{"", "<!doctype html><html><head></head><body>Nothing here <a href=/>home</a></body></html>"}
		} else {
			w.Header().Set("Content-Type", a[0])
		}
		w.Header().Set("Content-Security-Policy", "default-src 'none'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'")
		_, _ = w.Write([]byte(a[1]))
	}))
	t.Cleanup(s.Close)
	return s
}

func site(s *httptest.Server, dir string) *export.Site {
	return &export.Site{Client: s.Client(), Portal: s.URL, Backend: "https://portal.example", Dir: dir}
}

func TestASiteBecomesFiles(t *testing.T) {
	t.Parallel()
	s, dir := portal(t), filepath.Join(t.TempDir(), "new", "site")
	r, err := site(s, dir).Export(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r.Pages != 2 || !strings.Contains(strings.Join(r.Missing, " "), "/content/lost.png") || !strings.Contains(strings.Join(r.Missing, " "), "/gone") {
		t.Errorf("report %+v", r)
	}
	for name, want := range map[string][]string{
		"index.html": {
			`<html lang="en" data-backend="https://portal.example">`,
			`<head><meta http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;; connect-src &#39;self&#39; https://portal.example; form-action &#39;self&#39; https://portal.example"/>`,
			`<script>theme()</script>`, `href="/apis/a%20b"`, `href="/profile"`, `href="https://portal.example/apis?tag=x"`, `href="https://else.example/x"`, `href="#part"`,
			`href="//evil.example/"`, `src="/content/p.png" srcset="/content/p.png"`, `action="https://portal.example/search"`,
		},
		"apis/a b/index.html":         {`<a href="/">Home</a>`, `href="/apis/a%20b/-/openapi.yaml"`},
		"apis/a b/-/openapi.yaml":     {"openapi: 3.0.3"},
		"index.md":                    {"# Home"},
		"assets/site.css":             {"/fonts/f.woff2"},
		"fonts/f.woff2":               {"font"},
		"content/-/bg":                {"bg"},
		"content/html_widgets/1.html": {"framed"},
		"404.html":                    {"Nothing here"},
		"sitemap.xml":                 {"/sitemap/1.xml"},
		"sitemap/1.xml":               {"/gone"},
		"robots.txt":                  {"User-agent"},
		"profile/index.html":          {`url=https://portal.example/profile`},
		"config.json":                 {`"backendUrl":"https://portal.example"`},
	} {
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil {
			t.Error(err)
		}
		for _, part := range want {
			if !strings.Contains(string(data), part) {
				t.Errorf("%s does not have %s:\n%s", name, part, data)
			}
		}
	}
}

func TestAnExportReplacesAnEarlierOneAndNothingElse(t *testing.T) {
	t.Parallel()
	s, dir := portal(t), t.TempDir()
	if _, err := site(s, dir).Export(t.Context()); err != nil {
		t.Fatal(err)
	}
	own, old := filepath.Join(dir, "CNAME"), filepath.Join(dir, "old.html")
	list, err := os.OpenFile(filepath.Join(dir, ".portico-export"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := list.WriteString("old.html\n../outside\n"); err != nil || list.Close() != nil {
		t.Fatal(err)
	}
	outside := filepath.Join(filepath.Dir(dir), "outside")
	for _, name := range []string{own, old, outside} {
		if err := os.WriteFile(name, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := site(s, dir).Export(t.Context()); err == nil {
		t.Error("a marker that names a file outside the folder is believed")
	}
	if _, err := os.Stat(outside); err != nil {
		t.Errorf("a file outside the folder was removed: %v", err)
	}
	if _, err := os.Stat(own); err != nil {
		t.Errorf("a file that is not of an export was removed: %v", err)
	}
	if _, err := os.Stat(old); err == nil {
		t.Error("a file of the earlier export is still there")
	}

	foreign := t.TempDir()
	if err := os.WriteFile(filepath.Join(foreign, "thesis.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := site(s, foreign).Export(t.Context()); err == nil || !strings.Contains(err.Error(), "choose a new or empty folder") {
		t.Errorf("a folder with other files: %v", err)
	}
}
