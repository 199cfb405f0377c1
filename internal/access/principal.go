package access

import (
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Principal is an authenticated caller.
type Principal struct {
	UserID      apim.Name // set if a user's token was given
	Integration bool      // whether it is a token of tenant/access
	Admin       bool      // whether it is user 1 or a member of administrators
	// Subject identifies a caller who is not a user: "token:ci" for a named
	// token, "oidc:https://issuer#subject" for a token of an OpenID provider.
	Subject string
	// Maker is whom the management API made the user's token for; nil: whoever
	// holds the user's password or a key of tenant/access. It limits what the
	// token may do: see [Roles.Authorize].
	Maker *Principal
}

// Name identifies the principal in the audit log.
func (p Principal) Name() string {
	switch {
	case p.Maker != nil:
		return string(p.UserID) + " by " + p.Maker.Name()
	case p.Integration:
		return integration
	case p.UserID != "":
		return string(p.UserID)
	}
	return p.Subject
}

const integration = "integration"

// ID is the form in which the maker of a token is stored: as role assignments
// name principals, or "integration".
func (p Principal) ID() string {
	if p.UserID != "" {
		return string(principalID(apim.UserRef(p.UserID)))
	}
	return p.Name()
}

// ParsePrincipal is the inverse of [Principal.ID]; whether a user is an
// administrator is not in it.
func ParsePrincipal(id string) Principal {
	user, isUser := strings.CutPrefix(id, usersPrefix)
	switch {
	case isUser:
		return Principal{UserID: apim.Name(user)}
	case id == integration:
		return Principal{Integration: true, Admin: true}
	}
	return Principal{Subject: id}
}

const usersPrefix = "users/"

// principalID names a user or group in an assignment.
func principalID(ref apim.Ref) apim.Name {
	return apim.Name(strings.TrimPrefix(string(ref), "/")).Key()
}
