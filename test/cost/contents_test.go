package cost

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/portal"
	"github.com/portico-portal/portico/internal/search"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
	"github.com/portico-portal/portico/internal/subscription"
)

// perAPI is how many operations the small APIs of contents have.
const perAPI = 10

// contents is a service with an API "big" of n operations, and n operations more
// in small APIs that are released. Each operation is a group of its own.
type contents struct {
	store *store.Store
	media blob.Store
	index *search.Index
}

func fill(t *testing.T, n int) *contents {
	t.Helper()
	c := &contents{store: storetest.Open(t)}
	var err error
	if c.media, err = blob.Folder(t.TempDir()); err != nil {
		t.Fatal(err)
	}
	published := &publish.Service{Store: c.store, Media: c.media}
	for _, write := range []func(*store.Tx) error{
		account.FirstStart{}.Provision, publish.PutDefaultSite, func(tx *store.Tx) error { return putContents(tx, n) }, published.PublishFirst,
	} {
		if err := c.store.Update(t.Context(), store.Actor{Name: "1"}, write); err != nil {
			t.Fatal(err)
		}
	}
	c.index = search.New(c.store, nil)
	if err := c.index.Prepare(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.waitForIndex(t, n)
	return c
}

// waitForIndex indexes everything, and stops.
func (c *contents) waitForIndex(t *testing.T, n int) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); c.index.Run(ctx) }()
	all := func(apim.Ref) bool { return true }
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		hits, err := c.index.Query(t.Context(), fmt.Sprintf("last%d", n-1), all, 1)
		if err != nil || time.Now().After(end) {
			t.Fatalf("the index is not made: %v", err)
		}
		if len(hits) > 0 {
			break
		}
	}
	stop()
	<-done
}

func putContents(tx *store.Tx, n int) error {
	product := &apim.Product{DisplayName: "All", State: "published"}
	product.Default()
	if err := put(tx, "/products/all", product); err != nil {
		return err
	}
	if _, err := tx.Link(apim.ProductGroup, "/products/all", "/groups/guests"); err != nil {
		return err
	}
	for i := range n / perAPI {
		if err := putAPI(tx, apim.Name(fmt.Sprint("small", i)), perAPI); err != nil {
			return err
		}
	}
	return putAPI(tx, "big", n)
}

func putAPI(tx *store.Tx, id apim.Name, n int) error {
	a := &apim.API{DisplayName: "Name of " + string(id), Path: string(id), Description: "About it."}
	a.Default()
	revision := apim.RevisionRef(id, "1")
	if err := put(tx, revision, a); err != nil {
		return err
	}
	for i := range n {
		o := &apim.Operation{
			DisplayName: fmt.Sprintf("Operation last%d", i), Method: "POST", URLTemplate: fmt.Sprintf("/things%d/x", i), Description: "Does *something*.",
			Request: &apim.Request{Representations: []apim.Representation{{ContentType: "application/json"}}},
		}
		o.Default()
		if err := put(tx, apim.OperationRef(revision, apim.Name(fmt.Sprint("op", i))), o); err != nil {
			return err
		}
	}
	for _, link := range []struct {
		kind     apim.LinkKind
		from, to apim.Ref
	}{{apim.CurrentRevision, apim.APIRef(id), revision}, {apim.ProductAPI, "/products/all", apim.APIRef(id)}} {
		if _, err := tx.Link(link.kind, link.from, link.to); err != nil {
			return err
		}
	}
	return tx.Put(&store.Document{Ref: apim.APIRef(id).Child("releases", "r1"), Body: json.RawMessage(`{"apiId":"` + string(revision) + `","notes":"First"}`)})
}

func put(tx *store.Tx, ref apim.Ref, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.Put(&store.Document{Ref: ref, Body: body})
}

// portal is a portal that has answered nothing yet.
func (c *contents) portal(t *testing.T) *portal.Portal {
	t.Helper()
	of := catalog.New(c.store)
	load(t, c.store, of)
	p, err := portal.New(portal.Config{
		Store: c.store, Catalog: of, Search: c.index, Accounts: account.New(c.store), Subscriptions: subscription.New(c.store),
		Descriptions: descriptions{c.store}, Media: c.media, PortalURL: "http://portal.example", GatewayURL: "http://gateway.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	load(t, c.store, p)
	return p
}

func load(t *testing.T, s *store.Store, c feed.Consumer) {
	t.Helper()
	if _, err := feed.Load(t.Context(), s, "cost", c, nil); err != nil {
		t.Fatal(err)
	}
}

// descriptions are exports of what is stored; there are no originals.
type descriptions struct{ store *store.Store }

func (d descriptions) Export(ctx context.Context, revision apim.Ref, format string) ([]byte, error) {
	as := map[string]apidoc.Format{"json": apidoc.OpenAPIJSON, "yaml": apidoc.OpenAPI}[format]
	return store.Read(ctx, d.store, func(tx *store.Tx) ([]byte, error) { return apidoc.Export(ctx, tx, revision, as) })
}

func (descriptions) Original(context.Context, apim.Ref) (io.ReadCloser, string, error) {
	return nil, "", apim.ErrNotFound
}

// send sends a request to a handler and returns what it answers.
func send(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// request is a request of a browser at our own origin.
func request(ctx context.Context, method, target, body string) *http.Request {
	r := httptest.NewRequestWithContext(ctx, method, target, strings.NewReader(body))
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	return r
}
