package main

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/app"
	"github.com/portico-portal/portico/internal/client"
	"github.com/portico-portal/portico/internal/config"
)

// connection is how a command reaches a service: the one at an address, else
// that of the data folder, whether it is served at the moment or not.
type connection struct {
	config.Store  `embed:""`
	ManagementURL string `help:"Address of a running server's management API." placeholder:"URL"`
	Token         string `help:"Authorization for --management-url; see portico token." placeholder:"TOKEN"`

	tokenFlag string // the flag that gives Token; "": token
}

func (c *connection) options(s streams) app.Options { return options(s, &c.Store) }

// options are the options for a service on this machine.
func options(s streams, st *config.Store) app.Options {
	st.Data = cmp.Or(st.Data, config.DefaultData)
	return app.Options{Store: *st, Logger: logger(s.err), Version: version, Now: s.now}
}

// with calls fn with a client of the service's management API.
func (c *connection) with(ctx context.Context, s streams, fn func(*client.Client) error) error {
	if c.ManagementURL == "" {
		return app.Call(ctx, c.options(s), func(api *client.Client) error {
			api.Warn = s.warn
			return fn(api)
		})
	}
	if c.Token == "" {
		return fmt.Errorf("%s needs a token (--%s); print one with: portico token", c.ManagementURL, cmp.Or(c.tokenFlag, "token"))
	}
	return fn(&client.Client{Base: strings.TrimRight(c.ManagementURL, "/"), Mint: client.Fixed(c.Token), HTTP: new(http.Client), Now: s.now, Warn: s.warn})
}

// warn prints what a service found in what it did.
func (s streams) warn(findings []apim.Finding, more int) {
	for _, f := range findings {
		place := strings.TrimSpace(f.Target + " " + f.Path)
		if place != "" {
			place += ": "
		}
		fmt.Fprintf(s.err, "%s: %s%s\n", f.Severity, place, f.Message)
	}
	if more > 0 {
		fmt.Fprintf(s.err, "and %d more\n", more)
	}
}

func segment(name string) string { return url.PathEscape(name) }
