package main

import (
	"context"
	"fmt"

	"github.com/portico-portal/portico/internal/app"
	"github.com/portico-portal/portico/internal/config"
)

type adminCommand struct {
	Link adminLinkCommand `cmd:"" help:"Print a new one-time link that signs the administrator in to the portal."`
}

type adminLinkCommand struct {
	config.Store  `embed:""`
	config.Portal `embed:""`
}

// Run prints the link and, when the portal is not running, what to do first. An
// earlier link stops working.
func (c *adminLinkCommand) Run(ctx context.Context, s streams) error {
	link, served, err := app.AdminLink(ctx, options(s, &c.Store), c.Portal)
	if err != nil {
		return err
	}
	if !served {
		fmt.Fprintf(s.err, "The portal is not running: start it with portico serve --data %s, and open the link within a day.\n", c.Store.Data)
	}
	_, err = fmt.Fprintln(s.out, link)
	return err
}
