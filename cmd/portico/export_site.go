package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/app"
	"github.com/portico-portal/portico/internal/export"
)

type exportSiteCommand struct {
	connection `embed:""`
	Folder     string `arg:"" name:"dir" help:"A new or empty folder, or one with an earlier export." type:"path"`
	Backend    string `help:"The portal's address for visitors of the files: sign-in, search, and what scripts ask for. Default: the running portal's address." placeholder:"URL"`
}

// Run writes the files.
func (c *exportSiteCommand) Run(ctx context.Context, s streams) error {
	backend := strings.TrimRight(c.Backend, "/")
	if u, err := url.Parse(backend); backend != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "") {
		return fmt.Errorf("--backend: %q is not the address of a portal, such as https://portal.example", c.Backend)
	}
	opt := c.options(s)
	service, err := app.Open(ctx, opt)
	if errors.Is(err, app.ErrOwned) {
		running, err := app.ReadRun(opt.Store.Data)
		if err != nil {
			return err
		}
		if running.PortalURL == "" {
			return errors.New("the running process does not serve the portal; export where it is served")
		}
		if backend == "" {
			backend = running.PortalAddress
		}
		return c.export(ctx, s, running.PortalURL, backend)
	}
	if err != nil {
		return err
	}
	if backend == "" {
		return errors.Join(errors.New("nothing serves the portal now: say with --backend where it will be"), service.Close())
	}
	return errors.Join(c.serveFor(ctx, s, service, backend), service.Close())
}

// serveFor serves the portal of a service that nobody serves, on loopback, while
// it is exported.
func (c *exportSiteCommand) serveFor(ctx context.Context, s streams, service *app.App, backend string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // what follows the change feed ends
	portal := func(string) (http.Handler, error) { return service.Portal(ctx, backend) }
	return onLoopback(portal, func(base string) error { return c.export(ctx, s, base, backend) })
}

func (c *exportSiteCommand) export(ctx context.Context, s streams, portal, backend string) error {
	site := &export.Site{
		Client: &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		Portal: portal, Backend: backend, Dir: c.Folder, Tell: s.tell,
	}
	r, err := site.Export(ctx)
	if err != nil {
		return err
	}
	for _, path := range r.Missing {
		fmt.Fprintf(s.err, "warning: %s is named and is not there\n", path)
	}
	_, err = fmt.Fprintf(s.out, "%d pages and %d other files (%d KB) are in %s.\nTheir scripts ask %s: add the origin that will serve them to cors.allowedOrigins of portalconfigs/default.\n",
		r.Pages, r.Files-r.Pages, r.Bytes>>10, c.Folder, backend)
	return err
}
