package management

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// showAssignment is an assignment with ids in the form of the request.
func (c *call) showAssignment(name apim.Name, a access.RoleAssignment) (any, error) {
	a.RoleDefinitionID = apim.Name(c.address.ID("")+"/providers/"+authorizationProvider+"/roleDefinitions/") + a.RoleDefinitionID
	return c.authorizationEnvelope("roleAssignments", name, a.Scope, struct {
		access.RoleAssignment
		Scope string `json:"scope"`
	}{a, c.scopeID(a.Scope)})
}

// scopeID is a scope in the form of the request.
func (c *call) scopeID(scope apim.Scope) string {
	if c.address.ARM() {
		return c.address.ID(scope.Ref())
	}
	return scope.String()
}

// listRoleAssignments lists assignments at the scope, above and below it.
func listRoleAssignments(c *call) (*answer, error) {
	l, err := c.roleListing(apim.Fields{"principalId", "roleDefinitionId"})
	if err != nil {
		return nil, err
	}
	type named struct {
		name apim.Name
		access.RoleAssignment
	}
	all, err := view(c, func(tx *store.Tx) (all []named, err error) {
		docs, err := tx.List(access.RoleAssignments, "")
		for _, doc := range docs {
			n := named{name: doc.Name}
			if err := doc.Decode(&n.RoleAssignment); err != nil {
				return nil, err
			}
			if n.Scope.Covers(c.scope) || c.scope.Covers(n.Scope) {
				all = append(all, n)
			}
		}
		return all, err
	})
	if err != nil {
		return nil, err
	}
	all = selected(all, l, func(n named) arm.Record {
		return arm.RecordOf(map[string]any{"principalId": n.PrincipalID, "roleDefinitionId": n.RoleDefinitionID})
	})
	return page(c, l, all, func(n named) (any, error) { return c.showAssignment(n.name, n.RoleAssignment) })
}

func getRoleAssignment(c *call) (*answer, error) {
	var a access.RoleAssignment
	_, err := view(c, func(tx *store.Tx) (*store.Document, error) {
		return tx.Decode(apim.Ref("").Child(access.RoleAssignments, c.roleName()), &a)
	})
	if errors.Is(err, apim.ErrNotFound) || err == nil && !c.scope.Covers(a.Scope) {
		return nil, &arm.Error{Status: http.StatusNotFound, Code: "RoleAssignmentNotFound", Message: fmt.Sprintf("There is no role assignment %q at this scope.", c.target)}
	}
	if err != nil {
		return nil, err
	}
	return ok(c.showAssignment(c.roleName(), a))
}

// putRoleAssignment assigns a role to a principal at the scope of the address.
func putRoleAssignment(c *call) (*answer, error) {
	name := c.roleName()
	properties, err := c.properties()
	if err != nil {
		return nil, err
	}
	var in struct {
		RoleDefinitionID string `json:"roleDefinitionId"`
		PrincipalID      string `json:"principalId"`
		PrincipalType    string `json:"principalType"`
		Description      string `json:"description"`
	}
	if err := errors.Join(checkGUID(name), arm.Unmarshal(properties, &in)); err != nil {
		return nil, err
	}
	a := access.RoleAssignment{
		RoleDefinitionID: apim.Ref(strings.TrimSuffix(in.RoleDefinitionID, "/")).Name(), PrincipalID: apim.Name(strings.TrimPrefix(in.PrincipalID, "/")),
		PrincipalType: in.PrincipalType, Description: in.Description, Scope: c.scope, CreatedBy: c.principal.Name(),
	}
	err = c.Store.Update(c.r.Context(), c.actor(), func(tx *store.Tx) error {
		a.CreatedOn, a.UpdatedOn = tx.Now(), tx.Now()
		return c.assign(tx, name, &a)
	})
	if err != nil {
		return nil, err
	}
	e, err := c.showAssignment(name, a)
	return &answer{status: http.StatusCreated, body: e}, err
}

func (c *call) assign(tx *store.Tx, name apim.Name, a *access.RoleAssignment) error {
	set, err := access.ReadRoles(tx)
	if err != nil {
		return err
	}
	role := set.ByID[a.RoleDefinitionID.Key()]
	if role == nil {
		return apim.Invalid("roleDefinitionId", fmt.Sprintf("There is no role definition %q.", a.RoleDefinitionID))
	}
	a.RoleDefinitionID = role.ID
	none := &arm.Error{Status: http.StatusNotFound, Code: "ResourceNotFound", Message: fmt.Sprintf("There is no %s in this service.", c.scope)}
	if err := apim.IfAbsent(c.scopeExists(tx, c.scope), none); err != nil {
		return err
	}
	if err := checkPrincipal(tx, a.PrincipalID); err != nil {
		return err
	}
	for _, other := range set.Assignments {
		if other.RoleDefinitionID == a.RoleDefinitionID && other.PrincipalID.Same(a.PrincipalID) && other.Scope.Same(a.Scope) {
			return &apim.ConflictError{Code: "RoleAssignmentExists", Message: "The role assignment already exists."}
		}
	}
	ref := apim.Ref("").Child(access.RoleAssignments, name)
	if _, err := tx.Get(ref); err == nil {
		return &apim.ConflictError{Code: "RoleAssignmentUpdateNotPermitted", Message: "A role assignment cannot be changed; delete it and make another."}
	}
	_, err = tx.Encode(ref, a)
	return err
}

// checkPrincipal requires an existing user or group, or the name of a token or
// OpenID subject.
func checkPrincipal(tx *store.Tx, id apim.Name) error {
	switch key := string(id.Key()); {
	case strings.HasPrefix(key, "users/"), strings.HasPrefix(key, "groups/"):
		_, err := tx.Get(apim.Ref("/" + id))
		return apim.IfAbsent(err, apim.Invalid("principalId", fmt.Sprintf("There is no %s.", id)))
	case strings.HasPrefix(key, "token:") && len(id) > len("token:"), strings.HasPrefix(key, "oidc:") && strings.Contains(key, "#"):
		return nil
	}
	return apim.Invalid("principalId", fmt.Sprintf("principalId must be users/{id}, groups/{id}, token:{name} or oidc:{issuer}#{subject}; it is %q.", id))
}

// dropAssignments deletes the assignments of a deleted entity, and those at it
// and below it, so that a later entity of the same name does not inherit them.
func (c *call) dropAssignments(tx *store.Tx, deleted apim.Ref) error {
	docs, err := tx.List(access.RoleAssignments, "")
	if err != nil {
		return err
	}
	for _, doc := range docs {
		var a access.RoleAssignment
		if err := doc.Decode(&a); err != nil {
			return err
		}
		err := c.scopeExists(tx, a.Scope)
		if errors.Is(err, apim.ErrNotFound) || err == nil && apim.Ref("/"+a.PrincipalID).Same(deleted) {
			err = tx.Delete(doc.Ref)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// scopeExists requires that the entity of a scope exists.
func (c *call) scopeExists(tx *store.Tx, scope apim.Scope) error {
	if scope.IsService() {
		return nil
	}
	if scope.Ref() == "" {
		return apim.ErrNotFound
	}
	at := *c
	at.ref, at.route = scope.Ref(), &route{kind: scope.Ref().Kind()}
	if at.route.kind.LinkNames == nil {
		_, err := at.get(tx)
		return err
	}
	_, err := at.getNamedLink(tx)
	return err
}

func deleteRoleAssignment(c *call) (*answer, error) {
	return c.deleteRole(access.RoleAssignments, func(tx *store.Tx) error {
		var a access.RoleAssignment
		if _, err := tx.Decode(apim.Ref("").Child(access.RoleAssignments, c.roleName()), &a); err != nil {
			return err
		}
		if !c.scope.Covers(a.Scope) {
			return apim.ErrNotFound
		}
		return nil
	})
}
