package widget

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/search"
)

// Params are what a page is asked for: the permalink's variables, the query, the path.
type Params struct {
	API, Operation, Product string
	Schema                  string // the schema page only
	Query                   url.Values
	Path                    string // as requested, without the query
}

// Data is what widgets ask for. Every answer holds only what the page's
// visitor may see; what is hidden or absent is apim.ErrNotFound.
// Package portal implements it over catalog, search and the site.
type Data interface {
	APIs(ctx context.Context) ([]*catalog.API, error)
	API(ctx context.Context, id string) (*catalog.API, error)
	Versions(ctx context.Context, api *catalog.API) []*catalog.API // of its version set, the API included
	Operations(ctx context.Context, api *catalog.API) ([]*catalog.Operation, error)
	Operation(ctx context.Context, api *catalog.API, id string) (*catalog.OperationDetail, error)
	Schemas(ctx context.Context, api *catalog.API, names []string) (map[string]json.RawMessage, error)
	Products(ctx context.Context) ([]*catalog.Product, error)
	Product(ctx context.Context, id string) (*catalog.Product, error)
	APIsOf(ctx context.Context, product *catalog.Product) ([]*catalog.API, error)
	ProductsOf(ctx context.Context, api *catalog.API) ([]*catalog.Product, error)
	Tags(ctx context.Context) ([]catalog.Tag, error)
	// Releases are what was released of an API, newest first.
	Releases(ctx context.Context, api *catalog.API) ([]catalog.Release, error)
	// GraphQL is the schema of a GraphQL API; "" when it has none.
	GraphQL(ctx context.Context, api *catalog.API) (string, error)
	GatewayURL() string // without a slash at the end
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
}

// IdentityProvider is another place to sign in at.
type IdentityProvider struct{ Type, Name string } // aad, aadB2C, google, ...

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
	User(ctx context.Context) (*PersonUser, error) // nil: a guest
	// Subscriptions are the visitor's, newest first; of one product unless productID is "".
	Subscriptions(ctx context.Context, productID string) ([]PersonSubscription, error)
}

// PersonUser is the signed-in visitor.
type PersonUser struct {
	ID, Email, FirstName, LastName string
	Registered                     time.Time
	MaySetPassword                 bool // has none yet and need not give one to set it
}

// PersonSubscription is a subscription of the visitor. Keys are not part of a page.
type PersonSubscription struct {
	ID, Name, ProductID, ProductName, State string
	Created                                 time.Time
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
