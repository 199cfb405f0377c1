package portal

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/widget"
)

// Where the settings of the portal are stored.
const (
	signUpSettings apim.Ref = "/portalsettings/signup"
	portalConfig   apim.Ref = "/portalconfigs/default"
)

// rules are what the portal lets people do, as stored now: pages that show them
// depend on catalog.DepSettings.
func (p *Portal) rules(ctx context.Context) (*widget.PortalRules, error) {
	rules := new(widget.PortalRules)
	err := p.cfg.Store.View(ctx, func(tx *store.Tx) error {
		var cfg apim.PortalConfig
		if _, err := tx.Decode(portalConfig, &cfg); err != nil && !errors.Is(err, apim.ErrNotFound) {
			return err
		}
		cfg.Default()
		var signUp apim.SignupSettings
		if _, err := tx.Decode(signUpSettings, &signUp); err != nil && !errors.Is(err, apim.ErrNotFound) {
			return err
		}
		*rules = widget.PortalRules{
			BasicAuth: *cfg.EnableBasicAuth, SignUp: signUp.Enabled,
			Terms: cfg.Signup.TermsOfService.Text, Consent: cfg.Signup.TermsOfService.RequireConsent,
		}
		return readProviders(tx, rules)
	})
	if err != nil {
		return nil, fmt.Errorf("settings of the portal: %w", err)
	}
	return rules, nil
}

// providerNames are what people call identity providers.
var providerNames = map[string]string{
	"aad": "Microsoft Entra ID", "aadB2C": "Azure AD B2C", "google": "Google", "facebook": "Facebook",
	"microsoft": "Microsoft", "twitter": "X",
}

func readProviders(tx *store.Tx, rules *widget.PortalRules) error {
	docs, err := tx.ListAll(apim.IdentityProviders.Path)
	if err != nil {
		return err
	}
	for _, d := range docs {
		name := d.Ref.Name()
		for known, label := range providerNames {
			if strings.EqualFold(known, name) {
				rules.Providers = append(rules.Providers, widget.IdentityProvider{Type: known, Name: label})
			}
		}
	}
	return nil
}
