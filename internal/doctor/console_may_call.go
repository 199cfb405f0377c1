package doctor

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// consoleMayCall asks the gateway, as a browser does before a call from the
// console, whether the portal's scripts may call an API. If not, the console
// fails: the cors policy of the service must name the portal's origin.
func (s *Service) consoleMayCall(ctx context.Context) ([]apim.Finding, error) {
	portal, err := url.Parse(s.PortalURL)
	if err != nil || s.PortalURL == "" || s.GatewayURL == "" {
		return nil, err
	}
	origin := portal.Scheme + "://" + portal.Host
	addresses, left := map[apim.Ref]string{}, 0
	_, err = s.each(ctx, func(_ *store.Tx, d *store.Document) (*apim.Finding, error) {
		var api apim.API
		err := json.Unmarshal(d.Body, &api)
		switch {
		case err != nil || !api.IsCurrent || !api.Online():
		case api.APIVersionSetID != "" || len(addresses) == maxAsked:
			left++
		default:
			addresses[d.Ref.Alias()] = s.GatewayURL + "/" + api.Path
		}
		return nil, err
	}, apim.APIs)
	var found []apim.Finding
	for _, api := range slices.Sorted(maps.Keys(addresses)) {
		allowed, err := s.preflight(ctx, addresses[api], origin)
		if err != nil { // the gateway does not answer, so it is not asked again
			return append(found, *warning("GatewayAddress", "The gateway does not answer at %s: %v. The console calls APIs there: name the address that people use with --gateway-url.", s.GatewayURL, err)), nil
		}
		if allowed == "*" || allowed == origin {
			continue
		}
		f := warning("ConsoleOrigin", "The console cannot call the API: no cors policy of the gateway admits %s. Name it in the cors policy of the service, or of the API.", origin)
		f.Target = string(api)
		found = append(found, *f)
	}
	if left > 0 {
		found = append(found, *warning("NotExamined", "The gateway was not asked about %d APIs: those with a version set, and those after the first %d. Try their consoles by hand.", left, maxAsked))
	}
	return found, err
}

// maxAsked is the number of APIs that the gateway is asked about.
const maxAsked = 50

// preflight returns the origin that may call an address, as the gateway answers it.
func (s *Service) preflight(ctx context.Context, address, origin string) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodOptions, address, nil)
	if err != nil {
		return "", err
	}
	r.Header.Set("Origin", origin)
	r.Header.Set("Access-Control-Request-Method", http.MethodGet)
	res, err := s.HTTP.Do(r)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	return res.Header.Get("Access-Control-Allow-Origin"), nil
}
