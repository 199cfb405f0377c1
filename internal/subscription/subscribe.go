package subscription

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/settings"
	"github.com/portico-portal/portico/internal/store"
)

// Request is a person's request to subscribe to a product.
type Request struct {
	ID            apim.Name // "": a generated one
	UserID        apim.Name
	ProductID     apim.PublicID
	Name          string // "": the product's
	TermsAccepted bool
	// Visible reports whether the person may see the product (catalog.Visible).
	Visible func(product apim.Ref) bool
}

// Subscribe makes a subscription for a person: active at once, or submitted if
// the product needs approval. Errors: apim.ErrNotFound if the product does not
// exist, is not published or not visible; *apim.InvalidError if the product is
// open, its terms are not accepted or the limit is reached; *apim.ConflictError
// if the id is taken; settings.ErrDelegated.
func (s *Service) Subscribe(ctx context.Context, actor store.Actor, r Request) (sub *Subscription, err error) {
	if r.ID == "" {
		r.ID = apim.Name(s.store.NewID())
	} else if !apim.Subscriptions.ValidName(r.ID) {
		return nil, apim.Invalid("id", fmt.Sprintf("%q is not a valid subscription id.", r.ID))
	}
	product := r.ProductID.Ref(apim.Products)
	ref := product.Home() + apim.SubscriptionRef(r.ID)
	return store.Write(ctx, s.store, actor, func(tx *store.Tx) (*Subscription, error) {
		if err := settings.CheckSubscribing(tx); err != nil {
			return nil, err
		}
		p, err := r.admit(tx, ref, product)
		if err != nil {
			return nil, err
		}
		if _, err := s.Put(tx, ref, p, Keys{}); err != nil {
			return nil, err
		}
		return get(tx, ref)
	})
}

// admit checks the rules that apply to people but not to administrators.
func (r *Request) admit(tx *store.Tx, ref, to apim.Ref) (*apim.Subscription, error) {
	product, err := getProduct(tx, to)
	if err != nil {
		return nil, err
	}
	if !product.Published() || !r.Visible(to) {
		return nil, fmt.Errorf("product %s: %w", r.ProductID, apim.ErrNotFound)
	}
	if !product.NeedsSubscription() {
		return nil, apim.Invalid("scope", product.DisplayName+" needs no subscription.")
	}
	if product.Terms != "" && !r.TermsAccepted {
		return nil, apim.Invalid("terms", "The terms of use must be accepted.")
	}
	if _, err := tx.Get(ref); !errors.Is(err, apim.ErrNotFound) {
		if err == nil {
			err = &apim.ConflictError{Target: "id", Message: "A subscription with this id exists already."}
		}
		return nil, err
	}
	p := &apim.Subscription{
		DisplayName: r.Name, Scope: string(to), OwnerID: string(apim.UserRef(r.UserID)),
		State: apim.SubscriptionActive,
	}
	if p.DisplayName == "" {
		p.DisplayName = cut(product.DisplayName, 100)
	}
	if product.ApprovalRequired {
		p.State = apim.SubscriptionSubmitted
	}
	return p, nil
}

// Create creates a subscription that must not exist yet, for administrators.
func (s *Service) Create(ctx context.Context, actor store.Actor, id apim.Name, p *apim.Subscription, keys Keys) (sub *Subscription, err error) {
	ref := apim.SubscriptionRef(id)
	return store.Write(ctx, s.store, actor, func(tx *store.Tx) (*Subscription, error) {
		props := *p
		created, err := s.Put(tx, ref, &props, keys)
		if err != nil {
			return nil, err
		}
		if !created {
			return nil, &apim.ConflictError{Target: "id", Message: "A subscription with this id exists already."}
		}
		return get(tx, ref)
	})
}

// Rename changes the name of a subscription that the caller may use.
func (s *Service) Rename(ctx context.Context, actor store.Actor, c Caller, id apim.PublicID, name string) (*Subscription, error) {
	return s.change(ctx, actor, c, id, func(p *apim.Subscription) error {
		p.DisplayName = name
		return nil
	})
}

// cancellable are the states in which a person may cancel; cancelling twice is
// not an error.
var cancellable = []string{apim.SubscriptionSubmitted, apim.SubscriptionActive, apim.SubscriptionSuspended, apim.SubscriptionCancelled}

// Cancel ends a subscription that the caller may use; its keys no longer work.
// The error is settings.ErrDelegated if people do that elsewhere.
func (s *Service) Cancel(ctx context.Context, actor store.Actor, c Caller, id apim.PublicID) (*Subscription, error) {
	if !c.Admin {
		if err := s.store.View(ctx, settings.CheckSubscribing); err != nil {
			return nil, err
		}
	}
	return s.change(ctx, actor, c, id, func(p *apim.Subscription) error {
		if !slices.Contains(cancellable, p.State) {
			return apim.Invalid("state", fmt.Sprintf("A subscription that is %s cannot be cancelled.", p.State))
		}
		p.State = apim.SubscriptionCancelled
		return nil
	})
}

func (s *Service) change(ctx context.Context, actor store.Actor, c Caller, id apim.PublicID, change func(p *apim.Subscription) error) (*Subscription, error) {
	return store.Write(ctx, s.store, actor, func(tx *store.Tx) (*Subscription, error) {
		sub, err := getFor(tx, c, id)
		if err != nil {
			return nil, err
		}
		if err := change(sub.Subscription); err != nil {
			return nil, err
		}
		_, err = s.Put(tx, sub.Ref, sub.Subscription, Keys{})
		return sub, err
	})
}

// cut is the first n characters of s.
func cut(s string, n int) string {
	r := []rune(s)
	return string(r[:min(n, len(r))])
}
