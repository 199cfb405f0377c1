package management

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
)

// courts makes a service with people who have further rights, by every way in
// which one may have them, and one who has none.
func courts(t *testing.T) *service {
	s := newService(t)
	for _, name := range []string{"boss", "ann", "tom", "bob"} {
		s.put("/users/"+name, fmt.Sprintf(`{"email":"%s@example.com","firstName":"F","lastName":"L"}`, name))
	}
	s.put("/groups/owners", `{"displayName":"Owners"}`)
	s.put("/groups/plain", `{"displayName":"Plain"}`)
	s.do("PUT", "/groups/administrators/users/boss", "").want(201)
	s.do("PUT", "/groups/owners/users/tom", "").want(201)
	for i, principal := range []string{"users/ann", "groups/owners"} {
		s.do("PUT", assignmentAt("", 900+i), fmt.Sprintf(`{"properties":{"roleDefinitionId":"/x/%s","principalId":%q}}`, access.Owner.ID, principal)).want(201)
	}
	s.customRole("11111111-1111-1111-1111-111111111111", "API editor")
	s.customRole("22222222-2222-2222-2222-222222222222", "Token minter")
	s.do("PUT", "/providers/Microsoft.Authorization/roleDefinitions/33333333-3333-3333-3333-333333333333",
		`{"properties":{"roleName":"Definer","permissions":[{"actions":["Microsoft.Authorization/roleDefinitions/*"]}]}}`).want(201)
	return s
}

// grabs are the ways to more rights than one has, by address; the body is what a
// client would send.
var grabs = func() map[string]string {
	all := map[string]string{
		"PUT /groups/administrators/users/bob": "", "PUT /Groups/ADMINISTRATORS/users/bob": "", "DELETE /groups/administrators/users/boss": "",
		"PUT /groups/owners/users/bob": "", "DELETE /groups/owners/users/tom": "",
		"PATCH /groups/owners": `{"type":"external","externalId":"aad://x/groups/y"}`, "PUT /groups/owners": `{"displayName":"O","type":"external","externalId":"x"}`,
		"DELETE /groups/owners":           "",
		"POST /tenant/access/listSecrets": "", "POST /tenant/gitAccess/listSecrets": "",
		"POST /tenant/access/regeneratePrimaryKey": "", "POST /tenant/access/regenerateSecondaryKey": "",
		"POST /tenant/access/git/regeneratePrimaryKey": "", "PUT /tenant/access": `{"enabled":true,"primaryKey":"0123456789012345678901234567890123456789"}`,
		"PATCH /tenant/access": `{"primaryKey":"0123456789012345678901234567890123456789"}`,
		"GET /auditLogs":       "",
		"PUT /providers/Microsoft.Authorization/roleDefinitions/22222222-2222-2222-2222-222222222222":        `{"roleName":"Token minter","permissions":[{"actions":["*"]}]}`,
		"PUT /apis/x/providers/Microsoft.Authorization/roleDefinitions/22222222-2222-2222-2222-222222222222": `{"roleName":"Token minter","permissions":[{"actions":["*"]}]}`,
		"DELETE /providers/Microsoft.Authorization/roleDefinitions/33333333-3333-3333-3333-333333333333":     "",
		"PUT " + assignmentAt("", 950):    `{"roleDefinitionId":"` + string(access.Owner.ID) + `","principalId":"users/bob"}`,
		"DELETE " + assignmentAt("", 900): "",
	}
	for _, user := range []string{"1", "boss", "ann", "tom", "ANN"} {
		all["PATCH /users/"+user] = `{"email":"thief@example.com"}`
		all["PUT /users/"+user] = `{"email":"thief@example.com","firstName":"F","lastName":"L","password":"a password of a thief"}`
		all["DELETE /users/"+user] = ""
		all["POST /users/"+user+"/confirmations/password/send"] = ""
	}
	return all
}()

// grab tries one of the ways; HEAD of nothing is not among them.
func (s *service) grab(way, body, token string) *response {
	method, address, _ := strings.Cut(way, " ")
	if body != "" {
		body = `{"properties":` + body + `}`
	}
	return s.do(method, address, body, "Authorization", token, "If-Match", "*")
}

func TestOnlyWhoAssignsRolesChoosesWhoHasThem(t *testing.T) {
	t.Parallel()
	s := courts(t)
	s.put("/apis/x", `{"path":"x"}`)
	holders := map[string]string{}
	for role := range referenceRoles {
		if role != "Owner" {
			holders[role] = s.holder(role, "")
		}
	}
	holders["Owner of an API"] = s.holder("Owner", "/apis/x")
	holders["Owner of tenant access"] = s.holder("Owner", "/tenant/access")
	holders["Owner of a user"] = s.holder("Owner", "/users/ann")
	holders["Owner of a group"] = s.holder("Owner", "/groups/administrators")
	s.do("PUT", assignmentAt("", 960), `{"properties":{"roleDefinitionId":"/x/33333333-3333-3333-3333-333333333333","principalId":"token:definer"}}`).want(201)
	definer, err := s.accounts.MintNamed(t.Context(), "token:definer", time.Now().Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	holders["Definer"] = account.Authorization(definer)
	for name, token := range holders {
		for way, body := range grabs {
			if got := s.grab(way, body, token); got.status != http.StatusForbidden {
				t.Errorf("%s: %s answers %d: %s", name, way, got.status, got.body)
			}
		}
	}
	contributor := holders["API Management Service Contributor"]
	for _, way := range []string{"PUT /groups/plain/users/bob", "DELETE /groups/plain/users/bob", "PATCH /users/bob", "POST /users/bob/token", "POST /users/1/generateSsoUrl", "GET /tenant/access"} {
		body := map[string]string{"PATCH /users/bob": `{"note":"n"}`, "POST /users/bob/token": `{"expiry":"` + inAnHour(s) + `"}`}[way]
		if got := s.grab(way, body, contributor); got.status >= 300 {
			t.Errorf("what the role is for is refused: %s answers %d: %s", way, got.status, got.body)
		}
	}
	for _, way := range slices.Sorted(maps.Keys(grabs)) {
		if strings.HasPrefix(way, "GET") || strings.HasPrefix(way, "PUT /groups/") {
			if got := s.grab(way, grabs[way], s.holder("Owner", "")); got.status >= 300 && got.status != http.StatusConflict {
				t.Errorf("an owner is refused: %s answers %d: %s", way, got.status, got.body)
			}
		}
	}
}

// TestAMadeTokenOpensNoMoreThanItsMakerAndTheEditor walks through every route with
// tokens of every kind of user that callers with limited roles asked for.
func TestAMadeTokenOpensNoMoreThanItsMakerAndTheEditor(t *testing.T) {
	t.Parallel()
	s := courts(t)
	for role, users := range map[string][]apim.Name{"Contributor": {"1"}, "API Management Service Contributor": {"tom"}, "Token minter": {"1", "bob"}} {
		maker := s.holder(role, "")
		for _, user := range users {
			made := s.do("POST", "/users/"+string(user)+"/token", `{"expiry":"`+inAnHour(s)+`"}`, "Authorization", maker).want(200).json()["value"].(string)
			for _, rt := range append(routes(), authorizationRoutes()...) {
				s.compareMade(rt, role, user, account.Authorization(made))
			}
			for way, body := range grabs {
				if got := s.grab(way, body, account.Authorization(made)); got.status != http.StatusForbidden {
					t.Errorf("a token of %s by %s: %s answers %d: %s", user, role, way, got.status, got.body)
				}
			}
		}
	}
}

// editorsNeeds are the actions of which a token for the editor consists.
var editorsNeeds = func() (all []string) {
	for _, a := range strings.Fields(`read portalRevisions/read portalRevisions/write contentTypes/read contentTypes/write contentTypes/delete
		contentTypes/contentItems/read contentTypes/contentItems/write contentTypes/contentItems/delete portalconfigs/read portalsettings/read
		portalconfigs/listMediaContentSecrets/action apis/read apis/operations/read apis/operations/tags/read apis/operationsByTags/read apis/schemas/read
		apis/releases/read apis/revisions/read apis/products/read apis/tags/read apis/tagDescriptions/read apis/wikis/read apisByTags/read apiVersionSets/read
		products/read products/apis/read products/tags/read products/wikis/read productsByTags/read tags/read tagResources/read groups/read documentations/read`) {
		all = append(all, "Microsoft.ApiManagement/service/"+a)
	}
	return all
}()

func (s *service) compareMade(rt *route, role string, user apim.Name, token string) {
	s.Helper()
	action := string(rt.action)
	address := "/" + strings.ReplaceAll(rt.pattern, "{}", "x")
	never := strings.HasSuffix(action, "users/token/action") || strings.HasSuffix(action, "users/generateSsoUrl/action") || strings.HasSuffix(action, "/getssotoken/action") ||
		strings.Contains(action, "/tenant/") && !strings.HasSuffix(action, "/read")
	if strings.HasPrefix(action, authorizationProvider) {
		address = "/providers/Microsoft.Authorization/" + strings.ReplaceAll(rt.pattern, "{}", "00000000-0000-0000-0000-0000000000ff")
		never = !strings.HasSuffix(action, "/read")
	}
	want := user != "bob" && !never && !rt.owners && (slices.Contains(editorsNeeds, action) || allows(role, action))
	got := s.do(rt.method, address, "", "Authorization", token, "If-Match", `"none"`)
	if allowed := got.status != http.StatusForbidden; allowed != want {
		s.Errorf("a token of %s by %s: %s %s (%s): status %d, want allowed: %v", user, role, rt.method, address, action, got.status, want)
	}
}

func TestAMadeTokenEndsWithTheRightsOfItsMaker(t *testing.T) {
	t.Parallel()
	s := courts(t)
	mint := func(user, as string) string {
		return account.Authorization(s.do("POST", "/users/"+user+"/token", `{"expiry":"`+inAnHour(s)+`"}`, "Authorization", as).want(200).json()["value"].(string))
	}
	direct := func(user apim.Name) string {
		token, err := s.accounts.MintToken(t.Context(), user, "primary", time.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		return account.Authorization(token)
	}
	byNobody, byBoss, byTom := direct("1"), mint("1", direct("boss")), mint("1", direct("tom"))
	byContributor := mint("1", s.holder("Contributor", ""))
	if byBoss == byTom || byBoss == byNobody || byTom == byContributor {
		t.Error("tokens of two makers for one minute are the same")
	}
	for name, token := range map[string]string{"nobody": byNobody, "boss": byBoss, "tom": byTom, "a contributor": byContributor} {
		s.do("GET", "/backends", "", "Authorization", token).want(200)
		want := http.StatusForbidden
		if name == "nobody" {
			want = http.StatusOK
		}
		s.do("POST", "/tenant/access/listSecrets", "", "Authorization", token).want(want)
	}
	s.do("DELETE", "/groups/administrators/users/boss", "").want(200)
	s.do("GET", "/backends", "", "Authorization", byBoss).want(401)
	s.do("PATCH", "/users/tom", `{"properties":{"state":"blocked"}}`, "If-Match", "*").want(200)
	s.do("GET", "/contentTypes", "", "Authorization", byTom).want(401)
	s.do("DELETE", assignmentAt("", s.assignments), "").want(200)
	s.do("GET", "/contentTypes", "", "Authorization", byContributor).want(401)
	s.do("GET", "/backends", "", "Authorization", byNobody).want(200)
	if log := s.do("GET", "/auditLogs?actor=1", "").want(200); strings.Contains(log.body, "by token:") {
		t.Error("the actor of a made token counts as the user alone")
	}
}
