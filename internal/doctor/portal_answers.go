package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
)

// portalAnswers asks whether the portal answers at the address that mail and
// redirects use. If not, links in them lead nowhere: give the right address
// with --portal-url, or fix what is in between.
func (s *Service) portalAnswers(ctx context.Context) ([]apim.Finding, error) {
	if s.PortalURL == "" {
		return nil, nil
	}
	why := s.ask(ctx, s.PortalURL+address.Ready)
	if why == nil {
		return nil, nil
	}
	f := warning("PortalAddress", "The portal does not answer at %s: %v. Mail and redirects lead there: name the address that people use with --portal-url.", s.PortalURL, why)
	if untrusted := new(tls.CertificateVerificationError); !errors.As(why, &untrusted) { // people may have a reason to trust it
		f.Severity = apim.SeverityError
	}
	return []apim.Finding{*f}, nil
}

// ask returns why an address does not answer 200, or nil if it does.
func (s *Service) ask(ctx context.Context, at string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return err
	}
	res, err := s.HTTP.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("it answers %s", res.Status)
	}
	return nil
}
