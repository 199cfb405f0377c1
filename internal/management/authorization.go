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
const authorizationProvider = "Microsoft.Authorization"

// authorizationRoutes are the routes below {scope}/providers/Microsoft.Authorization.
func authorizationRoutes() []*route {
	var table []*route
	for _, r := range []struct {
		resource               string
		list, get, put, delete func(*call) (*answer, error)
		owners                 bool // a role is good wherever it is assigned, not only at the scope of its address
	}{
		{"roleDefinitions", listRoleDefinitions, getRoleDefinition, putRoleDefinition, deleteRoleDefinition, true},
		{"roleAssignments", listRoleAssignments, getRoleAssignment, putRoleAssignment, deleteRoleAssignment, false},
	} {
		action := func(verb string) access.Action {
			return access.Action(authorizationProvider + "/" + r.resource + "/" + verb)
		}
		table = append(table,
			&route{method: http.MethodGet, pattern: r.resource, action: action(access.Read), handle: r.list},
			&route{method: http.MethodGet, pattern: r.resource + "/{}", action: action(access.Read), handle: r.get},
			&route{method: http.MethodPut, pattern: r.resource + "/{}", action: action(access.Write), handle: r.put, owners: r.owners},
			&route{method: http.MethodDelete, pattern: r.resource + "/{}", action: action(access.Delete), handle: r.delete, owners: r.owners},
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
	if c.principal.Maker == nil && access.Authorize(access.Inherent(c.principal), action, scope) == nil {
		return nil // without a look into the store
	}
	return c.Store.View(c.r.Context(), func(tx *store.Tx) error { return c.roles.Authorize(tx, c.principal, action, scope) })
}

// assignsRoles requires a caller who may assign roles at the service, and so
// could have every right.
func (c *call) assignsRoles(tx *store.Tx) error {
	return c.roles.Authorize(tx, c.principal, access.AssignRoles, apim.ServiceScope())
}

// guardRights refuses to change a user or a group with rights beyond those of
// every user, but to who could give these rights anyway.
func (c *call) guardRights(tx *store.Tx, ref apim.Ref) error {
	empowered, err := c.roles.Empowers(tx, ref)
	if err != nil || !empowered {
		return err
	}
	return c.assignsRoles(tx)
}

// roleName is the GUID of the definition or assignment that the address names.
func (c *call) roleName() apim.Name { return apim.Name(c.target).Key() }

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
