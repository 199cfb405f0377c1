package catalog_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// service is a store under test with a catalog over it.
type service struct {
	*store.Store
	*catalog.Catalog
	t testing.TB
}

func open(t testing.TB, fill ...func(*store.Tx) error) *service {
	t.Helper()
	s := &service{Store: storetest.Open(t), t: t}
	s.write(fill...)
	s.Catalog = catalog.New(s.Store)
	follower, err := feed.Load(t.Context(), s.Store, "catalog", s.Catalog, nil)
	if err != nil {
		t.Fatal(err)
	}
	go follower.Run(t.Context())
	return s
}

func (s *service) write(fns ...func(*store.Tx) error) {
	s.t.Helper()
	for _, fn := range fns {
		if err := s.Update(s.t.Context(), store.Actor{Name: "test"}, fn); err != nil {
			s.t.Fatal(err)
		}
	}
}

// eventually waits for what the feed brings; the promise is within a second.
func (s *service) eventually(what string, ok func() bool) {
	s.t.Helper()
	for deadline := time.Now().Add(5 * time.Second); !ok(); {
		if time.Now().After(deadline) {
			s.t.Fatalf("not seen after a while: %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

func document(tx *store.Tx, ref apim.Ref, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return tx.Put(&store.Document{Ref: ref, Body: body})
}

func putAPI(id string, change ...func(*apim.API)) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		a := &apim.API{DisplayName: "API " + id, Path: strings.ToLower(id)}
		a.Default()
		for _, c := range change {
			c(a)
		}
		revision := apim.RevisionRef(apim.Name(id), a.APIRevision)
		if err := document(tx, revision, a); err != nil {
			return err
		}
		if a.APIRevision != "1" {
			return nil
		}
		_, err := tx.Link(apim.CurrentRevision, apim.APIRef(apim.Name(id)), revision)
		return err
	}
}

func putProduct(id, state string, subscription bool, apis, groups []string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		p := &apim.Product{DisplayName: "Product " + id, State: state, SubscriptionRequired: &subscription}
		if err := document(tx, apim.ProductRef(apim.Name(id)), p); err != nil {
			return err
		}
		for _, a := range apis {
			if _, err := tx.Link(apim.ProductAPI, apim.ProductRef(apim.Name(id)), apim.APIRef(apim.Name(a))); err != nil {
				return err
			}
		}
		for _, g := range groups {
			if _, err := tx.Link(apim.ProductGroup, apim.ProductRef(apim.Name(id)), apim.GroupRef(apim.Name(g))); err != nil {
				return err
			}
		}
		return nil
	}
}

var (
	guest     = catalog.Guest()
	developer = catalog.Visitor{UserID: "dev", Groups: []apim.PublicID{"developers"}}
	partner   = catalog.Visitor{UserID: "partner", Groups: []apim.PublicID{"developers", "partners"}}
	admin     = catalog.Visitor{UserID: "1", Groups: []apim.PublicID{"administrators", "developers"}, Admin: true}
)

func names(apis []*catalog.API) []string {
	list := []string{}
	for _, a := range apis {
		list = append(list, string(a.ID))
	}
	return list
}

// shop is one service that has a row of every kind of the table in design.md §6.
func shop(t *testing.T) *service {
	offline := false
	return open(t,
		putAPI("Public"), putAPI("signed-in"), putAPI("partners-only"), putAPI("lonely"), putAPI("unpublished"), putAPI("by-open-product"),
		putAPI("offline", func(a *apim.API) { a.IsOnline = &offline }),
		putAPI("public", func(a *apim.API) { a.APIRevision = "2" }),
		putProduct("starter", "published", true, []string{"Public", "offline"}, []string{"guests", "developers"}),
		putProduct("inside", "published", true, []string{"signed-in"}, []string{"developers"}),
		putProduct("partners", "published", true, []string{"partners-only"}, []string{"Partners"}),
		putProduct("draft", "notPublished", true, []string{"unpublished"}, []string{"guests", "developers"}),
		putProduct("open", "published", false, []string{"by-open-product"}, []string{"guests", "developers"}),
		func(tx *store.Tx) error { return document(tx, "/tags/Fast", apim.Tag{DisplayName: "Fast"}) },
		func(tx *store.Tx) error { _, err := tx.Link(apim.TagLink, "/apis/signed-in", "/tags/Fast"); return err },
	)
}

func TestVisibleFollowsTheTable(t *testing.T) {
	t.Parallel()
	s := shop(t)
	all, none := []string{"guest", "developer", "partner", "admin"}, []string{"admin"}
	signedIn := []string{"developer", "partner", "admin"}
	for _, c := range []struct {
		name string
		ref  apim.Ref
		who  []string
	}{
		{"an API in a published product of guests", "/apis/public", all},
		{"its ref in another case", "/APIS/PUBLIC", all},
		{"its current revision", "/apis/public;rev=1", all},
		{"its other revision", "/apis/public;rev=2", none},
		{"an operation of it", "/apis/public;rev=1/operations/get", all},
		{"a schema of its other revision", "/apis/public;rev=2/schemas/x", none},
		{"an API of developers", "/apis/signed-in", signedIn},
		{"an operation of an API of developers", "/apis/signed-in/operations/get", signedIn},
		{"a tag of an API of developers", "/tags/fast", signedIn},
		{"a tag nothing has", "/tags/none", none},
		{"an API of partners", "/apis/partners-only", []string{"partner", "admin"}},
		{"an API in no product", "/apis/lonely", none},
		{"an API in an unpublished product", "/apis/unpublished", none},
		{"an API in an open product", "/apis/by-open-product", all},
		{"an API that is offline", "/apis/offline", none},
		{"a product of guests", "/products/starter", all},
		{"a product of developers", "/products/inside", signedIn},
		{"an unpublished product", "/products/draft", none},
		{"an open product", "/products/open", none},
		{"a policy of a product of partners", "/products/partners/policies/policy", []string{"partner", "admin"}},
		{"a user", "/users/1", none},
		{"a group", "/groups/guests", none},
		{"an API of a workspace that is not there", "/workspaces/w/apis/public", none},
		{"nothing", "", none},
	} {
		for name, v := range map[string]catalog.Visitor{"guest": guest, "developer": developer, "partner": partner, "admin": admin} {
			if got, want := s.Visible(v, c.ref), slices.Contains(c.who, name); got != want {
				t.Errorf("%s sees %s (%s): %v, want %v", name, c.name, c.ref, got, want)
			}
		}
	}
}

func TestListsHoldWhatIsVisible(t *testing.T) {
	t.Parallel()
	s := shop(t)
	for _, c := range []struct {
		v              catalog.Visitor
		apis, products []string
		tags           int
	}{
		{guest, []string{"by-open-product", "Public"}, []string{"starter"}, 0},
		{developer, []string{"by-open-product", "Public", "signed-in"}, []string{"inside", "starter"}, 1},
		{partner, []string{"by-open-product", "partners-only", "Public", "signed-in"}, []string{"inside", "partners", "starter"}, 1},
		{admin, []string{"by-open-product", "lonely", "partners-only", "Public", "signed-in", "unpublished"}, []string{"draft", "inside", "open", "partners", "starter"}, 1},
	} {
		var products []string
		for _, p := range s.Products(c.v) {
			products = append(products, string(p.ID))
		}
		if got := names(s.APIs(c.v)); !slices.Equal(got, c.apis) || !slices.Equal(products, c.products) || len(s.Tags(c.v)) != c.tags {
			t.Errorf("%q sees APIs %v, products %v, %d tags; want %v, %v, %d", c.v.UserID, got, products, len(s.Tags(c.v)), c.apis, c.products, c.tags)
		}
	}
	if _, err := s.API(guest, "signed-in"); !errors.Is(err, apim.ErrNotFound) {
		t.Errorf("a hidden API is %v for a guest, want not found", err)
	}
	if a, err := s.API(guest, "PUBLIC"); err != nil || a.ID != "Public" || a.Ref != "/apis/Public" {
		t.Errorf("the API by another case is %+v, %v", a, err)
	}
	p, err := s.Product(developer, "inside")
	if err != nil || !slices.Equal(names(s.APIsOf(developer, p)), []string{"signed-in"}) || len(s.APIsOf(guest, p)) != 0 {
		t.Errorf("product inside: %+v, %v", p, err)
	}
}

func TestAudiencesDifferWhenWhatIsSeenDiffers(t *testing.T) {
	t.Parallel()
	s := shop(t)
	stranger := catalog.Visitor{UserID: "x", Groups: []apim.PublicID{"developers", "knitters"}}
	if s.Audience(stranger) != s.Audience(developer) {
		t.Error("a group that nothing names makes another audience")
	}
	seen := map[string]bool{}
	for _, v := range []catalog.Visitor{guest, developer, partner, admin, {UserID: "y"}} {
		a := s.Audience(v)
		if seen[a] {
			t.Errorf("two visitors who see different things share the audience %q", a)
		}
		seen[a] = true
	}
	guestsGroup := []apim.PublicID{apim.Guests}
	for _, v := range []catalog.Visitor{{UserID: "x", Groups: guestsGroup}, {Groups: []apim.PublicID{"developers"}}, {Groups: []apim.PublicID{"developers", "guests"}}, {Groups: []apim.PublicID{"guests", "partners"}}, {}} {
		if s.Audience(v) == s.Audience(guest) {
			t.Errorf("%+v shares the audience of guests", v)
		}
	}
	if v := (catalog.Visitor{Groups: guestsGroup}); s.Audience(v) != catalog.GuestAudience {
		t.Errorf("a guest's audience is %q", s.Audience(v))
	}
	if s.Audience(catalog.Visitor{Groups: []apim.PublicID{"developers"}}) == s.Audience(developer) {
		t.Error("someone who is not signed in shares the audience of someone who is")
	}
	if s.Audience(stranger, "knitters") == s.Audience(developer, "knitters") {
		t.Error("a group that a page names does not make another audience")
	}
}

// What is made for an audience names nobody and shows what each of them sees.
func TestWhatIsSharedIsNobodys(t *testing.T) {
	t.Parallel()
	s := shop(t)
	knitter := catalog.Visitor{UserID: "x", Groups: []apim.PublicID{"developers", "knitters", "partners"}, Locale: "de"}
	shared := s.Shared(knitter)
	if shared.UserID == "x" || shared.UserID == "" || shared.Locale != "de" || !slices.Equal(shared.Groups, []apim.PublicID{"developers", "partners"}) {
		t.Errorf("for %+v things are made for %+v", knitter, shared)
	}
	if also := s.Shared(knitter, "knitters"); !slices.Equal(also.Groups, knitter.Groups) {
		t.Errorf("with a page that names knitters, they are made for %v", also.Groups)
	}
	for _, v := range []catalog.Visitor{guest, developer, partner, admin, knitter} {
		if s.Audience(s.Shared(v)) != s.Audience(v) || !slices.Equal(names(s.APIs(s.Shared(v))), names(s.APIs(v))) {
			t.Errorf("%+v and the shared %+v see different things", v, s.Shared(v))
		}
	}
	if g := s.Shared(guest); g.UserID != "" {
		t.Errorf("for guests things are made for %q", g.UserID)
	}
}

func TestProductsOfAnAPIAreThoseThatAreSeen(t *testing.T) {
	t.Parallel()
	s := shop(t)
	s.write(func(tx *store.Tx) error {
		_, err := tx.Link(apim.ProductAPI, "/products/inside", "/apis/public")
		return err
	})
	s.eventually("the API in the second product", func() bool { a, err := s.API(admin, "public"); return err == nil && len(a.Products) == 2 })
	for _, c := range []struct {
		v    catalog.Visitor
		want []apim.PublicID
	}{{guest, []apim.PublicID{"starter"}}, {developer, []apim.PublicID{"inside", "starter"}}, {catalog.Visitor{UserID: "y"}, nil}} {
		a, err := s.API(admin, "public")
		if err != nil {
			t.Fatal(err)
		}
		var got []apim.PublicID
		for _, p := range s.ProductsOf(c.v, a) {
			got = append(got, p.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q sees it in %v, want %v", c.v.UserID, got, c.want)
		}
	}
}

func TestOnlySoManyAudiencesAreKept(t *testing.T) {
	t.Parallel()
	groups := make([]string, catalog.MaxViews+1)
	for i := range groups {
		groups[i] = fmt.Sprintf("g%03d", i)
	}
	s := open(t, putAPI("a"), putProduct("p", "published", true, []string{"a"}, groups))
	for i, g := range groups {
		if got := names(s.APIs(catalog.Visitor{UserID: "u", Groups: []apim.PublicID{apim.PublicID(g)}})); len(got) != 1 {
			t.Errorf("the audience of %s sees %v", g, got)
		}
		if want := min(i+1, catalog.MaxViews); s.KeptViews() != want {
			t.Fatalf("after %d audiences %d are kept, want %d", i+1, s.KeptViews(), want)
		}
	}
}

func TestChangesAreSeenWithoutRestart(t *testing.T) {
	t.Parallel()
	s := shop(t)
	told := make(chan int, 100)
	s.OnStale(func(deps []string) { told <- len(deps) })
	sees := func(id string) func() bool {
		return func() bool { return s.Visible(guest, apim.APIRef(apim.Name(id))) }
	}
	hides := func(id string) func() bool {
		return func() bool { return !s.Visible(guest, apim.APIRef(apim.Name(id))) }
	}

	s.write(putAPI("new"))
	s.write(func(tx *store.Tx) error {
		_, err := tx.Link(apim.ProductAPI, "/products/starter", "/apis/new")
		return err
	})
	s.eventually("an API added to a product", sees("new"))
	if n := <-told; n == 0 {
		t.Error("listeners were told that nothing is stale")
	}
	s.write(putAPI("new", func(a *apim.API) { a.DisplayName, a.Description = "Renamed", "# Title\n\nSome *text*." }))
	s.eventually("a new name", func() bool { a, err := s.API(guest, "new"); return err == nil && a.Name == "Renamed" })
	if a, _ := s.API(guest, "new"); a.Summary != "Title Some text." {
		t.Errorf("summary %q", a.Summary)
	}
	s.write(func(tx *store.Tx) error { // another revision becomes current
		if err := putAPI("new", func(a *apim.API) { a.APIRevision, a.DisplayName = "2", "Second" })(tx); err != nil {
			return err
		}
		if _, err := tx.Unlink(apim.CurrentRevision, "/apis/new", "/apis/new;rev=1"); err != nil {
			return err
		}
		_, err := tx.Link(apim.CurrentRevision, "/apis/new", "/apis/new;rev=2")
		return err
	})
	s.eventually("the other revision", func() bool { a, err := s.API(guest, "new"); return err == nil && a.Name == "Second" })
	s.write(func(tx *store.Tx) error { return tx.Delete("/apis/new;rev=2") })
	s.eventually("an API that is gone", hides("new"))
	s.write(func(tx *store.Tx) error {
		_, err := tx.Unlink(apim.ProductGroup, "/products/starter", "/groups/guests")
		return err
	})
	s.eventually("a product taken from guests", hides("public"))
	s.write(func(tx *store.Tx) error { return tx.Delete("/products/inside") })
	s.eventually("a product that is gone", func() bool { return !s.Visible(developer, "/apis/signed-in") })
}

func TestAnAPIMadeAgainIsNotInItsOldProducts(t *testing.T) {
	t.Parallel()
	s := shop(t)
	s.write(func(tx *store.Tx) error {
		if err := tx.DeleteTree("/apis/Public;rev=1"); err != nil {
			return err
		}
		return tx.DeleteTree("/apis/public")
	})
	s.eventually("the API gone", func() bool { _, err := s.API(admin, "public"); return err != nil })
	s.write(putAPI("Public"))
	s.eventually("the API back", func() bool { _, err := s.API(admin, "public"); return err == nil })
	if s.Visible(guest, "/apis/public") {
		t.Error("guests see an API made again under the name of one that was in their product")
	}
}

func TestVersionsAreInOrder(t *testing.T) {
	t.Parallel()
	version := func(id, v string) func(*store.Tx) error {
		return putAPI(id, func(a *apim.API) { a.APIVersion, a.APIVersionSetID = v, "/apiVersionSets/Set" })
	}
	s := open(t, version("c", "v10"), version("a", "v2"), version("b", "v1"), version("o", ""), putAPI("other"),
		func(tx *store.Tx) error {
			return document(tx, "/apiVersionSets/Set", apim.VersionSet{DisplayName: "Set", VersioningScheme: "Segment"})
		})
	if got := names(s.Versions(admin, "set")); !slices.Equal(got, []string{"o", "b", "a", "c"}) {
		t.Errorf("versions are %v", got)
	}
	if a, _ := s.API(admin, "c"); a.VersionSet == nil || a.VersionSet.DisplayName != "Set" {
		t.Errorf("the API's version set is %+v", a.VersionSet)
	}
}

func TestVersionsAreComparedAsPeopleDo(t *testing.T) {
	t.Parallel()
	order := []string{"", "/", "0", "1", "2", "9", "10", "10.2", "10.10", "10.10a", "99", ":", "v", "v/", "v1", "v1-beta", "v1.9", "v1.10", "v2", "v10", "v19", "va", "va1"}
	for i, a := range order {
		for j, b := range order {
			if got := catalog.CompareVersions(a, b); (got < 0) != (i < j) || (got > 0) != (i > j) {
				t.Errorf("%q to %q is %d, but they are %d and %d in order", a, b, got, i, j)
			}
		}
	}
	if catalog.CompareVersions("v01", "v1") != 0 || catalog.CompareVersions("v0", "v00") != 0 {
		t.Error("leading zeros count")
	}
}

// Operations, and the tags of each, are in the description's order; what it does
// not name comes last.
func TestOperationsAreInTheDescriptionsOrder(t *testing.T) {
	t.Parallel()
	put := func(id, extra string, tags ...string) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			ref := apim.OperationRef("/apis/a;rev=1", apim.Name(id))
			d := &store.Document{Ref: ref, Body: json.RawMessage(`{"displayName":"` + id + `","method":"GET","urlTemplate":"/"}`)}
			if extra != "" {
				d.Extra = json.RawMessage(extra)
			}
			if err := tx.Put(d); err != nil {
				return err
			}
			for _, tag := range tags {
				if err := document(tx, apim.TagRef(apim.Name(tag)), apim.Tag{DisplayName: strings.ToUpper(tag)}); err != nil {
					return err
				}
				if _, err := tx.Link(apim.TagLink, ref, apim.TagRef(apim.Name(tag))); err != nil {
					return err
				}
			}
			return document(tx, ref.Child("policies", "policy"), struct{}{})
		}
	}
	s := open(t, putAPI("a"), put("later", ""), put("second", `{"order":2,"deprecated":true}`, "x"), put("first", `{"order":1,"tags":["z","Y"],"summary":"In short."}`, "x", "b", "y", "z"))
	a, err := s.API(admin, "a")
	if err != nil {
		t.Fatal(err)
	}
	operations, err := s.Operations(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, o := range operations {
		got += fmt.Sprintf("%s %v ", o.ID, o.Deprecated)
		for _, tag := range o.Tags {
			got += tag.Name + " "
		}
	}
	if want := "first false Z Y B X second true X later false "; got != want {
		t.Errorf("operations %s, want %s", got, want)
	}
	if groups := catalog.Groups(operations[:2]); len(groups) != 2 || groups[1].Tag.Name != "X" {
		t.Errorf("groups where all have a tag: %+v", groups)
	}
	d, err := s.Operation(t.Context(), a, "first")
	if err != nil || d.Props.DisplayName != "first" || d.Extra.Summary != "In short." || len(d.Tags) != 4 || d.Tags[0].Name != "Z" {
		t.Errorf("the first in detail: %+v, %v", d, err)
	}
	if d, err := s.Operation(t.Context(), a, "first/policies/policy"); !errors.Is(err, apim.ErrNotFound) {
		t.Errorf("its policy is shown as an operation: %+v, %v", d, err)
	}
}

func TestReleasesSchemasAndGraphQLOfAnAPI(t *testing.T) {
	t.Parallel()
	at := time.Date(2020, 1, 2, 0, 0, 0, 0, time.UTC)
	s := open(t, putAPI("a"), putAPI("b"),
		func(tx *store.Tx) error {
			return document(tx, "/apis/a/releases/old", apim.Release{APIID: "/apis/a;rev=1", Notes: "Old.", CreatedDateTime: &at, UpdatedDateTime: &at})
		},
		func(tx *store.Tx) error {
			return document(tx, "/apis/a/releases/new", apim.Release{APIID: "/apis/a;rev=2", Notes: "New."})
		},
		func(tx *store.Tx) error {
			return tx.Put(&store.Document{Ref: "/apis/a;rev=1/schemas/graphql", Body: json.RawMessage(`{"contentType":"x","document":{"value":"type Query { a: Int }"}}`)})
		},
		func(tx *store.Tx) error {
			return tx.Put(&store.Document{Ref: "/apis/b;rev=1/schemas/graphql", Body: json.RawMessage(`{"contentType":"x"}`)})
		},
	)
	a, err := s.API(admin, "a")
	if err != nil {
		t.Fatal(err)
	}
	r := s.Reader(admin)
	list, err := r.Releases(t.Context(), a)
	if err != nil || len(list) != 2 || list[0].ID != "new" || list[0].Revision != "2" || list[0].Created.Equal(at) || list[1].Notes != "Old." || !list[1].Created.Equal(at) || !list[1].Updated.Equal(at) {
		t.Errorf("releases %+v, %v", list, err)
	}
	if text, err := r.GraphQL(t.Context(), a); err != nil || text != "type Query { a: Int }" {
		t.Errorf("its schema is %q, %v", text, err)
	}
	b, err := s.API(admin, "b")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := r.GraphQL(t.Context(), b); err != nil || text != "" {
		t.Errorf("a schema without a document is %q, %v", text, err)
	}
	if parts, err := r.Schemas(t.Context(), b, []string{"x"}); err != nil || len(parts) != 0 {
		t.Errorf("definitions %v, %v", parts, err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := r.Releases(ended, a); err == nil {
		t.Error("releases are read after the caller has left")
	}
	if _, err := r.GraphQL(ended, a); err == nil {
		t.Error("a schema is read after the caller has left")
	}
	if _, err := r.Schemas(ended, a, []string{"x"}); err == nil {
		t.Error("definitions are read after the caller has left")
	}
}

func TestOperationsAreReadOnFirstUseAndFollowChanges(t *testing.T) {
	t.Parallel()
	op := func(id, name, tag string) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			ref := apim.OperationRef("/apis/a;rev=1", apim.Name(id))
			if err := document(tx, ref, apim.Operation{DisplayName: name, Method: "GET", URLTemplate: "/" + id}); err != nil {
				return err
			}
			if tag == "" {
				return nil
			}
			if err := document(tx, apim.TagRef(apim.Name(tag)), apim.Tag{DisplayName: strings.ToUpper(tag)}); err != nil {
				return err
			}
			_, err := tx.Link(apim.TagLink, ref, apim.TagRef(apim.Name(tag)))
			return err
		}
	}
	s := open(t, putAPI("a"), op("zeta", "Zeta", "t"), op("alpha", "Alpha", ""), op("mid", "Mid", "t"))
	a, err := s.API(admin, "a")
	if err != nil || a.Operations != 3 {
		t.Fatalf("API %+v, %v", a, err)
	}
	list := func() string {
		ops, err := s.Operations(t.Context(), a)
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		for _, g := range catalog.Groups(ops) {
			fmt.Fprintf(&b, "[%s]", g.Tag.Name)
			for _, o := range g.Operations {
				b.WriteString(" " + o.Name)
			}
		}
		return b.String()
	}
	if got := list(); got != "[T] Zeta Mid[] Alpha" {
		t.Errorf("operations are %q", got)
	}
	d, err := s.Operation(t.Context(), a, "ALPHA")
	if err != nil || d.ID != "alpha" || d.Props.URLTemplate != "/alpha" || d.Extra == nil {
		t.Errorf("operation by another case: %+v, %v", d, err)
	}
	for _, id := range []string{"none", "", "alpha/policies/policy"} {
		if _, err := s.Operation(t.Context(), a, apim.Name(id)); !errors.Is(err, apim.ErrNotFound) {
			t.Errorf("operation %q is %v, want not found", id, err)
		}
	}
	s.write(op("alpha", "Beta", ""), op("new", "New", ""))
	s.eventually("a renamed and a new operation", func() bool { return list() == "[T] Zeta Mid[] Beta New" })
	s.write(func(tx *store.Tx) error { return document(tx, apim.TagRef("t"), apim.Tag{DisplayName: "Tea"}) })
	s.eventually("a renamed tag", func() bool { return list() == "[Tea] Zeta Mid[] Beta New" })
	if d, err := s.Operation(t.Context(), a, "alpha"); err != nil || d.Name != "Beta" {
		t.Errorf("after a rename the operation is %+v, %v", d, err)
	}
	s.eventually("the count", func() bool { a, _ := s.API(admin, "a"); return a.Operations == 4 })
}
