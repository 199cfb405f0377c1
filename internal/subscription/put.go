package subscription

import (
	"cmp"
	"fmt"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Put creates or replaces a subscription inside a transaction and reports
// whether it created it. It completes p: defaults (an empty state keeps the old
// one), short refs, dates. Empty keys are kept or, for a new subscription,
// generated. Any state may follow any other; what people may do is limited by
// [Service.Subscribe] and [Service.Cancel]. Errors: *apim.InvalidError, and
// *apim.ConflictError for a key that is in use.
func (s *Service) Put(tx *store.Tx, ref apim.Ref, p *apim.Subscription, keys Keys) (created bool, err error) {
	if err := apim.Check(p.Validate); err != nil {
		return false, err
	}
	old, err := apim.OrNone(get(tx, ref))
	if err != nil {
		return false, err
	}
	if created = old == nil; !created {
		ref = old.Ref
	}
	complete(ref, old, p, tx.Now())
	if err := check(tx, ref, old, p); err != nil {
		return false, err
	}
	if err := checkMaster(ref, p); err != nil {
		return false, err
	}
	if _, err := tx.Encode(ref, p); err != nil {
		return false, err
	}
	if err := link(tx, ref, old, p); err != nil {
		return false, err
	}
	return created, setKeys(tx, ref, keys, created)
}

// complete normalizes refs and sets what only the service decides.
func complete(ref apim.Ref, old *Subscription, p *apim.Subscription, now time.Time) {
	scope := p.Opening().Scope
	if scope.Home() == "" {
		scope = ref.Home() + scope
	}
	p.Scope = string(scope)
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
	p.CreatedDate = cmp.Or(p.CreatedDate, &now)
	if p.State == apim.SubscriptionActive && p.StartDate == nil {
		p.StartDate = &now
	}
	switch {
	case !hasEnded(p.State):
		p.EndDate = nil
	case p.EndDate == nil:
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

// countsToLimit includes submitted subscriptions, since they may be approved.
func countsToLimit(state string) bool {
	return state == apim.SubscriptionActive || state == apim.SubscriptionSubmitted
}

// check requires that what the fields refer to exists and has room.
func check(tx *store.Tx, ref apim.Ref, old *Subscription, p *apim.Subscription) error {
	same := old != nil && apim.Ref(old.Scope).Same(apim.Ref(p.Scope)) && apim.Ref(old.OwnerID).Same(apim.Ref(p.OwnerID))
	if !same {
		if err := checkTargets(tx, ref, p); err != nil {
			return err
		}
	}
	if !countsToLimit(p.State) || same && countsToLimit(old.State) {
		return nil
	}
	return checkLimit(tx, old, p)
}

func checkTargets(tx *store.Tx, ref apim.Ref, p *apim.Subscription) error {
	if p.OwnerID != "" {
		if _, err := tx.Get(apim.Ref(p.OwnerID)); err != nil {
			return missing(err, "ownerId", p.OwnerID)
		}
	}
	opening := p.Opening()
	if !opening.Scope.Home().Same(ref.Home()) {
		return apim.Invalid("scope", fmt.Sprintf("scope names %s, which is in another workspace.", p.Scope))
	}
	if opening.Target() == "" {
		return nil
	}
	resolved, err := tx.ResolveAPI(opening.Scope)
	if err == nil {
		_, err = tx.Get(resolved)
	}
	return missing(err, "scope", p.Scope)
}

func missing(err error, field, ref string) error {
	return apim.IfAbsent(err, apim.Invalid(field, fmt.Sprintf("%s names %s, which does not exist.", field, ref)))
}

// checkLimit counts the owner's other active and submitted subscriptions to the product.
func checkLimit(tx *store.Tx, old *Subscription, p *apim.Subscription) error {
	ref := p.Opening().Product
	if p.OwnerID == "" || ref == "" {
		return nil
	}
	product, err := getProduct(tx, ref)
	if err != nil || product.SubscriptionsLimit == nil {
		return err
	}
	owned, err := ownedBy(tx, apim.Ref(p.OwnerID).Name())
	if err != nil {
		return err
	}
	taken := 0
	for _, o := range owned {
		if (old == nil || !o.Ref.Same(old.Ref)) && o.Opening().Product.Same(ref) && countsToLimit(o.State) {
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

// checkMaster keeps the built-in subscription to all APIs and without an owner.
func checkMaster(ref apim.Ref, p *apim.Subscription) error {
	if !isMaster(ref) || p.Opening().APIs.IsService() && p.OwnerID == "" {
		return nil
	}
	return apim.Invalid("scope", "The built-in subscription master is to all APIs and has no owner.")
}

// link keeps the links to owner and scope in line with the document.
func link(tx *store.Tx, ref apim.Ref, old *Subscription, p *apim.Subscription) error {
	var before apim.Subscription
	if old != nil {
		before = *old.Subscription
	}
	err := relink(tx, apim.SubscriptionOwner, ref, apim.Ref(before.OwnerID), apim.Ref(p.OwnerID))
	if err != nil {
		return err
	}
	return relink(tx, apim.SubscriptionScope, ref, before.Opening().Target(), p.Opening().Target())
}

func relink(tx *store.Tx, kind apim.LinkKind, ref, before, after apim.Ref) error {
	if before != "" && !before.Same(after) {
		if _, err := tx.Unlink(kind, ref, before); err != nil {
			return err
		}
	}
	if after == "" {
		return nil
	}
	_, err := tx.Link(kind, ref, after)
	return err
}

// isMaster reports whether ref is the built-in subscription.
func isMaster(ref apim.Ref) bool { return ref.Same(apim.SubscriptionRef(Master)) }

// Delete deletes a subscription inside a transaction; the built-in one cannot be deleted.
func Delete(tx *store.Tx, ref apim.Ref) error {
	if isMaster(ref) {
		return apim.Invalid("name", "The built-in subscription master cannot be deleted; it can be suspended.")
	}
	return tx.Delete(ref)
}
