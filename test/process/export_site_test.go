package process

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestThePublishedSiteIsExportedAsFiles(t *testing.T) {
	t.Parallel()
	data, out := t.TempDir(), filepath.Join(t.TempDir(), "site")
	p := start(t, "serve", "--data", data)
	if said := portico(t, "export-site", out, "--data", data); !strings.Contains(said, "pages and") || strings.Contains(said, "warning") {
		t.Errorf("the command says %s", said)
	}
	files := httptest.NewServer(http.FileServer(http.Dir(out)))
	defer files.Close()
	for _, path := range []string{"/", "/apis/", "/products/", "/index.md", "/sitemap.xml", "/config.json"} {
		res, err := http.Get(files.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		if res.Body.Close(); res.StatusCode != http.StatusOK {
			t.Errorf("%s answers %d", path, res.StatusCode)
		}
	}
	home, err := os.ReadFile(filepath.Join(out, "index.html"))
	if err != nil || !strings.Contains(string(home), `data-backend="http://127.0.0.1:`) {
		t.Errorf("the home page does not say where the portal is: %v", err)
	}

	origin := "https://static.example"
	c := p.client(t, "--data", data)
	c.must(t, "PATCH", "/portalconfigs/default", map[string]any{"cors": map[string]any{"allowedOrigins": []string{origin}}})
	backend := string(home)
	backend = backend[strings.Index(backend, `data-backend="`)+len(`data-backend="`):]
	backend = backend[:strings.Index(backend, `"`)]
	for asked, want := range map[string]string{origin: origin, "https://evil.example": ""} {
		req, err := http.NewRequest(http.MethodGet, backend+"/search/-/suggest?q=x", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Origin", asked)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if res.Body.Close(); res.StatusCode != http.StatusOK || res.Header.Get("Access-Control-Allow-Origin") != want || res.Header.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s may read %q of %d, credentials %q", asked, res.Header.Get("Access-Control-Allow-Origin"), res.StatusCode, res.Header.Get("Access-Control-Allow-Credentials"))
		}
	}
	if said, code := run(t, "export-site", filepath.Join(t.TempDir(), "x"), "--data", t.TempDir()); code != 1 || !strings.Contains(said, "--backend") {
		t.Errorf("without a running portal: exit %d, %s", code, said)
	}
	offline := filepath.Join(t.TempDir(), "site")
	portico(t, "export-site", offline, "--data", t.TempDir(), "--backend", "https://portal.example")
	if home, err := os.ReadFile(filepath.Join(offline, "index.html")); err != nil || !strings.Contains(string(home), `data-backend="https://portal.example"`) {
		t.Errorf("exported without a server: %v", err)
	}
}
