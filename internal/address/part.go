package address

import (
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Parts beside pages: "-" is never a name.
const (
	YAMLPattern       = APIPattern + "/-/openapi.yaml"
	JSONPattern       = APIPattern + "/-/openapi.json"
	OriginalPattern   = APIPattern + "/-/original" // the description as it was imported
	FeedPattern       = APIPattern + "/-/changes.atom"
	OperationsPattern = APIPattern + "/-/operations" // ?group={tag id} or ?q=
	SamplePattern     = OperationPattern + "/-/samples/{language}"
	SubscribePattern  = ProductPattern + "/-/subscribe" // POST name, terms

	ProviderPattern     = SignIn + "/-/{provider}" // signing in with an identity provider starts there
	SubscriptionPattern = Profile + "/-/subscriptions/{id}"
	ProfilePassword     = Profile + "/-/password" // POST current, password
	ProfileSessions     = Profile + "/-/sessions" // POST end=HANDLE or all
	Suggest             = Search + "/-/suggest"   // GET ?q=

	SignOut     = "/signout"           // POST
	consolePath = "/console/"          // of the console's island
	ConsoleKeys = consolePath + "keys" // POST api
)

// YAML is the OpenAPI description of an API.
func YAML(api apim.PublicID) string { return fill(YAMLPattern, string(api)) }

// JSON is the same as JSON.
func JSON(api apim.PublicID) string { return fill(JSONPattern, string(api)) }

// Feed is the change log of an API as a feed.
func Feed(api apim.PublicID) string { return fill(FeedPattern, string(api)) }

// Operations is the fragment with an API's operation list, or a part of it.
func Operations(api apim.PublicID) string { return fill(OperationsPattern, string(api)) }

// GroupPart is the fragment with one group of it.
func GroupPart(api, group apim.PublicID) string {
	return ask(Operations(api), QueryGroup, string(group))
}

// Sample is the code sample of an operation in a language.
func Sample(api apim.PublicID, operation apim.Name, language string) string {
	return fill(SamplePattern, string(api), string(operation), language)
}

// Subscribe is where the subscribe form of a product is posted.
func Subscribe(product apim.PublicID) string { return fill(SubscribePattern, string(product)) }

// Subscription is where a subscription of the visitor is changed (POST): action is
// rename (with name), regenerate-primary, regenerate-secondary or cancel.
func Subscription(id apim.PublicID) string { return fill(SubscriptionPattern, string(id)) }

// Provider is where signing in with an identity provider starts.
func Provider(provider apim.Name) string { return fill(ProviderPattern, string(provider.Key())) }

// twinSuffix ends the address of a page's Markdown twin; for the home page it
// is twinHome + twinSuffix.
const (
	twinSuffix = ".md"
	twinHome   = "/index"
)

// Twin is the Markdown twin of the page at path.
func Twin(path string) string {
	if path == Home {
		path = twinHome
	}
	return path + twinSuffix
}

// OfTwin is the page whose twin is at path; ok reports whether there is one.
func OfTwin(path string) (page string, ok bool) {
	page, ok = strings.CutSuffix(path, twinSuffix)
	if page == twinHome {
		page = Home
	}
	return page, ok
}
