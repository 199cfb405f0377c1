package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/portico-portal/portico/internal/app"
	"github.com/portico-portal/portico/internal/client"
)

type tokenCommand struct {
	connection `embed:""`
	User       string        `help:"User the token stands for; default: the service itself (integration)." placeholder:"ID"`
	Role       string        `help:"Create a token that may do only what this role allows." placeholder:"ROLE"`
	Scope      place         `help:"Where --role applies: an entity such as /apis/echo; default: the service." default:"/" placeholder:"ID"`
	Name       string        `help:"Name of the --role token, as portico role list shows it." default:"cli" placeholder:"NAME"`
	Expires    time.Duration `help:"How long it is valid, at most 720h." default:"8h"`
}

// Run prints the token. Without --role it only reads, so it works while a
// server is running.
func (c *tokenCommand) Run(ctx context.Context, s streams) error {
	if c.User != "" && c.Role != "" {
		return errors.New("--user and --role exclude each other: a user has the roles that are assigned to users/ID")
	}
	subject := c.User
	opt := c.options(s)
	if c.Role != "" {
		subject = "token:" + c.Name
		g := &grant{Role: c.Role, Principal: subject, Scope: c.Scope}
		err := c.with(ctx, s, func(api *client.Client) error { return g.assign(ctx, api) })
		if err != nil {
			return err
		}
	}
	token, err := app.MintToken(ctx, opt, subject, c.Expires)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, token)
	return err
}
