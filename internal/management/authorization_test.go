package management

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// referenceRoles are the roles of apim-rest.md Part 5 as written there, and two
// custom ones. M stands for Microsoft.ApiManagement/service; the actions after
// the bar are taken away.
var referenceRoles = map[string]string{
	"Owner":                                `*`,
	"Contributor":                          `* | Microsoft.Authorization/*/Delete Microsoft.Authorization/*/Write`,
	"Reader":                               `*/read`,
	"API Management Service Contributor":   `M/* Microsoft.Authorization/*/read`,
	"API Management Service Operator Role": `M/read M/*/read M/write M/delete M/backup/action M/restore/action Microsoft.Authorization/*/read | M/users/keys/read`,
	"API Management Service Reader Role":   `M/read M/*/read Microsoft.Authorization/*/read | M/users/keys/read`,
	"API Management Developer Portal Content Editor": `M/portalRevisions/read M/portalRevisions/write M/contentTypes/read M/contentTypes/write
		M/contentTypes/delete M/contentTypes/contentItems/read M/contentTypes/contentItems/write M/contentTypes/contentItems/delete`,
	"API Management Service Workspace API Developer": `M/read M/tags/read M/tags/apiLinks/* M/tags/operationLinks/* M/tags/productLinks/* M/products/read M/products/apiLinks/* Microsoft.Authorization/*/read`,
	"API Management Service Workspace API Product Manager": `M/read M/tags/read M/tags/apiLinks/* M/tags/operationLinks/* M/tags/productLinks/* M/products/read M/products/apiLinks/*
		M/users/read M/groups/read M/groups/users/* Microsoft.Authorization/*/read`,
	"API Management Workspace API Developer": `M/workspaces/*/read M/workspaces/apis/* M/workspaces/apiVersionSets/* M/workspaces/policies/* M/workspaces/schemas/* M/workspaces/products/*
		M/workspaces/policyFragments/* M/workspaces/namedValues/* M/workspaces/tags/* Microsoft.Authorization/*/read`,
	"API Management Workspace API Product Manager": `M/workspaces/*/read M/workspaces/products/* M/workspaces/subscriptions/* M/workspaces/groups/* M/workspaces/tags/* M/workspaces/notifications/* Microsoft.Authorization/*/read`,
	"API Management Workspace Contributor":         `M/workspaces/* Microsoft.Authorization/*/read`,
	"API Management Workspace Reader":              `M/workspaces/*/read Microsoft.Authorization/*/read`,

	"API editor":   `M/read M/*/read M/apis/write M/apis/*/write`,
	"Token minter": `M/users/token/action`,
}

// allows is what the text of a role allows, by regular expressions.
func allows(role, action string) bool {
	text := strings.ReplaceAll(referenceRoles[role], "M/", "Microsoft.ApiManagement/service/")
	granted, denied, _ := strings.Cut(text, "|")
	matches := func(patterns string) bool {
		for _, p := range strings.Fields(patterns) {
			expr := "(?i)^" + strings.ReplaceAll(regexp.QuoteMeta(p), `\*`, ".*") + "$"
			if regexp.MustCompile(expr).MatchString(action) {
				return true
			}
		}
		return false
	}
	return matches(granted) && !matches(denied)
}

// TestEveryRouteForEveryRole asks for every address with tokens that have one
// role each, at the service or at one entity, and compares with the reference.
func TestEveryRouteForEveryRole(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.do("PUT", "/apis/x", `{"properties":{"path":"x"}}`).want(201)
	s.do("PUT", "/workspaces/x", `{"properties":{"displayName":"x"}}`).want(201)
	s.customRole("11111111-1111-1111-1111-111111111111", "API editor")
	s.customRole("22222222-2222-2222-2222-222222222222", "Token minter")
	table := append(routes(), authorizationRoutes()...)
	for role := range referenceRoles {
		for _, scope := range []string{"", "/apis/x", "/workspaces/x"} {
			token := s.holder(role, scope)
			for _, rt := range table {
				s.compareAccess(rt, role, scope, token)
			}
		}
	}
}

func (s *service) customRole(id, name string) {
	s.Helper()
	text, _, _ := strings.Cut(strings.ReplaceAll(referenceRoles[name], "M/", "Microsoft.ApiManagement/service/"), "|")
	actions, _ := json.Marshal(strings.Fields(text))
	s.do("PUT", "/providers/Microsoft.Authorization/roleDefinitions/"+id,
		fmt.Sprintf(`{"properties":{"roleName":%q,"permissions":[{"actions":%s}]}}`, name, actions)).want(201)
}

// assignmentAt is the address of an assignment at a scope of either form.
func assignmentAt(scope string, number int) string {
	return fmt.Sprintf("%s/providers/Microsoft.Authorization/roleAssignments/00000000-0000-0000-0000-%012d?api-version=2022-04-01", scope, number)
}

// holder makes a token that has a role at a scope.
func (s *service) holder(role, scope string) string {
	s.Helper()
	id := ""
	if r := access.RoleByName(apim.Name(role)); r != nil {
		id = string(r.ID)
	} else {
		id = map[string]string{"API editor": "11111111-1111-1111-1111-111111111111", "Token minter": "22222222-2222-2222-2222-222222222222"}[role]
	}
	s.assignments++
	subject := fmt.Sprintf("token:holder-%d", s.assignments)
	s.do("PUT", assignmentAt(scope, s.assignments),
		fmt.Sprintf(`{"properties":{"roleDefinitionId":"/providers/Microsoft.Authorization/roleDefinitions/%s","principalId":%q}}`, id, subject)).want(201)
	token, err := s.accounts.MintNamed(s.Context(), subject, time.Now().Add(time.Hour))
	if err != nil {
		s.Fatal(err)
	}
	return account.Authorization(token)
}

// compareAccess asks for a route's address without a body and with an ETag that
// nothing has: what is allowed gets as far as its handler, what is not is 403 and
// names the action.
func (s *service) compareAccess(rt *route, role, scope, token string) {
	s.Helper()
	if rt.action == "" {
		s.Errorf("%s %s has no action", rt.method, rt.pattern)
		return
	}
	address := "/" + strings.ReplaceAll(rt.pattern, "{}", "x")
	if strings.HasPrefix(string(rt.action), authorizationProvider) {
		address = "/providers/Microsoft.Authorization/" + strings.ReplaceAll(rt.pattern, "{}", "00000000-0000-0000-0000-0000000000ff")
	}
	got := s.do(rt.method, address, "", "Authorization", token, "If-Match", `"none"`)
	within := scope == "" || !rt.outer && (strings.EqualFold(address, scope) || strings.HasPrefix(strings.ToLower(address), scope+"/"))
	want := within && allows(role, string(rt.action)) && (!rt.owners || scope == "" && allows(role, string(access.AssignRoles)))
	if allowed := got.status != http.StatusForbidden; allowed != want {
		s.Errorf("%s at %q: %s %s (%s): status %d, want allowed: %v", role, scope, rt.method, address, rt.action, got.status, want)
	}
	if got.status == http.StatusForbidden && rt.method != http.MethodHead && !strings.Contains(got.body, string(rt.action)) && !(rt.owners && strings.Contains(got.body, string(access.AssignRoles))) {
		s.Errorf("%s %s: the refusal does not name the action: %s", rt.method, address, got.body)
	}
}

func TestRoleDefinitionsAndAssignments(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, s *service) {
		const at = "/providers/Microsoft.Authorization"
		const a, b = "aaaaaaaa-0000-0000-0000-000000000001", "aaaaaaaa-0000-0000-0000-000000000002"
		list := s.do("GET", at+"/roleDefinitions?$filter=type+eq+'BuiltInRole'", "").want(200)
		if !strings.Contains(list.body, `"count":13`) || !strings.Contains(list.body, "312a565d-c81f-4fd8-895a-4e21e48d571c") {
			t.Errorf("the built-in roles: %s", list.body)
		}
		custom := `{"properties":{"roleName":"Reads APIs","permissions":[{"actions":["Microsoft.ApiManagement/service/apis/read"]}]}}`
		s.do("PUT", at+"/roleDefinitions/"+a, custom).want(201)
		s.do("PUT", at+"/roleDefinitions/"+b, custom).want(409)
		for body, field := range map[string]string{
			`{"properties":{"permissions":[{"actions":["*"]}]}}`:                                   "roleName",
			`{"properties":{"roleName":"x"}}`:                                                      "permissions",
			`{"properties":{"roleName":"x","permissions":[{"actions":["not an action"]}]}}`:        "permissions[0].actions[0]",
			`{"properties":{"roleName":"x","permissions":[{"actions":["*"],"notActions":["!"]}]}}`: "permissions[0].notActions[0]",
		} {
			if got := s.do("PUT", at+"/roleDefinitions/"+b, body).want(400); !strings.Contains(got.body, `"target":"`+field+`"`) {
				t.Errorf("%s: %s, want the target %s", body, got.body, field)
			}
		}
		s.do("PUT", at+"/roleDefinitions/not-a-guid", custom).want(400)
		s.do("PUT", at+"/roleDefinitions/"+string(access.Owner.ID), custom).want(409)
		s.do("DELETE", at+"/roleDefinitions/"+string(access.Owner.ID), "").want(409)

		assign := func(role, principal string) string {
			return fmt.Sprintf(`{"properties":{"roleDefinitionId":"/x/roleDefinitions/%s","principalId":%q}}`, role, principal)
		}
		s.do("PUT", at+"/roleAssignments/"+a, assign(b, "token:ci")).want(400)
		s.do("PUT", at+"/roleAssignments/"+a, assign(a, "users/nobody")).want(400)
		s.do("PUT", at+"/roleAssignments/"+a, assign(a, "whoever")).want(400)
		s.do("PUT", "/apis/missing"+at+"/roleAssignments/"+a, assign(a, "token:ci")).want(404)
		s.do("PUT", at+"/roleAssignments/"+a, assign(a, "token:ci")).want(201)
		s.do("PUT", at+"/roleAssignments/"+b, assign(a, "token:ci")).want(409)
		s.do("GET", at+"/roleAssignments/"+a, "").want(200)
		s.do("DELETE", at+"/roleDefinitions/"+a, "").want(409)
		token, err := s.accounts.MintNamed(t.Context(), "token:ci", time.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		s.do("GET", "/apis", "", "Authorization", account.Authorization(token)).want(200)
		s.do("GET", "/products", "", "Authorization", account.Authorization(token)).want(403)
		s.do("DELETE", at+"/roleAssignments/"+a, "").want(200)
		s.do("DELETE", at+"/roleAssignments/"+a, "").want(204)
		s.do("GET", at+"/roleAssignments/"+a, "").want(404)
		s.do("GET", "/apis", "", "Authorization", account.Authorization(token)).want(403)
		s.do("DELETE", at+"/roleDefinitions/"+a, "").want(200)
	})
}

func TestRolesOfGroupsAndTokensForOneUser(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.do("PUT", "/users/ann", `{"properties":{"firstName":"A","lastName":"B","email":"a@b.example"}}`).want(201)
	s.do("PUT", "/groups/editors", `{"properties":{"displayName":"Editors"}}`).want(201)
	s.do("PUT", "/groups/editors/users/ann", "").want(201)
	ann, err := s.accounts.MintToken(t.Context(), "ann", "primary", time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	as := account.Authorization(ann)
	s.do("GET", "/contentTypes", "", "Authorization", as).want(403)
	editor := string(access.RoleByName("API Management Developer Portal Content Editor").ID)
	s.do("PUT", "/providers/Microsoft.Authorization/roleAssignments/bbbbbbbb-0000-0000-0000-000000000001",
		`{"properties":{"roleDefinitionId":"`+editor+`","principalId":"groups/editors"}}`).want(201)
	s.do("GET", "/contentTypes", "", "Authorization", as).want(200)
	s.do("POST", "/users/ann/token", "{}", "Authorization", as).want(403)

	s.customRole("22222222-2222-2222-2222-222222222222", "Token minter")
	expiry := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	mint := `{"properties":{"keyType":"primary","expiry":"` + expiry + `"}}`
	everywhere, once := s.holder("Token minter", ""), s.holder("Token minter", "/users/1")
	s.do("POST", "/users/ann/token", mint, "Authorization", everywhere).want(200)
	s.do("POST", "/users/1/token", mint, "Authorization", once).want(200)
	if got := s.do("POST", "/users/ann/token", mint, "Authorization", once).want(403); !strings.Contains(got.body, "users/token/action") || !strings.Contains(got.body, "/users/ann") {
		t.Errorf("the refusal names neither action nor scope: %s", got.body)
	}
	s.do("DELETE", "/groups/editors/users/ann", "").want(200)
	s.do("GET", "/contentTypes", "", "Authorization", as).want(403)
}

// fill stores an entity x of each kind, at the service and in the workspace w,
// and returns their ids.
func (s *service) fill() (all []apim.Ref) {
	s.Helper()
	err := s.store.Update(s.Context(), store.Actor{}, func(tx *store.Tx) error {
		for _, home := range []apim.Ref{"", "/workspaces/w"} {
			for _, kind := range apim.Kinds {
				if home != "" && !kind.Workspace {
					continue
				}
				ref, err := fillKind(tx, home, kind)
				if err != nil {
					return fmt.Errorf("%s in %q: %w", kind.Path, home, err)
				}
				all = append(all, ref)
			}
		}
		return nil
	})
	if err != nil {
		s.Fatal(err)
	}
	return all
}

func fillKind(tx *store.Tx, home apim.Ref, kind *apim.Kind) (apim.Ref, error) {
	ref := home
	for collection := range strings.SplitSeq(kind.Path, "/") {
		ref = ref.Child(collection, "x")
	}
	stored := ref
	switch {
	case kind.LinkNames != nil:
		other, _ := tx.ResolveAPI(home + apim.Ref("/"+strings.ReplaceAll(kind.LinkNames.To, "/", "/x/")+"/x"))
		if kind.LinkNames.To == "apis" {
			other = other.Alias()
		}
		name := "x"
		if kind.LinkNames.To == "apis/operations" {
			name = "x-x" // as members without a name are called
		}
		from, to := ref.Parent(), other
		if kind.LinkNames.Reverse {
			from, to = to, from
		}
		_, err := tx.Link(kind.LinkNames.Name, from, to)
		return ref[:len(ref)-1] + apim.Ref(name), err
	case kind == apim.APIs:
		stored = ref + ";rev=1"
		if _, err := tx.Link(apim.CurrentRevision, ref, stored); err != nil {
			return "", err
		}
	case !kind.OnAlias:
		var err error
		if stored, err = tx.ResolveAPI(ref); err != nil {
			return "", err
		}
	}
	return ref, tx.Put(&store.Document{Ref: stored, Body: json.RawMessage(`{}`)})
}

func TestARoleAtAnEntityIsGoodThereAlone(t *testing.T) {
	t.Parallel()
	s := newService(t)
	entities := s.fill()
	for _, at := range entities {
		for _, form := range []string{"", prefix} {
			token := s.holder("Owner", form+string(at))
			made := s.do("GET", assignmentAt(form+string(at), s.assignments), "").want(200)
			if got := made.properties()["scope"]; got != form+string(at) {
				t.Errorf("a role at %s%s is shown at %v", form, at, got)
			}
			for _, other := range entities {
				if form != "" && other != at && other != at.Parent() {
					continue // the short form went through all
				}
				below := strings.HasPrefix(string(other)+"/", string(at)+"/")
				got := s.do("PUT", assignmentAt(form+string(other), s.assignments), "{}", "Authorization", token)
				if allowed := got.status != http.StatusForbidden; allowed != below {
					t.Errorf("a role at %s%s: status %d at %s, want allowed %v", form, at, got.status, other, below)
				}
			}
		}
	}
}

func TestScopesThatAreNoEntities(t *testing.T) {
	t.Parallel()
	s := newService(t)
	role := `{"properties":{"roleDefinitionId":"` + access.Owner.ID + `","principalId":"token:ci"}}`
	for scope, status := range map[string]int{
		"/subscriptions/none": 404, "/subscriptions/00000000-0000-0000-0000-000000000001": 404, "/apis/none": 404, prefix + "/products/none": 404,
		"/apis": 400, "/nothing/x": 400, "/workspaces/w/users/1": 400, prefix + "/subscriptions/s/resourceGroups/g": 400,
	} {
		s.do("PUT", assignmentAt(scope, 1), string(role)).want(status)
	}
	if got := s.do("GET", "/providers/Microsoft.Authorization/roleAssignments", "").want(200); !strings.Contains(got.body, `"count":0`) {
		t.Errorf("something was assigned: %s", got.body)
	}
	s.do("PUT", assignmentAt("/subscriptions/s/resourceGroups/g", 1), string(role)).want(201)
}

func TestRightsEndWithWhatTheyAreAbout(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/apis/x", `{"path":"x"}`)
	s.do("PUT", "/apis/x;rev=2", `{"properties":{"path":"x","sourceApiId":"/apis/x"}}`).want(201)
	s.customRole("11111111-1111-1111-1111-111111111111", "API editor")
	editor := s.holder("API editor", "/apis/x")
	s.do("GET", "/apis/x", "", "Authorization", editor).want(200)
	s.do("DELETE", "/apis/x;rev=2", "", "If-Match", "*").want(200)
	s.do("GET", "/apis/x", "", "Authorization", editor).want(200)
	s.do("DELETE", "/apis/x?deleteRevisions=true", "", "If-Match", "*").want(200)
	s.put("/apis/x", `{"path":"x"}`)
	s.do("GET", "/apis/x", "", "Authorization", editor).want(403)

	s.put("/products/p", `{"displayName":"P"}`)
	const member = "/products/p/apiLinks/l"
	for _, end := range []string{member, "/products/p/apis/x"} {
		s.put(member, `{"apiId":"/apis/x"}`)
		reader := s.holder("Reader", member)
		s.do("GET", member, "", "Authorization", reader).want(200)
		s.do("DELETE", end, "").want(200)
		s.put(member, `{"apiId":"/apis/x"}`)
		s.do("GET", member, "", "Authorization", reader).want(403)
		s.do("DELETE", member, "").want(200)
	}

	s.put("/users/ann", `{"firstName":"A","lastName":"B","email":"a@b.example"}`)
	s.do("PUT", "/providers/Microsoft.Authorization/roleAssignments/cccccccc-0000-0000-0000-000000000001",
		`{"properties":{"roleDefinitionId":"`+string(access.RoleByName("Reader").ID)+`","principalId":"users/ann"}}`).want(201)
	s.do("DELETE", "/users/ann", "", "If-Match", "*").want(200)
	s.do("GET", "/providers/Microsoft.Authorization/roleAssignments/cccccccc-0000-0000-0000-000000000001", "").want(404)
}

func TestCopiesTakeTheRightToReadTheirSource(t *testing.T) {
	t.Parallel()
	s := newService(t)
	s.put("/apis/x", `{"path":"x"}`)
	s.put("/apis/secret", `{"path":"secret","serviceUrl":"https://hidden.example"}`)
	s.customRole("11111111-1111-1111-1111-111111111111", "API editor")
	editor := s.holder("API editor", "/apis/x")
	copied := `{"properties":{"path":"x","sourceApiId":"/apis/secret"}}`
	if got := s.do("PUT", "/apis/x;rev=2", copied, "Authorization", editor).want(403); !strings.Contains(got.body, "/apis/secret") {
		t.Errorf("the refusal does not name the source: %s", got.body)
	}
	s.do("PUT", "/apis/x;rev=2", copied).want(201)
}

func TestWorkspacesDoNotReachIntoEachOther(t *testing.T) {
	t.Parallel()
	s := newService(t)
	for _, w := range []string{"a", "b"} {
		s.put("/workspaces/"+w, `{"displayName":"W"}`)
		s.put("/workspaces/"+w+"/apis/x", `{"path":"`+w+`"}`)
		s.put("/workspaces/"+w+"/products/p", `{"displayName":"P"}`)
		s.put("/workspaces/"+w+"/groups/g", `{"displayName":"G"}`)
		s.put("/workspaces/"+w+"/tags/t", `{"displayName":"T"}`)
	}
	for path, body := range map[string]string{
		"/workspaces/a/products/p/apiLinks/l":   `{"apiId":"/workspaces/b/apis/x"}`,
		"/workspaces/a/products/p/groupLinks/l": `{"groupId":"/workspaces/b/groups/g"}`,
		"/workspaces/a/tags/t/apiLinks/l":       `{"apiId":"/workspaces/b/apis/x"}`,
		"/workspaces/a/apis/copy":               `{"path":"copy","sourceApiId":"/workspaces/b/apis/x"}`,
		"/workspaces/a/subscriptions/s":         `{"displayName":"S","scope":"/workspaces/b/products/p"}`,
	} {
		if got := s.do("PUT", path, `{"properties":`+body+`}`).want(400); !strings.Contains(got.body, "another workspace") {
			t.Errorf("PUT of %s: %s", path, got.body)
		}
	}
	s.do("PUT", "/workspaces/a/products/p/apiLinks/l", `{"properties":{"apiId":"/apis/x"}}`).want(201)
	if got := s.do("GET", "/workspaces/a/products/p/apiLinks/l", "").want(200).properties()["apiId"]; got != "/workspaces/a/apis/x" {
		t.Errorf("an id without a workspace means %v", got)
	}
}
