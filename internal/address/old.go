package address

import (
	"net/url"

	"github.com/portico-portal/portico/internal/apim"
)

// Pages of older portals, which name what they show in their query or after the hash.
const (
	OldAPI       = "/api-details"   // ?api=, with ?operation= of an operation
	OldProduct   = "/product"       // ?product=
	OldChangelog = "/api-changelog" // ?api=
)

// OldSignOut is the sign-out link in menus of older portals.
const OldSignOut = "#signout"

// OfOld is the canonical address of what such a page shows for a query; "" if
// the query names nothing. changelog is set for the page of an API's change
// log.
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

// FollowHash is a script for a page whose links carry their parameters after
// the hash instead of in the query: a page of older portals, or single sign-on
// (portal-wire.md §2). Without parameters it goes to fallback.
func FollowHash(fallback string) string {
	return `var h=location.hash.slice(1),p=new URLSearchParams(h);` +
		`location.replace(p.get("api")||p.get("product")||p.get("` + tokenName + `")?location.pathname+"?"+h:"` + fallback + `")`
}
