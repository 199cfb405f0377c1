package access

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// assigned is a service in which ann reads an API and is in the group writers,
// which has a custom role; token:ci may do most in a workspace; bob is named with
// a role that there is not; eve is in the administrators.
func assigned(t *testing.T) *store.Store {
	t.Helper()
	s := storetest.Open(t)
	err := s.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error {
		put := func(ref apim.Ref, body any) error {
			data, err := json.Marshal(body)
			if err != nil {
				return err
			}
			return tx.Put(&store.Document{Ref: ref, Body: data})
		}
		scope := func(text string) apim.Scope {
			parsed, err := apim.ParseScope(text)
			if err != nil {
				t.Fatal(err)
			}
			return parsed
		}
		errs := []error{
			put("/"+RoleDefinitions+"/Writing", RoleDefinition{RoleName: "Writing", Permissions: []Permission{
				{Actions: []string{m + "apis/*"}, NotActions: []string{m + "apis/delete"}}, {Actions: []string{m + "products/write"}},
			}}),
			put("/"+RoleAssignments+"/1", RoleAssignment{RoleDefinitionID: RoleByName("Reader").ID, PrincipalID: "users/Ann", Scope: scope("/apis/echo")}),
			put("/"+RoleAssignments+"/2", RoleAssignment{RoleDefinitionID: "WRITING", PrincipalID: "groups/Writers", Scope: apim.ServiceScope()}),
			put("/"+RoleAssignments+"/3", RoleAssignment{RoleDefinitionID: RoleByName("Contributor").ID, PrincipalID: "token:ci", Scope: scope("/workspaces/w")}),
			put("/"+RoleAssignments+"/4", RoleAssignment{RoleDefinitionID: "gone", PrincipalID: "users/bob", Scope: apim.ServiceScope()}),
		}
		for user, group := range map[apim.Name]apim.Name{"ann": "writers", "cyd": "readers", "eve": apim.Administrators} {
			_, err := tx.Link(apim.GroupUser, apim.GroupRef(group), apim.UserRef(user))
			errs = append(errs, err)
		}
		return errors.Join(errs...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRolesDecide(t *testing.T) {
	t.Parallel()
	s, roles := assigned(t), new(Roles)
	ann, bob, ci := Principal{UserID: "Ann"}, Principal{UserID: "bob"}, Principal{Subject: "token:ci"}
	admin, integration := Principal{UserID: "1", Admin: true}, Principal{Integration: true}
	by := func(p, maker Principal) Principal { p.Maker = &maker; return p }
	content := ActionOf("contentTypes/contentItems", Write)
	assign := Action("Microsoft.Authorization/roleAssignments/write")
	for _, tt := range []struct {
		name   string
		p      Principal
		action Action
		scope  string
		want   bool
	}{
		{"a role of the user at its scope", ann, ActionOf("apis/operations", Read), "/apis/echo/operations/x", true},
		{"and not beside it", ann, ActionOf("tags", Read), "/tags/t", false},
		{"a custom role of the user's group", ann, ActionOf("apis", Write), "/apis/other", true},
		{"the second of its permissions", ann, ActionOf("products", Write), "/products/p", true},
		{"what it takes away", ann, ActionOf("apis", Delete), "/apis/other", false},
		{"what every user may", ann, ActionOf("users", Read), "/users/ann", true},
		{"a member of another group", Principal{UserID: "cyd"}, ActionOf("apis", Write), "/apis/other", false},
		{"a role that there is not", bob, ActionOf("apis", Read), "/apis/echo", false},
		{"a named token in its workspace", ci, InWorkspace(ActionOf("apis", Write)), "/workspaces/w/apis/a", true},
		{"and outside", ci, ActionOf("apis", Read), "/apis/echo", false},
		{"another named token", Principal{Subject: "token:cd"}, InWorkspace(ActionOf("apis", Read)), "/workspaces/w/apis/a", false},
		{"nobody", Principal{}, ActionOf("apis", Read), "/apis/echo", false},
		{"an administrator", admin, assign, "/", true},

		{"made by a token: the editor's work", by(admin, ci), content, "/contentTypes/page/contentItems/i", true},
		{"made by a token: the own record", by(admin, ci), ActionOf("users", Read), "/users/1", true},
		{"made by a token: what the maker may", by(admin, ci), InWorkspace(ActionOf("apis", Write)), "/workspaces/w/apis/a", true},
		{"made by a token: what the maker may not", by(admin, ci), ActionOf("apis", Write), "/apis/a", false},
		{"made by a token: others' records", by(admin, ci), ActionOf("users", Write), "/users/ann", false},
		{"made by the service: what the maker may", by(admin, integration), ActionOf("apis", Write), "/apis/a", true},
		{"made by the service: rights", by(admin, integration), assign, "/", false},
		{"made by the service: tokens of others", by(admin, integration), ActionOf("users", "token/action"), "/users/ann", false},
		{"made by the service for somebody: only what that one may", by(bob, integration), ActionOf("apis", Write), "/apis/a", false},
		{"made by the service for somebody: not even the editor's work", by(bob, integration), content, "/contentTypes/page/contentItems/i", false},
		{"made by the service for somebody: what that one may", by(ann, integration), ActionOf("apis", Write), "/apis/a", true},
		{"made by a user: what both may", by(admin, ann), ActionOf("apis", Write), "/apis/a", true},
		{"made by a user: what the maker may not", by(admin, ann), ActionOf("apis", Delete), "/apis/a", false},
	} {
		scope, err := apim.ParseScope(tt.scope)
		if err != nil {
			t.Fatal(err)
		}
		err = s.View(t.Context(), func(tx *store.Tx) error { return roles.Authorize(tx, tt.p, tt.action, scope) })
		var denied *DeniedError
		if (err == nil) != tt.want || err != nil && !errors.As(err, &denied) {
			t.Errorf("%s: %v, want allowed %v", tt.name, err, tt.want)
		}
	}
}

// Whoever has more rights than every user, by name, by a group or as an
// administrator, may be written only by who may give rights.
func TestWhoHasMoreRightsThanEveryUser(t *testing.T) {
	t.Parallel()
	s, roles := assigned(t), new(Roles)
	for ref, want := range map[apim.Ref]bool{
		"/users/1": true, "/users/eve": true, "/users/ann": true, "/users/bob": true, "/users/cyd": false, "/users/nobody": false, "/users/11": false,
		"/groups/Administrators": true, "/groups/writers": true, "/groups/readers": false, "/groups/developers": false,
	} {
		got, err := store.Read(t.Context(), s, func(tx *store.Tx) (bool, error) { return roles.Empowers(tx, ref) })
		if err != nil || got != want {
			t.Errorf("%s has more rights: %v, %v; want %v", ref, got, err, want)
		}
	}
}

// What cannot be read is an error, never a right.
func TestRolesThatCannotBeReadGiveNothing(t *testing.T) {
	t.Parallel()
	for _, ref := range []apim.Ref{"/" + RoleDefinitions + "/broken", "/" + RoleAssignments + "/broken"} {
		s := assigned(t)
		if err := s.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error { return tx.Put(&store.Document{Ref: ref, Body: json.RawMessage(`[]`)}) }); err != nil {
			t.Fatal(err)
		}
		roles := new(Roles)
		for name, ask := range map[string]func(tx *store.Tx) error{
			"Authorize": func(tx *store.Tx) error {
				return roles.Authorize(tx, Principal{UserID: "ann"}, ActionOf("apis", Write), apim.ServiceScope())
			},
			"Empowers": func(tx *store.Tx) error { _, err := roles.Empowers(tx, "/users/cyd"); return err },
		} {
			if err := s.View(t.Context(), ask); err == nil || errors.Is(err, apim.ErrForbidden) {
				t.Errorf("%s with %s: %v, want what went wrong", name, ref, err)
			}
		}
	}
}

func TestTheMakerOfATokenIsStoredByAnID(t *testing.T) {
	t.Parallel()
	for id, p := range map[string]Principal{
		"users/ann": {UserID: "ann"}, "integration": {Integration: true, Admin: true}, "token:ci": {Subject: "token:ci"}, "oidc:https://i#s": {Subject: "oidc:https://i#s"},
	} {
		if got := p.ID(); got != id {
			t.Errorf("%+v is stored as %q, want %q", p, got, id)
		}
		if got := ParsePrincipal(id); fmt.Sprint(got) != fmt.Sprint(p) {
			t.Errorf("%q is %+v, want %+v", id, got, p)
		}
	}
	if got := (Principal{UserID: "1", Admin: true, Maker: &Principal{Subject: "token:ci"}}).Name(); got != "1 by token:ci" {
		t.Errorf("in the audit log it is %q", got)
	}
}
