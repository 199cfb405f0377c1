package access

import (
	"errors"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
)

func TestAuthorize(t *testing.T) {
	t.Parallel()
	user := Principal{UserID: "ann"}
	for _, tt := range []struct {
		name   string
		p      Principal
		action Action
		scope  string
		want   bool
	}{
		{"the integration token may do everything", Principal{Integration: true}, ActionOf("apis", Delete), "/apis/x", true},
		{"an administrator may do everything", Principal{UserID: "1", Admin: true}, ActionOf("users", "token/action"), "/users/ann", true},
		{"a user may read the own record", user, ActionOf("users", Read), "/users/Ann", true},
		{"a user may list the own subscriptions", user, ActionOf("users/subscriptions", Read), "/users/ann", true},
		{"a user may not change the own record here", user, ActionOf("users", Write), "/users/ann", false},
		{"a user may not mint own tokens", user, ActionOf("users", "token/action"), "/users/ann", false},
		{"a user may not read a user whose id begins alike", user, ActionOf("users", Read), "/users/anna", false},
		{"a user may not list users", user, ActionOf("users", Read), "/", false},
		{"a user may not read APIs", user, ActionOf("apis", Read), "/apis/x", false},
		{"nobody may do nothing", Principal{}, ActionOf("", Read), "/", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			scope, err := apim.ParseScope(tt.scope)
			if err != nil {
				t.Fatal(err)
			}
			err = Authorize(Inherent(tt.p), tt.action, scope)
			if (err == nil) != tt.want {
				t.Fatalf("Authorize = %v, want allowed %v", err, tt.want)
			}
			if err != nil && (!errors.Is(err, apim.ErrForbidden) || !strings.Contains(err.Error(), string(tt.action))) {
				t.Errorf("the refusal %q does not name the action, or is no ErrForbidden", err)
			}
		})
	}
}

func TestRoleGrants(t *testing.T) {
	t.Parallel()
	reader := &Role{
		Actions:    []string{"Microsoft.ApiManagement/service/read", "Microsoft.ApiManagement/service/*/read"},
		NotActions: []string{"Microsoft.ApiManagement/service/users/keys/read"},
	}
	for _, tt := range []struct {
		name   string
		action Action
		want   bool
	}{
		{"an exact action", ActionOf("", Read), true},
		{"a wildcard over one level", ActionOf("apis", Read), true},
		{"a wildcard over two levels", ActionOf("apis/operations", Read), true},
		{"another case", "microsoft.apimanagement/SERVICE/apis/READ", true},
		{"another verb", ActionOf("apis", Write), false},
		{"what NotActions take away", ActionOf("users/keys", Read), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := reader.Grants(tt.action); got != tt.want {
				t.Errorf("Grants(%s) = %v, want %v", tt.action, got, tt.want)
			}
		})
	}
}

func TestPatternsMatchWholeActions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		pattern, action string
		want            bool
	}{
		{"*", "a/b", true}, {"a/*", "a/b/c", true}, {"a/*/c", "a/b/c", true}, {"a/*/c", "a/c", false},
		{"a/*c", "a/c", true}, {"a", "a/b", false}, {"*/b", "a/b", true}, {"ab*ba", "aba", false},
	} {
		if got := matches(tt.pattern, tt.action); got != tt.want {
			t.Errorf("matches(%q, %q) = %v, want %v", tt.pattern, tt.action, got, tt.want)
		}
	}
}
