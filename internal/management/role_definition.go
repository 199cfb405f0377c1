package management

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// showRole shows a role as a role definition.
func (c *call) showRole(role *access.Role) (any, error) {
	return c.authorizationEnvelope("roleDefinitions", role.ID, apim.ServiceScope(), access.RoleDefinition{
		RoleName: string(role.Name), Type: typeOf(role), Description: role.Description, AssignableScopes: []string{c.scopeID(apim.ServiceScope())},
		Permissions: []access.Permission{{Actions: notNil(role.Actions), NotActions: notNil(role.NotActions), DataActions: []string{}, NotDataActions: []string{}}},
	})
}

func typeOf(role *access.Role) string {
	if access.RoleByName(role.ID) != nil {
		return "BuiltInRole"
	}
	return "CustomRole"
}

func notNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func listRoleDefinitions(c *call) (*answer, error) {
	set, err := view(c, c.roles.Read)
	if err != nil {
		return nil, err
	}
	all := slices.SortedFunc(maps.Values(set.ByID), func(a, b *access.Role) int { return cmp.Compare(a.Name, b.Name) })
	l, err := c.roleListing(apim.Fields{"roleName", "type"})
	if err != nil {
		return nil, err
	}
	all = selected(all, l, func(r *access.Role) arm.Record {
		return arm.RecordOf(map[string]any{"roleName": r.Name, "type": typeOf(r)})
	})
	return page(c, l, all, func(r *access.Role) (any, error) { return c.showRole(r) })
}

func getRoleDefinition(c *call) (*answer, error) {
	set, err := view(c, c.roles.Read)
	if err != nil {
		return nil, err
	}
	role := set.ByID[c.roleName()]
	if role == nil {
		return nil, roleMissing(string(c.target))
	}
	return ok(c.showRole(role))
}

func roleMissing(name string) error {
	return &arm.Error{Status: http.StatusNotFound, Code: "RoleDefinitionDoesNotExist", Message: fmt.Sprintf("There is no role definition %q.", name)}
}

// putRoleDefinition makes or replaces a custom role.
func putRoleDefinition(c *call) (*answer, error) {
	name := c.roleName()
	properties, err := c.properties()
	if err != nil {
		return nil, err
	}
	var d access.RoleDefinition
	if err := errors.Join(checkGUID(name), arm.Unmarshal(properties, &d)); err != nil {
		return nil, err
	}
	if access.RoleByName(name) != nil {
		return nil, &apim.ConflictError{Code: "RoleDefinitionIsBuiltIn", Message: "Built-in roles cannot be changed."}
	}
	if err := validateRole(&d); err != nil {
		return nil, err
	}
	d.Type = "CustomRole"
	set, err := change(c, func(tx *store.Tx) (*access.RoleSet, error) {
		set, err := access.ReadRoles(tx)
		if err == nil && set.ByID[name] != nil {
			err = c.existed()
		}
		if err != nil {
			return nil, err
		}
		for id, role := range set.ByID {
			if id != name && role.Name.Same(apim.Name(d.RoleName)) {
				return nil, &apim.ConflictError{Code: "RoleDefinitionWithSameNameExists", Target: "roleName", Message: fmt.Sprintf("There is a role %q already.", role.Name)}
			}
		}
		if _, err := tx.Encode(apim.Ref("").Child(access.RoleDefinitions, name), d); err != nil {
			return nil, err
		}
		return access.ReadRoles(tx)
	})
	if err != nil {
		return nil, err
	}
	e, err := c.showRole(set.ByID[name])
	return &answer{status: http.StatusCreated, body: e}, err
}

var actionPattern = regexp.MustCompile(`^(\*|[A-Za-z0-9.]+(/[A-Za-z0-9.*_-]+)*(/\*)?|\*/[A-Za-z*]+)$`)

func validateRole(d *access.RoleDefinition) error {
	var v apim.Violations
	v.Text("roleName", d.RoleName, 128)
	v.Length("description", d.Description, 2048)
	granted := 0
	for i, p := range d.Permissions {
		granted += len(p.Actions)
		for name, list := range map[string][]string{"actions": p.Actions, "notActions": p.NotActions} {
			for j, a := range list {
				if !actionPattern.MatchString(a) {
					v.Addf(fmt.Sprintf("permissions[%d].%s[%d]", i, name, j), "An action is like Microsoft.ApiManagement/service/apis/read, with * for any part; it is %q.", a)
				}
			}
		}
	}
	if granted == 0 {
		v.Addf("permissions", "permissions must have at least one action.")
	}
	return v.Err()
}

func deleteRoleDefinition(c *call) (*answer, error) {
	name := c.roleName()
	if access.RoleByName(name) != nil {
		return nil, &apim.ConflictError{Code: "RoleDefinitionIsBuiltIn", Message: "Built-in roles cannot be deleted."}
	}
	return c.deleteRole(access.RoleDefinitions, func(tx *store.Tx) error {
		set, err := access.ReadRoles(tx)
		if err != nil {
			return err
		}
		for _, a := range set.Assignments {
			if a.RoleDefinitionID.Same(name) {
				return &apim.ConflictError{Code: "RoleDefinitionHasAssignments", Message: fmt.Sprintf("The role is assigned to %s; revoke that first.", a.PrincipalID)}
			}
		}
		return nil
	})
}
