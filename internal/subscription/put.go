package subscription

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Put creates or replaces a subscription inside a transaction and tells whether
// it was created. It fills p: defaults (a state left empty stays as it was), short
// refs, dates. Empty keys stay as they are, or are generated for a new
// subscription. Any state may follow any other: restrictions on what people may
// do are those of [Service.Subscribe] and [Service.Cancel]. Errors:
// *apim.InvalidError, *apim.ConflictError for a key that is in use.
func (s *Service) Put(tx *store.Tx, ref apim.Ref, p *apim.Subscription, keys Keys) (created bool, err error) {
	old, err := get(tx, ref)
	if created = errors.Is(err, apim.ErrNotFound); err != nil && !created {
		return false, err
	}
	if old != nil {
		ref = old.Ref
	}
	complete(ref, old, p, tx.Now())
	if err := check(tx, old, p); err != nil {
		return false, err
	}
	if err := checkMaster(ref, p); err != nil {
		return false, err
	}
	body, err := json.Marshal(p)
	if err != nil {
		return false, fmt.Errorf("encode subscription: %w", err)
	}
	if err := tx.Put(&store.Document{Ref: ref, Body: body}); err != nil {
		return false, err
	}
	if err := link(tx, ref, old, p); err != nil {
		return false, err
	}
	return created, s.setKeys(tx, ref, keys, created)
}

// complete brings refs to the stored form and sets what only the service decides.
func complete(ref apim.Ref, old *Subscription, p *apim.Subscription, now time.Time) {
	if kind, id := p.ScopeOf(); kind != "" {
		p.Scope = string(ref.Home()) + strings.TrimSuffix("/"+kind+"/"+id, "/")
	}
	if p.OwnerID != "" {
		p.OwnerID = string(apim.UserRef(apim.Ref(p.OwnerID).Name()))
	}
	var before apim.Subscription
	if old != nil {
		before = *old.Subscription
		if p.State == "" {
			p.State = before.State
		}
	}
	p.Default()
	p.CreatedDate, p.StartDate, p.EndDate, p.NotificationDate = before.CreatedDate, before.StartDate, before.EndDate, before.NotificationDate
	if p.CreatedDate == nil {
		p.CreatedDate = &now
	}
	if p.State == apim.SubscriptionActive && p.StartDate == nil {
		p.StartDate = &now
	}
	switch {
	case !hasEnded(p.State):
		p.EndDate = nil
	case p.EndDate == nil || !hasEnded(before.State):
		p.EndDate = &now
	}
}

func hasEnded(state string) bool {
	switch state {
	case apim.SubscriptionCancelled, apim.SubscriptionExpired, apim.SubscriptionRejected:
		return true
	}
	return false
}

// countsToLimit: waiting subscriptions take a place, as their approval would.
func countsToLimit(state string) bool {
	return state == apim.SubscriptionActive || state == apim.SubscriptionSubmitted
}

// check validates the fields, and that what they point at exists and has room.
func check(tx *store.Tx, old *Subscription, p *apim.Subscription) error {
	var v apim.Violations
	p.Validate(&v)
	if err := v.Err(); err != nil {
		return err
	}
	same := old != nil && apim.Ref(old.Scope).Key() == apim.Ref(p.Scope).Key() && apim.Ref(old.OwnerID).Key() == apim.Ref(p.OwnerID).Key()
	if !same {
		if err := checkTargets(tx, p); err != nil {
			return err
		}
	}
	if !countsToLimit(p.State) || same && countsToLimit(old.State) {
		return nil
	}
	return checkLimit(tx, old, p)
}

func checkTargets(tx *store.Tx, p *apim.Subscription) error {
	if p.OwnerID != "" {
		if _, err := tx.Get(apim.Ref(p.OwnerID)); err != nil {
			return missing(err, "ownerId", p.OwnerID)
		}
	}
	kind, id := p.ScopeOf()
	switch {
	case kind == "products":
		_, err := tx.Get(apim.Ref(p.Scope))
		return missing(err, "scope", p.Scope)
	case id != "":
		_, err := tx.ResolveAPI(apim.Ref(p.Scope))
		return missing(err, "scope", p.Scope)
	}
	return nil
}

func missing(err error, field, ref string) error {
	if errors.Is(err, apim.ErrNotFound) {
		return apim.Invalid(field, fmt.Sprintf("%s names %s, which does not exist.", field, ref))
	}
	return err
}

// checkLimit counts the owner's other active and submitted subscriptions to the product.
func checkLimit(tx *store.Tx, old *Subscription, p *apim.Subscription) error {
	if kind, _ := p.ScopeOf(); p.OwnerID == "" || kind != "products" {
		return nil
	}
	product, err := getProduct(tx, apim.Ref(p.Scope))
	if err != nil || product.SubscriptionsLimit == nil {
		return err
	}
	owned, err := ownedBy(tx, apim.Ref(p.OwnerID).Name())
	if err != nil {
		return err
	}
	taken := 0
	for _, o := range owned {
		if (old == nil || o.Ref.Key() != old.Ref.Key()) && strings.EqualFold(o.Scope, p.Scope) && countsToLimit(o.State) {
			taken++
		}
	}
	if limit := *product.SubscriptionsLimit; taken >= limit {
		return apim.Invalid("scope", fmt.Sprintf("A user can have at most %d subscriptions to %s at the same time.", limit, product.DisplayName))
	}
	return nil
}

func getProduct(tx *store.Tx, ref apim.Ref) (*apim.Product, error) {
	p := new(apim.Product)
	_, err := tx.Decode(ref, p)
	return p, err
}

// checkMaster keeps the built-in subscription what it is: to all APIs, nobody's.
func checkMaster(ref apim.Ref, p *apim.Subscription) error {
	if !isMaster(ref) || p.Scope == "/apis" && p.OwnerID == "" {
		return nil
	}
	return apim.Invalid("scope", "The built-in subscription master is to all APIs and has no owner.")
}

// link keeps the associations with owner and scope equal to the document.
func link(tx *store.Tx, ref apim.Ref, old *Subscription, p *apim.Subscription) error {
	var before apim.Subscription
	if old != nil {
		before = *old.Subscription
	}
	err := relink(tx, apim.SubscriptionOwner, ref, before.OwnerID, p.OwnerID)
	if err != nil {
		return err
	}
	return relink(tx, apim.SubscriptionScope, ref, before.Scope, p.Scope)
}

func relink(tx *store.Tx, kind apim.LinkKind, ref apim.Ref, before, after string) error {
	if before != "" && !isAllAPIs(before) && !strings.EqualFold(before, after) {
		if _, err := tx.Unlink(kind, ref, apim.Ref(before)); err != nil {
			return err
		}
	}
	if after == "" || isAllAPIs(after) {
		return nil
	}
	_, err := tx.Link(kind, ref, apim.Ref(after))
	return err
}

// isAllAPIs tells whether a scope is all APIs of the service or of a workspace.
func isAllAPIs(scope string) bool { return strings.HasSuffix(scope, "/apis") }

// isMaster tells whether a ref is the built-in subscription.
func isMaster(ref apim.Ref) bool { return ref.Key() == apim.SubscriptionRef(Master).Key() }

// Delete removes a subscription inside a transaction; the built-in one stays.
func Delete(tx *store.Tx, ref apim.Ref) error {
	if isMaster(ref) {
		return apim.Invalid("name", "The built-in subscription master cannot be deleted; it can be suspended.")
	}
	return tx.Delete(ref)
}
