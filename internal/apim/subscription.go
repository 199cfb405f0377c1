package apim

import (
	"strings"
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

// Subscription is the properties of a subscription. The keys are secrets and stored apart.
type Subscription struct {
	DisplayName      string     `json:"displayName"`
	Scope            string     `json:"scope"`             // stored short: /products/x, /apis, /apis/x
	OwnerID          string     `json:"ownerId,omitempty"` // stored short: /users/x
	State            string     `json:"state,omitempty"`
	StateComment     string     `json:"stateComment,omitempty"`
	CreatedDate      *time.Time `json:"createdDate,omitempty"`
	StartDate        *time.Time `json:"startDate,omitempty"`
	ExpirationDate   *time.Time `json:"expirationDate,omitempty"`
	EndDate          *time.Time `json:"endDate,omitempty"`
	NotificationDate *time.Time `json:"notificationDate,omitempty"`
	AllowTracing     bool       `json:"allowTracing"`
}

// Default makes a submitted subscription (apim-rest.md §1.12: the REST default).
func (s *Subscription) Default() {
	if s.State == "" {
		s.State = SubscriptionSubmitted
	}
}

// Validate checks name, scope and state.
func (s *Subscription) Validate(v *Violations) {
	if v.Required("displayName", s.DisplayName) {
		v.Length("displayName", s.DisplayName, 100)
	}
	if v.Required("scope", s.Scope) {
		if kind, id := s.ScopeOf(); kind == "" || (kind == "products" && id == "") {
			v.Addf("scope", "scope must be /products/{id}, /apis or /apis/{id}; it is %q.", s.Scope)
		}
	}
	v.OneOf("state", s.State, SubscriptionSubmitted, SubscriptionActive, SubscriptionSuspended,
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

// ScopeOf splits the scope: ("products", id), ("apis", id), ("apis", "") for all
// APIs, ("", "") when it is none of them. Full ARM ids are understood.
func (s *Subscription) ScopeOf() (kind, id string) {
	parts := strings.Split(strings.Trim(s.Scope, "/"), "/")
	n := len(parts)
	if n >= 1 && strings.EqualFold(parts[n-1], "apis") {
		return "apis", ""
	}
	if n >= 2 {
		switch strings.ToLower(parts[n-2]) {
		case "products":
			return "products", parts[n-1]
		case "apis":
			return "apis", parts[n-1]
		}
	}
	return "", ""
}
