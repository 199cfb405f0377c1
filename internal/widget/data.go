package widget

import (
	"context"
	"net/url"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/search"
	"github.com/portico-portal/portico/internal/widget/reference"
)

// Params are what a page is asked for: the permalink's variables, the query, the path.
type Params struct {
	API, Product apim.PublicID
	Operation    apim.Name
	Schema       string // the schema page only
	Query        url.Values
	Path         string // as requested, without the query
}

// Data is what widgets ask for. Every answer holds only what the page's
// visitor may see; what is hidden or absent is apim.ErrNotFound.
// Package portal implements it over catalog, search and the site.
type Data interface {
	reference.Data
	APIs() []*catalog.API
	API(id apim.PublicID) (*catalog.API, error)
	Products() []*catalog.Product
	Product(id apim.PublicID) (*catalog.Product, error)
	APIsOf(product *catalog.Product) []*catalog.API
	ProductsOf(api *catalog.API) []*catalog.Product
	// Releases are what was released of an API, newest first.
	Releases(ctx context.Context, api *catalog.API) ([]catalog.Release, error)
	// Rules are what the portal lets people do.
	Rules(ctx context.Context) (*PortalRules, error)

	// Menu is a menu of the navigation document, without items whose target the visitor may not see.
	Menu(id string) []MenuItem
	// Link resolves a content item id such as contentTypes/page/contentItems/home to
	// an address; false when it is absent or hidden from the visitor.
	Link(targetID string) (href string, ok bool)
	Search(ctx context.Context, query string, limit int) ([]search.Hit, error)
}

// PortalRules are the settings that account widgets go by (portal-wire.md §1.3).
type PortalRules struct {
	BasicAuth bool // people sign in with a password
	SignUp    bool // people make their own accounts
	Terms     string
	Consent   bool // the terms must be agreed to
	Providers []IdentityProvider

	// Another site takes these over, and the way there is not built yet.
	DelegatedAccounts, DelegatedSubscriptions bool
}

// Closed is the message that says why nobody signs in with a password here; "":
// people do.
func (r *PortalRules) Closed() string {
	switch {
	case r.DelegatedAccounts:
		return "delegated.accounts"
	case !r.BasicAuth:
		return "signin.closed"
	}
	return ""
}

// IdentityProvider is another place to sign in at.
type IdentityProvider struct {
	Type apim.Name // aad, aadB2C, google, ...
	Name string
}

// MenuItem is an entry of a menu.
type MenuItem struct {
	Label, Href, Target string // Target: "", _blank, ...
	Current             bool
	Items               []MenuItem
}

// Popup is the id of the popup that the item opens, or "".
func (m MenuItem) Popup() string { return opensPopup(m.Href) }

// Person is the signed-in visitor's own data; only widgets marked Personal get it.
type Person interface {
	User() *PersonUser
	// Subscriptions are the visitor's, newest first; of one product unless product is "".
	Subscriptions(ctx context.Context, product apim.PublicID) ([]PersonSubscription, error)
	// Sessions are where the visitor is signed in, the last used first.
	Sessions(ctx context.Context) ([]PersonSession, error)
}

// PersonSession is a browser in which the visitor is signed in.
type PersonSession struct {
	Handle             string // names it in the form that ends it
	UserAgent, Address string
	Created, Used      time.Time
	Present            bool // this is the one that asks
}

// PersonUser is the signed-in visitor.
type PersonUser struct {
	ID, Email, FirstName, LastName string
	Registered                     time.Time
	MaySetPassword                 bool // has none yet and need not give one to set it
}

// PersonSubscription is a subscription of the visitor. Keys are not part of a page.
type PersonSubscription struct {
	ID, ProductID            apim.PublicID
	Name, ProductName, State string
	Created                  time.Time
}

// user is the signed-in visitor; nil: a guest, or a widget that is not personal.
func (in *Input) user() *PersonUser {
	if in.Person == nil {
		return nil
	}
	return in.Person.User()
}

// FormState is what a posted form came to: the page is rendered again with it.
type FormState struct {
	Form   string // signin, profile, password, subscribe, subscription
	Values url.Values
	Errors []FieldError
	Notice string // a sentence: what was done
}

// FieldError is one message; Field "" is about the whole form.
type FieldError struct{ Field, Message string }

// Value is what was typed into a field.
func (f *FormState) Value(field string) string {
	if f == nil {
		return ""
	}
	return f.Values.Get(field)
}

// Error is the message beside a field, or "".
func (f *FormState) Error(field string) string {
	if f != nil {
		for _, e := range f.Errors {
			if e.Field == field {
				return e.Message
			}
		}
	}
	return ""
}
