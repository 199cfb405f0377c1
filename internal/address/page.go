package address

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Pages without variables, and the forms posted to them.
const (
	Home            = "/"
	APIs            = "/apis"
	Products        = "/products"
	Search          = "/search"           // GET ?q=
	SignIn          = "/signin"           // GET page; POST email, password, returnUrl
	SignUp          = "/signup"           // GET page; POST email, password, firstName, lastName, terms
	SignUpOAuth     = "/signup-oauth"     // the same with an account of another place
	ResetPassword   = "/reset-password"   // GET page; POST email
	ConfirmPassword = "/confirm-password" // GET page; POST password
	ChangePassword  = "/change-password"  // GET page; POST current, password
	Profile         = "/profile"          // GET page; POST firstName, lastName
	Reports         = "/reports"          // GET page ?range=
	NotFound        = "/404"              // shown where nothing is
	Failed          = "/500"              // shown when a page fails
)

// Personal are the pages about the visitor or what the visitor typed: search
// engines do not list them, and an exported site links to the portal for them.
var Personal = []string{
	SignIn, SignUp, SignUpOAuth, Profile, Search, ResetPassword, ConfirmPassword, ChangePassword, Reports,
}

// Pages of resources.
const (
	APIPattern       = APIs + "/{api}"
	OperationPattern = APIPattern + "/{operation}"
	ProductPattern   = Products + "/{product}"
	SchemaPattern    = APIPattern + "/-/schemas/{schema}"
	ChangelogPattern = APIPattern + "/-/changelog"
)

// API is the page of an API.
func API(id apim.PublicID) string { return fill(APIPattern, string(id)) }

// Operation is the page of an operation.
func Operation(api apim.PublicID, operation apim.Name) string {
	return fill(OperationPattern, string(api), string(operation))
}

// Product is the page of a product.
func Product(id apim.PublicID) string { return fill(ProductPattern, string(id)) }

// Access is where the page of an API says how one gets a key for it.
func Access(api apim.PublicID) string { return API(api) + "#access" }

// Console is the console of an operation.
func Console(api apim.PublicID, operation apim.Name) string {
	return Operation(api, operation) + "#try"
}

// Schema is the page of a named type of an API; with ?fragment=1 only its rows.
func Schema(api apim.PublicID, name string) string { return fill(SchemaPattern, string(api), name) }

// SchemaPart is the page of the part of a named type at a JSON pointer.
func SchemaPart(api apim.PublicID, name, pointer string) string {
	return ask(Schema(api, name), QueryPointer, pointer)
}

// OperationSchema is the page of a schema inside an operation's own
// description, at a JSON pointer.
func OperationSchema(api apim.PublicID, operation apim.Name, pointer string) string {
	return ask(Schema(api, string(operation)), QueryOwner, OwnerOperation) + "&" + QueryPointer + "=" + url.QueryEscape(pointer)
}

// Changelog is the change log of an API.
func Changelog(api apim.PublicID) string { return fill(ChangelogPattern, string(api)) }

// ChangelogPage is a further page of it.
func ChangelogPage(api apim.PublicID, page int) string {
	return ask(Changelog(api), QueryPage, strconv.Itoa(page))
}

// Release is the entry of a release in the change log.
func Release(api apim.PublicID, release string) string {
	return Changelog(api) + "#" + url.PathEscape(release)
}

// Tagged is the list of the APIs with a tag.
func Tagged(tag apim.PublicID) string { return ask(APIs, QueryTag, string(tag)) }

// Group is the page of an API with a group of its operations unfolded.
func Group(api, group apim.PublicID) string { return ask(API(api), QueryGroup, string(group)) }

// Report is the report of a range of time.
func Report(span string) string { return ask(Reports, QueryRange, span) }

// Found is the search page for a query.
func Found(query string) string { return ask(Search, QueryText, query) }

// Done is the profile, saying what has just been done.
func Done(what string) string { return ask(Profile, QueryDone, what) }

// fill is a pattern with its names in braces replaced by values, in order.
func fill(pattern string, values ...string) string {
	var b strings.Builder
	for _, value := range values {
		before, rest, _ := strings.Cut(pattern, "{")
		_, pattern, _ = strings.Cut(rest, "}")
		b.WriteString(before)
		b.WriteString(url.PathEscape(value))
	}
	b.WriteString(pattern)
	return b.String()
}
