package apim

import "cmp"

// Product is a set of APIs that is subscribed to as one.
type Product struct {
	DisplayName          string `json:"displayName"`
	Description          string `json:"description,omitempty"` // Markdown or HTML, untrusted
	Terms                string `json:"terms,omitempty"`       // shown and accepted before subscribing
	SubscriptionRequired *bool  `json:"subscriptionRequired,omitempty"`
	ApprovalRequired     bool   `json:"approvalRequired"`             // subscriptions begin as submitted
	SubscriptionsLimit   *int   `json:"subscriptionsLimit,omitempty"` // active and submitted, per user; nil: no limit
	State                string `json:"state,omitempty"`              // notPublished, published
}

// Default makes an unpublished product that needs a subscription.
func (p *Product) Default() {
	orBool(&p.SubscriptionRequired, true)
	p.State = cmp.Or(p.State, "notPublished")
}

// Validate checks lengths and the state.
func (p *Product) Validate(v *Violations) {
	v.Text("displayName", p.DisplayName, 300)
	v.Length("description", p.Description, 1000)
	v.OneOf("state", &p.State, "notPublished", "published")
	if p.SubscriptionsLimit != nil && *p.SubscriptionsLimit < 0 {
		v.Addf("subscriptionsLimit", "subscriptionsLimit must not be negative.")
	}
	if !p.NeedsSubscription() && p.ApprovalRequired {
		v.Addf("approvalRequired", "approvalRequired needs subscriptionRequired.")
	}
}

// Products is the kind of /products.
var Products = &Kind{
	Path: "products", Verbs: CRUD, New: func() Resource { return new(Product) }, MaxName: 256, Workspace: true,
	Filter: Fields{"name", "displayName", "description", "terms", "state"},
	Links: []Link{
		{Collection: "apis", To: "apis", Name: ProductAPI, Filter: Fields{"name", "displayName", "description", "serviceUrl", "path"}},
		{Collection: "groups", To: "groups", Name: ProductGroup, Filter: nameFilter},
		{Collection: "subscriptions", To: "subscriptions", Name: SubscriptionScope, Reverse: true, ReadOnly: true, Filter: subscriptionFilter},
		tagLinks,
	},
}

// NeedsSubscription reports whether the product is subscribed to; an open product is not.
func (p *Product) NeedsSubscription() bool {
	return p.SubscriptionRequired == nil || *p.SubscriptionRequired
}

// Published reports whether people may see the product.
func (p *Product) Published() bool { return p.State == "published" }
