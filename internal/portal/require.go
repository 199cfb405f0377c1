package portal

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/store"
)

// open pages are for guests also when sign-in is required: people sign in there,
// or learn what went wrong.
var openPages = []string{
	address.SignIn, address.SignUp, address.SignUpOAuth, address.ResetPassword, address.ConfirmPassword, address.NotFound, address.Failed,
}

// openToGuests reports whether guests see a page although sign-in is required:
// it is where they sign in, or its own rule names guests or everyone.
func openToGuests(page *site.Page) bool {
	return slices.Contains(openPages, strings.ToLower(page.Permalink)) || page.Rule().NamesGuests()
}

// loadRequire reads whether visitors must sign in, and which other origins may read.
func (p *Portal) loadRequire(ctx context.Context) error {
	return p.cfg.Store.View(ctx, func(tx *store.Tx) error {
		var cfg apim.PortalConfig
		_, err := tx.Decode(portalConfig, &cfg)
		if errors.Is(err, apim.ErrNotFound) {
			err = nil
		}
		p.required.Store(cfg.Signin != nil && cfg.Signin.Require)
		origins := []string{}
		if cfg.CORS != nil {
			origins = cfg.CORS.AllowedOrigins
		}
		p.origins.Store(&origins)
		return err
	})
}

// followRequire reads the setting again when it may have changed.
func (p *Portal) followRequire(changes []store.Change) {
	if changes != nil && !slices.ContainsFunc(changes, func(ch store.Change) bool {
		return strings.HasPrefix(ch.Key, portalConfig.Key())
	}) {
		return
	}
	if err := p.loadRequire(context.Background()); err != nil {
		p.cfg.Logger.Error("whether sign-in is required cannot be read; what held before holds", "error", err)
	}
}

// signInFirst reports whether a guest must sign in before anything is shown.
func (p *Portal) signInFirst(v *visit) bool { return v.user == nil && p.required.Load() }
