package portal

import (
	"fmt"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/settings"
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
	return page.Is(openPages...) || page.Rule().NamesGuests()
}

// loadSettings reads what the portal lets guests do.
func (p *Portal) loadSettings(tx *store.Tx) error {
	now, err := settings.Read(tx)
	if err != nil {
		return fmt.Errorf("settings of the portal: %w", err)
	}
	p.settings.Store(now)
	return nil
}

// requiresSignIn reports whether guests see nothing but where they sign in.
func (p *Portal) requiresSignIn() bool { return p.settings.Load().RequireSignIn }

// signInFirst reports whether a guest must sign in before anything is shown.
func (p *Portal) signInFirst(v *visit) bool { return v.user == nil && p.requiresSignIn() }
