package portal

import (
	"context"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/settings"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/widget"
)

// providerNames are what people call identity providers.
var providerNames = map[apim.Name]string{
	"aad": "Microsoft Entra ID", "aadB2C": "Azure AD B2C", "google": "Google", "facebook": "Facebook",
	"microsoft": "Microsoft", "twitter": "X",
}

// rules are what the portal lets people do, as stored now: pages that show them
// depend on catalog.DepSettings.
func (p *Portal) rules(ctx context.Context) (*widget.PortalRules, error) {
	var now *settings.Portal
	err := p.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
		now, err = settings.Read(tx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("settings of the portal: %w", err)
	}
	rules := &widget.PortalRules{BasicAuth: now.BasicAuth, SignUp: now.SignUp, Terms: now.Terms, Consent: now.Consent,
		DelegatedAccounts: now.DelegatedAccounts, DelegatedSubscriptions: now.DelegatedSubscriptions}
	for _, name := range now.Providers {
		rules.Providers = append(rules.Providers, widget.IdentityProvider{Type: name, Name: providerNames[name]})
	}
	return rules, nil
}
