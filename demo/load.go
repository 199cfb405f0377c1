package demo

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/subscription"
)

//go:embed descriptions
var descriptions embed.FS

// Person is somebody who may sign in to the demo.
type Person struct {
	ID                                   apim.Name
	Email, Password, FirstName, LastName string
}

// The people of the demo. Their passwords are public: the demo listens on loopback.
var (
	Developer     = Person{"dana", "dev@meridian.example", "portico-demo-1", "Dana", "Reyes"}
	Partner       = Person{"rosa", "rosa@shop.example", "portico-demo-2", "Rosa", "Lindqvist"}
	Administrator = Person{account.AdministratorID, "admin@meridian.example", "portico-demo-admin", "Ada", "Keller"}
)

// Target is the service that Load fills.
type Target struct {
	Store         *store.Store
	APIs          *apis.Service
	Accounts      *account.Service
	Subscriptions *subscription.Service
	// New reports that nobody has changed the service: its first products become those of the demo.
	New        bool
	BackendURL string // where Backend is served, without a slash at the end
}

// actor makes the changes of the demo.
var actor = store.Actor{Name: "demo"}

// loadedMeta is the name under which a service remembers the digest of what Load brought.
const loadedMeta = "demo.loaded"

// Load fills a provisioned service with the demo. What is there already stays
// as people have changed it, but for the address of the backend, which differs
// from start to start.
func Load(ctx context.Context, t Target) error {
	digest, err := contentDigest()
	if err != nil {
		return err
	}
	var loaded string
	err = t.Store.View(ctx, func(tx *store.Tx) error {
		loaded, err = tx.Meta(loadedMeta)
		return err
	})
	if err != nil {
		return fmt.Errorf("load the demo: %w", err)
	}
	steps := []func(context.Context) error{t.readdress}
	if loaded != digest {
		steps = []func(context.Context) error{t.people, t.products, t.apis, t.policies, t.subscriptions, t.readdress}
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return fmt.Errorf("load the demo: %w", err)
		}
	}
	return t.Store.Update(ctx, actor, func(tx *store.Tx) error { return tx.SetMeta(loadedMeta, digest) })
}

// contentDigest changes when a newer binary brings other descriptions.
func contentDigest() (string, error) {
	sum := sha256.New()
	for _, a := range demoAPIs {
		text, err := descriptions.ReadFile("descriptions/" + a.file)
		if err != nil {
			return "", err
		}
		sum.Write(text)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

// put writes properties unless the resource exists, in a service that people have changed.
func (t Target) put(tx *store.Tx, ref apim.Ref, props apim.Resource) error {
	if _, err := tx.Get(ref); !errors.Is(err, apim.ErrNotFound) && (err != nil || !t.New) {
		return err
	}
	apim.Default(props)
	body, err := json.Marshal(props)
	if err != nil {
		return fmt.Errorf("encode %s: %w", ref, err)
	}
	return tx.Put(&store.Document{Ref: ref, Body: body})
}

func (t Target) people(ctx context.Context) error {
	for _, p := range []Person{Administrator, Developer, Partner} {
		u := &apim.User{FirstName: p.FirstName, LastName: p.LastName, Email: p.Email}
		if _, err := t.Accounts.PutUser(ctx, actor, p.ID, u, p.Password); err != nil {
			return err
		}
	}
	return t.Store.Update(ctx, actor, func(tx *store.Tx) error {
		err := t.put(tx, apim.GroupRef(partners), &apim.Group{DisplayName: "Partners", Description: "Shops that ship with Meridian every day."})
		if err != nil {
			return err
		}
		_, err = tx.Link(apim.GroupUser, apim.GroupRef(partners), apim.UserRef(Partner.ID))
		return err
	})
}

func (t Target) products(ctx context.Context) error {
	return t.Store.Update(ctx, actor, func(tx *store.Tx) error {
		for id, p := range demoProducts() {
			ref := apim.ProductRef(id)
			if err := t.put(tx, ref, p); err != nil {
				return err
			}
			for _, group := range []apim.Name{apim.Administrators, apim.Developers, apim.Guests, partners} {
				if _, err := tx.Link(apim.ProductGroup, ref, apim.GroupRef(group)); err != nil {
					return err
				}
			}
		}
		return t.put(tx, versionSet, &apim.VersionSet{
			DisplayName: "Tracking API", Description: "Where a parcel is.", VersioningScheme: apim.SchemeSegment,
		})
	})
}

// apis imports the descriptions and tags the APIs.
func (t Target) apis(ctx context.Context) error {
	for _, a := range demoAPIs {
		text, err := descriptions.ReadFile("descriptions/" + a.file)
		if err != nil {
			return err
		}
		properties, err := json.Marshal(a.properties(t.BackendURL, string(text)))
		if err != nil {
			return err
		}
		if _, err := t.APIs.Write(ctx, actor, apis.Request{Ref: apim.APIRef(a.id), Properties: properties, Products: a.products}); err != nil {
			return fmt.Errorf("import %s: %w", a.file, err)
		}
	}
	return t.Store.Update(ctx, actor, func(tx *store.Tx) error {
		for _, a := range demoAPIs {
			tag := apim.TagRef(apim.Name(a.tag).Key())
			if err := t.put(tx, tag, &apim.Tag{DisplayName: a.tag}); err != nil {
				return err
			}
			if _, err := tx.Link(apim.TagLink, apim.APIRef(a.id), tag); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t Target) policies(ctx context.Context) error {
	return t.Store.Update(ctx, actor, func(tx *store.Tx) error {
		echo, err := tx.ResolveAPI(apim.APIRef("echo"))
		if err != nil {
			return err
		}
		for ref, text := range map[apim.Ref]string{
			apim.ProductRef("starter").Child("policies", "policy"): starterPolicy,
			echo.Child("policies", "policy"):                       echoPolicy,
		} {
			if err := t.put(tx, ref, &apim.Policy{Value: text}); err != nil {
				return err
			}
		}
		return nil
	})
}

// subscriptions gives the partner one that works and one that waits.
func (t Target) subscriptions(ctx context.Context) error {
	for id, s := range map[apim.Name]*apim.Subscription{
		"rosa-starter":   {DisplayName: "Web shop", Scope: "/products/starter", State: apim.SubscriptionActive},
		"rosa-unlimited": {DisplayName: "Warehouse", Scope: "/products/unlimited", State: apim.SubscriptionSubmitted},
	} {
		s.OwnerID = string(apim.UserRef(Partner.ID))
		_, err := t.Subscriptions.Create(ctx, actor, id, s, subscription.Keys{})
		if err != nil && !errors.Is(err, apim.ErrConflict) {
			return err
		}
	}
	return nil
}

// readdress writes where the backend is at this start.
func (t Target) readdress(ctx context.Context) error {
	return t.Store.Update(ctx, actor, func(tx *store.Tx) error {
		for _, a := range demoAPIs {
			ref, err := tx.ResolveAPI(apim.APIRef(a.id))
			if errors.Is(err, apim.ErrNotFound) {
				continue // deleted by somebody who tries the demo
			}
			if err == nil {
				err = readdressTo(tx, ref, t.BackendURL+a.backend)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// readdressTo writes the address of an API's backend unless it is there.
func readdressTo(tx *store.Tx, ref apim.Ref, backend string) error {
	var props map[string]json.RawMessage
	doc, err := tx.Decode(ref, &props)
	if err != nil {
		return err
	}
	address, err := json.Marshal(backend)
	if err != nil || bytes.Equal(address, props["serviceUrl"]) {
		return err
	}
	props["serviceUrl"] = address
	if doc.Body, err = json.Marshal(props); err != nil {
		return err
	}
	return tx.Put(doc)
}
