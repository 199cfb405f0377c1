package gateway

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

func TestEveryKindOfChangeTakesEffect(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.start() // with nothing stored
	key := "k-1"
	status := func(path string) int {
		t.Helper()
		return s.call("GET "+path, "Ocp-Apim-Subscription-Key", key).status
	}
	expect := func(what, path string, want int, change func(c *changer)) {
		t.Helper()
		s.change(change)
		if got := status(path); got != want {
			t.Errorf("%s: %s answers %d, want %d", what, path, got, want)
		}
	}
	mock := func(code int) string {
		return fmt.Sprintf(`inbound:<return-response><set-status code="%d"/></return-response>`, code)
	}
	expect("an API without the subscription", "/a/x", 401, func(c *changer) { c.api("a", "a", nil, "GET /x") })
	expect("a subscription to a product that does not have it", "/a/x", 401, func(c *changer) {
		c.product("p", false)
		c.subscription("k", "/products/p", "active")
	})
	expect("the API in the product", "/a/x", 200, func(c *changer) { c.product("p", false, "a") })
	expect("the subscription suspended", "/a/x", 401, func(c *changer) { c.subscription("k", "/products/p", "suspended") })
	expect("and active again", "/a/x", 200, func(c *changer) { c.subscription("k", "/products/p", "active") })
	expect("its key changed", "/a/x", 401, func(c *changer) { c.ok(c.tx.SetSecret("/subscriptions/k", "primaryKey", "new")) })
	key = "new"
	expect("and used", "/a/x", 200, func(c *changer) { c.put("/tags/t", apim.Tag{DisplayName: "t"}) })
	expect("the API out of the product", "/a/x", 401, func(c *changer) {
		_, err := c.tx.Unlink(apim.ProductAPI, "/products/p", "/apis/a")
		c.ok(err)
	})
	expect("a subscription to the API", "/a/x", 200, func(c *changer) { c.put("/subscriptions/k", apim.Subscription{Scope: "/apis/a", State: "active"}) })
	expect("an operation more", "/a/y", 200, func(c *changer) {
		c.operation("a", "1", "y", &apim.Operation{DisplayName: "y", Method: "GET", URLTemplate: "/y"})
	})
	expect("an operation less", "/a/y", 404, func(c *changer) { c.ok(c.tx.Delete("/apis/a;rev=1/operations/y")) })
	expect("a policy of the API", "/a/x", 201, func(c *changer) { c.policies("/apis/a;rev=1", mock(201)) })
	expect("a policy of the operation", "/a/x", 202, func(c *changer) { c.policies("/apis/a;rev=1/operations/get-x", mock(202)) })
	expect("none of the operation", "/a/x", 201, func(c *changer) { c.ok(c.tx.Delete("/apis/a;rev=1/operations/get-x/policies/policy")) })
	expect("none of the API", "/a/x", 200, func(c *changer) { c.ok(c.tx.Delete("/apis/a;rev=1/policies/policy")) })
	expect("a global policy", "/a/x", 203, func(c *changer) { c.policies("", mock(203)) })
	expect("no global policy", "/a/x", 200, func(c *changer) { c.ok(c.tx.Delete("/policies/policy")) })
	expect("another revision made current", "/a/new", 200, func(c *changer) {
		c.revision("a", "2", "a", nil, "GET /new")
		c.current("a", "2")
	})
	expect("the API moved", "/moved/new", 200, func(c *changer) { c.revision("a", "2", "moved", nil) })
	expect("and gone from its old address", "/a/new", 404, func(c *changer) {})
	expect("versions by segment", "/moved/v1/new", 200, func(c *changer) {
		c.put("/apiVersionSets/v", apim.VersionSet{DisplayName: "v", VersioningScheme: "Segment"})
		c.revision("a", "2", "moved", func(a *apim.API) { a.APIVersion, a.APIVersionSetID = "v1", "/apiVersionSets/v" })
	})
	expect("versions by query", "/moved/new?v=v1", 200, func(c *changer) {
		c.put("/apiVersionSets/v", apim.VersionSet{DisplayName: "v", VersioningScheme: "Query", VersionQueryName: "v"})
	})
	expect("the subscription deleted", "/moved/new?v=v1", 401, func(c *changer) { c.ok(c.tx.Delete("/subscriptions/k")) })
	expect("an open product", "/moved/new?v=v1", 200, func(c *changer) { key = ""; c.product("o", true, "a") })
	expect("the product deleted", "/moved/new?v=v1", 401, func(c *changer) { c.ok(c.tx.DeleteTree("/products/o")) })
	expect("the API deleted", "/moved/new?v=v1", 404, func(c *changer) {
		c.ok(c.tx.DeleteTree("/apis/a;rev=1"))
		c.ok(c.tx.DeleteTree("/apis/a;rev=2"))
		c.ok(c.tx.DeleteTree("/apis/a"))
	})
}

func TestAReloadedConfigurationForgetsTheOldRoutes(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.change(func(c *changer) { c.api("a", "a", open, "GET /x") })
	s.load()
	if got := s.call("GET /a/x"); got.status != 200 {
		t.Fatalf("got %d", got.status)
	}
	err := s.store.Update(t.Context(), store.Actor{}, func(tx *store.Tx) error {
		(&changer{s, tx}).revision("a", "1", "b", open)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.load()
	if got := s.call("GET /b/x"); got.status != 200 {
		t.Errorf("the moved API answers %d", got.status)
	}
	if got := s.call("GET /a/x"); got.status != 404 {
		t.Errorf("its old address answers %d", got.status)
	}
}

func TestAnOperationIsNeverServedWithoutItsPolicies(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	follower := s.load()
	err := s.store.Update(t.Context(), store.Actor{}, func(tx *store.Tx) error {
		c := &changer{s, tx}
		c.api("a", "a", open)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := follower.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = s.store.Update(t.Context(), store.Actor{}, func(tx *store.Tx) error {
		c := &changer{s, tx}
		c.operation("a", "1", "x", &apim.Operation{DisplayName: "x", Method: "GET", URLTemplate: "/x"})
		c.policies("/apis/a;rev=1/operations/x", `inbound:<return-response><set-status code="403"/></return-response>`)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := s.call("GET /a/x"); got.status != 403 { // the first call reads the operations
		t.Errorf("the new operation answered %d, its policy says 403", got.status)
	}
}

func TestChangesUnderLoadDropNoCall(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.change(func(c *changer) {
		c.api("a", "a", nil, "GET /x", "GET /y")
		c.product("p", false, "a")
		c.subscription("k", "/products/p", "active")
	})
	s.start()
	var calls, wrong atomic.Int64
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				r, err := http.NewRequest("GET", s.url+"/a/x", nil)
				if err != nil {
					wrong.Add(1)
					return
				}
				r.Header.Set("Ocp-Apim-Subscription-Key", "k-1")
				response, err := http.DefaultClient.Do(r)
				if err != nil || response.StatusCode != 200 {
					wrong.Add(1)
					t.Errorf("a call failed: %v %v", response, err)
					return
				}
				response.Body.Close()
				calls.Add(1)
			}
		})
	}
	for i := range 60 {
		s.change(func(c *changer) {
			switch i % 6 {
			case 0:
				c.policies("/apis/a;rev=1", `inbound:<base/><set-header name="X"><value>1</value></set-header>`)
			case 1:
				c.operation("a", "1", "get-y", &apim.Operation{DisplayName: "y", Method: "GET", URLTemplate: fmt.Sprint("/y", i)})
			case 2:
				c.revision("a", "1", "a", nil)
			case 3:
				c.subscription("k", "/products/p", "active")
			case 4:
				c.product("p", false, "a")
			case 5:
				c.api(fmt.Sprint("b", i), fmt.Sprint("b", i), nil, "GET /")
			}
		})
	}
	close(stop)
	wg.Wait()
	if calls.Load() < 100 || wrong.Load() > 0 {
		t.Errorf("%d calls served, %d failed", calls.Load(), wrong.Load())
	}
}

func TestRateLimitsOutliveChanges(t *testing.T) {
	t.Parallel()
	now := time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	s := newService(t, func(c *Config) { c.Now = func() time.Time { return now } })
	limit := `inbound:<rate-limit calls="2" renewal-period="60"/>`
	s.change(func(c *changer) {
		c.api("a", "a", nil, "GET /x")
		c.policies("/apis/a;rev=1", limit)
		c.subscription("k", "/apis", "active")
		c.subscription("l", "/apis", "active")
	})
	s.start()
	call := func(key string) answer { return s.call("GET /a/x", "Ocp-Apim-Subscription-Key", key) }
	if a, b := call("k-1").status, call("k-2").status; a != 200 || b != 200 {
		t.Errorf("the first two calls: %d %d", a, b)
	}
	s.change(func(c *changer) { c.policies("/apis/a;rev=1", limit, "outbound:<base/>") })
	got := call("k-1")
	if got.status != 429 || got.header.Get("Retry-After") != "60" || got.body != `{ "statusCode": 429, "message": "Rate limit is exceeded. Try again in 60 seconds." }` {
		t.Errorf("the third: %d %v %s", got.status, got.header, got.body)
	}
	if got := call("l-1"); got.status != 200 {
		t.Errorf("another subscription: %d", got.status)
	}
}

func TestOperationsInMemoryAreBounded(t *testing.T) {
	t.Parallel()
	s := newService(t, func(c *Config) { c.MaxOperations = 10 })
	s.change(func(c *changer) {
		for i := range 6 {
			c.api(fmt.Sprint("a", i), fmt.Sprint("a", i), open, "GET /1", "GET /2", "GET /3")
		}
	})
	s.start()
	for range 2 {
		for i := range 6 {
			if got := s.call(fmt.Sprintf("GET /a%d/3", i)); got.status != 200 {
				t.Errorf("API %d: %d", i, got.status)
			}
			s.call("GET /a0/1") // always in use
		}
	}
	if total, held := s.gateway.loaded.total, len(s.gateway.loaded.entries); total > 10 || held != 2 {
		t.Errorf("%d operations of %d APIs are held", total, held)
	}
	if rev := s.gateway.live.Load().revisions.Get("/apis/a0;rev=1"); rev.routes.Load() == nil {
		t.Error("the API in use was let go")
	}
}

func TestWorkspacesHaveTheirOwnResources(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.change(func(c *changer) {
		api := &apim.API{DisplayName: "w", Path: "w", ServiceURL: s.backend.URL}
		api.Default()
		c.put("/workspaces/W/apis/a;rev=1", api)
		_, err := c.tx.Link(apim.CurrentRevision, "/workspaces/W/apis/a", "/workspaces/W/apis/a;rev=1")
		c.ok(err)
		c.put("/workspaces/W/apis/a;rev=1/operations/x", apim.Operation{Method: "GET", URLTemplate: "/x"})
		c.put("/workspaces/W/subscriptions/s", apim.Subscription{Scope: "/workspaces/W/apis/a", State: "active"})
		c.ok(c.tx.SetSecret("/workspaces/W/subscriptions/s", "primaryKey", "w-1"))
	})
	s.start()
	if got := s.call("GET /w/x", "Ocp-Apim-Subscription-Key", "w-1"); got.status != 200 {
		t.Errorf("got %d %s", got.status, got.body)
	}
	s.change(func(c *changer) {
		c.put("/workspaces/W/apis/a;rev=1/policies/policy", apim.Policy{Value: `<policies><inbound><mock-response status-code="202"/></inbound></policies>`})
	})
	if got := s.call("GET /w/x", "Ocp-Apim-Subscription-Key", "w-1"); got.status != 202 {
		t.Errorf("after a policy was put: %d %s", got.status, strings.TrimSpace(got.body))
	}
	s.change(func(c *changer) {
		c.put("/workspaces/W/policies/policy", apim.Policy{Value: `<policies><inbound><mock-response status-code="203"/></inbound></policies>`})
		c.put("/workspaces/W/apis/a;rev=1/policies/policy", apim.Policy{Value: `<policies><inbound><base/></inbound></policies>`})
	})
	if got := s.call("GET /w/x", "Ocp-Apim-Subscription-Key", "w-1"); got.status != 203 {
		t.Errorf("the workspace's policy: %d %s", got.status, strings.TrimSpace(got.body))
	}
}

func TestRoutesAreLoadedOnceAndOnlyOfWhatThereIs(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.change(func(c *changer) { c.api("a", "a", open, "GET /") })
	s.load()
	if err := s.gateway.loadRevision(t.Context(), "/apis/none;rev=1"); err != nil {
		t.Errorf("of what there is not: %v", err)
	}
	const key = "/apis/a;rev=1"
	var first *routes
	for range 2 {
		if err := s.gateway.loadRevision(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		rt := s.gateway.live.Load().revisions.Get(key).routes.Load()
		if rt == nil || first != nil && rt != first {
			t.Fatalf("routes %p, before %p", rt, first)
		}
		first = rt
	}
}

// A key opens what its subscription covers: one to all APIs those of its
// workspace, one of the service those of every workspace.
func TestKeysOpenWhatIsInTheirWorkspace(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	s.change(func(c *changer) {
		c.api("a", "service", nil, "GET /")
		for _, w := range []apim.Ref{"v", "w"} {
			home := "/workspaces/" + w
			api := &apim.API{DisplayName: "a", Path: string(w), ServiceURL: s.backend.URL}
			api.Default()
			c.put(home+"/apis/a;rev=1", api)
			_, err := c.tx.Link(apim.CurrentRevision, home+"/apis/a", home+"/apis/a;rev=1")
			c.ok(err)
			c.put(home+"/apis/a;rev=1/operations/get", apim.Operation{Method: "GET", URLTemplate: "/"})
			c.put(home+"/products/p", apim.Product{DisplayName: "P", State: "published"})
			_, err = c.tx.Link(apim.ProductAPI, home+"/products/p", home+"/apis/a")
			c.ok(err)
		}
		for ref, scope := range map[apim.Ref]string{
			"/subscriptions/all": "/apis", "/subscriptions/one": "/apis/a", "/workspaces/w/subscriptions/all": "/workspaces/w/apis",
			"/workspaces/w/subscriptions/one": "/workspaces/w/apis/a", "/workspaces/w/subscriptions/product": "/workspaces/w/products/p",
		} {
			c.put(ref, apim.Subscription{Scope: scope, State: "active"})
			c.ok(c.tx.SetSecret(ref, "primaryKey", strings.ReplaceAll(string(ref), "/", "-")))
		}
	})
	s.start()
	for key, opens := range map[string]string{
		"-subscriptions-all": "service v w", "-subscriptions-one": "service", "-workspaces-w-subscriptions-all": "w",
		"-workspaces-w-subscriptions-one": "w", "-workspaces-w-subscriptions-product": "w", "": "", "-subscriptions-none": "",
	} {
		var got []string
		for _, path := range []string{"service", "v", "w"} {
			if s.call("GET /"+path, "Ocp-Apim-Subscription-Key", key).status == 200 {
				got = append(got, path)
			}
		}
		if strings.Join(got, " ") != opens {
			t.Errorf("the key %q opens %v, want %s", key, got, opens)
		}
	}
}

// Whatever changes, in whatever order, what was applied change by change is what
// reading everything gives.
func TestAppliedChangesAreWhatLoadingGives(t *testing.T) {
	t.Parallel()
	s := newService(t, nil)
	follower := s.load()
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(names ...string) string { return names[random.IntN(len(names))] }
	change := func(c *changer) {
		id, number := pick("a", "b", "c"), pick("1", "2")
		switch random.IntN(9) {
		case 0, 1, 2:
			c.revision(id, number, pick("", "x", "x/y", "z"), func(a *apim.API) {
				if pick("", "v") == "v" {
					a.APIVersion, a.APIVersionSetID = pick("v1", "v2"), "/apiVersionSets/v"
				}
			}, "GET /x")
		case 3:
			links, err := c.tx.Links(apim.CurrentRevision, apim.APIRef(apim.Name(id)))
			c.ok(err)
			for _, l := range links {
				_, err := c.tx.Unlink(apim.CurrentRevision, apim.APIRef(apim.Name(id)), l)
				c.ok(err)
			}
			if pick("", "set") == "set" {
				c.current(id, number)
			}
		case 4:
			c.ok(c.tx.DeleteTree(apim.RevisionRef(apim.Name(id), number)))
		case 5:
			c.put("/apiVersionSets/v", apim.VersionSet{DisplayName: "v", VersioningScheme: pick("Segment", "Query"), VersionQueryName: "v"})
		case 6:
			c.product(pick("p", "q"), pick("", "open") == "open", id)
		case 7:
			c.ok(c.tx.DeleteTree(apim.ProductRef(apim.Name(pick("p", "q")))))
		case 8:
			name := pick("k", "l")
			c.put("/subscriptions/"+apim.Ref(name), apim.Subscription{Scope: "/products/p", State: "active"})
			c.ok(c.tx.SetSecret("/subscriptions/"+apim.Ref(name), "primaryKey", name+pick("1", "2")))
		}
	}
	for step := range 300 {
		err := s.store.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error {
			for range 1 + random.IntN(3) {
				change(&changer{s, tx})
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := follower.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		var fresh *snapshot
		err = s.store.View(t.Context(), func(tx *store.Tx) (err error) { fresh, err = load(tx); return err })
		if err != nil {
			t.Fatal(err)
		}
		if got, want := shape(s.gateway.live.Load()), shape(fresh); got != want {
			t.Fatalf("step %d: applied\n%s\nloaded\n%s", step, got, want)
		}
	}
}

// shape is what a snapshot answers to calls.
func shape(s *snapshot) string {
	var all []string
	for path, at := range s.addresses.byPath.All() {
		if at.plain != nil {
			all = append(all, fmt.Sprintf("%q: %s of %d", path, at.plain.current.key, len(at.plain.revisions)))
		}
		for _, v := range at.versions {
			all = append(all, fmt.Sprintf("%q %s %s: %s of %d", path, v.name, v.version, v.line.current.key, len(v.line.revisions)))
		}
	}
	for alias, products := range s.productsOf {
		for _, p := range products {
			all = append(all, fmt.Sprint(alias, " in ", *p))
		}
	}
	for hash, sub := range s.keys.All() {
		all = append(all, fmt.Sprintf("%x: %s", hash, sub.key))
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}
