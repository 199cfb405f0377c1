package apim

import (
	"slices"
	"strings"
	"testing"
)

// targets are the fields a resource is refused for, after its defaults.
func targets(r Resource) []string {
	var v Violations
	Default(r)
	r.Validate(&v)
	var fields []string
	for _, one := range v.List {
		fields = append(fields, one.Target)
	}
	return fields
}

func TestResourcesNameTheFieldsThatBreakARule(t *testing.T) {
	t.Parallel()
	no, negative := false, -1
	long := strings.Repeat("x", 301)
	for name, c := range map[string]struct {
		resource Resource
		want     []string
	}{
		"an API":                              {&API{DisplayName: "Echo", Path: "/echo/v1/"}, nil},
		"an API without a path":               {&API{DisplayName: "Echo"}, nil},
		"an API without a name":               {&API{Path: "echo"}, []string{"displayName"}},
		"an API with a query in its path":     {&API{DisplayName: "Echo", Path: "a?b"}, []string{"path"}},
		"an API of an unknown type":           {&API{DisplayName: "Echo", Type: "carrier"}, []string{"type"}},
		"an API with credentials in its URL":  {&API{DisplayName: "Echo", ServiceURL: "https://u:p@x"}, []string{"serviceUrl"}},
		"a version outside a set":             {&API{DisplayName: "Echo", APIVersion: "v1"}, []string{"apiVersionSetId"}},
		"an operation":                        {&Operation{DisplayName: "Get", Method: "get", URLTemplate: "/a/{b}", TemplateParameters: []Parameter{{Name: "b"}}}, nil},
		"an operation with a hidden variable": {&Operation{DisplayName: "Get", Method: "GET", URLTemplate: "/a/{b}"}, []string{"templateParameters"}},
		"an operation of no method":           {&Operation{DisplayName: "Get", Method: "G T", URLTemplate: "/"}, []string{"method"}},
		"an answer of no status":              {&Operation{DisplayName: "Get", Method: "GET", URLTemplate: "/", Responses: []Response{{StatusCode: 99}}}, []string{"responses"}},
		"a product with too long a name":      {&Product{DisplayName: long}, []string{"displayName"}},
		"a product in an unknown state":       {&Product{DisplayName: "P", State: "on sale"}, []string{"state"}},
		"a product with a negative limit":     {&Product{DisplayName: "P", SubscriptionsLimit: &negative}, []string{"subscriptionsLimit"}},
		"an open product with approval":       {&Product{DisplayName: "P", SubscriptionRequired: &no, ApprovalRequired: true}, []string{"approvalRequired"}},
		"a user without anything":             {&User{}, []string{"email", "firstName", "lastName"}},
		"a user with a named address":         {&User{Email: "Ada <a@b.c>", FirstName: "A", LastName: "B"}, []string{"email"}},
		"a subscription to nothing":           {&Subscription{DisplayName: "S", Scope: "/users/1"}, []string{"scope"}},
		"a query version set without a name":  {&VersionSet{DisplayName: "V", VersioningScheme: SchemeQuery}, []string{"versionQueryName"}},
		"a policy that is too large":          {&Policy{Value: strings.Repeat("x", 256<<10+1)}, []string{"value"}},
	} {
		if got := targets(c.resource); !slices.Equal(got, c.want) {
			t.Errorf("%s is refused for %v, want %v", name, got, c.want)
		}
	}
}

func TestRefsKnowTheirPlace(t *testing.T) {
	t.Parallel()
	for ref, want := range map[Ref][4]string{
		"/apis/Echo;rev=2/operations/get": {"apis/operations", "get", "/apis/Echo;rev=2", ""},
		"/products/p":                     {"products", "p", "", ""},
		"/workspaces/w/apis/x":            {"apis", "x", "/workspaces/w", "w"},
	} {
		got := [4]string{ref.KindPath(), string(ref.Name()), string(ref.Parent()), string(ref.Workspace())}
		if got != want {
			t.Errorf("%s: %q, want %q", ref, got, want)
		}
	}
	if id, revision := SplitRevision("Echo;REV=2"); id != "Echo" || revision != "2" {
		t.Errorf("revision: %q %q", id, revision)
	}
}
