package provision_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/job"
	"github.com/portico-portal/portico/internal/policy"
	"github.com/portico-portal/portico/internal/provision"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

var admin = store.Actor{Name: "1"}

const portal = "https://developers.example"

// open makes a service over a database.
func open(t *testing.T, s *store.Store) *provision.Service {
	t.Helper()
	p := &provision.Service{Store: s, Publisher: &publish.Service{Store: s}}
	if err := errors.Join(p.Run(t.Context()), p.KeepOrigin(t.Context(), portal)); err != nil {
		t.Fatal(err)
	}
	return p
}

func update(t *testing.T, s *store.Store, fn func(*store.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), admin, fn); err != nil {
		t.Fatal(err)
	}
}

// has reports whether there is a resource.
func has(t *testing.T, s *store.Store, ref apim.Ref) (found bool) {
	t.Helper()
	err := s.View(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Get(ref)
		found = err == nil
		return err
	})
	if err != nil && !errors.Is(err, apim.ErrNotFound) {
		t.Fatal(err)
	}
	return found
}

func policyText(t *testing.T, s *store.Store, ref apim.Ref) (text string) {
	t.Helper()
	err := s.View(t.Context(), func(tx *store.Tx) error {
		var p apim.Policy
		_, err := tx.Decode(ref, &p)
		text = p.Value
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestANewServiceHasProductsThatEverybodySees(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		open(t, s)
		err := s.View(t.Context(), func(tx *store.Tx) error {
			for id, approval := range map[string]bool{"starter": false, "unlimited": true} {
				var p apim.Product
				if _, err := tx.Decode(apim.ProductRef(apim.Name(id)), &p); err != nil {
					return err
				}
				if p.State != "published" || !p.NeedsSubscription() || p.ApprovalRequired != approval {
					t.Errorf("%s is %+v", id, p)
				}
				for _, group := range []string{apim.Administrators, apim.Developers, apim.Guests} {
					if ok, err := tx.HasLink(apim.ProductGroup, apim.ProductRef(apim.Name(id)), apim.GroupRef(apim.Name(group))); err != nil || !ok {
						t.Errorf("%s do not see %s: %v", group, id, err)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for ref, says := range map[apim.Ref]string{
			"/policies/policy":                  "<origin>" + portal + "</origin>",
			"/products/starter/policies/policy": `<rate-limit calls="5" renewal-period="60" />`,
		} {
			text := policyText(t, s, ref)
			if !strings.Contains(text, says) {
				t.Errorf("%s lacks %s:\n%s", ref, says, text)
			}
		}
	})
}

func TestThePoliciesOfANewServiceRun(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	open(t, s)
	for _, ref := range []apim.Ref{"/policies/policy", "/products/starter/policies/policy"} {
		if _, err := policy.Parse(policyText(t, s, ref), "xml"); err != nil {
			t.Errorf("%s: %v", ref, err)
		}
	}
}

func TestFirstContentsGiveWayAsAWholeWhileNobodyHasChangedAnything(t *testing.T) {
	for name, c := range map[string]struct {
		change func(tx *store.Tx) error
		gives  bool
	}{
		"untouched": {func(*store.Tx) error { return nil }, true},
		"somebody signed in and set a password": {func(tx *store.Tx) error {
			return errors.Join(tx.Audit("signIn", apim.UserRef("1"), nil, nil), tx.SetPassword(apim.UserRef("1"), "hash"))
		}, true},
		"somebody was invited": {func(tx *store.Tx) error {
			err := tx.Put(&store.Document{Ref: "/users/ann", Body: []byte(`{}`)})
			_, err2 := tx.Link(apim.GroupUser, apim.GroupRef(apim.Developers), "/users/ann")
			return errors.Join(err, err2, job.Put(tx, job.Job{ID: "1", Kind: "mail", Secret: "Welcome"}))
		}, true},
		"a page was edited": {func(tx *store.Tx) error {
			return tx.Put(&store.Document{Ref: apim.ContentRef("page", "home"), Body: []byte(`{}`)})
		}, false},
		"somebody whose id is system edited a page": {func(tx *store.Tx) error {
			tx.As(store.Actor{Name: store.System, Address: "192.0.2.1"})
			return tx.Put(&store.Document{Ref: apim.ContentRef("page", "home"), Body: []byte(`{}`)})
		}, false},
		"a product was deleted": {func(tx *store.Tx) error { return tx.DeleteTree("/products/starter") }, false},
		"an API was made":       {func(tx *store.Tx) error { return tx.Put(&store.Document{Ref: "/apis/x;rev=1", Body: []byte(`{}`)}) }, false},
		"a product was hidden": {func(tx *store.Tx) error {
			_, err := tx.Unlink(apim.ProductGroup, "/products/starter", apim.GroupRef(apim.Guests))
			return err
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				p := open(t, s)
				update(t, s, c.change)
				gave, err := p.GiveWay(t.Context(), admin)
				if err != nil || gave != c.gives {
					t.Fatalf("gave way: %t, %v; want %t", gave, err, c.gives)
				}
				for _, ref := range []apim.Ref{"/products/unlimited", "/policies/policy", apim.ContentRef("page", "apis")} {
					if has(t, s, ref) == gave {
						t.Errorf("%s is there: %t", ref, !gave)
					}
				}
				if gave && (!has(t, s, "/contentTypes/page") || !has(t, s, "/groups/guests")) {
					t.Error("content types or groups are gone, too")
				}
				if again, err := p.GiveWay(t.Context(), admin); err != nil || again {
					t.Errorf("a second time: %t, %v", again, err)
				}
				if err := p.KeepOrigin(t.Context(), "https://other.example"); err != nil || gave && has(t, s, "/policies/policy") {
					t.Errorf("the next start brought the policy back: %v", err)
				}
			})
		})
	}
}

func TestTheOriginIsKeptInStepUntilSomebodyEditsThePolicy(t *testing.T) {
	for name, c := range map[string]struct {
		edit func(tx *store.Tx) error
		want string // in the policy after a start at another address; "": there is none
	}{
		"nobody": {func(*store.Tx) error { return nil }, "https://moved.example"},
		"edited": {func(tx *store.Tx) error {
			doc, err := tx.Get("/policies/policy")
			if err != nil {
				return err
			}
			doc.Body = []byte(strings.Replace(string(doc.Body), "<inbound>", "<inbound><!-- mine -->", 1))
			if !strings.Contains(string(doc.Body), "mine") {
				doc.Body = []byte(strings.Replace(string(doc.Body), `\u003cinbound\u003e`, `\u003cinbound\u003e\u003c!-- mine --\u003e`, 1))
			}
			return tx.Put(doc)
		}, portal},
		"deleted": {func(tx *store.Tx) error { return tx.Delete("/policies/policy") }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, s *store.Store) {
				p := open(t, s)
				update(t, s, c.edit)
				for range 2 {
					if err := p.KeepOrigin(t.Context(), "https://moved.example"); err != nil {
						t.Fatal(err)
					}
				}
				if c.want == "" {
					if has(t, s, "/policies/policy") {
						t.Error("the policy that was deleted is back")
					}
					return
				}
				if text := policyText(t, s, "/policies/policy"); !strings.Contains(text, c.want) {
					t.Errorf("the policy is\n%s\nwant %s in it", text, c.want)
				}
			})
		})
	}
}

func TestAnExistingServiceGetsNothingOnUpgrade(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	p := open(t, s)
	update(t, s, func(tx *store.Tx) error {
		return errors.Join(tx.DeleteTree("/products/starter"), tx.DeleteTree("/contentTypes"), tx.DeleteTree("/policies/policy"))
	})
	if err := errors.Join(p.Run(t.Context()), p.KeepOrigin(t.Context(), portal)); err != nil {
		t.Fatal(err)
	}
	for _, ref := range []apim.Ref{"/products/starter", "/policies/policy", "/contentTypes/page"} {
		if has(t, s, ref) {
			t.Errorf("%s is back after another start", ref)
		}
	}
}

// TestAnErasedServiceIsNewAgain, and one that could not be erased is as it was.
func TestAnErasedServiceIsNewAgain(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db storetest.Database) {
		s := db.Store(t)
		p := open(t, s)
		update(t, s, func(tx *store.Tx) error {
			session := store.Session{UserID: account.AdministratorID, ExpiresAt: tx.Now().Add(time.Hour)}
			return errors.Join(tx.DeleteTree("/products/starter"), tx.PutSession("before", session))
		})
		if _, err := p.Publisher.Publish(t.Context(), admin, "later", "", true); err != nil {
			t.Fatal(err)
		}
		failed := errors.New("no")
		if err := p.Erase(t.Context(), admin, portal, func(*store.Tx) error { return failed }); !errors.Is(err, failed) || has(t, s, "/products/starter") || !has(t, s, "/portalRevisions/later") {
			t.Errorf("what fails erases something: %v", err)
		}
		if err := p.Erase(t.Context(), admin, portal, func(*store.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if text := policyText(t, s, "/policies/policy"); !strings.Contains(text, portal) || has(t, s, "/portalRevisions/later") {
			t.Errorf("after an erase the global policy is %s", text)
		}
		if untouched, err := p.Untouched(t.Context()); err != nil || !untouched || !has(t, s, "/products/starter") {
			t.Errorf("untouched: %t, %v", untouched, err)
		}
		again := db.Store(t) // as the next start does
		if err := again.View(t.Context(), func(tx *store.Tx) error { _, err := tx.Session("before"); return err }); !errors.Is(err, apim.ErrNotFound) {
			t.Errorf("a session from before: %v, want ErrNotFound", err)
		}
	})
}

func TestTheFirstAdministratorIsGivenOneLink(t *testing.T) {
	t.Parallel()
	p := open(t, storetest.Open(t))
	for i, want := range []bool{true, false} {
		if due, err := p.LinkDue(t.Context()); err != nil || due != want {
			t.Errorf("start %d: %t, %v", i+1, due, err)
		}
	}
}
