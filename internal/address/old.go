package address

import (
	"net/url"

	"github.com/portico-portal/portico/internal/apim"
)

// Pages of older portals, which name what they show by their query or after the hash.
const (
	OldAPI       = "/api-details"   // ?api=, with ?operation= of an operation
	OldProduct   = "/product"       // ?product=
	OldChangelog = "/api-changelog" // ?api=
)

// OldSignOut is where a menu's item of an older portal leads to sign out.
const OldSignOut = "#signout"

// OfOld is the canonical address of what such a page shows by its query; "" when the
// query names nothing. The page is of one API's change log, or of anything else.
func OfOld(query url.Values, changelog bool) string {
	api, operation, product := apim.PublicID(query.Get("api")), apim.Name(query.Get("operation")), apim.PublicID(query.Get("product"))
	switch {
	case api != "" && changelog:
		return Changelog(api)
	case api != "" && operation != "":
		return Operation(api, operation)
	case api != "":
		return API(api)
	case product != "":
		return Product(product)
	}
	return ""
}

// FollowHash is a script for a page that the portal answers by its query and that
// others link to by what is after the hash: a page of older portals, or single
// sign-on (portal-wire.md §2). When nothing is named it goes to fallback.
func FollowHash(fallback string) string {
	return `var h=location.hash.slice(1),p=new URLSearchParams(h);` +
		`location.replace(p.get("api")||p.get("product")||p.get("` + tokenName + `")?location.pathname+"?"+h:"` + fallback + `")`
}
