package portal_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/subscription"
)

// twins are a product, an API, a tag and a version set with the same names in
// the service and in the workspace w; only what the workspace has is "theirs".
func twins(tx *store.Tx) error {
	err := errors.Join(
		document(tx, "/workspaces/w", &apim.Workspace{DisplayName: "W"}),
		document(tx, "/workspaces/w/groups/g", &apim.Group{DisplayName: "G"}),
	)
	_, e := tx.Link(apim.GroupUser, "/workspaces/w/groups/g", apim.UserRef("dev"))
	return errors.Join(err, e, twin(tx, "", "ours", "guests", "developers"), twin(tx, "/workspaces/w", "theirs", "guests"))
}

func twin(tx *store.Tx, home apim.Ref, whose string, groups ...string) error {
	product, api, tag, set := home+"/products/p", home+"/apis/a", home+"/tags/t", home+"/apiVersionSets/v"
	revision, operation := api+";rev=1", api+";rev=1/operations/get"
	a := &apim.API{DisplayName: "API " + whose, Path: whose, Description: "A zebra.", APIVersion: "v1", APIVersionSetID: string(set)}
	a.Default()
	o := &apim.Operation{DisplayName: "Operation " + whose, Method: "GET", URLTemplate: "/x"}
	o.Default()
	err := errors.Join(
		document(tx, product, &apim.Product{DisplayName: "Product " + whose, Description: "Zebras.", State: "published"}),
		document(tx, set, &apim.VersionSet{DisplayName: "Set " + whose, VersioningScheme: "Segment"}),
		document(tx, tag, &apim.Tag{DisplayName: "Tag " + whose}), document(tx, revision, a), document(tx, operation, o))
	link := func(kind apim.LinkKind, from, to apim.Ref) {
		_, e := tx.Link(kind, from, to)
		err = errors.Join(err, e)
	}
	link(apim.CurrentRevision, api, revision)
	link(apim.ProductAPI, product, api)
	link(apim.TagLink, api, tag)
	link(apim.TagLink, operation, tag)
	for _, g := range groups {
		link(apim.ProductGroup, product, apim.GroupRef(apim.Name(g)))
	}
	if home != "" {
		link(apim.ProductGroup, product, home+"/groups/g")
	}
	return err
}

var (
	linked = regexp.MustCompile(`\s(?:href|src|data-start)="?([^" >]*/w~[^" >]*)`)
	plain  = regexp.MustCompile(`(?:https?:|/)[^\s"'<>()]*w~[^\s"'<>()]*`)
)

// TestAWorkspaceIsReachedByWhatThePortalPrints follows every address that names
// something of a workspace, from where a visitor begins.
func TestAWorkspaceIsReachedByWhatThePortalPrints(t *testing.T) {
	t.Parallel()
	s := open(t, twins)
	b := s.signedIn("dev@example.com")
	sources := []string{"/apis", "/products", "/search?q=zebra", "/search/-/suggest?q=zebra", "/search-index.json", "/sitemap.xml", "/sitemap/1.xml", "/llms.txt", "/llms-full.txt", "/changes.atom"}
	queue, seen := slices.Clone(sources), map[string]bool{}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		page := b.get(at)
		if page.StatusCode != http.StatusOK && strings.Contains(at, "w~") && !strings.HasSuffix(at, "/-/original") {
			t.Errorf("%s answers %d", at, page.StatusCode)
		}
		for _, address := range addressesIn(page.text) {
			queue = append(queue, strings.TrimPrefix(html.UnescapeString(address), s.url))
		}
	}
	for _, want := range []string{"/apis/w~a", "/apis/w~a/get", "/products/w~p", "/apis/w~a.md", "/apis/w~a/-/openapi.yaml", "/apis/w~a/-/changes.atom"} {
		if !seen[want] {
			t.Errorf("nothing leads to %s", want)
		}
	}
}

func addressesIn(text string) (all []string) {
	for _, m := range linked.FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	if strings.HasPrefix(strings.TrimSpace(text), "<!doctype html>") {
		return all
	}
	return append(all, plain.FindAllString(text, -1)...)
}

func TestAWorkspacesProductIsSubscribedToFromItsForm(t *testing.T) {
	t.Parallel()
	s := open(t, twins)
	b := s.signedIn("dev@example.com")
	page := b.get(b.get("/products").attribute(`a[href*="w~p"]`, "href"))
	if !strings.Contains(page.one("h1"), "theirs") {
		t.Fatalf("the product's page is of %q", page.one("h1"))
	}
	a := b.post(page.attribute("form[method=post][action$=subscribe]", "action"), "name", "My app")
	if a.StatusCode != http.StatusSeeOther {
		t.Fatalf("subscribing answers %d: %s", a.StatusCode, a.one("main"))
	}
	profile := b.get(a.Header.Get("Location"))
	if !strings.Contains(profile.one(".sub"), "My app") || !strings.Contains(profile.one(".sub"), "Product theirs") {
		t.Errorf("the profile shows %q", profile.one(".sub"))
	}
	if product := b.get(profile.attribute(".sub a[href*=products]", "href")); !strings.Contains(product.one("h1"), "theirs") || !strings.Contains(product.text, "My app") {
		t.Errorf("the profile leads to %d %q", product.StatusCode, product.one("h1"))
	}
	before := b.consoleKeys("/apis/w~a/get")
	if len(before) != 1 || before[0].Product != "Product theirs" {
		t.Fatalf("the console of the workspace's API offers %+v", before)
	}
	if k := b.consoleKeys("/apis/a/get"); len(k) != 0 {
		t.Errorf("the console of the service's API of that name offers %+v", k)
	}
	for _, form := range cascadia.QueryAll(profile.doc, cascadia.MustCompile(".sub form[method=post]")) {
		for _, button := range cascadia.QueryAll(form, cascadia.MustCompile("button[name=action], input[name=action]")) {
			action := attributeOf(button, "value")
			if a := b.post(attributeOf(form, "action"), "action", action, "name", "New name"); a.StatusCode != http.StatusSeeOther {
				t.Errorf("%s answers %d", action, a.StatusCode)
			}
		}
	}
	if k := b.consoleKeys("/apis/w~a/get"); len(k) != 0 {
		t.Errorf("after all of the profile's forms, cancelling too, the console offers %+v", k)
	}
}

// TestWhatIsFoundIsWhatItLeadsTo follows what lists and the search show of the
// service and of the workspace, where all have the same names.
func TestWhatIsFoundIsWhatItLeadsTo(t *testing.T) {
	t.Parallel()
	s := open(t, twins)
	b := s.signedIn("dev@example.com")
	s.eventually("the search knows them", func() bool { return strings.Contains(b.get("/search?q=theirs").one("main"), "Product theirs") })
	for at, least := range map[string]int{"/search?q=theirs": 3, "/search?q=ours": 3, "/search/-/suggest?q=theirs": 1, "/apis": 2, "/products": 2} {
		followed := 0
		for _, a := range cascadia.QueryAll(b.get(at).doc, cascadia.MustCompile("a[href*='/apis/'], a[href*='/products/']")) {
			for _, whose := range []string{"theirs", "ours"} {
				if title := textOf(a); strings.Contains(title, whose) {
					followed++
					if page := b.get(attributeOf(a, "href")); page.StatusCode != http.StatusOK || !strings.Contains(page.one("h1"), whose) {
						t.Errorf("%s: %q leads to %d %q", at, title, page.StatusCode, page.one("h1"))
					}
				}
			}
		}
		if followed < least {
			t.Errorf("%s shows %d of them, want %d: %s", at, followed, least, b.get(at).text)
		}
	}
}

func TestNamesakesInAWorkspaceAreNotMixedUp(t *testing.T) {
	t.Parallel()
	s := open(t, twins)
	member := catalog.Visitor{UserID: "dev", Groups: []apim.PublicID{"w~g"}}
	for _, id := range []apim.PublicID{"a", "w~a"} {
		api, err := s.catalog.API(catalog.Visitor{Admin: true}, id)
		if err != nil {
			t.Fatal(err)
		}
		if versions := s.catalog.Versions(catalog.Visitor{Admin: true}, api.VersionSetID); len(versions) != 1 || versions[0].ID != id {
			t.Errorf("%s has %d versions", id, len(versions))
		}
	}
	for ref, want := range map[apim.Ref]bool{
		"/workspaces/w/tags/t": true, "/workspaces/w/apis/a": true, "/workspaces/w/products/p": true, "/tags/t": false, "/apis/a": false, "/products/p": false,
	} {
		if got := s.catalog.Visible(member, ref); got != want {
			t.Errorf("a member of the workspace's group sees %s: %v", ref, got)
		}
	}
}

func attributeOf(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

type consoleKey struct{ ID, Name, Product, Primary string }

// consoleKeys are the keys that the console on an operation's page offers: asked
// for as its page says.
func (b *browser) consoleKeys(operation string) []consoleKey {
	b.s.t.Helper()
	var start struct{ API, Keys string }
	if err := json.Unmarshal([]byte(b.get(b.get(operation).attribute("portico-console", "data-start")).text), &start); err != nil || start.Keys == "" {
		b.s.t.Fatalf("the page %s has no console: %v", operation, err)
	}
	var got struct{ Keys []consoleKey }
	if err := json.Unmarshal([]byte(b.post(start.Keys, "api", start.API).text), &got); err != nil {
		b.s.t.Fatal(err)
	}
	return got.Keys
}

func TestAKeyForARevisionIsOfferedByTheConsole(t *testing.T) {
	t.Parallel()
	s := open(t, twins)
	s.write(func(tx *store.Tx) error {
		for id, scope := range map[apim.Ref]string{"/subscriptions/k": "/apis/a;rev=1", "/workspaces/w/subscriptions/k": "/workspaces/w/apis/a;rev=1"} {
			sub := &apim.Subscription{DisplayName: "Key of " + string(id), Scope: scope, OwnerID: "/users/dev", State: "active"}
			if _, err := subscription.New(s.store).Put(tx, id, sub, subscription.Keys{}); err != nil {
				return err
			}
		}
		return nil
	})
	b := s.signedIn("dev@example.com")
	for operation, id := range map[string]string{"/apis/a/get": "k", "/apis/w~a/get": "w~k"} {
		if k := b.consoleKeys(operation); len(k) != 1 || k[0].ID != id || k[0].Primary == "" {
			t.Errorf("the console on %s offers %+v, want the key %s", operation, k, id)
		}
	}
}
