package catalog_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// writer makes random changes of all that the catalog is made of.
type writer struct{ *rand.Rand }

func (w writer) pick(names ...string) string { return names[w.IntN(len(names))] }

func (w writer) api() apim.Ref     { return apim.APIRef(apim.Name(w.pick("a", "B", "c", "d"))) }
func (w writer) product() apim.Ref { return apim.ProductRef(apim.Name(w.pick("p", "q"))) }
func (w writer) group() apim.Ref   { return apim.GroupRef(apim.Name(w.pick("guests", "developers"))) }
func (w writer) tag() apim.Ref     { return apim.TagRef(apim.Name(w.pick("t", "u"))) }
func (w writer) set() apim.Ref     { return apim.Ref("/apiVersionSets/" + w.pick("s", "r")) }

func (w writer) change(tx *store.Tx) error {
	return []func(*store.Tx) error{
		w.putAPI, w.putAPI, w.putAPI, w.putProduct, w.hold, w.hold, w.deleteSomething, w.deleteSomething, w.letIn, w.letIn, w.writeGroup, w.label, w.label, w.putSet, w.addOperation, w.makeCurrent,
	}[w.IntN(16)](tx)
}

func (w writer) putAPI(tx *store.Tx) error {
	api, online := w.api(), w.IntN(6) > 0
	a := &apim.API{
		DisplayName: w.pick("Same", "other", "Third"), Path: "x", Description: w.pick("One.", "Two."), IsOnline: &online,
		APIRevision: w.pick("1", "1", "2"), APIVersion: w.pick("", "v1", "v2"), APIVersionSetID: w.pick("", string(w.set())),
	}
	revision := apim.RevisionRef(api.Name(), a.APIRevision)
	if err := document(tx, revision, a); err != nil {
		return err
	}
	if current, err := tx.Links(apim.CurrentRevision, api); err != nil || len(current) > 0 {
		return err
	}
	_, err := tx.Link(apim.CurrentRevision, api, revision)
	return err
}

func (w writer) makeCurrent(tx *store.Tx) error {
	api := w.api()
	next := apim.RevisionRef(api.Name(), w.pick("1", "2"))
	if _, err := tx.Get(next); err != nil {
		return apim.IfAbsent(err, nil)
	}
	before, err := tx.Links(apim.CurrentRevision, api)
	for _, b := range before {
		_, unlinked := tx.Unlink(apim.CurrentRevision, api, b)
		err = errors.Join(err, unlinked)
	}
	_, linked := tx.Link(apim.CurrentRevision, api, next)
	return errors.Join(err, linked)
}

func (w writer) putProduct(tx *store.Tx) error {
	subscription := w.IntN(4) > 0
	return document(tx, w.product(), apim.Product{
		DisplayName: w.pick("One", "Two"), State: w.pick("published", "published", "notPublished"), SubscriptionRequired: &subscription,
	})
}

func (w writer) hold(tx *store.Tx) (err error) {
	if w.IntN(3) > 0 {
		_, err = tx.Link(apim.ProductAPI, w.product(), w.api())
	} else {
		_, err = tx.Unlink(apim.ProductAPI, w.product(), w.api())
	}
	return err
}

func (w writer) letIn(tx *store.Tx) (err error) {
	if w.IntN(3) > 0 {
		_, err = tx.Link(apim.ProductGroup, w.product(), w.group())
	} else {
		_, err = tx.Unlink(apim.ProductGroup, w.product(), w.group())
	}
	return err
}

func (w writer) label(tx *store.Tx) (err error) {
	switch w.IntN(4) {
	case 0:
		return document(tx, w.tag(), apim.Tag{DisplayName: w.pick("Fast", "slow")})
	case 1:
		_, err = tx.Unlink(apim.TagLink, w.api(), w.tag())
	default:
		err = w.linkTag(tx, w.api())
	}
	return err
}

func (w writer) putSet(tx *store.Tx) error {
	return document(tx, w.set(), apim.VersionSet{DisplayName: w.pick("Old", "New"), VersioningScheme: "Segment"})
}

// writeGroup writes a group, which changes nothing that is seen, or deletes it.
func (w writer) writeGroup(tx *store.Tx) error {
	group := w.group()
	if w.IntN(3) > 0 {
		return document(tx, group, apim.Group{DisplayName: w.pick("All", "Some")})
	}
	return tx.DeleteTree(group)
}

func (w writer) addOperation(tx *store.Tx) error {
	ref := apim.OperationRef(apim.RevisionRef(w.api().Name(), w.pick("1", "2")), apim.Name(w.pick("get", "put")))
	if _, err := tx.Get(ref.Parent()); err != nil {
		return apim.IfAbsent(err, nil)
	}
	if err := document(tx, ref, apim.Operation{DisplayName: w.pick("Get", "Put"), Method: "GET", URLTemplate: "/"}); err != nil {
		return err
	}
	return w.linkTag(tx, ref)
}

// linkTag labels with a tag that there is.
func (w writer) linkTag(tx *store.Tx, ref apim.Ref) error {
	tag := w.tag()
	if _, err := tx.Get(tag); err != nil {
		return apim.IfAbsent(err, nil)
	}
	_, err := tx.Link(apim.TagLink, ref, tag)
	return err
}

func (w writer) deleteSomething(tx *store.Tx) error {
	api := w.api()
	switch w.IntN(6) {
	case 0:
		return errors.Join(tx.DeleteTree(apim.RevisionRef(api.Name(), "1")), tx.DeleteTree(api))
	case 1:
		return tx.DeleteTree(w.product())
	case 2:
		return tx.DeleteTree(w.tag())
	case 3:
		return tx.DeleteTree(w.set())
	case 4:
		return tx.DeleteTree(apim.OperationRef(apim.RevisionRef(api.Name(), "1"), "get"))
	}
	_, err := tx.Unlink(apim.CurrentRevision, api, apim.RevisionRef(api.Name(), "1"))
	return err
}

// somebody is a visitor of every kind that the writer's groups tell apart.
var somebody = []catalog.Visitor{guest, developer, {UserID: "both", Groups: []apim.PublicID{"developers", "guests"}}, {UserID: "nobody"}, admin}

// Whatever changes, in whatever order, what was applied change by change is what
// reading everything gives; and a page that says something else now depends on
// something that was told to be stale.
func TestAppliedChangesAreWhatLoadingGives(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			followChanges(t, writer{rand.New(rand.NewPCG(seed, 2))})
		})
	}
}

func followChanges(t *testing.T, w writer) {
	st := storetest.Open(t)
	c := catalog.New(st)
	f, err := feed.Load(t.Context(), st, "catalog", c, nil)
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	c.OnStale(func(deps []string) {
		for _, d := range deps {
			told[d] = true
		}
	})
	before := pages(t, c)
	for step := range 150 {
		clear(told)
		for range 1 + w.IntN(2) {
			if err := st.Update(t.Context(), store.Actor{Name: "test"}, w.change); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		fresh := catalog.New(st)
		if err := st.View(t.Context(), fresh.Load); err != nil {
			t.Fatal(err)
		}
		after, want := pages(t, c), pages(t, fresh)
		for key, p := range want {
			if after[key].text != p.text {
				t.Fatalf("step %d: %s applied is\n%s\nloaded it is\n%s", step, key, after[key].text, p.text)
			}
		}
		for key, p := range before {
			if now, ok := after[key]; ok && now.text != p.text && !slices.ContainsFunc(p.deps, func(d string) bool { return told[d] }) {
				t.Fatalf("step %d: %s, made from %v, is not told to be stale (told: %v). It was\n%s\nand is\n%s", step, key, p.deps, told, p.text, now.text)
			}
		}
		before = after
	}
}

type page struct {
	text string
	deps []string
}

// pages are what each audience can be shown, by audience and address, made as
// the portal makes them: by a Reader that notes what was read.
func pages(t *testing.T, c *catalog.Catalog) map[string]page {
	t.Helper()
	all := map[string]page{}
	for _, v := range somebody {
		add := func(name string, show func(*catalog.Reader, *strings.Builder)) {
			r, b := c.Reader(v), &strings.Builder{}
			show(r, b)
			key, p := c.Audience(v)+" "+name, page{b.String(), r.Deps()}
			if other, ok := all[key]; ok && other.text != p.text {
				t.Fatalf("two visitors of the audience %q see\n%s\nand\n%s", c.Audience(v), other.text, p.text)
			}
			all[key] = p
		}
		for _, a := range c.APIs(v) {
			for _, p := range c.ProductsOf(v, a) {
				if !c.Visible(v, p.Ref) || !slices.Contains(p.APIs, a.ID) {
					t.Fatalf("%+v is shown the product %s of API %s", v, p.ID, a.ID)
				}
			}
		}
		add("the list of APIs", func(r *catalog.Reader, b *strings.Builder) {
			for _, a := range r.APIs() {
				fmt.Fprintln(b, a.ID, a.Name, a.Summary, a.Tags)
			}
		})
		add("the list of products", func(r *catalog.Reader, b *strings.Builder) {
			for _, p := range r.Products() {
				fmt.Fprintln(b, p.ID, p.Name)
			}
		})
		for _, id := range []apim.PublicID{"a", "B", "c", "d"} {
			add("API "+string(id), func(r *catalog.Reader, b *strings.Builder) { showAPI(t, r, b, id) })
		}
		for _, id := range []apim.PublicID{"p", "q"} {
			add("product "+string(id), func(r *catalog.Reader, b *strings.Builder) { showProduct(r, b, id) })
		}
	}
	return all
}

func showAPI(t *testing.T, r *catalog.Reader, b *strings.Builder, id apim.PublicID) {
	a, err := r.API(id)
	if err != nil { // of what is not seen nothing is kept
		r.Note(catalog.DepAPI(id), catalog.DepAPIs)
		fmt.Fprintln(b, err)
		return
	}
	fmt.Fprintln(b, a.ID, a.Name, a.Revision, a.Type, a.Operations, a.Version)
	if a.VersionSet != nil {
		fmt.Fprintln(b, "version set", a.VersionSet.DisplayName)
		r.Note(catalog.DepVersions)
	}
	for _, other := range r.Versions(a) {
		fmt.Fprintln(b, "version", other.ID, other.Version)
	}
	for _, p := range r.ProductsOf(a) {
		fmt.Fprintln(b, "in", p.ID, p.Name)
	}
	operations, err := r.Operations(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range operations {
		fmt.Fprintln(b, "operation", o.ID, o.Name, o.Tags)
	}
}

func showProduct(r *catalog.Reader, b *strings.Builder, id apim.PublicID) {
	p, err := r.Product(id)
	if err != nil {
		r.Note(catalog.DepProduct(id))
		fmt.Fprintln(b, err)
		return
	}
	fmt.Fprintln(b, p.ID, p.Name, p.Props.State)
	for _, a := range r.APIsOf(p) {
		fmt.Fprintln(b, "holds", a.ID, a.Name)
	}
}

// A group that is deleted opens nothing any more, at once; one that is written
// goes on opening what it did.
func TestADeletedGroupOpensNothing(t *testing.T) {
	t.Parallel()
	s := shop(t)
	s.write(func(tx *store.Tx) error { return document(tx, "/groups/partners", apim.Group{DisplayName: "Partners"}) })
	s.write(func(tx *store.Tx) error { return document(tx, "/tags/marker", apim.Tag{DisplayName: "Marker"}) })
	s.write(func(tx *store.Tx) error { _, err := tx.Link(apim.TagLink, "/apis/public", "/tags/marker"); return err })
	s.eventually("what was written", func() bool { return len(s.Tags(guest)) == 1 })
	if !s.Visible(partner, "/apis/partners-only") {
		t.Fatal("partners do not see their API after their group was written")
	}
	s.write(func(tx *store.Tx) error { return tx.DeleteTree("/groups/partners") })
	s.eventually("the API hidden from partners", func() bool { return !s.Visible(partner, "/apis/partners-only") })
	if p, err := s.Product(admin, "partners"); err != nil || len(p.Groups) != 0 {
		t.Errorf("the product is still linked to %v, %v", p.Groups, err)
	}
}

// Many APIs at once are taken in as one by one.
func TestManyAPIsAreTakenInAtOnce(t *testing.T) {
	t.Parallel()
	st := storetest.Open(t)
	c := catalog.New(st)
	f, err := feed.Load(t.Context(), st, "catalog", c, nil)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, st, 501, 1)
	if err := f.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := c.Reader(guest)
	if n := len(r.APIs()); n != 501 {
		t.Errorf("guests see %d APIs, want 501", n)
	}
}

// What changes nothing that is seen is told to nobody.
func TestWhatNobodySeesIsToldToNobody(t *testing.T) {
	t.Parallel()
	st := storetest.Open(t)
	c := catalog.New(st)
	f, err := feed.Load(t.Context(), st, "catalog", c, nil)
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	c.OnStale(func([]string) { told++ })
	for _, tt := range []struct {
		name string
		ref  apim.Ref
		body any
		want int
	}{
		{"a user", "/users/ann", apim.User{FirstName: "Ann"}, 0},
		{"a new tag", "/tags/t", apim.Tag{DisplayName: "T"}, 0},
		{"a tag written again", "/tags/t", apim.Tag{DisplayName: "T"}, 0},
		{"a tag's new name", "/tags/t", apim.Tag{DisplayName: "U"}, 1},
		{"a product", "/products/p", apim.Product{DisplayName: "P"}, 1},
		{"settings of the portal", "/portalsettings/signup", struct{}{}, 1},
	} {
		told = 0
		if err := st.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error { return document(tx, tt.ref, tt.body) }); err != nil {
			t.Fatal(err)
		}
		if err := f.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if told != tt.want {
			t.Errorf("%s was told %d times, want %d", tt.name, told, tt.want)
		}
	}
}

// follow is a catalog that is brought up to date by hand, and what it told.
type follow struct {
	t       *testing.T
	store   *store.Store
	catalog *catalog.Catalog
	feed    *feed.Follower
	told    []string
}

func newFollow(t *testing.T, fill ...func(*store.Tx) error) *follow {
	t.Helper()
	f := &follow{t: t, store: storetest.Open(t)}
	f.catalog = catalog.New(f.store)
	var err error
	if f.feed, err = feed.Load(t.Context(), f.store, "catalog", f.catalog, nil); err != nil {
		t.Fatal(err)
	}
	f.catalog.OnStale(func(deps []string) { f.told = append(f.told, deps...) })
	f.write(fill...)
	return f
}

// write changes the store, and forgets what was told before.
func (f *follow) write(changes ...func(*store.Tx) error) {
	f.t.Helper()
	f.told = nil
	for _, change := range changes {
		if err := f.store.Update(f.t.Context(), store.Actor{Name: "test"}, change); err != nil {
			f.t.Fatal(err)
		}
		if err := f.feed.CatchUp(f.t.Context()); err != nil {
			f.t.Fatal(err)
		}
	}
}

// An API that comes online appears on the page of each product that holds it.
func TestAnAPIThatComesIsToldToItsProducts(t *testing.T) {
	t.Parallel()
	offline := false
	f := newFollow(t, putAPI("a", func(a *apim.API) { a.IsOnline = &offline }),
		putProduct("p", "published", true, []string{"a"}, []string{"guests"}), putProduct("q", "published", true, []string{"a"}, []string{"guests"}),
		putProduct("q", "published", false, nil, nil), putProduct("other", "published", true, nil, []string{"guests"}))
	f.write(putAPI("a"))
	for product, want := range map[apim.PublicID]bool{"p": true, "q": true, "other": false} {
		if slices.Contains(f.told, catalog.DepProduct(product)) != want {
			t.Errorf("%s is told to be stale: %v, want %v (told: %v)", product, !want, want, f.told)
		}
	}
}

// A page that lists the versions of an API is stale when another one is shown or hidden.
func TestAVersionThatIsShownIsToldToTheOthers(t *testing.T) {
	t.Parallel()
	version := func(a *apim.API) { a.APIVersionSetID = "/apiVersionSets/s" }
	f := newFollow(t, putAPI("a", version), putAPI("b", version), putAPI("alone"),
		putProduct("p", "published", true, []string{"a"}, []string{"guests"}), putProduct("q", "published", true, []string{"b"}, nil), putProduct("r", "published", true, []string{"alone"}, nil))
	for product, want := range map[apim.Ref]bool{"/products/q": true, "/products/r": false} {
		f.write(func(tx *store.Tx) error { _, err := tx.Link(apim.ProductGroup, product, "/groups/guests"); return err })
		if slices.Contains(f.told, catalog.DepVersions) != want {
			t.Errorf("opening %s: lists of versions are stale: %v, want %v", product, !want, want)
		}
	}
	if a, err := f.catalog.API(guest, "a"); err != nil || len(f.catalog.Versions(guest, a.VersionSetID)) != 2 {
		t.Errorf("guests see not both versions: %v", err)
	}
}
