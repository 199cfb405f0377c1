package access

import (
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// The collections of Microsoft.Authorization, which are stored beside the
// service's resources.
const (
	RoleDefinitions = "roledefinitions"
	RoleAssignments = "roleassignments"
)

// RoleAssignment is the properties of a role assignment as Azure has them.
type RoleAssignment struct {
	RoleDefinitionID apim.Name  `json:"roleDefinitionId"` // stored: the definition's GUID
	PrincipalID      apim.Name  `json:"principalId"`      // users/x, groups/x, token:x, oidc:issuer#subject
	PrincipalType    string     `json:"principalType,omitempty"`
	Scope            apim.Scope `json:"scope"`
	Description      string     `json:"description,omitempty"`
	CreatedOn        time.Time  `json:"createdOn"`
	UpdatedOn        time.Time  `json:"updatedOn"`
	CreatedBy        string     `json:"createdBy"`
}

// RoleDefinition is the properties of a role definition as Azure has them.
type RoleDefinition struct {
	RoleName         string       `json:"roleName"`
	Type             string       `json:"type"`
	Description      string       `json:"description"`
	AssignableScopes []string     `json:"assignableScopes"`
	Permissions      []Permission `json:"permissions"`
}

// Permission is a list of actions, less those in NotActions.
type Permission struct {
	Actions        []string `json:"actions"`
	NotActions     []string `json:"notActions"`
	DataActions    []string `json:"dataActions"`
	NotDataActions []string `json:"notDataActions"`
}

// Roles reads who has which role, and decides by it. It is safe for concurrent use.
type Roles struct {
	kept store.Cached[*RoleSet]
}

// RoleSet is all roles and assignments.
type RoleSet struct {
	Assignments []*RoleAssignment
	ByID        map[apim.Name]*Role
}

// Read returns the roles as of tx.
func (r *Roles) Read(tx *store.Tx) (*RoleSet, error) {
	return r.kept.Get(tx, []string{RoleAssignments, RoleDefinitions}, ReadRoles)
}

// ReadRoles reads the roles within a transaction that may have changed them.
func ReadRoles(tx *store.Tx) (*RoleSet, error) {
	set := &RoleSet{ByID: map[apim.Name]*Role{}}
	for _, role := range BuiltIn {
		set.ByID[role.ID] = role
	}
	docs, err := tx.List(RoleDefinitions, "")
	if err != nil {
		return nil, err
	}
	for _, doc := range docs {
		var d RoleDefinition
		if err := doc.Decode(&d); err != nil {
			return nil, err
		}
		role := &Role{ID: doc.Name, Name: apim.Name(d.RoleName), Description: d.Description}
		for _, p := range d.Permissions {
			role.Actions = append(role.Actions, p.Actions...)
			role.NotActions = append(role.NotActions, p.NotActions...)
		}
		set.ByID[doc.Name.Key()] = role
	}
	if docs, err = tx.List(RoleAssignments, ""); err != nil {
		return nil, err
	}
	for _, doc := range docs {
		a := new(RoleAssignment)
		if err := doc.Decode(a); err != nil {
			return nil, err
		}
		set.Assignments = append(set.Assignments, a)
	}
	return set, nil
}

// Authorize returns nil if the caller may do an action at a scope, else a
// *DeniedError. A token that was made by a request may do what the user may, of
// that what the editor needs ([Editing]) and what its maker may do by now; never
// what decides about rights ([Reserved]).
func (r *Roles) Authorize(tx *store.Tx, p Principal, action Action, scope apim.Scope) error {
	if err := r.authorize(tx, p, action, scope); err != nil || p.Maker == nil {
		return err
	}
	if Reserved.Grants(action) {
		return &DeniedError{Action: action, Scope: scope}
	}
	if Editing.Grants(action) || Authorize(Inherent(Principal{UserID: p.UserID}), action, scope) == nil {
		return nil
	}
	return r.authorize(tx, *p.Maker, action, scope)
}

// authorize is Authorize by the caller's own roles alone.
func (r *Roles) authorize(tx *store.Tx, p Principal, action Action, scope apim.Scope) error {
	if Authorize(Inherent(p), action, scope) == nil {
		return nil
	}
	assigned, err := r.Assigned(tx, p)
	if err != nil {
		return err
	}
	return Authorize(assigned, action, scope)
}

// Assigned returns the roles assigned to the caller, or to a group of the caller.
func (r *Roles) Assigned(tx *store.Tx, p Principal) ([]Assignment, error) {
	roles, err := r.Read(tx)
	if err != nil || len(roles.Assignments) == 0 {
		return nil, err
	}
	ids, err := principalIDs(tx, p)
	if err != nil {
		return nil, err
	}
	var all []Assignment
	for _, a := range roles.Assignments {
		if role := roles.ByID[a.RoleDefinitionID.Key()]; role != nil && ids[a.PrincipalID.Key()] {
			all = append(all, Assignment{Role: role, Scope: a.Scope})
		}
	}
	return all, nil
}

// principalIDs are the ids by which assignments may name the caller.
func principalIDs(tx *store.Tx, p Principal) (map[apim.Name]bool, error) {
	ids := map[apim.Name]bool{}
	if p.Subject != "" {
		ids[apim.Name(p.Subject).Key()] = true
	}
	if p.UserID == "" {
		return ids, nil
	}
	user := apim.UserRef(p.UserID)
	ids[principalID(user)] = true
	groups, err := tx.Backlinks(apim.GroupUser, user)
	for _, g := range groups {
		ids[principalID(g)] = true
	}
	return ids, err
}

// Empowers reports whether a user or a group has rights beyond those of every
// user: it is named by a role assignment, or is, or is in, the administrators or
// another such group. Who may write it could take these rights.
func (r *Roles) Empowers(tx *store.Tx, ref apim.Ref) (bool, error) {
	ids := map[apim.Name]bool{principalID(ref): true}
	if ref.Is(apim.Users) {
		var err error
		if ids, err = principalIDs(tx, Principal{UserID: ref.Name()}); err != nil {
			return false, err
		}
	}
	if ids[principalID(apim.UserRef(apim.FirstAdministrator))] || ids[principalID(apim.GroupRef(apim.Administrators))] {
		return true, nil
	}
	roles, err := r.Read(tx)
	if err != nil {
		return false, err
	}
	for _, a := range roles.Assignments {
		if ids[a.PrincipalID.Key()] {
			return true, nil
		}
	}
	return false, nil
}
