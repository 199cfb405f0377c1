package widget

import (
	"net/url"
	"strings"
)

// The canonical addresses of the portal. Nothing else builds them.
const (
	APIsPath          = "/apis"
	ProductsPath      = "/products"
	SearchPath        = "/search"             // GET ?q=
	SignInPath        = "/signin"             // GET page; POST email, password, return
	SignUpPath        = "/signup"             // GET page; POST email, password, firstName, lastName, terms
	SignUpOAuthPath   = "/signup-oauth"       // the same with an account of another place
	ResetPath         = "/reset-password"     // GET page; POST email
	ConfirmPath       = "/confirm-password"   // GET page; POST password
	ChangePath        = "/change-password"    // GET page; POST current, password
	ReportsPath       = "/reports"            // GET page: range
	SignOutPath       = "/signout"            // POST
	ProfilePath       = "/profile"            // GET page; POST firstName, lastName
	ProfilePassword   = "/profile/-/password" // POST current, password
	ConsoleKeysPath   = "/console/keys"       // POST api=ID; answers KeysAnswer
	subscriptionsPath = "/profile/-/subscriptions/"
)

// KeysAnswer is what POST /console/keys answers: the visitor's active
// subscriptions that open the API named by the form field api (all of them
// without it), with their keys. A guest gets SignedIn false and no keys, status 200.
type KeysAnswer struct {
	SignedIn bool     `json:"signedIn"`
	Keys     []KeyRow `json:"keys"`
}

// KeyRow is one subscription's keys.
type KeyRow struct {
	ID        string `json:"id"` // the subscription's name
	Name      string `json:"name"`
	Product   string `json:"product"` // display name; "" for other scopes
	Primary   string `json:"primary"`
	Secondary string `json:"secondary"`
}

// APIHref is the page of an API.
func APIHref(id string) string { return APIsPath + "/" + url.PathEscape(id) }

// OperationHref is the page of an operation.
func OperationHref(api, operation string) string {
	return APIHref(api) + "/" + url.PathEscape(operation)
}

// ProductHref is the page of a product.
func ProductHref(id string) string { return ProductsPath + "/" + url.PathEscape(id) }

// SubscribeHref is where the subscribe form of a product is posted: name, terms.
func SubscribeHref(product string) string { return ProductHref(product) + "/-/subscribe" }

// SubscriptionHref is where a subscription of the visitor is changed (POST):
// action is rename (with name), regenerate-primary, regenerate-secondary or cancel.
func SubscriptionHref(id string) string { return subscriptionsPath + url.PathEscape(id) }

// SchemaHref is the page of a named type of an API; with ?fragment=1 only its
// rows; with ?at={JSON pointer} the part of it there. With
// ?of=operation the name is an operation's, and at leads into its own description.
func SchemaHref(api, name string) string { return APIHref(api) + "/-/schemas/" + url.PathEscape(name) }

// SampleHref is the code sample of an operation in a language.
func SampleHref(api, operation, language string) string {
	return OperationHref(api, operation) + "/-/samples/" + url.PathEscape(language)
}

// GroupHref is the fragment with one group of an API's operation list.
func GroupHref(api, group string) string {
	return APIHref(api) + "/-/operations?group=" + url.QueryEscape(group)
}

// DownloadHref is a description of the API: openapi.yaml, openapi.json or original.
func DownloadHref(api, file string) string { return APIHref(api) + "/-/" + file }

// ChangelogHref is the change log of an API.
func ChangelogHref(api string) string { return APIHref(api) + "/-/changelog" }

// FeedHref is the change log as a feed.
func FeedHref(api string) string { return APIHref(api) + "/-/changes.atom" }

// ProviderHref is where signing in with an identity provider starts.
func ProviderHref(provider string) string {
	return SignInPath + "/-/" + url.PathEscape(strings.ToLower(provider))
}

// SignInHref is the sign-in page that leads back to path.
func SignInHref(path string) string {
	if path == "" || path == "/" || path == SignInPath {
		return SignInPath
	}
	return SignInPath + "?return=" + url.QueryEscape(path)
}

// SearchHref is the search page for a query.
func SearchHref(query string) string { return SearchPath + "?q=" + url.QueryEscape(query) }
