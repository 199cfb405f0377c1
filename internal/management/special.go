package management

import (
	"net/http"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apim"
)

// specialRoutes are the routes that do not belong to a kind: computed lists,
// what the service itself answers, and what a self-hosted instance cannot do.
func specialRoutes() []*route {
	var table []*route
	for _, part := range [][]*route{
		serviceRoutes(), auditRoutes(), revisionRoutes(), tagResourceRoutes(), issueRoutes(), identityRoutes(), sessionRoutes(),
		policyRoutes(), quotaRoutes(), reportRoutes(), settingsRoutes(), revisionExtras(), unsupportedRoutes(),
	} {
		table = append(table, part...)
	}
	return table
}

// read is a route that answers GET of a computed resource.
func read(pattern, resource string, handle func(*call) (*answer, error)) *route {
	return routeOf(http.MethodGet, pattern, resource, handle)
}

// routeOf is a route of an address; what the caller may do follows from the method.
func routeOf(method, pattern, resource string, handle func(*call) (*answer, error)) *route {
	return &route{method: method, pattern: pattern, action: access.ActionOf(resource, actionVerbs[method]), handle: handle}
}

// post is a route for a POST action.
func post(pattern, action string, handle func(*call) (*answer, error)) *route {
	return &route{method: http.MethodPost, pattern: pattern, action: access.ActionOf("", action+"/action"), handle: handle}
}

// of sets the kind of the entity in a route's address.
func (rt *route) of(kind *apim.Kind) *route {
	rt.kind = kind
	return rt
}

// inWorkspace is the same route below a workspace.
func (rt route) inWorkspace() *route {
	rt.pattern = "workspaces/{}/" + rt.pattern
	rt.action = access.InWorkspace(rt.action)
	rt.workspace = true
	return &rt
}
