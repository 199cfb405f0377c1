package doctor

import (
	"context"
	"fmt"
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Service is the service to examine.
type Service struct {
	Store *store.Store
	// PortalURL and GatewayURL are the public addresses; "" if not served now.
	PortalURL, GatewayURL string
	Mail                  bool         // whether mail is sent
	HTTP                  *http.Client // calls the two addresses
}

// checks are all checks, in order.
var checks = []func(*Service, context.Context) ([]apim.Finding, error){
	(*Service).portalAnswers, (*Service).consoleMayCall, (*Service).apisInNoProduct, (*Service).productsNobodySees,
	(*Service).policiesNotRun, (*Service).settingsWithoutEffect, (*Service).settingsNotBuilt, (*Service).mailWaits,
}

// Examine runs all checks and lists their findings.
func (s *Service) Examine(ctx context.Context) ([]apim.Finding, error) {
	found := []apim.Finding{}
	for _, check := range checks {
		some, err := check(s, ctx)
		if err != nil {
			return nil, fmt.Errorf("examine the service: %w", err)
		}
		found = append(found, some...)
	}
	return found, nil
}

// each collects what look finds in the stored resources of some kinds; look
// returns nil for nothing.
func (s *Service) each(ctx context.Context, look func(tx *store.Tx, d *store.Document) (*apim.Finding, error), kinds ...*apim.Kind) (found []apim.Finding, err error) {
	err = s.Store.View(ctx, func(tx *store.Tx) error {
		for _, kind := range kinds {
			docs, err := tx.ListAll(kind.Path)
			if err != nil {
				return err
			}
			for _, d := range docs {
				f, err := look(tx, d)
				if err != nil {
					return fmt.Errorf("%s: %w", d.Ref, err)
				}
				if f != nil {
					f.Target = string(d.Ref.Alias())
					found = append(found, *f)
				}
			}
		}
		return nil
	})
	return found, err
}

func warning(code apim.Code, format string, args ...any) *apim.Finding {
	return &apim.Finding{Severity: apim.SeverityWarning, Code: code, Message: fmt.Sprintf(format, args...)}
}
