package main

import (
	"context"
	"fmt"
	"time"

	"github.com/portico-portal/portico/internal/app"
	"github.com/portico-portal/portico/internal/config"
)

type tokenCommand struct {
	config.Store `embed:""`
	User         string        `help:"User the token stands for; default: the service itself (integration)." placeholder:"ID"`
	Expires      time.Duration `help:"How long it is valid, at most 720h." default:"8h"`
}

// Run prints the token; it works beside a running server, since it only reads.
func (c *tokenCommand) Run(ctx context.Context, s streams) error {
	c.Store.Data = orDefault(c.Store.Data, config.DefaultData)
	token, err := app.MintToken(ctx, app.Options{Store: c.Store, Logger: logger(s.err), Version: version, Now: time.Now}, c.User, c.Expires)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.out, token)
	return err
}
