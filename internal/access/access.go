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
