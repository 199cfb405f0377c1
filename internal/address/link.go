package address

import (
	"net/url"
	"strings"
)

// ReturnTo is the parameter with the address to return to after signing in
// (portal-wire.md §2).
const ReturnTo = "returnUrl"

// singleSignOn and its parameter (portal-wire.md §2), which is a user's shared
// access token or the secret of a one-time link.
const (
	SingleSignOn = "/signin-sso"
	tokenName    = "token"
)

// SignInLink is a link that signs in with a token; portal is the portal's address.
func SignInLink(portal, token string) string {
	return ask(portal+SingleSignOn, tokenName, token)
}

// SignInToken reads such a link: the token, and the address to go to, "" if
// there is none or it is not on the portal.
func SignInToken(query url.Values) (token, to string) {
	return query.Get(tokenName), Local(query.Get(ReturnTo), "")
}

// EndPreview is a link, relative to any page, that shows the published site again.
const EndPreview = "?" + QueryPreview + "=" + PreviewOff

// SignInFor is the sign-in page that returns to path.
func SignInFor(path string) string {
	if path == "" || path == Home || path == SignIn {
		return SignIn
	}
	return ask(SignIn, ReturnTo, path)
}

// IsLocal reports whether an address stays on the portal: a path with or
// without a query, which no browser takes for another host.
func IsLocal(address string) bool {
	return strings.HasPrefix(address, "/") && !strings.HasPrefix(address, "//") && !strings.ContainsAny(address, "\\\r\n\t")
}

// Local is an address that somebody asked to be sent to if it stays on the
// portal, else the fallback.
func Local(address, fallback string) string {
	if u, err := url.Parse(address); err != nil || u.Host != "" || u.Scheme != "" || !IsLocal(address) || strings.HasPrefix(u.Path, "//") {
		return fallback
	}
	return address
}
