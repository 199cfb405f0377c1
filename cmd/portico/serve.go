package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"

	"golang.org/x/term"

	"github.com/portico-portal/portico/internal/app"
	"github.com/portico-portal/portico/internal/config"
)

type serveCommand struct {
	config.Process `embed:""`
}

// Run serves until the process is told to stop.
func (c *serveCommand) Run(ctx context.Context, s streams) error {
	c.Store.Data = cmp.Or(c.Store.Data, config.DefaultData)
	return serve(ctx, s, c.Store, c.Server, nil, func(r app.Ready) {
		printAddresses(s.out, r)
		if r.AdminLink != "" {
			fmt.Fprintf(s.out, "\n  First start. Sign in as the administrator, once, within a day, and choose a password:\n    %s\n\n  A new link: portico admin link --data %s\n", r.AdminLink, c.Store.Data)
		}
		fmt.Fprintf(s.out, "\n  Next: portico import openapi.yaml --path my-api --data %s\n\n", c.Store.Data)
	})
}

// serve runs surfaces over a store; load, if not nil, fills the service first.
func serve(ctx context.Context, s streams, st config.Store, srv config.Server, load app.Loader, ready func(app.Ready)) error {
	err := app.Serve(ctx, options(s, &st), srv, load, ready)
	if errors.Is(err, app.ErrOwned) {
		return fmt.Errorf("%w; stop it first, or choose another --data", err)
	}
	return err
}

func printAddresses(out io.Writer, r app.Ready) {
	fmt.Fprintf(out, "\n  Portico is running.\n\n")
	for _, a := range []struct{ name, url string }{
		{"Portal", r.PortalURL}, {"Gateway", r.GatewayURL}, {"Management", r.ManagementURL},
	} {
		if a.url != "" {
			fmt.Fprintf(out, "    %-12s %s\n", a.name, a.url)
		}
	}
	if r.Fingerprint != "" {
		fmt.Fprintf(out, "\n  The management API's certificate is self-signed. SHA-256:\n    %s\n", r.Fingerprint)
	}
}

// logger writes text to a terminal and JSON elsewhere.
func logger(w io.Writer) *slog.Logger {
	opt := &slog.HandlerOptions{Level: slog.LevelInfo}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		return slog.New(slog.NewTextHandler(w, opt))
	}
	return slog.New(slog.NewJSONHandler(w, opt))
}

// counted is a number and its noun, such as "1 item" or "2 items".
func counted(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}
