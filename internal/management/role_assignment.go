package management

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// roleAssignment is the properties of a role assignment as Azure has them.
type roleAssignment struct {
	RoleDefinitionID string    `json:"roleDefinitionId"` // stored: the definition's GUID
	PrincipalID      string    `json:"principalId"`      // users/x, groups/x, token:x, oidc:issuer#subject
	PrincipalType    string    `json:"principalType,omitempty"`
	Scope            apim.Ref  `json:"scope"` // stored short
	Description      string    `json:"description,omitempty"`
	CreatedOn        time.Time `json:"createdOn"`
	UpdatedOn        time.Time `json:"updatedOn"`
	CreatedBy        string    `json:"createdBy"`
}

// showAssignment is an assignment with ids in the form of the request.
func (c *call) showAssignment(name string, a roleAssignment) (any, error) {
	scope := a.Scope
	a.RoleDefinitionID = c.address.ID("") + "/providers/" + authorizationProvider + "/roleDefinitions/" + a.RoleDefinitionID
	a.Scope = apim.Ref(c.address.ID(scope))
	if a.Scope == "" {
		a.Scope = "/"
	}
	return c.authorizationEnvelope("roleAssignments", name, scope, a)
}

// listRoleAssignments lists what is assigned at the scope, above and below it.
func listRoleAssignments(c *call) (*answer, error) {
	l, err := c.roleListing(apim.Fields{"principalId", "roleDefinitionId"})
	if err != nil {
		return nil, err
	}
	type named struct {
		name string
		roleAssignment
	}
	var all []named
	err = c.Store.View(c.r.Context(), func(tx *store.Tx) error {
		all = nil
		docs, err := tx.List(roleAssignments, "")
		for _, doc := range docs {
			n := named{name: doc.Name}
			if err := json.Unmarshal(doc.Body, &n.roleAssignment); err != nil {
				return fmt.Errorf("decode %s: %w", doc.Ref, err)
			}
			if access.Covers(n.Scope, c.scope) || access.Covers(c.scope, n.Scope) {
				all = append(all, n)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	all = selected(all, l, func(n named) arm.Record {
		return arm.RecordOf(map[string]any{"principalId": n.PrincipalID, "roleDefinitionId": n.RoleDefinitionID})
	})
	return page(c, l, all, func(n named) (any, error) { return c.showAssignment(n.name, n.roleAssignment) })
}

func getRoleAssignment(c *call) (*answer, error) {
	var a roleAssignment
	err := c.Store.View(c.r.Context(), func(tx *store.Tx) error {
		_, err := tx.Decode(apim.Ref("").Child(roleAssignments, c.target.Key()), &a)
		return err
	})
	if errors.Is(err, apim.ErrNotFound) || err == nil && !access.Covers(c.scope, a.Scope) {
		return nil, &arm.Error{Status: http.StatusNotFound, Code: "RoleAssignmentNotFound", Message: fmt.Sprintf("There is no role assignment %q at this scope.", c.target)}
	}
	if err != nil {
		return nil, err
	}
	e, err := c.showAssignment(c.target.Key(), a)
	return &answer{status: http.StatusOK, body: e}, err
}

// putRoleAssignment assigns a role to a principal at the scope of the address.
func putRoleAssignment(c *call) (*answer, error) {
	name := c.target.Key()
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
	a := roleAssignment{
		RoleDefinitionID: apim.Ref(strings.TrimSuffix(in.RoleDefinitionID, "/")).Name(), PrincipalID: strings.TrimPrefix(in.PrincipalID, "/"),
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

func (c *call) assign(tx *store.Tx, name string, a *roleAssignment) error {
	set, err := readRoles(tx)
	if err != nil {
		return err
	}
	role := set.byID[strings.ToLower(a.RoleDefinitionID)]
	if role == nil {
		return apim.Invalid("roleDefinitionId", fmt.Sprintf("There is no role definition %q.", a.RoleDefinitionID))
	}
	a.RoleDefinitionID = role.ID
	if c.scope != "" {
		if _, err := c.stored(tx, c.scope); err != nil {
			return err
		}
	}
	if err := checkPrincipal(tx, a.PrincipalID); err != nil {
		return err
	}
	for _, other := range set.assignments {
		if other.RoleDefinitionID == a.RoleDefinitionID && strings.EqualFold(other.PrincipalID, a.PrincipalID) && other.Scope.Key() == a.Scope.Key() {
			return &apim.ConflictError{Code: "RoleAssignmentExists", Message: "The role assignment already exists."}
		}
	}
	ref := apim.Ref("").Child(roleAssignments, name)
	if _, err := tx.Get(ref); err == nil {
		return &apim.ConflictError{Code: "RoleAssignmentUpdateNotPermitted", Message: "A role assignment cannot be changed; delete it and make another."}
	}
	body, err := json.Marshal(a)
	if err != nil {
		return err
	}
	return tx.Put(&store.Document{Ref: ref, Body: body})
}

// checkPrincipal wants a user or group that exists, or the name of a token or OpenID subject.
func checkPrincipal(tx *store.Tx, id string) error {
	lower := strings.ToLower(id)
	switch {
	case strings.HasPrefix(lower, "users/"), strings.HasPrefix(lower, "groups/"):
		_, err := tx.Get(apim.Ref("/" + id))
		if errors.Is(err, apim.ErrNotFound) {
			return apim.Invalid("principalId", fmt.Sprintf("There is no %s.", id))
		}
		return err
	case strings.HasPrefix(lower, "token:") && len(id) > len("token:"), strings.HasPrefix(lower, "oidc:") && strings.Contains(id, "#"):
		return nil
	}
	return apim.Invalid("principalId", fmt.Sprintf("principalId must be users/{id}, groups/{id}, token:{name} or oidc:{issuer}#{subject}; it is %q.", id))
}

// dropAssignments removes what is assigned at an entity that is deleted, and to
// it: whoever is made later under its name must not inherit that.
func dropAssignments(tx *store.Tx, deleted apim.Ref) error {
	docs, err := tx.List(roleAssignments, "")
	if err != nil {
		return err
	}
	scope := deleted
	if _, err := tx.ResolveAPI(aliasOf(deleted)); errors.Is(err, apim.ErrNotFound) {
		scope = aliasOf(deleted) // the API is gone, not one of its revisions
	}
	for _, doc := range docs {
		var a roleAssignment
		if err := json.Unmarshal(doc.Body, &a); err != nil {
			return fmt.Errorf("decode %s: %w", doc.Ref, err)
		}
		if !access.Covers(scope, a.Scope) && !strings.EqualFold("/"+a.PrincipalID, string(deleted)) {
			continue
		}
		if err := tx.Delete(doc.Ref); err != nil {
			return err
		}
	}
	return nil
}

func deleteRoleAssignment(c *call) (*answer, error) {
	return c.deleteRole(roleAssignments, func(tx *store.Tx) error {
		var a roleAssignment
		if _, err := tx.Decode(apim.Ref("").Child(roleAssignments, c.target.Key()), &a); err != nil {
			return err
		}
		if !access.Covers(c.scope, a.Scope) {
			return apim.ErrNotFound
		}
		return nil
	})
}
