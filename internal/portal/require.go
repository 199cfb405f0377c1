package portal

import (
	"errors"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/store"
)

// openPages are for guests also when sign-in is required: people sign in there,
// or learn what went wrong.
var openPages = []string{
	address.SignIn, address.SignUp, address.SignUpOAuth, address.ResetPassword, address.ConfirmPassword, address.NotFound, address.Failed,
}

// openToGuests reports whether guests see a page although sign-in is required:
// it is where they sign in, or its own rule names guests or everyone.
func openToGuests(page *site.Page) bool {
	return slices.Contains(openPages, strings.ToLower(page.Address())) || page.Rule().NamesGuests()
}

// loadRequire reads whether visitors must sign in, and which other origins may read.
func (p *Portal) loadRequire(tx *store.Tx) error {
	var cfg apim.PortalConfig
	if _, err := tx.Decode(portalConfig, &cfg); err != nil && !errors.Is(err, apim.ErrNotFound) {
		return err
	}
	p.required.Store(cfg.Signin != nil && cfg.Signin.Require)
	origins := []string{}
	if cfg.CORS != nil {
		origins = cfg.CORS.AllowedOrigins
	}
	p.origins.Store(&origins)
	return nil
}

// signInFirst reports whether a guest must sign in before anything is shown.
func (p *Portal) signInFirst(v *visit) bool { return v.user == nil && p.required.Load() }
