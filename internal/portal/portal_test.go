package portal_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/limit"
	"github.com/portico-portal/portico/internal/portal"
	"github.com/portico-portal/portico/internal/search"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
	"github.com/portico-portal/portico/internal/subscription"
)

// service is a portal on a real server over a real store.
type service struct {
	budgets  map[limit.Class]limit.Budget
	t        testing.TB
	store    *store.Store
	catalog  *catalog.Catalog
	accounts *account.Service
	portal   *portal.Portal
	media    blob.Store
	url      string
}

const password = "correct horse battery"

var admin = store.Actor{Name: "1"}

// open serves the default site with two users and the APIs of fill.
func open(t testing.TB, fill ...func(*store.Tx) error) *service {
	t.Helper()
	s := &service{t: t, store: storetest.Open(t)}
	ctx := t.Context()
	if err := s.store.Update(ctx, admin, account.FirstStart{}.Provision); err != nil {
		t.Fatal(err)
	}
	s.write(fill...)
	s.write(func(tx *store.Tx) error {
		if items, err := tx.ListAll(apim.ContentItems.Path); err != nil || len(items) > 0 {
			return err
		}
		return publish.PutDefaultSite(tx)
	})
	if err := s.store.Update(ctx, admin, (&publish.Service{Store: s.store, Media: s.media}).PublishFirst); err != nil {
		t.Fatal(err)
	}
	s.start()
	for _, email := range []string{"dev@example.com", "other@example.com"} {
		name, _, _ := strings.Cut(email, "@")
		u := &apim.User{Email: email, FirstName: "First-" + name, LastName: "Last"}
		u.Default()
		if _, err := s.accounts.PutUser(ctx, admin, apim.Name(name), u, password); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func (s *service) start() {
	s.t.Helper()
	ctx := s.t.Context()
	s.catalog = catalog.New(s.store)
	s.follow("catalog", s.catalog)
	index := search.New(s.store, nil)
	if err := index.Prepare(ctx); err != nil {
		s.t.Fatal(err)
	}
	go index.Run(ctx)
	var err error
	if s.media, err = blob.Folder(s.t.TempDir()); err != nil {
		s.t.Fatal(err)
	}
	s.accounts = account.New(s.store)
	server := httptest.NewUnstartedServer(nil)
	s.url = "http://" + server.Listener.Addr().String()
	s.budgets = map[limit.Class]limit.Budget{} // no bounds
	p, err := portal.New(portal.Config{Media: s.media, Limiter: limit.New(s.budgets, time.Now),
		Store: s.store, Catalog: s.catalog, Search: index, Accounts: s.accounts,
		Subscriptions: subscription.New(s.store), Descriptions: descriptions{s.store}, Assets: builtAssets,
		PortalURL: s.url, GatewayURL: "http://gateway.example:8081/",
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.follow("portal", p)
	server.Config.Handler, s.portal = p, p
	server.Start()
	s.t.Cleanup(server.Close)
}

func (s *service) follow(name string, c feed.Consumer) {
	s.t.Helper()
	f, err := feed.Load(s.t.Context(), s.store, name, c, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	go f.Run(s.t.Context())
}

var builtAssets fs.FS = fstest.MapFS{
	"portal-ABC123.js": {Data: []byte("console.log('" + strings.Repeat("portal ", 300) + "')")},
	"manifest.json":    {Data: []byte(`{"portal.js":"portal-ABC123.js"}`)},
}

func (s *service) write(fns ...func(*store.Tx) error) {
	s.t.Helper()
	for _, fn := range fns {
		if err := s.store.Update(s.t.Context(), admin, fn); err != nil {
			s.t.Fatal(err)
		}
	}
}

func document(tx *store.Tx, ref apim.Ref, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.Put(&store.Document{Ref: ref, Body: body})
}

// api stores an API with the operations "get" and "post" in products.
func api(id string, products ...string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		a := &apim.API{DisplayName: "Name of " + id, Path: strings.ToLower(id), Description: "About " + id + "."}
		a.Default()
		revision := apim.RevisionRef(apim.Name(id), "1")
		if err := document(tx, revision, a); err != nil {
			return err
		}
		for _, op := range []string{"get", "post"} {
			o := &apim.Operation{DisplayName: "Operation " + op + " of " + id, Method: strings.ToUpper(op), URLTemplate: "/things-" + id}
			o.Default()
			if err := document(tx, apim.OperationRef(revision, apim.Name(op)), o); err != nil {
				return err
			}
		}
		if _, err := tx.Link(apim.CurrentRevision, apim.APIRef(apim.Name(id)), revision); err != nil {
			return err
		}
		for _, p := range products {
			if _, err := tx.Link(apim.ProductAPI, apim.ProductRef(apim.Name(p)), apim.APIRef(apim.Name(id))); err != nil {
				return err
			}
		}
		return nil
	}
}

func product(id string, change func(*apim.Product), groups ...string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		p := &apim.Product{DisplayName: "Product " + id, Description: "What " + id + " offers.", State: "published"}
		if change != nil {
			change(p)
		}
		p.Default()
		if err := document(tx, apim.ProductRef(apim.Name(id)), p); err != nil {
			return err
		}
		for _, g := range groups {
			if _, err := tx.Link(apim.ProductGroup, apim.ProductRef(apim.Name(id)), apim.GroupRef(apim.Name(g))); err != nil {
				return err
			}
		}
		return nil
	}
}

// shop is open with an API for everyone, one for people signed in, one for nobody.
func shop(t testing.TB) *service {
	return open(t,
		product("starter", nil, "guests", "developers"), product("inside", func(p *apim.Product) { p.ApprovalRequired = true; p.Terms = "Be kind." }, "developers"),
		product("secretproduct", func(p *apim.Product) { p.State = "notPublished" }, "guests", "developers"),
		api("Public", "starter"), api("signedin", "inside"), api("secretapi", "secretproduct"), api("lonelyapi"))
}

// browser is a client with cookies that does not follow redirects.
type browser struct {
	*http.Client
	s *service
}

func (s *service) browser() *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &browser{s: s, Client: &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// answer is a response whose body was read.
type answer struct {
	*http.Response
	text string
	doc  *html.Node
}

func (b *browser) do(method, path, body string, headers ...string) *answer {
	b.s.t.Helper()
	r, err := http.NewRequestWithContext(b.s.t.Context(), method, b.s.url+path, strings.NewReader(body))
	if err != nil {
		b.s.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	r.Header.Set("X-Request-Id", "request-7")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.Do(r)
	if err != nil {
		b.s.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		b.s.t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(string(data)))
	if err != nil {
		b.s.t.Fatal(err)
	}
	return &answer{Response: res, text: string(data), doc: doc}
}

func (b *browser) get(path string, headers ...string) *answer {
	b.s.t.Helper()
	return b.do(http.MethodGet, path, "", headers...)
}

func (b *browser) post(path string, pairs ...string) *answer {
	b.s.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	return b.do(http.MethodPost, path, form.Encode())
}

// signedIn is a browser of a user.
func (s *service) signedIn(email string) *browser {
	s.t.Helper()
	b := s.browser()
	a := b.post("/signin", "email", email, "password", password, address.ReturnTo, "/apis")
	if a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/apis" {
		s.t.Fatalf("signing in as %s: %d %s %s", email, a.StatusCode, a.Header.Get("Location"), a.all(".note"))
	}
	return b
}

// one is the text of the only element that matches; "" and an error otherwise.
func (a *answer) one(selector string) string {
	nodes := cascadia.QueryAll(a.doc, cascadia.MustCompile(selector))
	if len(nodes) == 0 {
		return ""
	}
	return strings.Join(strings.Fields(textOf(nodes[0])), " ")
}

func (a *answer) all(selector string) []string {
	var list []string
	for _, n := range cascadia.QueryAll(a.doc, cascadia.MustCompile(selector)) {
		list = append(list, strings.Join(strings.Fields(textOf(n)), " "))
	}
	return list
}

func (a *answer) attribute(selector, name string) string {
	for _, n := range cascadia.QueryAll(a.doc, cascadia.MustCompile(selector)) {
		for _, at := range n.Attr {
			if at.Key == name {
				return at.Val
			}
		}
	}
	return ""
}

// rawText is the text of an element exactly as it is in the page.
func (a *answer) rawText(selector string) string {
	return textOf(cascadia.Query(a.doc, cascadia.MustCompile(selector)))
}

// cspHash is the source expression that allows an inline script or style.
func cspHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	var b strings.Builder
	for c := range n.ChildNodes() {
		b.WriteString(textOf(c))
	}
	return b.String()
}

// eventually waits for what the change feed brings.
func (s *service) eventually(what string, ok func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			s.t.Fatalf("not seen after a while: %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// descriptions are what the API was imported from, for one API only, and exports.
type descriptions struct{ store *store.Store }

func (d descriptions) Export(ctx context.Context, revision apim.Ref, format string) (data []byte, err error) {
	if revision.Key() == "/apis/panics;rev=1" {
		panic("boom")
	}
	as := map[string]apidoc.Format{"json": apidoc.OpenAPIJSON, "yaml": apidoc.OpenAPI}[format]
	err = d.store.View(ctx, func(tx *store.Tx) (err error) {
		data, err = apidoc.Export(ctx, tx, revision, as)
		return err
	})
	return data, err
}

func (descriptions) Original(_ context.Context, revision apim.Ref) (io.ReadCloser, string, error) {
	if revision.Key() != "/apis/public;rev=1" {
		return nil, "", apim.ErrNotFound
	}
	return io.NopCloser(strings.NewReader("<script>original</script>")), "text/html", nil
}
