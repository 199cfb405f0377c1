// Package oidc checks bearer tokens of the OpenID providers that the operator
// trusts. What their holders may do is said by role assignments.
//
// It imports apim only; the HTTP client is given.
package oidc
