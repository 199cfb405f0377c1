package subscription_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
	"github.com/portico-portal/portico/internal/subscription"
)

var (
	tester = store.Actor{Name: "test"}
	ada    = subscription.Caller{UserID: "Ada"}
	bob    = subscription.Caller{UserID: "bob"}
	admin  = subscription.Caller{Admin: true}
)

func everything(apim.Ref) bool { return true }

func put(t *testing.T, tx *store.Tx, ref apim.Ref, body any) {
	t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Put(&store.Document{Ref: ref, Body: data}); err != nil {
		t.Fatal(err)
	}
}

// fixture has users ada and bob, an API in the product free, and one in none.
func fixture(t *testing.T, s *store.Store) *subscription.Service {
	t.Helper()
	no, one := false, 1
	err := s.Update(t.Context(), tester, func(tx *store.Tx) error {
		for _, u := range []string{"ada", "bob"} {
			put(t, tx, apim.UserRef(apim.Name(u)), apim.User{FirstName: u, LastName: u, Email: u + "@example.test"})
		}
		put(t, tx, apim.ProductRef("free"), apim.Product{DisplayName: "Free", State: "published"})
		put(t, tx, apim.ProductRef("gold"), apim.Product{DisplayName: "Gold", State: "published", ApprovalRequired: true, SubscriptionsLimit: &one})
		put(t, tx, apim.ProductRef("terms"), apim.Product{DisplayName: "Terms", State: "published", Terms: "Be kind."})
		put(t, tx, apim.ProductRef("hidden"), apim.Product{DisplayName: "Hidden", State: "notPublished"})
		put(t, tx, apim.ProductRef("open"), apim.Product{DisplayName: "Open", State: "published", SubscriptionRequired: &no})
		for _, api := range []string{"parcels", "lonely"} {
			put(t, tx, apim.RevisionRef(apim.Name(api), "1"), apim.API{DisplayName: api, Path: api})
			if _, err := tx.Link(apim.CurrentRevision, apim.APIRef(apim.Name(api)), apim.RevisionRef(apim.Name(api), "1")); err != nil {
				return err
			}
		}
		_, err := tx.Link(apim.ProductAPI, apim.ProductRef("free"), apim.APIRef("parcels"))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return subscription.New(s)
}

// each runs a test with the fixture on both databases.
func each(t *testing.T, test func(t *testing.T, s *store.Store, subs *subscription.Service)) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) { test(t, s, fixture(t, s)) })
}

func subscribe(t *testing.T, subs *subscription.Service, user, product string) *subscription.Subscription {
	t.Helper()
	sub, err := subs.Subscribe(t.Context(), tester, subscription.Request{UserID: apim.Name(user), ProductID: apim.PublicID(product), TermsAccepted: true, Visible: everything})
	if err != nil {
		t.Fatalf("subscribe %s to %s: %v", user, product, err)
	}
	return sub
}

// target is what an *apim.InvalidError is about, "" for other errors.
func target(err error) string {
	var invalid *apim.InvalidError
	if errors.As(err, &invalid) {
		return invalid.Violations[0].Target
	}
	return ""
}

func TestAPersonSubscribesToAProduct(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, subs *subscription.Service) {
		free := subscribe(t, subs, "Ada", "free")
		if free.State != apim.SubscriptionActive || free.DisplayName != "Free" || free.Scope != "/products/free" || apim.Ref(free.OwnerID).Name() != "Ada" ||
			free.ProductID() != "free" || free.CreatedDate == nil || free.StartDate == nil || free.EndDate != nil {
			t.Errorf("without approval: %+v", free.Subscription)
		}
		gold := subscribe(t, subs, "ada", "gold")
		if gold.State != apim.SubscriptionSubmitted || gold.StartDate != nil {
			t.Errorf("with approval: %+v", gold.Subscription)
		}
		all, err := subs.For(t.Context(), "ADA")
		if err != nil || len(all) != 2 {
			t.Errorf("the owner has %d subscriptions, %v", len(all), err)
		}
		keys, err := subs.Keys(t.Context(), ada, free.ID)
		hex := regexp.MustCompile(`^[0-9a-f]{32}$`)
		if err != nil || !hex.MatchString(keys.Primary) || !hex.MatchString(keys.Secondary) || keys.Primary == keys.Secondary {
			t.Errorf("keys %+v, %v", keys, err)
		}
	})
}

func TestSubscribingIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, subs *subscription.Service) {
		subscribe(t, subs, "ada", "gold")
		own := subscribe(t, subs, "bob", "free")
		nothing := func(apim.Ref) bool { return false }
		for _, test := range []struct {
			name    string
			request subscription.Request
			is      error
			target  string
		}{
			{"no such product", subscription.Request{ProductID: "nope", Visible: everything}, apim.ErrNotFound, ""},
			{"an unpublished product", subscription.Request{ProductID: "hidden", Visible: everything}, apim.ErrNotFound, ""},
			{"a product that is not visible", subscription.Request{ProductID: "free", Visible: nothing}, apim.ErrNotFound, ""},
			{"an open product", subscription.Request{ProductID: "open", Visible: everything}, nil, "scope"},
			{"terms not accepted", subscription.Request{ProductID: "terms", Visible: everything}, nil, "terms"},
			{"beyond the limit, one being submitted", subscription.Request{ProductID: "gold", Visible: everything}, nil, "scope"},
			{"somebody else's id", subscription.Request{ID: apim.Name(strings.ToUpper(string(own.ID))), ProductID: "free", Visible: everything}, apim.ErrConflict, ""},
			{"an id that is no name", subscription.Request{ID: "a/b", ProductID: "free", Visible: everything}, nil, "id"},
			{"a name of 101 characters", subscription.Request{Name: strings.Repeat("x", 101), ProductID: "free", Visible: everything}, nil, "displayName"},
			{"nobody", subscription.Request{UserID: "nobody", ProductID: "free", Visible: everything}, nil, "ownerId"},
		} {
			if test.request.UserID == "" {
				test.request.UserID = "ada"
			}
			_, err := subs.Subscribe(t.Context(), tester, test.request)
			if err == nil || test.is != nil && !errors.Is(err, test.is) || test.target != target(err) {
				t.Errorf("%s: %v", test.name, err)
			}
		}
		if kept, err := subs.Get(t.Context(), bob, own.ID); err != nil || apim.Ref(kept.OwnerID).Name() != "bob" {
			t.Errorf("the other's subscription is %+v, %v", kept, err)
		}
	})
}

func TestStatesMoveTheirDates(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, subs *subscription.Service) {
		id := subscribe(t, subs, "ada", "gold").ID
		for _, step := range []struct {
			state          string
			started, ended bool
		}{
			{apim.SubscriptionRejected, false, true},
			{apim.SubscriptionSubmitted, false, false},
			{apim.SubscriptionActive, true, false},
			{apim.SubscriptionSuspended, true, false},
			{apim.SubscriptionExpired, true, true},
			{apim.SubscriptionActive, true, false},
			{apim.SubscriptionCancelled, true, true},
		} {
			sub, err := setState(t, subs, string(id), step.state, "because")
			if err != nil {
				t.Fatalf("to %s: %v", step.state, err)
			}
			if sub.State != step.state || sub.StateComment != "because" || (sub.StartDate != nil) != step.started || (sub.EndDate != nil) != step.ended {
				t.Errorf("to %s: %+v", step.state, sub.Subscription)
			}
		}
		if _, err := setState(t, subs, string(id), "asleep", ""); target(err) != "state" {
			t.Errorf("a state that is none: %v", err)
		}
	})
}

func TestTheLimitHoldsWhenASubscriptionComesBack(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, subs *subscription.Service) {
		first := subscribe(t, subs, "ada", "gold")
		if _, err := subs.Cancel(t.Context(), tester, ada, first.ID); err != nil {
			t.Fatal(err)
		}
		second := subscribe(t, subs, "ada", "gold") // the place is free again
		subscribe(t, subs, "bob", "gold")           // others have their own
		if _, err := setState(t, subs, string(first.ID), apim.SubscriptionActive, ""); target(err) != "scope" {
			t.Errorf("the first comes back beside the second: %v", err)
		}
		if _, err := setState(t, subs, string(second.ID), apim.SubscriptionActive, ""); err != nil {
			t.Errorf("approving the one that waits: %v", err)
		}
		if _, err := subs.Create(t.Context(), tester, "extra", &apim.Subscription{DisplayName: "X", Scope: "/products/gold", OwnerID: "/users/ada"}, subscription.Keys{}); target(err) != "scope" {
			t.Errorf("an administrator goes beyond the limit: %v", err)
		}
	})
}

func TestPeopleReachTheirOwnSubscriptionsOnly(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, subs *subscription.Service) {
		id := subscribe(t, subs, "ada", "free").ID
		standalone, err := subs.Create(t.Context(), tester, "machine", &apim.Subscription{DisplayName: "M", Scope: "/apis"}, subscription.Keys{})
		if err != nil || standalone.State != apim.SubscriptionSubmitted {
			t.Fatalf("standalone: %+v, %v", standalone, err)
		}
		for _, who := range []struct {
			name   string
			caller subscription.Caller
			id     apim.PublicID
			ok     bool
		}{
			{"the owner, in another spelling", ada, id, true}, {"an administrator", admin, id, true}, {"somebody else", bob, id, false},
			{"a guest", subscription.Caller{}, id, false}, {"a guest to a subscription without owner", subscription.Caller{}, "machine", false},
			{"an administrator to one without owner", admin, "machine", true},
		} {
			calls := map[string]func() error{
				"get":  func() error { _, err := subs.Get(t.Context(), who.caller, apim.PublicID(who.id)); return err },
				"keys": func() error { _, err := subs.Keys(t.Context(), who.caller, apim.PublicID(who.id)); return err },
				"regenerate": func() error {
					return subs.Regenerate(t.Context(), tester, who.caller, apim.PublicID(who.id), subscription.PrimaryKey)
				},
				"rename": func() error {
					_, err := subs.Rename(t.Context(), tester, who.caller, apim.PublicID(who.id), "Other")
					return err
				},
				"cancel": func() error {
					_, err := subs.Cancel(t.Context(), tester, who.caller, apim.PublicID(who.id))
					return err
				},
			}
			for name, call := range calls {
				if err := call(); (err == nil) != who.ok || err != nil && !errors.Is(err, apim.ErrNotFound) {
					t.Errorf("%s: %s: %v", who.name, name, err)
				}
			}
		}
		if got, err := subs.For(t.Context(), ""); err != nil || len(got) != 0 {
			t.Errorf("a guest has %d subscriptions, %v", len(got), err)
		}
	})
}

func TestPeopleCannotCancelWhatWasDecided(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, subs *subscription.Service) {
		id := subscribe(t, subs, "ada", "free").ID
		for state, ok := range map[string]bool{
			apim.SubscriptionSubmitted: true, apim.SubscriptionActive: true, apim.SubscriptionSuspended: true,
			apim.SubscriptionCancelled: true, apim.SubscriptionRejected: false, apim.SubscriptionExpired: false,
		} {
			if _, err := setState(t, subs, string(id), state, ""); err != nil {
				t.Fatal(err)
			}
			if _, err := subs.Cancel(t.Context(), tester, ada, id); (err == nil) != ok || !ok && target(err) != "state" {
				t.Errorf("cancel when %s: %v", state, err)
			}
		}
	})
}

func TestKeysAreUniqueAndReplaceable(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, subs *subscription.Service) {
		scope := &apim.Subscription{DisplayName: "M", Scope: "/apis/parcels", State: apim.SubscriptionActive}
		if _, err := subs.Create(t.Context(), tester, "one", scope, subscription.Keys{Primary: "first-key", Secondary: "second-key"}); err != nil {
			t.Fatal(err)
		}
		for name, test := range map[string]struct {
			keys   subscription.Keys
			target string
		}{
			"equal keys":        {subscription.Keys{Primary: "same", Secondary: "same"}, "secondaryKey"},
			"a space":           {subscription.Keys{Primary: "a b"}, "primaryKey"},
			"a line break":      {subscription.Keys{Secondary: "a\r\nX: y"}, "secondaryKey"},
			"an accent":         {subscription.Keys{Primary: "clé"}, "primaryKey"},
			"257 characters":    {subscription.Keys{Primary: strings.Repeat("k", 257)}, "primaryKey"},
			"a key in use":      {subscription.Keys{Primary: "second-key"}, ""},
			"its own, exchange": {subscription.Keys{Primary: "fresh", Secondary: "first-key"}, ""},
		} {
			_, err := subs.Create(t.Context(), tester, "two", scope, test.keys)
			if err == nil || target(err) != test.target || test.target == "" && !errors.Is(err, apim.ErrConflict) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := subs.Get(t.Context(), admin, "two"); !errors.Is(err, apim.ErrNotFound) {
			t.Errorf("a refused subscription is half there: %v", err)
		}
		if err := subs.Regenerate(t.Context(), tester, admin, "one", subscription.PrimaryKey); err != nil {
			t.Fatal(err)
		}
		keys, err := subs.Keys(t.Context(), admin, "one")
		if err != nil || keys.Primary == "first-key" || len(keys.Primary) != 32 || keys.Secondary != "second-key" {
			t.Errorf("after regenerating the primary key: %+v, %v", keys, err)
		}
		if err := subs.Regenerate(t.Context(), tester, admin, "one", "tertiaryKey"); target(err) != "key" {
			t.Errorf("a third key: %v", err)
		}
		if _, err := subs.Update(t.Context(), tester, "one", func(p *apim.Subscription) { p.DisplayName = "N" }); err != nil {
			t.Fatal(err)
		}
		if after, err := subs.Keys(t.Context(), admin, "one"); err != nil || after != keys {
			t.Errorf("an update changed the keys to %+v, %v", after, err)
		}
	})
}

func TestTheConsoleGetsKeysThatOpenTheAPI(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, subs *subscription.Service) {
		create := func(id, scope, state string) {
			p := &apim.Subscription{DisplayName: id, Scope: scope, State: state, OwnerID: "/users/ada"}
			if _, err := subs.Create(t.Context(), tester, apim.Name(id), p, subscription.Keys{Primary: id + "-1", Secondary: id + "-2"}); err != nil {
				t.Fatal(err)
			}
		}
		create("a-product", "/products/free", apim.SubscriptionActive)
		create("b-api", "/apis/parcels", apim.SubscriptionActive)
		create("c-all", "/apis", apim.SubscriptionActive)
		create("d-suspended", "/apis", apim.SubscriptionSuspended)
		create("e-other-api", "/apis/lonely", apim.SubscriptionActive)
		create("f-other-product", "/products/gold", apim.SubscriptionActive)
		for api, want := range map[apim.Ref]string{
			"/apis/parcels": "a-product b-api c-all", "/apis/Lonely": "c-all e-other-api", "/apis/none": "c-all",
		} {
			keys, err := subs.KeysFor(t.Context(), "ADA", api)
			var got []string
			for _, k := range keys {
				got = append(got, string(k.SubscriptionID))
				if k.Primary != string(k.SubscriptionID)+"-1" {
					t.Errorf("%s has key %s", k.SubscriptionID, k.Primary)
				}
			}
			if strings.Join(got, " ") != want || err != nil {
				t.Errorf("%s is opened by %v, %v; want %s", api, got, err, want)
			}
		}
		if keys, err := subs.KeysFor(t.Context(), "bob", "/apis/parcels"); err != nil || len(keys) != 0 {
			t.Errorf("bob gets %+v, %v", keys, err)
		}
	})
}

func TestAdministratorsPutSubscriptions(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, subs *subscription.Service) {
		arm := "/subscriptions/s/resourceGroups/r/providers/Microsoft.ApiManagement/service/portico"
		put := func(p apim.Subscription) (sub *subscription.Subscription, created bool, err error) {
			err = s.Update(t.Context(), tester, func(tx *store.Tx) error {
				created, err = subs.Put(tx, "/subscriptions/one", &p, subscription.Keys{})
				return err
			})
			if err != nil {
				return nil, false, err
			}
			sub, err = subs.Get(t.Context(), admin, "one")
			return sub, created, err
		}
		sub, created, err := put(apim.Subscription{DisplayName: "One", Scope: arm + "/products/free", OwnerID: arm + "/users/ada"})
		if err != nil || !created || sub.State != apim.SubscriptionSubmitted || sub.Scope != "/products/free" || sub.OwnerID != "/users/ada" {
			t.Fatalf("created %v: %+v, %v", created, sub, err)
		}
		if _, err := setState(t, subs, "one", apim.SubscriptionActive, ""); err != nil {
			t.Fatal(err)
		}
		sub, created, err = put(apim.Subscription{DisplayName: "Two", Scope: "/apis", OwnerID: "/users/bob"})
		if err != nil || created || sub.State != apim.SubscriptionActive || sub.DisplayName != "Two" {
			t.Fatalf("replaced %v: %+v, %v", created, sub, err)
		}
		for user, want := range map[string]int{"ada": 0, "bob": 1} {
			if all, err := subs.For(t.Context(), apim.Name(user)); err != nil || len(all) != want {
				t.Errorf("%s has %d subscriptions, %v; want %d", user, len(all), err, want)
			}
		}
		for name, test := range map[string]struct {
			p      apim.Subscription
			target string
		}{
			"no name":            {apim.Subscription{Scope: "/apis"}, "displayName"},
			"no scope":           {apim.Subscription{DisplayName: "X"}, "scope"},
			"a scope of no kind": {apim.Subscription{DisplayName: "X", Scope: "/groups/x"}, "scope"},
			"no such product":    {apim.Subscription{DisplayName: "X", Scope: "/products/none"}, "scope"},
			"no such API":        {apim.Subscription{DisplayName: "X", Scope: "/apis/none"}, "scope"},
			"no such owner":      {apim.Subscription{DisplayName: "X", Scope: "/apis", OwnerID: "/users/none"}, "ownerId"},
		} {
			if _, _, err := put(test.p); target(err) != test.target {
				t.Errorf("%s: %v, want an error about %s", name, err, test.target)
			}
		}
	})
}

func TestTheBuiltInSubscriptionStays(t *testing.T) {
	each(t, func(t *testing.T, s *store.Store, subs *subscription.Service) {
		if _, err := subs.Create(t.Context(), tester, subscription.Master, &apim.Subscription{DisplayName: "All", Scope: "/apis"}, subscription.Keys{}); err != nil {
			t.Fatal(err)
		}
		if _, err := subs.Update(t.Context(), tester, "MASTER", func(p *apim.Subscription) { p.Scope = "/products/free" }); target(err) != "scope" {
			t.Errorf("another scope: %v", err)
		}
		remove := func(id string) error {
			return s.Update(t.Context(), tester, func(tx *store.Tx) error { return subscription.Delete(tx, apim.SubscriptionRef(apim.Name(id))) })
		}
		if err := remove("Master"); target(err) != "name" {
			t.Errorf("delete it: %v", err)
		}
		free := subscribe(t, subs, "ada", "free")
		to := func() string {
			var refs []apim.Ref
			err := s.View(t.Context(), func(tx *store.Tx) (err error) {
				refs, err = tx.Backlinks(apim.SubscriptionScope, apim.ProductRef("Free"))
				return err
			})
			return fmt.Sprint(refs, err)
		}
		if want := fmt.Sprint([]apim.Ref{free.Ref}, nil); to() != want {
			t.Errorf("subscriptions to the product: %s, want %s", to(), want)
		}
		if err := remove(string(free.ID)); err != nil {
			t.Errorf("delete another: %v", err)
		}
		if to() != "[] <nil>" {
			t.Errorf("subscriptions to the product after deleting: %s", to())
		}
	})
}

// setState is what an administrator does to a subscription.
func setState(t *testing.T, subs *subscription.Service, id, state, comment string) (*subscription.Subscription, error) {
	t.Helper()
	return subs.Update(t.Context(), tester, id, func(p *apim.Subscription) { p.State, p.StateComment = state, comment })
}
