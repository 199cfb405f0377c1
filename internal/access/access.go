package access

import (
	"fmt"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Action is a complete ARM action such as "Microsoft.ApiManagement/service/apis/write".
type Action string

// Verbs at the end of an action.
const (
	Read   = "read"
	Write  = "write"
	Delete = "delete"
)

// ActionOf joins a resource type below the service ("apis/operations"; "" for
// the service itself) and a verb. Actions of POST have a name before the verb
// "action": ActionOf("users", "token/action").
func ActionOf(resourceType, verb string) Action {
	if resourceType == "" {
		return Action("Microsoft.ApiManagement/service/" + verb)
	}
	return Action("Microsoft.ApiManagement/service/" + resourceType + "/" + verb)
}

// Principal is an authenticated caller.
type Principal struct {
	UserID      apim.Name // set if a user's token was given
	Integration bool      // whether it is a token of tenant/access
	Admin       bool      // whether it is user 1 or a member of administrators
	// Subject identifies a caller who is not a user: "token:ci" for a named
	// token, "oidc:https://issuer#subject" for a token of an OpenID provider.
	Subject string
}

// Name identifies the principal in the audit log.
func (p Principal) Name() string {
	switch {
	case p.Integration:
		return "integration"
	case p.UserID != "":
		return string(p.UserID)
	}
	return p.Subject
}

// Assignment grants a role at a scope and below it.
type Assignment struct {
	Role  *Role
	Scope apim.Scope
}

// DeniedError is apim.ErrForbidden with the action and scope that were refused.
type DeniedError struct {
	Action Action
	Scope  apim.Scope
}

func (e *DeniedError) Error() string {
	return fmt.Sprintf("The caller does not have authorization to perform action '%s' over scope '%s'.", e.Action, e.Scope)
}

// Is makes errors.Is(err, apim.ErrForbidden) true.
func (e *DeniedError) Is(target error) bool { return target == apim.ErrForbidden }

// Authorize returns nil if one of the assignments grants the action at the
// scope, else a *DeniedError.
func Authorize(assignments []Assignment, action Action, scope apim.Scope) error {
	for _, a := range assignments {
		if a.Scope.Covers(scope) && a.Role.Grants(action) {
			return nil
		}
	}
	return &DeniedError{Action: action, Scope: scope}
}

// Inherent returns the assignments that a principal has without being given
// any: owner of the service for tokens of tenant/access and for administrators,
// reader of the own user for others.
func Inherent(p Principal) []Assignment {
	switch {
	case p.Integration || p.Admin:
		return []Assignment{{Role: Owner, Scope: apim.ServiceScope()}}
	case p.UserID != "":
		return []Assignment{{Role: OwnUser, Scope: apim.ScopeOf(apim.UserRef(p.UserID))}}
	}
	return nil
}

// InWorkspace is the action on the same type of resource in a workspace.
func InWorkspace(a Action) Action {
	const service = "Microsoft.ApiManagement/service/"
	return service + "workspaces/" + Action(strings.TrimPrefix(string(a), service))
}
