package access

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"pgregory.net/rapid"
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
		{"a/*/c/*/e", "a/b/c/d/e", true}, {"a/*/c/*/e", "a/b/x/d/e", false}, {"a/*/c/*/e", "a/b/c/e", false},
		{"*b*", "b", true}, {"a*b*b", "ab", false}, {"a*bc*c", "abc", false}, {"", "", true}, {"", "a", false},
	} {
		if got := matches(tt.pattern, tt.action); got != tt.want {
			t.Errorf("matches(%q, %q) = %v, want %v", tt.pattern, tt.action, got, tt.want)
		}
	}
}

// A pattern matches as its regular expression does, stars as ".*".
func TestPatternsMatchAsRegularExpressions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab/*]{0,8}`).Draw(t, "pattern")
		action := rapid.StringMatching(`[ab/]{0,8}`).Draw(t, "action")
		if rapid.Bool().Draw(t, "fitting") { // else hardly any does
			action = strings.ReplaceAll(pattern, "*", rapid.SampledFrom([]string{"", "a", "b/", "ab"}).Draw(t, "star"))
		}
		want := regexp.MustCompile("^" + strings.ReplaceAll(regexp.QuoteMeta(pattern), `\*`, ".*") + "$").MatchString(action)
		if got := matches(pattern, action); got != want {
			t.Errorf("matches(%q, %q) = %v, want %v", pattern, action, got, want)
		}
	})
}

// What a custom role with patterns of several stars gives, and takes away.
func TestACustomRoleOfTwoStars(t *testing.T) {
	t.Parallel()
	role := &Role{
		Actions:    []string{"Microsoft.ApiManagement/service/*/policies/*"},
		NotActions: []string{"*/workspaces/*/delete"},
	}
	for _, tt := range []struct {
		name   string
		action Action
		want   bool
	}{
		{"policies of an API", ActionOf("apis/policies", Write), true},
		{"policies of an operation, in any case", "microsoft.apimanagement/SERVICE/apis/operations/POLICIES/read", true},
		{"the service's own policies have no part for the first star", ActionOf("policies", Write), false},
		{"an API has no policies in its action", ActionOf("apis", Write), false},
		{"policies in a workspace", InWorkspace(ActionOf("apis/policies", Write)), true},
		{"deleting them there is taken away", InWorkspace(ActionOf("apis/policies", Delete)), false},
		{"deleting others is not", ActionOf("apis/policies", Delete), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := role.Grants(tt.action); got != tt.want {
				t.Errorf("Grants(%s) = %v, want %v", tt.action, got, tt.want)
			}
		})
	}
}

func TestPrincipalsAreNamedInTheAuditLog(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]Principal{
		"integration": {Integration: true, Subject: "token:ci"},
		"ann":         {UserID: "ann", Admin: true},
		"token:ci":    {Subject: "token:ci"},
		"":            {},
	} {
		if got := p.Name(); got != want {
			t.Errorf("%+v is named %q, want %q", p, got, want)
		}
	}
}

func TestABuiltInRoleIsFoundByNameAndByID(t *testing.T) {
	t.Parallel()
	for _, want := range BuiltIn {
		for _, name := range []string{string(want.Name), strings.ToUpper(string(want.Name)), string(want.ID), strings.ToUpper(string(want.ID))} {
			if got := RoleByName(apim.Name(name)); got != want {
				t.Errorf("RoleByName(%q) = %+v, want %s", name, got, want.Name)
			}
		}
	}
	for _, name := range []apim.Name{"Own User", "Nobody", ""} {
		if got := RoleByName(name); got != nil {
			t.Errorf("RoleByName(%q) = %s, want none", name, got.Name)
		}
	}
}

// What each built-in role is for: what it may do, and next to it what it may not.
func TestWhatBuiltInRolesMayDo(t *testing.T) {
	t.Parallel()
	assign := Action("Microsoft.Authorization/roleAssignments/Write")
	assignments := Action("Microsoft.Authorization/roleAssignments/Read")
	for _, tt := range []struct {
		role     apim.Name
		may, not []Action
	}{
		{"Owner", []Action{assign, ActionOf("apis", Delete), ActionOf("users", "token/action")}, nil},
		{"Contributor", []Action{ActionOf("apis", Delete), assignments},
			[]Action{assign, "Microsoft.Authorization/roleDefinitions/Delete", "Microsoft.Authorization/elevateAccess/Action"}},
		{"Reader", []Action{ActionOf("apis", Read), assignments}, []Action{ActionOf("apis", Write), ActionOf("subscriptions", "listSecrets/action"), assign}},
		{"API Management Service Contributor", []Action{ActionOf("", Delete), ActionOf("apis", Write), assignments}, []Action{assign}},
		{"API Management Service Operator Role", []Action{ActionOf("", Write), ActionOf("", "backup/action"), ActionOf("apis", Read)},
			[]Action{ActionOf("apis", Write), ActionOf("apis", Delete), ActionOf("users/keys", Read), assign}},
		{"API Management Service Reader Role", []Action{ActionOf("", Read), ActionOf("apis/operations", Read), assignments},
			[]Action{ActionOf("", Write), ActionOf("apis", Write), ActionOf("users/keys", Read), assign}},
		{"API Management Developer Portal Content Editor",
			[]Action{ActionOf("contentTypes/contentItems", Write), ActionOf("portalRevisions", Write), ActionOf("contentTypes", Delete)},
			[]Action{ActionOf("portalRevisions", Delete), ActionOf("apis", Read), ActionOf("users", Read), ActionOf("", Read), assign}},
		{"API Management Service Workspace API Developer", []Action{ActionOf("products/apiLinks", Write), ActionOf("tags", Read)},
			[]Action{ActionOf("products", Write), ActionOf("users", Read), ActionOf("groups/users", Write), InWorkspace(ActionOf("apis", Read)), assign}},
		{"API Management Service Workspace API Product Manager", []Action{ActionOf("groups/users", Write), ActionOf("users", Read)},
			[]Action{ActionOf("groups", Write), ActionOf("users", Write), ActionOf("apis", Read), assign}},
		{"API Management Workspace API Developer", []Action{InWorkspace(ActionOf("apis/operations", Delete)), InWorkspace(ActionOf("groups", Read)), assignments},
			[]Action{ActionOf("apis", Read), InWorkspace(ActionOf("groups", Write)), InWorkspace(ActionOf("subscriptions", Write)), ActionOf("workspaces", Write), assign}},
		{"API Management Workspace API Product Manager", []Action{InWorkspace(ActionOf("subscriptions", Write)), InWorkspace(ActionOf("groups", Write))},
			[]Action{InWorkspace(ActionOf("apis", Write)), ActionOf("subscriptions", Write), ActionOf("workspaces", Delete), assign}},
		{"API Management Workspace Contributor", []Action{InWorkspace(ActionOf("apis", Write)), ActionOf("workspaces", Write), assignments},
			[]Action{ActionOf("apis", Read), ActionOf("", Read), assign}},
		{"API Management Workspace Reader", []Action{InWorkspace(ActionOf("apis", Read)), assignments},
			[]Action{InWorkspace(ActionOf("apis", Write)), ActionOf("apis", Read), assign}},
	} {
		t.Run(string(tt.role), func(t *testing.T) {
			t.Parallel()
			role := RoleByName(tt.role)
			if role == nil {
				t.Fatal("there is no such role")
			}
			for _, a := range tt.may {
				if !role.Grants(a) {
					t.Errorf("it may not %s", a)
				}
			}
			for _, a := range tt.not {
				if role.Grants(a) {
					t.Errorf("it may %s", a)
				}
			}
		})
	}
}

// A role given somewhere is good there and below, not beside and not above.
func TestARoleIsGoodAtItsScopeAndBelow(t *testing.T) {
	t.Parallel()
	scope := func(text string) apim.Scope {
		s, err := apim.ParseScope(text)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	given := []Assignment{
		{Role: RoleByName("Reader"), Scope: scope("/apis/echo")},
		{Role: RoleByName("Contributor"), Scope: scope("/workspaces/w")},
	}
	for _, tt := range []struct {
		name   string
		action Action
		scope  string
		want   bool
	}{
		{"reading at the scope", ActionOf("apis", Read), "/apis/Echo", true},
		{"reading below it", ActionOf("apis/operations", Read), "/apis/echo/operations/get", true},
		{"writing there, which the other role may", ActionOf("apis", Write), "/apis/echo", false},
		{"the other role at its own scope", InWorkspace(ActionOf("apis", Write)), "/workspaces/w/apis/echo", true},
		{"beside both", ActionOf("apis", Read), "/apis/echo2", false},
		{"above both", ActionOf("", Read), "/", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var denied *DeniedError
			err := Authorize(given, tt.action, scope(tt.scope))
			if (err == nil) != tt.want || (err != nil && !errors.As(err, &denied)) {
				t.Errorf("%s at %s: %v, want allowed %v", tt.action, tt.scope, err, tt.want)
			}
		})
	}
}
