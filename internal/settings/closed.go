package settings

import (
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Why an act of a person is refused, whichever way it is asked for. Both are
// apim.ErrForbidden.
var (
	// ErrDelegated: it was handed to another site, and the portal cannot lead
	// there yet. Doing it here would pass by what that site asks for.
	ErrDelegated = fmt.Errorf("this is delegated to another site: %w", apim.ErrForbidden)
	// ErrPasswordsOff: people sign in with accounts of other places only.
	ErrPasswordsOff = fmt.Errorf("signing in with a password is switched off: %w", apim.ErrForbidden)
)

// CheckAccounts returns ErrDelegated if signing in and up and what people do with
// their accounts is delegated.
func CheckAccounts(tx *store.Tx) error {
	config, _, err := ReadConfig(tx)
	if err == nil && config.Delegation.DelegateRegistration {
		err = ErrDelegated
	}
	return err
}

// CheckPasswords is CheckAccounts for what needs a password.
func CheckPasswords(tx *store.Tx) error {
	if err := CheckAccounts(tx); err != nil {
		return err
	}
	config, _, err := ReadConfig(tx)
	if err == nil && !*config.EnableBasicAuth {
		err = ErrPasswordsOff
	}
	return err
}

// CheckSubscribing returns ErrDelegated if subscribing and cancelling is delegated.
func CheckSubscribing(tx *store.Tx) error {
	config, _, err := ReadConfig(tx)
	if err == nil && config.Delegation.DelegateSubscription {
		err = ErrDelegated
	}
	return err
}
