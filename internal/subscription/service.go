package subscription

import (
	"context"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Master is the id of the built-in all-access subscription.
const Master = "master"

// Service reads and changes subscriptions. It is safe for concurrent use.
type Service struct{ store *store.Store }

// New makes a Service.
func New(s *store.Store) *Service { return &Service{s} }

// Subscription is a stored subscription.
type Subscription struct {
	ID  apim.PublicID
	Ref apim.Ref
	*apim.Subscription
}

// ProductID is the public id of the product it is for, or "" if it is for APIs.
func (s *Subscription) ProductID() apim.PublicID {
	if product := s.Opening().Product; product != "" {
		return product.PublicID()
	}
	return ""
}

// Caller is who makes a request. People see and change their own subscriptions;
// for those of others the error is apim.ErrNotFound.
type Caller struct {
	UserID apim.Name
	Admin  bool
}

func (c Caller) mayUse(s *Subscription) bool {
	return c.Admin || c.UserID != "" && apim.UserRef(c.UserID).Same(apim.Ref(s.OwnerID))
}

// Get reads a subscription that the caller may use.
func (s *Service) Get(ctx context.Context, c Caller, id apim.PublicID) (*Subscription, error) {
	return store.Read(ctx, s.store, func(tx *store.Tx) (*Subscription, error) { return getFor(tx, c, id) })
}

// For lists a user's subscriptions in all states, ordered by id.
func (s *Service) For(ctx context.Context, userID apim.Name) ([]*Subscription, error) {
	return store.Read(ctx, s.store, func(tx *store.Tx) ([]*Subscription, error) { return ownedBy(tx, userID) })
}

func ownedBy(tx *store.Tx, userID apim.Name) ([]*Subscription, error) {
	if userID == "" {
		return nil, nil
	}
	refs, err := tx.Backlinks(apim.SubscriptionOwner, apim.UserRef(userID))
	if err != nil {
		return nil, fmt.Errorf("list the subscriptions of user %s: %w", userID, err)
	}
	subs := make([]*Subscription, 0, len(refs))
	for _, ref := range refs {
		sub, err := get(tx, ref)
		if err != nil {
			return nil, err
		}
		subs = append(subs, sub)
	}
	return subs, nil
}

func getFor(tx *store.Tx, c Caller, id apim.PublicID) (*Subscription, error) {
	sub, err := get(tx, id.Ref(apim.Subscriptions))
	if err != nil {
		return nil, err
	}
	if !c.mayUse(sub) {
		return nil, fmt.Errorf("subscription %s of somebody else: %w", id, apim.ErrNotFound)
	}
	return sub, nil
}

func get(tx *store.Tx, ref apim.Ref) (*Subscription, error) {
	doc, err := tx.Get(ref)
	if err != nil {
		return nil, err
	}
	sub := &Subscription{ID: doc.Ref.PublicID(), Ref: doc.Ref, Subscription: new(apim.Subscription)}
	if err := doc.Decode(sub.Subscription); err != nil {
		return nil, err
	}
	sub.Default()
	return sub, nil
}
