package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/client"
)

type roleCommand struct {
	Assign roleAssignCommand `cmd:"" help:"Give somebody a role."`
	List   roleListCommand   `cmd:"" help:"List who has which role."`
	Revoke roleRevokeCommand `cmd:"" help:"Take a role away."`
}

// grant is a role of a principal at a scope.
type grant struct {
	Role      string `arg:"" help:"Name or GUID of a role, such as \"API Management Service Reader Role\"."`
	Principal string `arg:"" help:"users/ID, groups/ID, token:NAME, or oidc:ISSUER#SUBJECT."`
	Scope     place  `help:"Where: an entity such as /apis/echo or /workspaces/w; default: the service." default:"/" placeholder:"ID"`
}

// place is where a role applies, as --scope names it.
type place struct {
	apim.Scope
	service string // the service's address as written; "" in the short form
}

// UnmarshalText reads an id, with or without the service's address.
func (p *place) UnmarshalText(text []byte) error {
	p.service, _ = apim.CutService(string(text))
	return p.Scope.UnmarshalText(text)
}

// path is the collection of role assignments at the scope.
func (p place) path() string {
	path := (&url.URL{Path: p.service + string(p.Ref())}).EscapedPath()
	return path + authorizationPath + "/roleAssignments"
}

// words name the scope to people.
func (p place) words() string {
	if p.IsService() {
		return "the service"
	}
	return p.String()
}

const authorizationPath = "/providers/Microsoft.Authorization"

type roleDefinition struct {
	ID         string
	Name       apim.Name
	Properties struct{ RoleName apim.Name }
}

type roleAssignment struct {
	ID, Name   string
	Properties struct {
		RoleDefinitionID apim.Ref
		PrincipalID      string
		Scope            apim.Scope
	}
}

// definition finds a role by name or GUID.
func definition(ctx context.Context, api *client.Client, name string) (*roleDefinition, error) {
	list, err := client.List[*roleDefinition](ctx, api, authorizationPath+"/roleDefinitions")
	if err != nil {
		return nil, err
	}
	var names []string
	for _, d := range list {
		if d.Properties.RoleName.Same(apim.Name(name)) || d.Name.Same(apim.Name(name)) {
			return d, nil
		}
		names = append(names, "  "+string(d.Properties.RoleName))
	}
	return nil, fmt.Errorf("there is no role %q; there are:\n%s", name, strings.Join(names, "\n"))
}

// assign gives the role. It is not an error if the principal has it already.
func (g *grant) assign(ctx context.Context, api *client.Client) error {
	d, err := definition(ctx, api, g.Role)
	if err != nil {
		return err
	}
	present, err := g.assignments(ctx, api, d)
	if err != nil || len(present) > 0 {
		return err
	}
	properties := map[string]string{"roleDefinitionId": d.ID, "principalId": g.Principal}
	return api.Put(ctx, g.Scope.path()+"/"+newGUID(), properties, nil)
}

// assignments lists the assignments of this very role, principal and scope.
func (g *grant) assignments(ctx context.Context, api *client.Client, d *roleDefinition) ([]*roleAssignment, error) {
	filter := url.QueryEscape("principalId eq '" + strings.ReplaceAll(strings.TrimPrefix(g.Principal, "/"), "'", "''") + "'")
	list, err := client.List[*roleAssignment](ctx, api, authorizationPath+"/roleAssignments?$filter="+filter)
	if err != nil {
		return nil, err
	}
	var same []*roleAssignment
	for _, a := range list {
		if a.Properties.RoleDefinitionID.Name().Same(d.Name) && a.Properties.Scope.Same(g.Scope.Scope) {
			same = append(same, a)
		}
	}
	return same, nil
}

func newGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

type roleAssignCommand struct {
	connection `embed:""`
	grant      `embed:""`
}

// Run gives the role.
func (c *roleAssignCommand) Run(ctx context.Context, s streams) error {
	return c.with(ctx, s, func(api *client.Client) error {
		if err := c.assign(ctx, api); err != nil {
			return err
		}
		_, err := fmt.Fprintf(s.out, "%s has the role %q at %s.\n", c.Principal, c.Role, c.Scope.words())
		return err
	})
}

type roleRevokeCommand struct {
	connection `embed:""`
	grant      `embed:""`
}

// Run takes the role away.
func (c *roleRevokeCommand) Run(ctx context.Context, s streams) error {
	return c.with(ctx, s, func(api *client.Client) error {
		d, err := definition(ctx, api, c.Role)
		if err != nil {
			return err
		}
		present, err := c.assignments(ctx, api, d)
		if err != nil {
			return err
		}
		if len(present) == 0 {
			return fmt.Errorf("%s does not have the role %q at %s; portico role list shows who has what", c.Principal, c.Role, c.Scope.words())
		}
		for _, a := range present {
			if err := api.Delete(ctx, place{Scope: a.Properties.Scope}.path()+"/"+a.Name); err != nil {
				return err
			}
		}
		_, err = fmt.Fprintf(s.out, "%s no longer has the role %q.\n", c.Principal, c.Role)
		return err
	})
}

type roleListCommand struct {
	connection `embed:""`
	Roles      bool `help:"List the roles themselves instead."`
}

// Run prints a table.
func (c *roleListCommand) Run(ctx context.Context, s streams) error {
	return c.with(ctx, s, func(api *client.Client) error {
		definitions, err := client.List[*roleDefinition](ctx, api, authorizationPath+"/roleDefinitions")
		if err != nil {
			return err
		}
		assignments, err := client.List[*roleAssignment](ctx, api, authorizationPath+"/roleAssignments")
		if err != nil {
			return err
		}
		names := map[apim.Name]apim.Name{}
		table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		for _, d := range definitions {
			names[d.Name.Key()] = d.Properties.RoleName
			if c.Roles {
				fmt.Fprintf(table, "%s\t%s\n", d.Name, d.Properties.RoleName)
			}
		}
		if !c.Roles {
			fmt.Fprintln(table, "PRINCIPAL\tROLE\tSCOPE")
			for _, a := range assignments {
				role := names[a.Properties.RoleDefinitionID.Name().Key()]
				fmt.Fprintf(table, "%s\t%s\t%s\n", a.Properties.PrincipalID, role, a.Properties.Scope)
			}
		}
		return table.Flush()
	})
}
