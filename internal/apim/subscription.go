package apim

import (
	"cmp"
	"time"
)

// The states of a subscription.
const (
	SubscriptionSubmitted = "submitted"
	SubscriptionActive    = "active"
	SubscriptionSuspended = "suspended"
	SubscriptionRejected  = "rejected"
	SubscriptionCancelled = "cancelled"
	SubscriptionExpired   = "expired"
)

// Subscription is the properties of a subscription. The keys are secrets, stored apart.
type Subscription struct {
	DisplayName      string     `json:"displayName"`
	Scope            string     `json:"scope"`                  // stored short: /products/x, /apis, /apis/x
	OwnerID          string     `json:"ownerId,omitempty"`      // stored short: /users/x
	State            string     `json:"state,omitempty"`        // see the constants above; "" keeps it
	StateComment     string     `json:"stateComment,omitempty"` // an administrator's reason for the state
	CreatedDate      *time.Time `json:"createdDate,omitempty"`
	StartDate        *time.Time `json:"startDate,omitempty"`        // first activation
	ExpirationDate   *time.Time `json:"expirationDate,omitempty"`   // when it ends by itself
	EndDate          *time.Time `json:"endDate,omitempty"`          // when it was cancelled or has expired
	NotificationDate *time.Time `json:"notificationDate,omitempty"` // when the owner is told of the expiry
	AllowTracing     bool       `json:"allowTracing"`               // whether calls may be traced
}

// Default makes a submitted subscription (apim-rest.md §1.12: the REST default).
func (s *Subscription) Default() {
	s.State = cmp.Or(s.State, SubscriptionSubmitted)
}

// Validate checks name, scope and state.
func (s *Subscription) Validate(v *Violations) {
	v.Text("displayName", s.DisplayName, 100)
	if v.Required("scope", s.Scope) && s.Opening() == (Opening{}) {
		v.Addf("scope", "scope must be /products/{id}, /apis or /apis/{id}; it is %q.", s.Scope)
	}
	v.OneOf("state", &s.State, SubscriptionSubmitted, SubscriptionActive, SubscriptionSuspended,
		SubscriptionRejected, SubscriptionCancelled, SubscriptionExpired)
}

// Subscriptions is the kind of /subscriptions.
var Subscriptions = &Kind{
	Path: "subscriptions", Verbs: CRUD, New: func() Resource { return new(Subscription) }, MaxName: 256, Workspace: true,
	Filter:  subscriptionFilter,
	Refs:    []string{"ownerId", "scope"},
	Secrets: []string{"primaryKey", "secondaryKey"},
	Actions: []string{"listSecrets", "regeneratePrimaryKey", "regenerateSecondaryKey"},
}

var subscriptionFilter = Fields{"name", "displayName", "stateComment", "ownerId", "scope", "userId", "productId", "state"}

// Opening is what a subscription covers: APIs, or those of a product. The zero Opening covers nothing.
type Opening struct {
	Scope   Ref   // as it is stored: /products/x, /apis/x;rev=1, /apis, each in a workspace too
	APIs    Scope // an API, or where all APIs are: the service or a workspace
	Product Ref
}

// Opening reads the subscription's scope.
func (s *Subscription) Opening() Opening {
	const all = "/apis"
	ref := ParseRef(s.Scope)
	entity := ref.declared()
	switch home := ref.Home(); {
	case entity.Is(Products):
		return Opening{Scope: entity, Product: entity}
	case entity.Is(APIs):
		return Opening{Scope: entity, APIs: ScopeOf(entity)}
	case !ref.Same(home + all):
		return Opening{}
	case home == "":
		return Opening{Scope: all, APIs: ServiceScope()}
	default:
		return Opening{Scope: home + all, APIs: ScopeOf(home)}
	}
}

// Opens reports whether it covers an API; holds reports whether a product has the API.
func (o Opening) Opens(api Ref, holds func(product, api Ref) (bool, error)) (bool, error) {
	if o.Product != "" {
		return holds(o.Product, api.Alias())
	}
	return o.APIs.Covers(ScopeOf(api)), nil
}

// Target is the product or API that it covers; "" for all APIs.
func (o Opening) Target() Ref {
	if api := o.APIs.Ref(); api.Is(APIs) {
		return api
	}
	return o.Product
}
