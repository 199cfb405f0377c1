package access

import "strings"

// Role is a set of actions. Patterns may hold *, which stands for any run of
// characters, slashes included.
type Role struct {
	Name       string
	Actions    []string
	NotActions []string
}

// The built-in roles.
var (
	// Owner may do everything.
	Owner = &Role{Name: "Owner", Actions: []string{"*"}}
	// OwnUser is what every user may do with the own record.
	OwnUser = &Role{Name: "Own User", Actions: []string{
		"Microsoft.ApiManagement/service/users/read",
		"Microsoft.ApiManagement/service/users/groups/read",
		"Microsoft.ApiManagement/service/users/subscriptions/read",
	}}
)

// Grants tells whether the role contains the action.
func (r *Role) Grants(action Action) bool {
	return anyMatches(r.Actions, string(action)) && !anyMatches(r.NotActions, string(action))
}

func anyMatches(patterns []string, action string) bool {
	for _, p := range patterns {
		if matches(strings.ToLower(p), strings.ToLower(action)) {
			return true
		}
	}
	return false
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
