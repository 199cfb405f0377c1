package portal_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// madeBy is a browser that a link signed in which a caller with a role asked for.
func (s *service) madeBy(role *access.Role, right string, user apim.Name) *browser {
	s.t.Helper()
	s.write(func(tx *store.Tx) error {
		_, err := tx.Encode(apim.Ref("").Child(access.RoleDefinitions, role.ID), access.RoleDefinition{RoleName: string(role.Name), Permissions: []access.Permission{{Actions: role.Actions}}})
		return err
	}, func(tx *store.Tx) error {
		_, err := tx.Encode(apim.Ref("").Child(access.RoleAssignments, role.ID), access.RoleAssignment{RoleDefinitionID: role.ID, PrincipalID: "token:" + role.ID, Scope: apim.ServiceScope()})
		return err
	})
	token, err := s.accounts.MintFor(s.t.Context(), account.Minting{
		UserID: user, Expires: time.Now().Add(time.Hour), Maker: access.Principal{Subject: "token:" + string(role.ID)}, Right: access.ActionOf("users", right), Actor: admin,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	b := s.browser()
	if a := b.get(address.SignInLink("", token)); a.StatusCode != http.StatusSeeOther || a.Header.Get("Set-Cookie") == "" {
		s.t.Fatalf("the link of %s signs nobody in: %d %s", role.Name, a.StatusCode, a.text)
	}
	return b
}

func TestASessionThatARequestBeganDoesNoMoreThanItsMakerMay(t *testing.T) {
	t.Parallel()
	s := shop(t)
	sso := &access.Role{ID: "aaaaaaaa-0000-0000-0000-000000000001", Name: "Links", Actions: []string{"Microsoft.ApiManagement/service/users/generateSsoUrl/action"}}
	helper := &access.Role{ID: "aaaaaaaa-0000-0000-0000-000000000002", Name: "Helper", Actions: []string{"Microsoft.ApiManagement/service/users/*", "Microsoft.ApiManagement/service/subscriptions/*"}}
	dev, err := s.accounts.CheckCredentials(t.Context(), "dev@example.com", password, account.Client{Address: "192.0.2.9"})
	if err != nil {
		t.Fatal(err)
	}
	forms := map[string][]string{
		address.Profile:                  {"firstName", "Someone", "lastName", "Else"},
		address.ProfilePassword:          {"current", password, "password", "the password of a thief"},
		address.ConsoleKeys:              nil,
		address.Subscribe("starter"):     {"name", "mine"},
		address.Subscription("whatever"): {"action", "regenerate-primary"},
	}
	for who, b := range map[string]*browser{
		"a link for a user":                  s.madeBy(sso, "generateSsoUrl/action", dev.ID),
		"a link for the administrator":       s.madeBy(sso, "generateSsoUrl/action", account.AdministratorID),
		"a helper's link for administrators": s.madeBy(helper, "generateSsoUrl/action", account.AdministratorID),
	} {
		for path, values := range forms {
			if a := b.post(path, values...); a.StatusCode != http.StatusForbidden && a.StatusCode != http.StatusNotFound {
				t.Errorf("%s: POST of %s answers %d %q", who, path, a.StatusCode, a.Header.Get("Location"))
			}
		}
		if a := b.get("/apis/Public/-/original"); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s gets the original of a description: %d", who, a.StatusCode)
		}
		if a := b.get("/apis/Public"); a.StatusCode != http.StatusOK {
			t.Errorf("%s reads no API: %d", who, a.StatusCode)
		}
	}
	if a := s.madeBy(sso, "generateSsoUrl/action", account.AdministratorID).get("/?preview"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("the editor's session looks at no draft: %d", a.StatusCode)
	}
	may := s.madeBy(helper, "generateSsoUrl/action", dev.ID)
	if a := may.post(address.Profile, "firstName", "New", "lastName", "Name"); a.StatusCode != http.StatusSeeOther {
		t.Errorf("a session whose maker may write users cannot rename one: %d", a.StatusCode)
	}
	if a := may.post(address.ConsoleKeys); a.StatusCode != http.StatusOK || !strings.Contains(a.text, `"signedIn":true`) {
		t.Errorf("a session whose maker may list keys lists none: %d %s", a.StatusCode, a.text)
	}
	s.write(func(tx *store.Tx) error { return tx.Delete(apim.Ref("").Child(access.RoleAssignments, helper.ID)) })
	s.eventually("the session ends", func() bool {
		return !strings.Contains(may.post(address.ConsoleKeys).text, `"signedIn":true`)
	})
}
