package subscription_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
	"github.com/portico-portal/portico/internal/subscription"
)

const armID = "/subscriptions/s/resourceGroups/r/providers/Microsoft.ApiManagement/service/portico"

// office is the fixture with workspaces w and v, each with an API and a product
// of its own, and a clock.
type office struct {
	*subscription.Service
	t     *testing.T
	store *store.Store
	now   time.Time
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{t: t, now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	opt := storetest.Options()
	opt.Now = func() time.Time { return o.now }
	s, err := storetest.SQLite(t).Open(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	o.store, o.Service = s, fixture(t, s)
	o.update(func(tx *store.Tx) error {
		for _, home := range []apim.Ref{"/workspaces/w", "/workspaces/v"} {
			put(t, tx, home, apim.Workspace{DisplayName: "W"})
			put(t, tx, home+"/apis/own;rev=1", apim.API{DisplayName: "own", Path: "own"})
			put(t, tx, home+"/products/own", apim.Product{DisplayName: "Own", State: "published"})
			_, current := tx.Link(apim.CurrentRevision, home+"/apis/own", home+"/apis/own;rev=1")
			_, held := tx.Link(apim.ProductAPI, home+"/products/own", home+"/apis/own")
			if err := errors.Join(current, held); err != nil {
				return err
			}
		}
		return nil
	})
	return o
}

func (o *office) update(fn func(tx *store.Tx) error) {
	o.t.Helper()
	if err := o.store.Update(o.t.Context(), tester, fn); err != nil {
		o.t.Fatal(err)
	}
}

// put writes a subscription as the management API does and returns what is stored.
func (o *office) put(ref apim.Ref, p apim.Subscription, keys subscription.Keys) (*subscription.Subscription, error) {
	err := o.store.Update(o.t.Context(), tester, func(tx *store.Tx) error {
		_, err := o.Put(tx, ref, &p, keys)
		return err
	})
	if err != nil {
		return nil, err
	}
	return o.Get(o.t.Context(), admin, ref.PublicID())
}

// A subscription of a workspace opens what is in that workspace, also one to all
// APIs; none of the service opens a single workspace.
func TestSubscriptionsStayInTheirWorkspace(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, home, scope string
		stored            string // "" is a refusal
		opens             string
	}{
		{"all APIs of the workspace, in short", "/workspaces/w", "/apis", "/workspaces/w/apis", "/workspaces/w/apis/own"},
		{"all APIs of the workspace, in full", "/workspaces/w", "/workspaces/W/apis", "/workspaces/W/apis", "/workspaces/w/apis/own"},
		{"all APIs of the workspace, by its ARM id", "/workspaces/w", armID + "/workspaces/w/apis", "/workspaces/w/apis", "/workspaces/w/apis/own"},
		{"its API", "/workspaces/w", "/apis/own", "/workspaces/w/apis/own", "/workspaces/w/apis/own"},
		{"its product", "/workspaces/w", "/products/own", "/workspaces/w/products/own", "/workspaces/w/apis/own"},
		{"all APIs of another workspace", "/workspaces/w", "/workspaces/v/apis", "", ""},
		{"an API of another workspace", "/workspaces/w", "/workspaces/v/apis/own", "", ""},
		{"a product that only the service has", "/workspaces/w", "/products/free", "", ""},
		{"an API that only the service has", "/workspaces/w", "/apis/parcels", "", ""},
		{"all APIs of a workspace, for the service", "", "/workspaces/w/apis", "", ""},
		{"a product of a workspace, for the service", "", "/workspaces/w/products/own", "", ""},
		{"all APIs of the service", "", "/apis", "/apis", "/apis/parcels /apis/lonely /workspaces/w/apis/own /workspaces/v/apis/own"},
		{"an API of the service", "", "/apis/parcels", "/apis/parcels", "/apis/parcels"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			sub, err := o.put(apim.Ref(tt.home)+"/subscriptions/s", apim.Subscription{DisplayName: "S", Scope: tt.scope, OwnerID: "/users/ada", State: "active"}, subscription.Keys{})
			if tt.stored == "" {
				if target(err) != "scope" {
					t.Errorf("%v, want a refusal of the scope", err)
				}
				return
			}
			if err != nil || sub.Scope != tt.stored {
				t.Fatalf("stored %+v, %v; want %s", sub, err, tt.stored)
			}
			var opens []string
			for _, api := range []apim.Ref{"/apis/parcels", "/apis/lonely", "/workspaces/w/apis/own", "/workspaces/v/apis/own"} {
				keys, err := o.KeysFor(t.Context(), "ada", api)
				if err != nil {
					t.Fatal(err)
				}
				if len(keys) > 0 {
					opens = append(opens, string(api))
				}
			}
			if got := strings.Join(opens, " "); got != tt.opens {
				t.Errorf("it opens %s, want %s", got, tt.opens)
			}
		})
	}
}

// The limit of a product counts the owner's other subscriptions to that very
// product that are active or wait to be.
func TestWhatCountsToTheLimit(t *testing.T) {
	t.Parallel()
	gold := apim.Subscription{DisplayName: "G", Scope: "/products/gold", OwnerID: "/users/ada", State: "active"}
	for _, tt := range []struct {
		name   string
		other  func(p *apim.Subscription) // the one that is there
		next   func(p *apim.Subscription)
		refuse bool
	}{
		{"one that is active", func(*apim.Subscription) {}, func(*apim.Subscription) {}, true},
		{"one that is submitted", func(p *apim.Subscription) { p.State = "submitted" }, func(*apim.Subscription) {}, true},
		{"one that is suspended", func(p *apim.Subscription) { p.State = "suspended" }, func(*apim.Subscription) {}, false},
		{"one that is cancelled", func(p *apim.Subscription) { p.State = "cancelled" }, func(*apim.Subscription) {}, false},
		{"one that is rejected", func(p *apim.Subscription) { p.State = "rejected" }, func(*apim.Subscription) {}, false},
		{"one that is expired", func(p *apim.Subscription) { p.State = "expired" }, func(*apim.Subscription) {}, false},
		{"one to another product", func(p *apim.Subscription) { p.Scope = "/products/free" }, func(*apim.Subscription) {}, false},
		{"one of another owner", func(p *apim.Subscription) { p.OwnerID = "/users/bob" }, func(*apim.Subscription) {}, false},
		{"one without an owner", func(p *apim.Subscription) { p.OwnerID = "" }, func(p *apim.Subscription) { p.OwnerID = "" }, false},
		{"the next is not counted itself", func(*apim.Subscription) {}, func(p *apim.Subscription) { p.State = "suspended" }, false},
		{"the next is to a product without limit", func(p *apim.Subscription) { p.Scope = "/products/free" }, func(p *apim.Subscription) { p.Scope = "/products/free" }, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			other, next := gold, gold
			tt.other(&other)
			tt.next(&next)
			if _, err := o.put("/subscriptions/first", other, subscription.Keys{}); err != nil {
				t.Fatal(err)
			}
			if _, err := o.put("/subscriptions/second", next, subscription.Keys{}); (target(err) == "scope") != tt.refuse {
				t.Errorf("%v, want a refusal: %v", err, tt.refuse)
			}
			if _, err := o.put("/subscriptions/first", other, subscription.Keys{}); err != nil {
				t.Errorf("writing the first again: %v", err)
			}
		})
	}
}

// A subscription that takes over another's place, by owner or by scope, is
// counted as a new one.
func TestMovingASubscriptionCountsToTheLimit(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	gold := apim.Subscription{DisplayName: "G", Scope: "/products/gold", OwnerID: "/users/ada", State: "active"}
	free, bobs := gold, gold
	free.Scope, bobs.OwnerID = "/products/free", "/users/bob"
	for ref, p := range map[apim.Ref]apim.Subscription{"/subscriptions/a": gold, "/subscriptions/b": free, "/subscriptions/c": bobs} {
		if _, err := o.put(ref, p, subscription.Keys{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, ref := range []apim.Ref{"/subscriptions/b", "/subscriptions/c"} {
		if _, err := o.put(ref, gold, subscription.Keys{}); target(err) != "scope" {
			t.Errorf("%s becomes ada's second to gold: %v", ref, err)
		}
	}
}

// What a subscription names must exist when it is named, not ever after: it can
// be renamed and cancelled when the owner or the API is gone.
func TestASubscriptionOutlivesWhatItNames(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := apim.Subscription{DisplayName: "S", Scope: "/apis/lonely", OwnerID: "/users/ada", State: "active"}
	if _, err := o.put("/subscriptions/s", p, subscription.Keys{}); err != nil {
		t.Fatal(err)
	}
	o.update(func(tx *store.Tx) error {
		return errors.Join(tx.DeleteTree("/apis/lonely;rev=1"), tx.DeleteTree("/apis/lonely"), tx.DeleteTree("/users/ada"))
	})
	p.DisplayName = "Other"
	if sub, err := o.put("/subscriptions/s", p, subscription.Keys{}); err != nil || sub.DisplayName != "Other" {
		t.Errorf("renamed to %+v, %v", sub, err)
	}
	for _, tt := range []struct{ scope, owner, target string }{{"/apis/gone", "/users/ada", "ownerId"}, {"/apis/lonely", "/users/gone", "ownerId"}, {"/apis/gone", "", "scope"}} {
		p.Scope, p.OwnerID = tt.scope, tt.owner
		if _, err := o.put("/subscriptions/s", p, subscription.Keys{}); target(err) != tt.target {
			t.Errorf("moved to %s of %q: %v, want a refusal of %s", tt.scope, tt.owner, err, tt.target)
		}
	}
}

func TestDatesSayWhenSomethingFirstHappened(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	day := func(at *time.Time) string {
		if at == nil {
			return "-"
		}
		return fmt.Sprint(at.Day())
	}
	for _, step := range []struct {
		day   int
		state string
		want  string // created, started, ended
	}{
		{1, "submitted", "1 - -"}, {2, "active", "1 2 -"}, {3, "suspended", "1 2 -"}, {4, "active", "1 2 -"},
		{5, "cancelled", "1 2 5"}, {6, "expired", "1 2 5"}, {7, "", "1 2 5"}, {8, "active", "1 2 -"}, {9, "rejected", "1 2 9"},
	} {
		o.now = time.Date(2026, 1, step.day, 0, 0, 0, 0, time.UTC)
		sub, err := o.put("/subscriptions/s", apim.Subscription{DisplayName: "S", Scope: "/apis", State: step.state}, subscription.Keys{})
		if err != nil {
			t.Fatal(err)
		}
		if got := day(sub.CreatedDate) + " " + day(sub.StartDate) + " " + day(sub.EndDate); got != step.want {
			t.Errorf("%q on day %d: created, started, ended on %s, want %s", step.state, step.day, got, step.want)
		}
	}
}

func TestWhichKeysAreTakenAndKept(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	p := apim.Subscription{DisplayName: "S", Scope: "/apis"}
	longest := strings.Repeat("k", 256)
	read := func() subscription.Keys {
		keys, err := o.Keys(t.Context(), admin, "s")
		if err != nil {
			t.Fatal(err)
		}
		return keys
	}
	for _, tt := range []struct {
		name        string
		give        subscription.Keys
		primary     string // "new": a generated one
		secondary   string
		refuseField string
	}{
		{"a new one gets what is not given", subscription.Keys{Primary: longest}, longest, "new", ""},
		{"the edges of ASCII", subscription.Keys{Primary: "!", Secondary: "~"}, "!", "~", ""},
		{"one given, the other kept", subscription.Keys{Secondary: "s"}, "!", "s", ""},
		{"none given, both kept", subscription.Keys{}, "!", "s", ""},
		{"one too long", subscription.Keys{Secondary: longest + "k"}, "!", "s", "secondaryKey"},
		{"a space", subscription.Keys{Primary: " "}, "!", "s", "primaryKey"},
		{"a DEL", subscription.Keys{Primary: "a\x7f"}, "!", "s", "primaryKey"},
		{"both the same", subscription.Keys{Primary: "x", Secondary: "x"}, "!", "s", "secondaryKey"},
	} {
		_, err := o.put("/subscriptions/s", p, tt.give)
		if target(err) != tt.refuseField {
			t.Errorf("%s: %v, want a refusal of %q", tt.name, err, tt.refuseField)
		}
		got := read()
		if got.Primary != tt.primary || got.Secondary != tt.secondary && (tt.secondary != "new" || len(got.Secondary) != 32) {
			t.Errorf("%s: the keys are %+v", tt.name, got)
		}
	}
	if err := o.Regenerate(t.Context(), tester, admin, "s", subscription.SecondaryKey); err != nil {
		t.Fatal(err)
	}
	if got := read(); got.Primary != "!" || len(got.Secondary) != 32 {
		t.Errorf("after regenerating the secondary key: %+v", got)
	}
}

func TestTheBuiltInSubscriptionIsToAllAPIsAndNobodys(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, tt := range []struct {
		ref   apim.Ref
		p     apim.Subscription
		taken bool
	}{
		{"/subscriptions/Master", apim.Subscription{DisplayName: "All", Scope: "/apis"}, true},
		{"/subscriptions/master", apim.Subscription{DisplayName: "All", Scope: "/apis", OwnerID: "/users/ada"}, false},
		{"/subscriptions/master", apim.Subscription{DisplayName: "All", Scope: "/apis/parcels"}, false},
		{"/subscriptions/other", apim.Subscription{DisplayName: "All", Scope: "/apis/parcels", OwnerID: "/users/ada"}, true},
	} {
		if _, err := o.put(tt.ref, tt.p, subscription.Keys{}); (err == nil) != tt.taken {
			t.Errorf("%s to %s of %q: %v", tt.ref, tt.p.Scope, tt.p.OwnerID, err)
		}
	}
}

// The links follow the document, so that a product or a user finds their subscriptions.
func TestLinksFollowTheSubscription(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	has := func(kind apim.LinkKind, to apim.Ref) bool {
		var refs []apim.Ref
		if err := o.store.View(t.Context(), func(tx *store.Tx) (err error) { refs, err = tx.Backlinks(kind, to); return err }); err != nil {
			t.Fatal(err)
		}
		return len(refs) == 1
	}
	for _, step := range []struct {
		scope, owner string
		product, api bool
		ada, bob     bool
	}{
		{"/products/free", "/users/ada", true, false, true, false},
		{"/products/Free", "/users/Ada", true, false, true, false},
		{"/apis/parcels", "/users/bob", false, true, false, true},
		{"/apis", "", false, false, false, false},
		{"/products/free", "/users/bob", true, false, false, true},
	} {
		if _, err := o.put("/subscriptions/s", apim.Subscription{DisplayName: "S", Scope: step.scope, OwnerID: step.owner}, subscription.Keys{}); err != nil {
			t.Fatal(err)
		}
		got := []bool{has(apim.SubscriptionScope, "/products/free"), has(apim.SubscriptionScope, "/apis/parcels"), has(apim.SubscriptionOwner, "/users/ada"), has(apim.SubscriptionOwner, "/users/bob")}
		if want := []bool{step.product, step.api, step.ada, step.bob}; fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("to %s of %q: links to free, parcels, ada, bob are %v, want %v", step.scope, step.owner, got, want)
		}
	}
}

// Writing a subscription again tells nobody that its links have changed.
func TestLinksThatStayAreNotTold(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	links := func() (n int) {
		var changes []store.Change
		if err := o.store.View(t.Context(), func(tx *store.Tx) (err error) { changes, err = tx.Changes(0, 1000); return err }); err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			if c.Op == store.OpLink {
				n++
			}
		}
		return n
	}
	p := apim.Subscription{DisplayName: "S", Scope: "/products/free", OwnerID: "/users/ada"}
	before := links()
	for range 2 {
		if _, err := o.put("/subscriptions/s", p, subscription.Keys{}); err != nil {
			t.Fatal(err)
		}
	}
	if got := links() - before; got != 2 {
		t.Errorf("writing it twice told of %d changed links, want the 2 of the first time", got)
	}
}

func TestWhatAPersonsSubscriptionIsCalled(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	hundred := strings.Repeat("ü", 100)
	o.update(func(tx *store.Tx) error {
		put(t, tx, "/products/hundred", apim.Product{DisplayName: hundred, State: "published"})
		put(t, tx, "/products/longer", apim.Product{DisplayName: hundred + "x", State: "published"})
		return nil
	})
	for _, tt := range []struct{ product, id, name, want string }{
		{"hundred", "", "", hundred}, {"longer", "", "", hundred}, {"hundred", "mine", "Mine", "Mine"}, {"w~own", "own", "", "Own"}, {"terms", "kind", "", "Terms"},
	} {
		sub, err := o.Subscribe(t.Context(), tester, subscription.Request{
			ID: apim.Name(tt.id), UserID: "ada", ProductID: apim.PublicID(tt.product), Name: tt.name, TermsAccepted: true, Visible: everything,
		})
		if err != nil || sub.DisplayName != tt.want || tt.id != "" && sub.Ref.Name() != apim.Name(tt.id) || !sub.ProductID().Same(apim.PublicID(tt.product)) {
			t.Errorf("%s: %+v, %v; want the name %q", tt.product, sub, err, tt.want)
		}
	}
	if _, err := o.Create(t.Context(), tester, "Mine", &apim.Subscription{DisplayName: "X", Scope: "/apis"}, subscription.Keys{}); !errors.Is(err, apim.ErrConflict) {
		t.Errorf("a second one with an id: %v", err)
	}
	if sub, err := o.put("/subscriptions/all", apim.Subscription{DisplayName: "All", Scope: "/apis"}, subscription.Keys{}); err != nil || sub.ProductID() != "" {
		t.Errorf("one to all APIs is to the product %q (%v)", sub.ProductID(), err)
	}
}
