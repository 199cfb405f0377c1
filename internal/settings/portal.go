package settings

import (
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Where settings are stored. portalconfigs/default and the three portalsettings
// hold the same settings; writing one writes the other in the same transaction.
// The keys of delegation are stored once, at Delegation.
const (
	Config     apim.Ref = "/portalconfigs/default"
	Signin     apim.Ref = "/portalsettings/signin"
	Signup     apim.Ref = "/portalsettings/signup"
	Delegation apim.Ref = "/portalsettings/delegation"

	ServiceRef apim.Ref = "/settings/service"
)

// Portal is what the portal lets people do (apim-rest.md §1.15).
type Portal struct {
	BasicAuth     bool        // people sign in with a password
	SignUp        bool        // people make their own accounts
	RequireSignIn bool        // guests see only the sign-in pages
	Terms         string      // terms of use, accepted at sign-up; "" for none
	Consent       bool        // they must be accepted explicitly
	Origins       []string    // other origins that may read what guests see; "*" for all
	Providers     []apim.Name // types of the identity providers

	// Another site takes these over; see ErrDelegated.
	DelegatedAccounts, DelegatedSubscriptions bool
}

// Read reads what the portal lets people do; before the first start, the defaults.
func Read(tx *store.Tx) (*Portal, error) {
	config, _, err := ReadConfig(tx)
	if err != nil {
		return nil, err
	}
	var signup apim.SignupSettings
	if _, err := apim.OrNone(tx.Decode(Signup, &signup)); err != nil {
		return nil, err
	}
	p := &Portal{
		BasicAuth: *config.EnableBasicAuth, SignUp: signup.Enabled, RequireSignIn: config.Signin.Require,
		Terms: config.Signup.TermsOfService.Text, Consent: config.Signup.TermsOfService.RequireConsent,
		Origins:           config.CORS.AllowedOrigins,
		DelegatedAccounts: config.Delegation.DelegateRegistration, DelegatedSubscriptions: config.Delegation.DelegateSubscription,
	}
	docs, err := tx.ListAll(apim.IdentityProviders.Path)
	for _, d := range docs {
		if name, ok := apim.IdentityProviders.Spell(d.Ref.Name()); ok {
			p.Providers = append(p.Providers, name)
		}
	}
	return p, err
}

// Access is the resource whose keys sign tokens (apim-rest.md §1.11).
const Access apim.Ref = "/tenant/access"

// TokensAllowed reports whether the keys of Access may sign tokens.
func TokensAllowed(tx *store.Tx) (bool, error) {
	var access apim.TenantAccess
	_, err := tx.Decode(Access, &access)
	return access.Enabled, err
}

// ReadConfig reads portalconfigs/default, with its defaults, and its ETag.
func ReadConfig(tx *store.Tx) (config *apim.PortalConfig, etag string, err error) {
	config = new(apim.PortalConfig)
	doc, err := apim.OrNone(tx.Decode(Config, config))
	if err != nil {
		return nil, "", err
	}
	if doc != nil {
		etag = doc.ETag
	}
	config.Default()
	return config, etag, nil
}

// ConfigWritten brings the portalsettings in line with a portalconfig.
func ConfigWritten(tx *store.Tx, config *apim.PortalConfig) error {
	signin, signup, delegation := config.Settings()
	for ref, body := range map[apim.Ref]any{Signin: signin, Signup: signup, Delegation: delegation} {
		if err := tx.PutChanged(ref, body); err != nil {
			return err
		}
	}
	return nil
}

// SettingWritten brings the portalconfig in line with one of the portalsettings.
func SettingWritten(tx *store.Tx, setting apim.Resource) error {
	config, _, err := ReadConfig(tx)
	if err != nil {
		return err
	}
	config.Take(setting)
	return tx.PutChanged(Config, config)
}
