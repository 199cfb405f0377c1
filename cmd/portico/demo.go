package main

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"

	"github.com/portico-portal/portico/demo"
	"github.com/portico-portal/portico/internal/app"
	"github.com/portico-portal/portico/internal/config"
	"github.com/portico-portal/portico/internal/routine"
)

type demoCommand struct {
	config.Process `embed:""`
}

// Run serves a service filled with demo content; the backend of its APIs runs
// in this process too.
func (c *demoCommand) Run(ctx context.Context, s streams) error {
	c.Store.Data = cmp.Or(c.Store.Data, "portico-demo")
	backend, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen for the demo backend: %w", err)
	}
	if !c.Server.OnLoopback() {
		c.Server.AllowBackend = append(c.Server.AllowBackend, "127.0.0.1")
	}
	program := &http.Server{Handler: demo.Backend()}
	routine.Go(func() error { return program.Serve(backend) }, func(error) {})
	defer program.Close()
	load := func(ctx context.Context, a *app.App) error {
		untouched, err := a.Provision.Untouched(ctx)
		if err != nil {
			return err
		}
		return demo.Load(ctx, demo.Target{
			Store: a.Store, APIs: a.APIs, Accounts: a.Accounts, Subscriptions: a.Subscriptions,
			New: untouched, BackendURL: "http://" + backend.Addr().String(),
		})
	}
	return serve(ctx, s, c.Store, c.Server, load, func(r app.Ready) { c.explain(s, r) })
}

func (c *demoCommand) explain(s streams, r app.Ready) {
	printAddresses(s.out, r)
	fmt.Fprintf(s.out, "\n  Sign in as\n")
	for _, p := range []demo.Person{demo.Developer, demo.Administrator} {
		fmt.Fprintf(s.out, "    %-24s %s\n", p.Email, p.Password)
	}
	fmt.Fprintf(s.out, `
  Next: open %s, search for "book a shipment", sign in, subscribe to
  the Starter product, and send the call from the page.
  Stop with Ctrl C; start again from scratch by removing %s.

`, r.PortalURL, c.Store.Data)
}
