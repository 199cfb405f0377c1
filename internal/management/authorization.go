package management

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// Microsoft.Authorization: role definitions and role assignments, at the service
// and at any entity (apim-rest.md Part 5). They are stored as documents beside
// the service's resources.
const (
	roleDefinitions = "roledefinitions"
	roleAssignments = "roleassignments"

	authorizationProvider = "Microsoft.Authorization"
)

// authorizationRoutes are the routes below {scope}/providers/Microsoft.Authorization.
func authorizationRoutes() []*route {
	var table []*route
	for _, r := range []struct {
		resource               string
		list, get, put, delete func(*call) (*answer, error)
	}{
		{"roleDefinitions", listRoleDefinitions, getRoleDefinition, putRoleDefinition, deleteRoleDefinition},
		{"roleAssignments", listRoleAssignments, getRoleAssignment, putRoleAssignment, deleteRoleAssignment},
	} {
		action := func(verb string) access.Action {
			return access.Action(authorizationProvider + "/" + r.resource + "/" + verb)
		}
		table = append(table,
			&route{method: http.MethodGet, pattern: r.resource, action: action(access.Read), handle: r.list},
			&route{method: http.MethodGet, pattern: r.resource + "/{}", action: action(access.Read), handle: r.get},
			&route{method: http.MethodPut, pattern: r.resource + "/{}", action: action(access.Write), handle: r.put},
			&route{method: http.MethodDelete, pattern: r.resource + "/{}", action: action(access.Delete), handle: r.delete},
		)
	}
	return table
}

// enterAuthorization finds the route of an address below a scope; nil when the
// address is none. Subscriptions and resource groups of Azure count as the service.
func (c *call) enterAuthorization() (*route, error) {
	segments := c.address.Segments
	i := slices.IndexFunc(segments, func(s string) bool { return strings.EqualFold(s, authorizationProvider) })
	if i < 1 || !strings.EqualFold(segments[i-1], "providers") {
		return nil, nil
	}
	rt, err := c.authorization.find(c.r.Method, segments[i+1:])
	if err != nil {
		return nil, err
	}
	c.route = rt
	if above := segments[:i-1]; !isAzureScope(above) {
		c.ref = refOf(&route{}, above)
		c.scope = aliasOf(c.ref)
		if len(above)%2 != 0 {
			return nil, apim.ErrNotFound
		}
	}
	c.target = apim.Ref(segments[len(segments)-1])
	return rt, nil
}

// isAzureScope tells the scopes of a subscription or resource group from entities.
func isAzureScope(segments []string) bool {
	short := len(segments) == 2 && strings.EqualFold(segments[0], "subscriptions")
	return short || len(segments) == 4 && strings.EqualFold(segments[0], "subscriptions") && strings.EqualFold(segments[2], "resourceGroups")
}

// roleDefinition is the properties of a role definition as Azure has them.
type roleDefinition struct {
	RoleName         string       `json:"roleName"`
	Type             string       `json:"type"`
	Description      string       `json:"description"`
	AssignableScopes []string     `json:"assignableScopes"`
	Permissions      []permission `json:"permissions"`
}

type permission struct {
	Actions        []string `json:"actions"`
	NotActions     []string `json:"notActions"`
	DataActions    []string `json:"dataActions"`
	NotDataActions []string `json:"notDataActions"`
}

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

// authorize checks that the caller may do what the route does.
func (c *call) authorize(action access.Action, scope apim.Ref) error {
	err := access.Authorize(access.Inherent(c.principal), action, scope)
	if err == nil {
		return nil
	}
	var assigned []access.Assignment
	if failed := c.Store.View(c.r.Context(), func(tx *store.Tx) (err error) {
		assigned, err = c.assigned(tx)
		return err
	}); failed != nil {
		return failed
	}
	return access.Authorize(assigned, action, scope)
}

// assigned are the roles that are assigned to the caller, or to a group of the caller.
func (c *call) assigned(tx *store.Tx) ([]access.Assignment, error) {
	assignments, roles, err := c.roles.read(tx)
	if err != nil || len(assignments) == 0 {
		return nil, err
	}
	ids, err := principalIDs(tx, c.principal)
	if err != nil {
		return nil, err
	}
	var all []access.Assignment
	for _, a := range assignments {
		if role := roles[strings.ToLower(a.RoleDefinitionID)]; role != nil && ids[strings.ToLower(a.PrincipalID)] {
			all = append(all, access.Assignment{Role: role, Scope: a.Scope})
		}
	}
	return all, nil
}

// principalIDs are the ids that assignments may name the caller by.
func principalIDs(tx *store.Tx, p access.Principal) (map[string]bool, error) {
	ids := map[string]bool{}
	if p.Subject != "" {
		ids[strings.ToLower(p.Subject)] = true
	}
	if p.UserID == "" {
		return ids, nil
	}
	user := apim.UserRef(p.UserID)
	ids[user.Key()[1:]] = true
	groups, err := tx.Backlinks(apim.GroupUser, user)
	for _, g := range groups {
		ids[g.Key()[1:]] = true
	}
	return ids, err
}

// roles keeps assignments and definitions, validated by the feed in the
// transaction that asks.
type roles struct {
	cache cached[*roleSet]
}

type roleSet struct {
	assignments []*roleAssignment
	byID        map[string]*access.Role
}

func (r *roles) read(tx *store.Tx) ([]*roleAssignment, map[string]*access.Role, error) {
	set, err := r.cache.get(tx, []string{roleAssignments, roleDefinitions}, readRoles)
	if err != nil {
		return nil, nil, err
	}
	return set.assignments, set.byID, nil
}

func readRoles(tx *store.Tx) (*roleSet, error) {
	set := &roleSet{byID: map[string]*access.Role{}}
	for _, role := range access.BuiltIn {
		set.byID[role.ID] = role
	}
	docs, err := tx.List(roleDefinitions, "")
	if err != nil {
		return nil, err
	}
	for _, doc := range docs {
		var d roleDefinition
		if err := json.Unmarshal(doc.Body, &d); err != nil {
			return nil, fmt.Errorf("decode %s: %w", doc.Ref, err)
		}
		role := &access.Role{ID: doc.Name, Name: d.RoleName, Description: d.Description}
		for _, p := range d.Permissions {
			role.Actions = append(role.Actions, p.Actions...)
			role.NotActions = append(role.NotActions, p.NotActions...)
		}
		set.byID[strings.ToLower(doc.Name)] = role
	}
	if docs, err = tx.List(roleAssignments, ""); err != nil {
		return nil, err
	}
	for _, doc := range docs {
		a := new(roleAssignment)
		if err := json.Unmarshal(doc.Body, a); err != nil {
			return nil, fmt.Errorf("decode %s: %w", doc.Ref, err)
		}
		set.assignments = append(set.assignments, a)
	}
	return set, nil
}

var guid = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

func checkGUID(name string) error {
	if !guid.MatchString(name) {
		return apim.Invalid("name", fmt.Sprintf("The name must be a GUID; it is %q.", name))
	}
	return nil
}

// authorizationEnvelope shows a definition or an assignment. Its id is at the scope asked for.
func (c *call) authorizationEnvelope(resource, name string, scope apim.Ref, properties any) (arm.Envelope, error) {
	body, err := json.Marshal(properties)
	id := c.address.ID(scope) + "/providers/" + authorizationProvider + "/" + resource + "/" + name
	return arm.Envelope{ID: id, Type: authorizationProvider + "/" + resource, Name: name, Properties: body}, err
}

// showRole is a role as a role definition.
func (c *call) showRole(role *access.Role) (any, error) {
	kind := "CustomRole"
	if access.RoleByName(role.ID) != nil {
		kind = "BuiltInRole"
	}
	scope := c.address.ID("")
	if scope == "" {
		scope = "/"
	}
	return c.authorizationEnvelope("roleDefinitions", role.ID, "", roleDefinition{
		RoleName: role.Name, Type: kind, Description: role.Description, AssignableScopes: []string{scope},
		Permissions: []permission{{Actions: notNil(role.Actions), NotActions: notNil(role.NotActions), DataActions: []string{}, NotDataActions: []string{}}},
	})
}

func notNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// roleSet reads the roles.
func (c *call) roleSet() (set *roleSet, err error) {
	err = c.Store.View(c.r.Context(), func(tx *store.Tx) error {
		set = &roleSet{}
		set.assignments, set.byID, err = c.roles.read(tx)
		return err
	})
	return set, err
}

func listRoleDefinitions(c *call) (*answer, error) {
	set, err := c.roleSet()
	if err != nil {
		return nil, err
	}
	var all []*access.Role
	for _, role := range set.byID {
		all = append(all, role)
	}
	slices.SortFunc(all, func(a, b *access.Role) int { return strings.Compare(a.Name, b.Name) })
	l, err := c.roleListing(apim.Fields{"roleName", "type"})
	if err != nil {
		return nil, err
	}
	all = selected(all, l, func(r *access.Role) arm.Record {
		kind := "CustomRole"
		if access.RoleByName(r.ID) != nil {
			kind = "BuiltInRole"
		}
		return arm.RecordOf(map[string]any{"roleName": r.Name, "type": kind})
	})
	return page(c, l, all, func(r *access.Role) (any, error) { return c.showRole(r) })
}

// roleListing is the query of a list of roles, without the functions of scope
// that Azure has: everything is listed at every scope it is good for.
func (c *call) roleListing(fields apim.Fields) (listing, error) {
	filter := c.query.Get("$filter")
	for _, f := range []string{"atScope()", "atScopeAndBelow()"} {
		filter = strings.TrimPrefix(strings.TrimPrefix(strings.Replace(filter, f, "", 1), " and "), " or ")
	}
	filter = assignedTo.ReplaceAllString(filter, "principalId eq '$1'")
	c.query = c.query.With("$filter", strings.TrimSpace(filter))
	return c.listing(fields, false)
}

var assignedTo = regexp.MustCompile(`assignedTo\('([^']*)'\)`)

func getRoleDefinition(c *call) (*answer, error) {
	set, err := c.roleSet()
	if err != nil {
		return nil, err
	}
	role := set.byID[c.target.Key()]
	if role == nil {
		return nil, roleMissing(string(c.target))
	}
	e, err := c.showRole(role)
	return &answer{status: http.StatusOK, body: e}, err
}

func roleMissing(name string) error {
	return &arm.Error{Status: http.StatusNotFound, Code: "RoleDefinitionDoesNotExist", Message: fmt.Sprintf("There is no role definition %q.", name)}
}

// putRoleDefinition makes or replaces a custom role.
func putRoleDefinition(c *call) (*answer, error) {
	name := c.target.Key()
	properties, err := c.properties()
	if err != nil {
		return nil, err
	}
	var d roleDefinition
	if err := errors.Join(checkGUID(name), arm.Unmarshal(properties, &d)); err != nil {
		return nil, err
	}
	if access.RoleByName(name) != nil {
		return nil, &apim.ConflictError{Code: "RoleDefinitionIsBuiltIn", Message: "Built-in roles cannot be changed."}
	}
	if err := d.validate(); err != nil {
		return nil, err
	}
	d.Type = "CustomRole"
	body, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	var set *roleSet
	err = c.Store.Update(c.r.Context(), c.actor(), func(tx *store.Tx) error {
		if set, err = readRoles(tx); err != nil {
			return err
		}
		for id, role := range set.byID {
			if id != name && strings.EqualFold(role.Name, d.RoleName) {
				return &apim.ConflictError{Code: "RoleDefinitionWithSameNameExists", Target: "roleName", Message: fmt.Sprintf("There is a role %q already.", role.Name)}
			}
		}
		if err := tx.Put(&store.Document{Ref: apim.Ref("").Child(roleDefinitions, name), Body: body}); err != nil {
			return err
		}
		set, err = readRoles(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	e, err := c.showRole(set.byID[name])
	return &answer{status: http.StatusCreated, body: e}, err
}

var actionPattern = regexp.MustCompile(`^(\*|[A-Za-z0-9.]+(/[A-Za-z0-9.*_-]+)*(/\*)?|\*/[A-Za-z*]+)$`)

func (d *roleDefinition) validate() error {
	var v apim.Violations
	if v.Required("roleName", d.RoleName) {
		v.Length("roleName", d.RoleName, 128)
	}
	v.Length("description", d.Description, 2048)
	granted := 0
	for i, p := range d.Permissions {
		granted += len(p.Actions)
		for name, list := range map[string][]string{"actions": p.Actions, "notActions": p.NotActions} {
			for j, a := range list {
				if !actionPattern.MatchString(a) {
					v.Addf(fmt.Sprintf("permissions[%d].%s[%d]", i, name, j), "An action is like Microsoft.ApiManagement/service/apis/read, with * for any part; it is %q.", a)
				}
			}
		}
	}
	if granted == 0 {
		v.Addf("permissions", "permissions must have at least one action.")
	}
	return v.Err()
}

func deleteRoleDefinition(c *call) (*answer, error) {
	name := c.target.Key()
	if access.RoleByName(name) != nil {
		return nil, &apim.ConflictError{Code: "RoleDefinitionIsBuiltIn", Message: "Built-in roles cannot be deleted."}
	}
	return c.deleteRole(roleDefinitions, func(tx *store.Tx) error {
		set, err := readRoles(tx)
		if err != nil {
			return err
		}
		for _, a := range set.assignments {
			if strings.EqualFold(a.RoleDefinitionID, name) {
				return &apim.ConflictError{Code: "RoleDefinitionHasAssignments", Message: fmt.Sprintf("The role is assigned to %s; revoke that first.", a.PrincipalID)}
			}
		}
		return nil
	})
}

// deleteRole deletes a definition or assignment: 200 when it was there, else 204.
func (c *call) deleteRole(kind string, admit func(tx *store.Tx) error) (*answer, error) {
	ref := apim.Ref("").Child(kind, c.target.Key())
	err := c.Store.Update(c.r.Context(), c.actor(), func(tx *store.Tx) error {
		if err := admit(tx); err != nil {
			return err
		}
		return tx.Delete(ref)
	})
	if errors.Is(err, apim.ErrNotFound) {
		return noContent(), nil
	}
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK}, nil
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
		return readInto(tx, apim.Ref("").Child(roleAssignments, c.target.Key()), &a)
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
		if err := readInto(tx, apim.Ref("").Child(roleAssignments, c.target.Key()), &a); err != nil {
			return err
		}
		if !access.Covers(c.scope, a.Scope) {
			return apim.ErrNotFound
		}
		return nil
	})
}
