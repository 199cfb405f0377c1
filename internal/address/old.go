package address

import "net/url"

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
	api, operation, product := query.Get("api"), query.Get("operation"), query.Get("product")
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

// FollowHash is a script for such a page: what is named after the hash becomes the
// query, which the portal understands; when nothing is named it goes to the list.
func FollowHash(list string) string {
	return `var h=location.hash.slice(1),p=new URLSearchParams(h);` +
		`location.replace(p.get("api")||p.get("product")?location.pathname+"?"+h:"` + list + `")`
}
