// Package oidc checks bearer tokens of the OpenID providers that the operator
// trusts. Role assignments say what their holders may do.
//
// It imports apim only; the HTTP client is passed in.
package oidc
