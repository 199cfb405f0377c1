package process

import (
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// visitor is somebody at a browser without scripts: cookies, links and forms.
type visitor struct {
	*testing.T
	client *http.Client
	at     *url.URL // the page that is open
	page   string
}

func newVisitor(t *testing.T) *visitor {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &visitor{T: t, client: &http.Client{Jar: jar}}
}

// open follows an address of the open page, as it stands there.
func (v *visitor) open(address string) {
	v.Helper()
	v.take(v.client.Get(v.resolve(address)))
}

// post sends a form to an address of the open page.
func (v *visitor) post(address string, fields url.Values) {
	v.Helper()
	v.take(v.client.PostForm(v.resolve(address), fields))
}

func (v *visitor) resolve(address string) string {
	v.Helper()
	u, err := url.Parse(html.UnescapeString(address))
	if err != nil {
		v.Fatal(err)
	}
	if v.at != nil {
		u = v.at.ResolveReference(u)
	}
	return u.String()
}

func (v *visitor) take(res *http.Response, err error) {
	v.Helper()
	if err != nil {
		v.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		v.Fatalf("%s %s answers %d %v:\n%s", res.Request.Method, res.Request.URL, res.StatusCode, err, body)
	}
	v.at, v.page = res.Request.URL, string(body)
}

// find takes what a pattern's group matches from the open page.
func (v *visitor) find(what, pattern string) string {
	v.Helper()
	found := regexp.MustCompile(pattern).FindStringSubmatch(v.page)
	if found == nil {
		v.Fatalf("%s has no %s (%s):\n%s", v.at, what, pattern, v.page)
	}
	return html.UnescapeString(found[1])
}

const ordersDescription = `openapi: 3.0.3
info: {title: Orders, version: "1"}
servers: [{url: BACKEND}]
paths:
  /orders:
    get:
      operationId: listOrders
      summary: List orders
      responses: {"200": {description: the orders}}
`

// TestFromAnEmptyFolderToA200InTheConsole does what a newcomer does, and takes
// every address from what is printed or shown.
func TestFromAnEmptyFolderToA200InTheConsole(t *testing.T) {
	t.Parallel()
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "[]") }))
	t.Cleanup(backend.Close)
	dir, file := t.TempDir(), filepath.Join(t.TempDir(), "openapi.yaml")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(ordersDescription, "BACKEND", backend.URL)), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, "serve", "--data", dir)
	portico(t, "import", file, "--path", "orders", "--product", "starter", "--data", dir)
	v := newVisitor(t)
	v.open(p.adminLink)
	v.open(p.portal)
	v.open(v.find("link to the products", `href="([^"]*/products)"`))
	v.open(v.find("link to Starter", `href="([^"]*/products/starter)"`))
	v.post(v.find("form to subscribe", `<form[^>]*action="([^"]*subscribe)"`), url.Values{"name": {"Mine"}})
	v.open(p.portal)
	v.open(v.find("link to the APIs", `href="([^"]*/apis)"`))
	v.open(v.find("link to Orders", `href="([^"]*/apis/orders)"`))
	v.open(v.find("link to the operation", `href="([^"]*/apis/orders/listorders)"`))
	v.open(v.find("console", `<portico-console[^>]* data-start="([^"]*)"`))
	var console struct{ API, URL, Keys, KeyHeader string }
	if err := json.Unmarshal([]byte(v.page), &console); err != nil {
		t.Fatal(err)
	}
	v.post(console.Keys, url.Values{"api": {console.API}})
	var answer struct{ Keys []struct{ Primary string } }
	if err := json.Unmarshal([]byte(v.page), &answer); err != nil || len(answer.Keys) != 1 {
		t.Fatalf("the keys are %s: %v", v.page, err)
	}
	for i := range 6 { // five calls a minute
		res := call(t, http.MethodGet, console.URL, http.Header{"Origin": {p.portal}, console.KeyHeader: {answer.Keys[0].Primary}})
		want := http.StatusOK
		if i == 5 {
			want = http.StatusTooManyRequests
		}
		if origin := res.Header.Get("Access-Control-Allow-Origin"); res.StatusCode != want || origin != p.portal {
			t.Errorf("call %d answers %d for the origin %q, want %d for %q", i+1, res.StatusCode, origin, want, p.portal)
		}
	}
	ask := call(t, http.MethodOptions, console.URL, http.Header{
		"Origin": {p.portal}, "Access-Control-Request-Method": {"GET"}, "Access-Control-Request-Headers": {strings.ToLower(console.KeyHeader)},
	})
	if ask.StatusCode != http.StatusOK || ask.Header.Get("Access-Control-Allow-Origin") != p.portal {
		t.Errorf("the browser's question before the call is answered %d for %q", ask.StatusCode, ask.Header.Get("Access-Control-Allow-Origin"))
	}
	other := call(t, http.MethodGet, console.URL, http.Header{"Origin": {"https://other.example"}})
	if other.StatusCode != http.StatusUnauthorized || other.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("another origin without a key is answered %d for %q", other.StatusCode, other.Header.Get("Access-Control-Allow-Origin"))
	}
	p.stop()
	moved := start(t, "serve", "--data", dir)
	url := moved.gateway + strings.TrimPrefix(console.URL, p.gateway)
	if res := call(t, http.MethodGet, url, http.Header{"Origin": {moved.portal}, console.KeyHeader: {answer.Keys[0].Primary}}); res.Header.Get("Access-Control-Allow-Origin") != moved.portal {
		t.Errorf("after a start at another address the portal may not call the gateway: %d", res.StatusCode)
	}
}

func call(t *testing.T, method, address string, header http.Header) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = header
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	return res
}

func TestANewSiteGivesWayToOneThatIsGenerated(t *testing.T) {
	t.Parallel()
	const made = "../../internal/portal/testdata/foreign"
	want := properties(t, read(t, made, "data.json"))
	for name, before := range map[string][]string{
		"untouched": nil,
		"changed":   {"product", "create", "gold"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, captured := t.TempDir(), filepath.Join(t.TempDir(), "captured")
			if before != nil {
				portico(t, append(before, "--data", dir)...)
			}
			portico(t, "generate", made, "--data", dir)
			portico(t, "capture", captured, "--data", dir)
			got, products := properties(t, read(t, captured, "data.json")), portico(t, "product", "list", "--data", dir)
			if alone := len(got) == len(want); alone != (before == nil) || strings.Contains(products, "starter") == alone {
				t.Errorf("there are %d items, %d were generated, and the products\n%s", len(got), len(want), products)
			}
		})
	}
}

func TestANewSiteGivesWayToNothingElse(t *testing.T) {
	t.Parallel()
	dir, empty := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(empty, "data.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	portico(t, "generate", empty, "--data", dir)
	if products := portico(t, "product", "list", "--data", dir); !strings.Contains(products, "starter") {
		t.Errorf("a site without items has taken the products away:\n%s", products)
	}
}

func TestProductsAreMadeAndListed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if out := portico(t, "product", "create", "gold", "--name", "Gold", "--approval", "--limit", "2", "--data", dir); !strings.Contains(out, "gold") {
		t.Errorf("it says %s", out)
	}
	out := portico(t, "product", "list", "--data", dir)
	for _, line := range []string{`starter +Starter +published +yes +no`, `unlimited +Unlimited +published +yes +yes`, `gold +Gold +published +yes +yes`} {
		if !regexp.MustCompile(line).MatchString(out) {
			t.Errorf("no line %q in\n%s", line, out)
		}
	}
	var list []struct{ Name string }
	if err := json.Unmarshal([]byte(portico(t, "product", "list", "--json", "--data", dir)), &list); err != nil || len(list) != 3 {
		t.Errorf("as JSON: %v %v", list, err)
	}
	if out, code := run(t, "product", "create", "gold", "--data", dir); code != 1 || !strings.Contains(out, "already") {
		t.Errorf("a second time: exit %d, %s", code, out)
	}
	file := filepath.Join(t.TempDir(), "d.json")
	if err := os.WriteFile(file, []byte(description("X", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := run(t, "import", file, "--path", "x", "--product", "silver", "--data", dir); code != 1 || !strings.Contains(out, "portico product create silver") {
		t.Errorf("an import into a product that is not there: exit %d, %s", code, out)
	}
}
