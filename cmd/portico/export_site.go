package main

import (
	"context"
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
	Backend    string `help:"The portal that visitors of the files use for sign-in, search and what scripts ask for. Default: the running portal's address." placeholder:"URL"`
}

// Run writes the files.
func (c *exportSiteCommand) Run(ctx context.Context, s streams) error {
	backend := strings.TrimRight(c.Backend, "/")
	if u, err := url.Parse(backend); backend != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "") {
		return fmt.Errorf("--backend: %q is not the address of a portal, such as https://portal.example", c.Backend)
	}
	return app.CallPortal(ctx, c.options(s), backend, func(through http.RoundTripper, portal, backend string) error {
		return c.export(ctx, s, through, portal, backend)
	})
}

func (c *exportSiteCommand) export(ctx context.Context, s streams, through http.RoundTripper, portal, backend string) error {
	site := &export.Site{
		Client: &http.Client{Transport: through, Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		Portal: portal, Backend: backend, Dir: c.Folder, Tell: s.tell,
	}
	r, err := site.Export(ctx)
	if err != nil {
		return err
	}
	for _, path := range r.Missing {
		fmt.Fprintf(s.err, "warning: %s is referred to but does not exist\n", path)
	}
	_, err = fmt.Fprintf(s.out, "%s and %s (%d KB) are in %s.\nTheir scripts ask %s: add the origin that will serve them to cors.allowedOrigins of portalconfigs/default.\n",
		counted(r.Pages, "page"), counted(r.Files-r.Pages, "other file"), r.Bytes>>10, c.Folder, backend)
	return err
}
