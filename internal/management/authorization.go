package management

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"

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

// enterAuthorization finds the route of an address below a scope, or nil.
func (c *call) enterAuthorization() (*route, error) {
	segments := c.address.Segments
	i := slices.IndexFunc(segments, func(s string) bool { return apim.Name(s).Same(authorizationProvider) })
	if i < 1 || !apim.Name(segments[i-1]).Same("providers") {
		return nil, nil
	}
	rt, err := c.authorization.find(c.r.Method, segments[i+1:])
	if err != nil {
		return nil, err
	}
	c.route = rt
	if c.scope, err = c.scopeAt(segments[:i-1]); err != nil {
		return nil, err
	}
	c.ref, c.target = c.scope.Ref(), apim.Ref(segments[len(segments)-1])
	return rt, nil
}

// scopeAt is the scope that the segments of an address name. A resource group
// contains the service, so it means the service; /subscriptions/{x} is a
// subscription of the service (design.md §7).
func (c *call) scopeAt(segments []string) (apim.Scope, error) {
	if !c.address.ARM() && apim.IsResourceGroup(segments) {
		return apim.ServiceScope(), nil
	}
	return apim.ParseScope("/" + strings.Join(segments, "/"))
}

// authorize checks that the caller may do what the route does.
func (c *call) authorize(action access.Action, scope apim.Scope) error {
	if access.Authorize(access.Inherent(c.principal), action, scope) == nil {
		return nil
	}
	assigned, err := view(c, c.assigned)
	if err != nil {
		return err
	}
	return access.Authorize(assigned, action, scope)
}

// assigned returns the roles assigned to the caller, or to a group of the caller.
func (c *call) assigned(tx *store.Tx) ([]access.Assignment, error) {
	roles, err := c.roles.read(tx)
	if err != nil || len(roles.assignments) == 0 {
		return nil, err
	}
	ids, err := principalIDs(tx, c.principal)
	if err != nil {
		return nil, err
	}
	var all []access.Assignment
	for _, a := range roles.assignments {
		if role := roles.byID[a.RoleDefinitionID.Key()]; role != nil && ids[a.PrincipalID.Key()] {
			all = append(all, access.Assignment{Role: role, Scope: a.Scope})
		}
	}
	return all, nil
}

// principalID names a user or group in an assignment.
func principalID(ref apim.Ref) apim.Name {
	return apim.Name(strings.TrimPrefix(string(ref), "/")).Key()
}

// roleName is the GUID of the definition or assignment that the address names.
func (c *call) roleName() apim.Name { return apim.Name(c.target).Key() }

// principalIDs are the ids by which assignments may name the caller.
func principalIDs(tx *store.Tx, p access.Principal) (map[apim.Name]bool, error) {
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

// roles caches assignments and definitions; the feed tells whether they are current.
type roles struct {
	cache cached[*roleSet]
}

type roleSet struct {
	assignments []*roleAssignment
	byID        map[apim.Name]*access.Role
}

func (r *roles) read(tx *store.Tx) (*roleSet, error) {
	return r.cache.get(tx, []string{roleAssignments, roleDefinitions}, readRoles)
}

func readRoles(tx *store.Tx) (*roleSet, error) {
	set := &roleSet{byID: map[apim.Name]*access.Role{}}
	for _, role := range access.BuiltIn {
		set.byID[role.ID] = role
	}
	docs, err := tx.List(roleDefinitions, "")
	if err != nil {
		return nil, err
	}
	for _, doc := range docs {
		var d roleDefinition
		if err := doc.Decode(&d); err != nil {
			return nil, err
		}
		role := &access.Role{ID: doc.Name, Name: apim.Name(d.RoleName), Description: d.Description}
		for _, p := range d.Permissions {
			role.Actions = append(role.Actions, p.Actions...)
			role.NotActions = append(role.NotActions, p.NotActions...)
		}
		set.byID[doc.Name.Key()] = role
	}
	if docs, err = tx.List(roleAssignments, ""); err != nil {
		return nil, err
	}
	for _, doc := range docs {
		a := new(roleAssignment)
		if err := doc.Decode(a); err != nil {
			return nil, err
		}
		set.assignments = append(set.assignments, a)
	}
	return set, nil
}

var guid = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

func checkGUID(name apim.Name) error {
	if !guid.MatchString(string(name)) {
		return apim.Invalid("name", fmt.Sprintf("The name must be a GUID; it is %q.", name))
	}
	return nil
}

// authorizationEnvelope shows a definition or an assignment. Its id is below
// the requested scope.
func (c *call) authorizationEnvelope(resource string, name apim.Name, scope apim.Scope, properties any) (arm.Envelope, error) {
	body, err := json.Marshal(properties)
	id := c.address.ID(scope.Ref()) + "/providers/" + authorizationProvider + "/" + resource + "/" + string(name)
	return arm.Envelope{ID: id, Type: authorizationProvider + "/" + resource, Name: name, Properties: body}, err
}

// roleListing is the query of a list of roles, without Azure's scope functions:
// everything is listed at every scope to which it applies.
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

// deleteRole deletes a definition or assignment: 200 if it existed, else 204.
func (c *call) deleteRole(kind string, admit func(tx *store.Tx) error) (*answer, error) {
	ref := apim.Ref("").Child(kind, c.roleName())
	return c.delete(func(tx *store.Tx) (bool, error) {
		if err := admit(tx); err != nil {
			return false, err
		}
		return true, tx.Delete(ref)
	})
}
