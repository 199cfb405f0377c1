package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/app"
	"github.com/portico-portal/portico/internal/config"
)

type roleCommand struct {
	Assign roleAssignCommand `cmd:"" help:"Give somebody a role."`
	List   roleListCommand   `cmd:"" help:"List who has which role."`
	Revoke roleRevokeCommand `cmd:"" help:"Take a role away."`
}

// connection is how a command reaches the management API: that of a running
// server, or one of its own for as long as the command runs.
type connection struct {
	config.Store  `embed:""`
	ManagementURL string `help:"Address of a running server's management API." placeholder:"URL"`
	Token         string `help:"Authorization for --management-url; see portico token." placeholder:"TOKEN"`
}

func (c *connection) options(s streams) app.Options {
	c.Store.Data = orDefault(c.Store.Data, config.DefaultData)
	return app.Options{Store: c.Store, Logger: logger(s.err), Version: version, Now: time.Now}
}

// with calls fn with a client of the management API.
func (c *connection) with(ctx context.Context, s streams, fn func(*managementClient) error) error {
	if c.ManagementURL != "" {
		if c.Token == "" {
			return errors.New("--management-url needs --token; print one with: portico token")
		}
		return fn(&managementClient{base: strings.TrimRight(c.ManagementURL, "/"), token: c.Token})
	}
	opt := c.options(s)
	service, err := app.Open(ctx, opt)
	if errors.Is(err, app.ErrOwned) {
		client, err := runningServer(ctx, opt)
		if err != nil {
			return err
		}
		return fn(client)
	}
	if err != nil {
		return err
	}
	return errors.Join(serveFor(ctx, service, fn), service.Close())
}

// serveFor serves the management API of a service that nobody serves, on
// loopback, while fn runs.
func serveFor(ctx context.Context, service *app.App, fn func(*managementClient) error) error {
	return onLoopback(service.Management, func(base string) error {
		token, err := service.Accounts.MintAdmin(ctx, time.Minute)
		if err != nil {
			return err
		}
		return fn(&managementClient{base: base, token: account.Authorization(token)})
	})
}

// onLoopback serves what handler makes for an address while fn runs.
func onLoopback(handler func(base string) (http.Handler, error), fn func(base string) error) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer listener.Close()
	base := "http://" + listener.Addr().String()
	h, err := handler(base)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()
	return fn(base)
}

// grant is a role of somebody at a scope.
type grant struct {
	Role      string `arg:"" help:"Name or GUID of a role, such as \"API Management Service Reader Role\"."`
	Principal string `arg:"" help:"users/ID, groups/ID, token:NAME, or oidc:ISSUER#SUBJECT."`
	Scope     string `help:"Where: an entity such as /apis/echo or /workspaces/w; default: the service." placeholder:"ID"`
}

const authorizationPath = "/providers/Microsoft.Authorization"

type roleDefinition struct {
	ID, Name   string
	Properties struct{ RoleName string }
}

type roleAssignment struct {
	ID, Name   string
	Properties struct{ RoleDefinitionID, PrincipalID, Scope string }
}

// definition finds a role by name or GUID.
func definition(ctx context.Context, c *managementClient, name string) (*roleDefinition, error) {
	var list struct{ Value []*roleDefinition }
	if err := c.get(ctx, authorizationPath+"/roleDefinitions?$top=1000", &list); err != nil {
		return nil, err
	}
	var names []string
	for _, d := range list.Value {
		if strings.EqualFold(d.Properties.RoleName, name) || strings.EqualFold(d.Name, name) {
			return d, nil
		}
		names = append(names, "  "+d.Properties.RoleName)
	}
	return nil, fmt.Errorf("there is no role %q; there are:\n%s", name, strings.Join(names, "\n"))
}

// assign gives the role; it is no error when it is given already.
func (g *grant) assign(ctx context.Context, c *managementClient) error {
	d, err := definition(ctx, c, g.Role)
	if err != nil {
		return err
	}
	present, err := g.assignments(ctx, c, d)
	if err != nil || len(present) > 0 {
		return err
	}
	properties := map[string]string{"roleDefinitionId": d.ID, "principalId": g.Principal}
	return c.put(ctx, scopePath(g.Scope)+authorizationPath+"/roleAssignments/"+newGUID(), properties, nil)
}

// assignments are those that say just this.
func (g *grant) assignments(ctx context.Context, c *managementClient, d *roleDefinition) ([]*roleAssignment, error) {
	var list struct{ Value []*roleAssignment }
	filter := url.QueryEscape("principalId eq '" + strings.ReplaceAll(strings.TrimPrefix(g.Principal, "/"), "'", "''") + "'")
	if err := c.get(ctx, authorizationPath+"/roleAssignments?$top=1000&$filter="+filter, &list); err != nil {
		return nil, err
	}
	var same []*roleAssignment
	for _, a := range list.Value {
		if strings.HasSuffix(a.Properties.RoleDefinitionID, "/"+d.Name) && strings.EqualFold(scopePath(a.Properties.Scope), scopePath(g.Scope)) {
			same = append(same, a)
		}
	}
	return same, nil
}

// scopePath is "" for the service.
func scopePath(scope string) string {
	if scope = strings.Trim(scope, "/"); scope == "" {
		return ""
	}
	return "/" + scope
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
	return c.with(ctx, s, func(client *managementClient) error {
		if err := c.assign(ctx, client); err != nil {
			return err
		}
		_, err := fmt.Fprintf(s.out, "%s has the role %q at %s.\n", c.Principal, c.Role, orDefault(scopePath(c.Scope), "the service"))
		return err
	})
}

type roleRevokeCommand struct {
	connection `embed:""`
	grant      `embed:""`
}

// Run takes the role away.
func (c *roleRevokeCommand) Run(ctx context.Context, s streams) error {
	return c.with(ctx, s, func(client *managementClient) error {
		d, err := definition(ctx, client, c.Role)
		if err != nil {
			return err
		}
		present, err := c.assignments(ctx, client, d)
		if err != nil {
			return err
		}
		if len(present) == 0 {
			return fmt.Errorf("%s does not have the role %q at %s; portico role list shows who has what", c.Principal, c.Role, orDefault(scopePath(c.Scope), "the service"))
		}
		for _, a := range present {
			if err := client.delete(ctx, a.ID); err != nil {
				return err
			}
		}
		_, err = fmt.Fprintf(s.out, "%s no longer has the role %q.\n", c.Principal, c.Role)
		return err
	})
}

type roleListCommand struct {
	connection `embed:""`
	Roles      bool `help:"List the roles there are instead."`
}

// Run prints a table.
func (c *roleListCommand) Run(ctx context.Context, s streams) error {
	return c.with(ctx, s, func(client *managementClient) error {
		var definitions struct{ Value []*roleDefinition }
		var assignments struct{ Value []*roleAssignment }
		if err := client.get(ctx, authorizationPath+"/roleDefinitions?$top=1000", &definitions); err != nil {
			return err
		}
		if err := client.get(ctx, authorizationPath+"/roleAssignments?$top=1000", &assignments); err != nil {
			return err
		}
		names := map[string]string{}
		table := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
		for _, d := range definitions.Value {
			names[strings.ToLower(d.Name)] = d.Properties.RoleName
			if c.Roles {
				fmt.Fprintf(table, "%s\t%s\n", d.Name, d.Properties.RoleName)
			}
		}
		if !c.Roles {
			fmt.Fprintln(table, "PRINCIPAL\tROLE\tSCOPE")
			for _, a := range assignments.Value {
				id := a.Properties.RoleDefinitionID
				role := names[strings.ToLower(id[strings.LastIndexByte(id, '/')+1:])]
				fmt.Fprintf(table, "%s\t%s\t%s\n", a.Properties.PrincipalID, role, orDefault(scopePath(a.Properties.Scope), "/"))
			}
		}
		return table.Flush()
	})
}
