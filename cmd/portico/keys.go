package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/portico-portal/portico/internal/app"
	"github.com/portico-portal/portico/internal/config"
)

type keysCommand struct {
	Rotate keysRotateCommand `cmd:"" help:"Replace the key that secrets are encrypted with."`
}

type keysRotateCommand struct {
	config.Store `embed:""`
}

// Run encrypts all secrets with a new key.
func (c *keysRotateCommand) Run(ctx context.Context, s streams) error {
	file, err := app.RotateKey(ctx, options(s, &c.Store))
	if errors.Is(err, app.ErrOwned) {
		return fmt.Errorf("%w; stop it, run portico keys rotate, and start it again", err)
	}
	if err != nil {
		return err
	}
	if file == "" {
		_, err = fmt.Fprintln(s.out, "All secrets are encrypted with the key of --secret-key-file. Start every replica without --old-secret-key-file.")
		return err
	}
	_, err = fmt.Fprintf(s.out, "All secrets are encrypted with a new key, which is in %s. Back it up: the old key no longer opens anything.\n", file)
	return err
}
