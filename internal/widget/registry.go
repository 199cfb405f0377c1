package widget

import (
	"context"
	"encoding/json"
	"maps"
	"net/url"
	"slices"

	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget/messages"
)

// Needs are the parameters a widget cannot be shown without. When a page has
// no value for one, the widget renders nothing.
type Needs struct{ API, Operation, Product, Schema bool }

// Widget is a node type with data of its own. Its template is
// templates/{type in snake case}.tmpl and gets a frame.
type Widget struct {
	Type  string // as stored
	Label string // for the editor
	// Defaults is the struct of the node's properties with their default values.
	Defaults any
	Needs    Needs
	// Personal output depends on the visitor and is spliced into the stored page.
	Personal bool
	// Fragment output is what ?fragment=1 answers alone.
	Fragment bool
	CSS      []string // its style sheets in css/, beside core
	Query    []string // the query parameters it reads
	// Compile does what the widget needs done once a page: notes frames, styles of
	// what it holds. May be nil.
	Compile func(c *compiler, s *slot)
	// Load returns what the template shows; a nil view renders nothing.
	Load func(ctx context.Context, in *Input) (view any, err error)
}

// Registry lists every widget. Structural nodes, which have no data, are in structures.
var Registry = []Widget{
	textBlock, brand, button, picture, menu, searchBox, themeToggle, userMenu, backLink,
	listOfAPIs, featuredAPIs, detailsOfAPI, operationList, operationDetails, schemaDetails,
	productList, productDetails, productAPIs, productSubscribe, productSubscriptions,
	apiProducts, historyOfAPI,
	signIn, signInSocial, signUp, signUpSocial, resetPassword, confirmPassword, changePassword, validationSummary,
	profile, subscriptions, reports, searchResults, problem,
	videoPlayer, youtubePlayer, mapWidget, customWidget, customHTML,
}

// alias is a type that stands for another one in a certain layout.
type alias struct{ of, view string }

// aliases are other spellings of types that stored documents have (portal-wire.md §4).
var aliases = map[string]alias{
	"listOfApisDropdown": {"listOfApis", viewDropdown}, "listOfApisTiles": {"listOfApis", viewTiles},
	"api-products-dropdown": {"api-products", viewDropdown}, "api-products-tiles": {"api-products", viewTiles},
	"productListDropdown": {"product-list", viewDropdown}, "productListTiles": {"product-list", viewTiles},
	"product-list-dropdown": {"product-list", viewDropdown}, "product-list-tiles": {"product-list", viewTiles},
	"product-apis-tiles": {"product-apis", viewTiles}, "product-apis-dropdown": {"product-apis", viewDropdown},
	"confirm-password": {"confirmPassword", ""}, "signinSocial": {"signin-social", ""}, "signupSocial": {"signup-social", ""},
	"listOfOperations": {"operationList", ""}, "customWidget": {"custom-widget", ""}, "customHtml": {"custom-html-code", ""},
	"videoPlayer": {"video-player", ""}, "youtubePlayer": {"youtube-player", ""},
}

// The layouts of lists.
const (
	viewList     = "list"
	viewTiles    = "tiles"
	viewDropdown = "dropdown"
)

// Types lists every node type there is, other spellings and structures included, sorted.
func Types() []string {
	types := StructureTypes()
	for _, w := range Registry {
		types = append(types, w.Type)
	}
	return slices.Sorted(slices.Values(append(types, slices.Collect(maps.Keys(aliases))...)))
}

// lookUp finds a widget by its stored type.
func lookUp(nodeType string) (*Widget, bool) {
	if a, ok := aliases[nodeType]; ok {
		nodeType = a.of
	}
	for i := range Registry {
		if Registry[i].Type == nodeType {
			return &Registry[i], true
		}
	}
	return nil, false
}

// Input is what a widget is given: its properties and the page's request.
type Input struct {
	Props    any // pointer to the type of Widget.Defaults
	Node     *Node
	Params   Params
	Visitor  catalog.Visitor
	Data     Data
	Person   Person // personal widgets only; nil for guests
	Messages *messages.Catalogue
	Form     *FormState
	Site     Site
	Problem  Problem
	Text     bool // the page is read as text: what only leads around is left out
	heading  *heading
	base     string                                           // absolute address of the portal
	class    func(styles json.RawMessage) (class, css string) // nil: local styles have none
}

// Query is the page's query, never nil.
func (in *Input) Query() url.Values {
	if in.Params.Query == nil {
		return url.Values{}
	}
	return in.Params.Query
}

// T is the message of key in the visitor's language.
func (in *Input) T(key string, args ...any) string { return in.Messages.T(key, args...) }

// N is the message of key in the plural form of n.
func (in *Input) N(key string, n int, args ...any) string { return in.Messages.N(key, n, args...) }

// props is the node's properties as their own type.
func props[T any](in *Input) T {
	if p, ok := in.Props.(*T); ok {
		return *p
	}
	var zero T
	return zero
}
