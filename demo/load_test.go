package demo_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/demo"
	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/policy"
	"github.com/portico-portal/portico/internal/provision"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
	"github.com/portico-portal/portico/internal/subscription"
)

// newTarget is a provisioned service on loopback.
func newTarget(t *testing.T) demo.Target {
	t.Helper()
	s := storetest.Open(t)
	blobs, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	accounts := account.New(s)
	made := &provision.Service{Store: s, Publisher: &publish.Service{Store: s}}
	if err := made.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return demo.Target{
		Store: s, APIs: &apis.Service{Store: s, Blobs: blobs}, Accounts: accounts, Subscriptions: subscription.New(s),
		New: true, BackendURL: "http://127.0.0.1:9001",
	}
}

func load(t *testing.T, target demo.Target) {
	t.Helper()
	if err := demo.Load(t.Context(), target); err != nil {
		t.Fatal(err)
	}
}

// read decodes a stored resource.
func read[T any](t *testing.T, s *store.Store, ref apim.Ref) (props T) {
	t.Helper()
	err := s.View(t.Context(), func(tx *store.Tx) error {
		at, err := tx.ResolveAPI(ref)
		if err != nil {
			return err
		}
		doc, err := tx.Get(at)
		if err != nil {
			return err
		}
		return json.Unmarshal(doc.Body, &props)
	})
	if err != nil {
		t.Fatalf("read %s: %v", ref, err)
	}
	return props
}

func TestLoadFillsTheService(t *testing.T) {
	t.Parallel()
	target := newTarget(t)
	load(t, target)
	counts := map[string]int{"parcel": 19, "tracking": 3, "tracking-v2": 6, "echo": 12, "depot": 4}
	err := target.Store.View(t.Context(), func(tx *store.Tx) error {
		for id, want := range counts {
			ref, err := tx.ResolveAPI(apim.APIRef(apim.Name(id)))
			if err != nil {
				return err
			}
			if n, err := tx.Count("apis/operations", ref); err != nil || n != want {
				t.Errorf("%s has %d operations, want %d (%v)", id, n, want, err)
			}
			products, err := tx.Backlinks(apim.ProductAPI, apim.APIRef(apim.Name(id)))
			if err != nil {
				return err
			}
			if hidden := len(products) == 0; hidden != (id == "depot") {
				t.Errorf("%s is in the products %v", id, products)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	v2 := read[apim.API](t, target.Store, "/apis/tracking-v2")
	if v2.APIVersion != "v2" || v2.APIVersionSetID != "/apiVersionSets/tracking" || v2.ServiceURL != "http://127.0.0.1:9001/tracking/v2" {
		t.Errorf("tracking-v2 is %+v", v2)
	}
	waiting := read[apim.Subscription](t, target.Store, "/subscriptions/rosa-unlimited")
	if waiting.State != apim.SubscriptionSubmitted {
		t.Errorf("the partner's second subscription is %s", waiting.State)
	}
}

func TestEverybodyOfTheDemoCanSignIn(t *testing.T) {
	t.Parallel()
	target := newTarget(t)
	load(t, target)
	for _, p := range []demo.Person{demo.Developer, demo.Partner, demo.Administrator} {
		u, err := target.Accounts.CheckCredentials(t.Context(), p.Email, p.Password, account.Client{Address: "127.0.0.1"})
		if err != nil || u.ID != p.ID {
			t.Errorf("%s: %+v, %v", p.Email, u, err)
		}
	}
}

func TestPoliciesOfTheDemoAreValid(t *testing.T) {
	t.Parallel()
	target := newTarget(t)
	load(t, target)
	for _, ref := range []apim.Ref{"/products/starter/policies/policy", "/apis/echo/policies/policy"} {
		p := read[apim.Policy](t, target.Store, ref)
		if _, err := policy.Parse(p.Value, p.Format); err != nil {
			t.Errorf("%s: %v", ref, err)
		}
	}
}

func TestLoadingAgainChangesNothing(t *testing.T) {
	t.Parallel()
	target := newTarget(t)
	load(t, target)
	before := lastChange(t, target.Store)
	load(t, target)
	if after := lastChange(t, target.Store); after != before {
		t.Errorf("loading again wrote the changes %d to %d", before+1, after)
	}
}

func lastChange(t *testing.T, s *store.Store) (seq int64) {
	t.Helper()
	err := s.View(t.Context(), func(tx *store.Tx) (err error) {
		seq, err = tx.LastSeq()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return seq
}

func TestANewStartMovesAddressesAndKeepsWhatPeopleChanged(t *testing.T) {
	t.Parallel()
	target := newTarget(t)
	load(t, target)
	rewrite(t, target.Store, "/products/starter", func(p map[string]any) { p["displayName"] = "First steps" })
	target.New, target.BackendURL = false, "http://127.0.0.1:9002"
	load(t, target)
	if name := read[apim.Product](t, target.Store, "/products/starter").DisplayName; name != "First steps" {
		t.Errorf("the product is called %s again", name)
	}
	if url := read[apim.API](t, target.Store, "/apis/parcel").ServiceURL; url != "http://127.0.0.1:9002/parcel" {
		t.Errorf("the backend of Parcel is %s", url)
	}
}

func TestADeletedAPIStaysAway(t *testing.T) {
	t.Parallel()
	target := newTarget(t)
	load(t, target)
	ctx := t.Context()
	err := target.Store.Update(ctx, store.Actor{Name: "somebody"}, func(tx *store.Tx) error {
		ref, err := tx.ResolveAPI("/apis/echo")
		if err != nil {
			return err
		}
		if _, err := tx.Unlink(apim.CurrentRevision, "/apis/echo", ref); err != nil {
			return err
		}
		return tx.DeleteTree(ref)
	})
	if err != nil {
		t.Fatal(err)
	}
	target.BackendURL = "http://127.0.0.1:9003"
	load(t, target)
	if refs := apiRefs(ctx, t, target.Store); slices.ContainsFunc(refs, func(r apim.Ref) bool { return strings.HasPrefix(string(r.Key()), "/apis/echo") }) {
		t.Errorf("the next start brought the API back: %v", refs)
	}
}

func apiRefs(ctx context.Context, t *testing.T, s *store.Store) (refs []apim.Ref) {
	t.Helper()
	err := s.View(ctx, func(tx *store.Tx) error {
		docs, err := tx.List("apis", "")
		for _, d := range docs {
			refs = append(refs, d.Ref)
		}
		return err
	})
	if err != nil && !errors.Is(err, apim.ErrNotFound) {
		t.Fatal(err)
	}
	return refs
}

// rewrite changes a stored resource as an administrator would.
func rewrite(t *testing.T, s *store.Store, ref apim.Ref, change func(map[string]any)) {
	t.Helper()
	err := s.Update(t.Context(), store.Actor{Name: "somebody"}, func(tx *store.Tx) error {
		doc, err := tx.Get(ref)
		if err != nil {
			return err
		}
		var props map[string]any
		if err := json.Unmarshal(doc.Body, &props); err != nil {
			return err
		}
		change(props)
		if doc.Body, err = json.Marshal(props); err != nil {
			return err
		}
		return tx.Put(doc)
	})
	if err != nil {
		t.Fatal(err)
	}
}
