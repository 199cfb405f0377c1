package app

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/config"
)

// AdminLink makes a one-time link that signs the administrator in to the
// portal. It works while another process owns the data; at is the portal's
// address if that process does not announce one. served reports whether the
// portal answers now.
func AdminLink(ctx context.Context, opt Options, at config.Portal) (link string, served bool, err error) {
	accounts, done, err := accountsOf(ctx, opt)
	if err != nil {
		return "", false, err
	}
	defer done()
	secret, err := accounts.MintLink(ctx)
	if err != nil {
		return "", false, err
	}
	if run, err := readRun(opt.Store.Data); err == nil && run.PortalURL != "" && answers(ctx, run.PortalURL) {
		return address.SignInLink(run.PortalAddress, secret), true, nil
	}
	portal := cmp.Or(strings.TrimRight(at.PortalURL, "/"), "http://"+reachable(at.PortalAddr))
	return address.SignInLink(portal, secret), !opt.Store.Embedded() && answers(ctx, portal), nil
}

// answers reports whether a portal answers at the address.
func answers(ctx context.Context, portal string) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, portal+address.Ready, nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}
