package access

import (
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Role is a set of actions. In its patterns * stands for any run of characters,
// slashes included.
type Role struct {
	ID          apim.Name // a GUID; "" if it has no role definition
	Name        apim.Name
	Description string
	Actions     []string
	NotActions  []string
}

// m is the prefix of API Management's actions.
const m = "Microsoft.ApiManagement/service/"

// shared are the actions that every API Management role of the service has in common.
var shared = []string{
	"Microsoft.Authorization/*/read", "Microsoft.Insights/alertRules/*", "Microsoft.ResourceHealth/availabilityStatuses/read",
	"Microsoft.Resources/deployments/*", "Microsoft.Resources/subscriptions/resourceGroups/read", "Microsoft.Support/*",
}

func with(actions ...string) []string {
	for i, a := range actions {
		if !strings.HasPrefix(a, "Microsoft.") {
			actions[i] = m + a
		}
	}
	return actions
}

// [BuiltIn] has the roles that no code refers to by name.
var (
	// Owner may do everything.
	Owner = &Role{ID: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", Name: "Owner", Description: "Everything, access included.", Actions: []string{"*"}}
	// OwnUser is what every user may do with the own record. It has no role definition.
	OwnUser = &Role{Name: "Own User", Actions: with("users/read", "users/groups/read", "users/subscriptions/read", "users/identities/read")}
)

// What a token may do that a request asked for, beside the roles of who asked:
// see [Roles.Authorize]. They have no role definition.
var (
	// Editing is what the editor of the site needs, who begins with such a token:
	// content, revisions, media, and reading the catalog.
	Editing = &Role{Name: "Editing", Actions: with("read", "portalRevisions/read", "portalRevisions/write",
		"contentTypes/read", "contentTypes/write", "contentTypes/delete",
		"contentTypes/contentItems/read", "contentTypes/contentItems/write", "contentTypes/contentItems/delete",
		"portalconfigs/read", "portalsettings/read", "portalconfigs/listMediaContentSecrets/action",
		"apis/read", "apis/operations/read", "apis/operations/tags/read", "apis/operationsByTags/read", "apis/schemas/read",
		"apis/releases/read", "apis/revisions/read", "apis/products/read", "apis/tags/read", "apis/tagDescriptions/read", "apis/wikis/read",
		"apisByTags/read", "apiVersionSets/read", "products/read", "products/apis/read", "products/tags/read", "products/wikis/read",
		"productsByTags/read", "tags/read", "tagResources/read", "groups/read", "documentations/read")}
	// Reserved is what none of them may do: what decides about rights, the keys of
	// the tenant, and making tokens.
	Reserved = &Role{Name: "Reserved", Actions: with("Microsoft.Authorization/*/write", "Microsoft.Authorization/*/delete", "Microsoft.Authorization/*/action",
		"tenant/write", "tenant/delete", "tenant/*/action", "users/token/action", "users/generateSsoUrl/action", "getssotoken/action")}
)

// AssignRoles is the action of those who decide about rights: at the service,
// they also choose administrators and see the keys of the tenant.
const AssignRoles Action = "Microsoft.Authorization/roleAssignments/" + Write

// BuiltIn are the roles of every service (apim-rest.md Part 5).
var BuiltIn = []*Role{
	Owner,
	{ID: "b24988ac-6180-42a0-ab88-20f7382dd24c", Name: "Contributor", Description: "Everything but access.", Actions: []string{"*"},
		NotActions: []string{"Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write", "Microsoft.Authorization/elevateAccess/Action"}},
	{ID: "acdd72a7-3385-48ef-bd42-f606fba81ae7", Name: "Reader", Description: "Reading everything but secrets.", Actions: []string{"*/read"}},
	{ID: "312a565d-c81f-4fd8-895a-4e21e48d571c", Name: "API Management Service Contributor", Description: "Everything in the service and its APIs.",
		Actions: append(with("*"), shared...)},
	{ID: "e022efe7-f5ba-4159-bbe4-b44f577e9b61", Name: "API Management Service Operator Role", Description: "Managing the service, but not its APIs.",
		Actions: append(with("read", "*/read", "write", "delete", "backup/action", "restore/action", "managedeployments/action",
			"updatecertificate/action", "updatehostname/action"), shared...), NotActions: with("users/keys/read")},
	{ID: "71522526-b88f-4d52-b57f-d31fc3546d0d", Name: "API Management Service Reader Role", Description: "Reading the service and its APIs.",
		Actions: append(with("read", "*/read"), shared...), NotActions: with("users/keys/read")},
	{ID: "c031e6a8-4391-4de0-8d69-4706a7ed3729", Name: "API Management Developer Portal Content Editor", Description: "Editing the portal's content and publishing it.",
		Actions: with("portalRevisions/read", "portalRevisions/write", "contentTypes/read", "contentTypes/write", "contentTypes/delete",
			"contentTypes/contentItems/read", "contentTypes/contentItems/write", "contentTypes/contentItems/delete")},
	{ID: "9565a273-41b9-4368-97d2-aeb0c976a9b3", Name: "API Management Service Workspace API Developer",
		Description: "What an API developer of a workspace needs of the service. Assign it at the service, beside a role of the workspace.",
		Actions:     append(with("read", "tags/read", "tags/apiLinks/*", "tags/operationLinks/*", "tags/productLinks/*", "products/read", "products/apiLinks/*"), shared...)},
	{ID: "d59a3e9c-6d52-4a5a-aeed-6bf3cf0e31da", Name: "API Management Service Workspace API Product Manager",
		Description: "What a product manager of a workspace needs of the service. Assign it at the service, beside a role of the workspace.",
		Actions: append(with("read", "tags/read", "tags/apiLinks/*", "tags/operationLinks/*", "tags/productLinks/*", "products/read", "products/apiLinks/*",
			"users/read", "groups/read", "groups/users/*"), shared...)},
	{ID: "56328988-075d-4c6a-8766-d93edd6725b6", Name: "API Management Workspace API Developer", Description: "Editing the APIs of a workspace. Assign it at the workspace.",
		Actions: append(with("workspaces/*/read", "workspaces/apis/*", "workspaces/apiVersionSets/*", "workspaces/policies/*", "workspaces/schemas/*",
			"workspaces/products/*", "workspaces/policyFragments/*", "workspaces/namedValues/*", "workspaces/tags/*"), "Microsoft.Authorization/*/read")},
	{ID: "73c2c328-d004-4c5e-938c-35c6f5679a1f", Name: "API Management Workspace API Product Manager", Description: "Editing the products of a workspace and who uses them. Assign it at the workspace.",
		Actions: append(with("workspaces/*/read", "workspaces/products/*", "workspaces/subscriptions/*", "workspaces/groups/*", "workspaces/tags/*",
			"workspaces/notifications/*"), "Microsoft.Authorization/*/read")},
	{ID: "0c34c906-8d99-4cb7-8bb7-33f5b0a1a799", Name: "API Management Workspace Contributor", Description: "Everything in a workspace but access. Assign it at the workspace.",
		Actions: append(with("workspaces/*"), "Microsoft.Authorization/*/read")},
	{ID: "ef1c2c96-4a77-49e8-b9a4-6179fe1d2fd2", Name: "API Management Workspace Reader", Description: "Reading a workspace. Assign it at the workspace.",
		Actions: append(with("workspaces/*/read"), "Microsoft.Authorization/*/read")},
}

// RoleByName finds a built-in role by its name or GUID in any case, or returns nil.
func RoleByName(name apim.Name) *Role {
	for _, r := range BuiltIn {
		if r.Name.Same(name) || r.ID.Same(name) {
			return r
		}
	}
	return nil
}

// Grants reports whether the role contains the action.
func (r *Role) Grants(action Action) bool {
	return anyMatches(r.Actions, string(action)) && !anyMatches(r.NotActions, string(action))
}

func anyMatches(patterns []string, action string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(strings.ToLower(p), strings.ToLower(action)) })
}

// matches compares an action with a pattern: the parts between stars, in order.
func matches(pattern, action string) bool {
	parts := strings.Split(pattern, "*")
	if len(parts) == 1 {
		return pattern == action
	}
	rest, ok := strings.CutPrefix(action, parts[0])
	if !ok {
		return false
	}
	last := parts[len(parts)-1]
	for _, p := range parts[1 : len(parts)-1] {
		i := strings.Index(rest, p)
		if i < 0 {
			return false
		}
		rest = rest[i+len(p):]
	}
	return strings.HasSuffix(rest, last)
}
