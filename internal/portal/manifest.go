package portal

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/portico-portal/portico/internal/address"
)

// serveManifest describes the site to browsers that install it.
func (p *Portal) serveManifest(w http.ResponseWriter, r *http.Request) error {
	s, err := p.sites.published()
	if err != nil {
		return err
	}
	icon := cmp.Or(s.Favicon(), address.Favicon)
	body, err := json.Marshal(map[string]any{
		"name": s.Title, "short_name": s.Title, "description": s.Description, "start_url": address.Home, "display": "browser",
		"icons": []map[string]string{{"src": icon, "sizes": "any"}},
	})
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	return newAnswer(body, revalidate, contentType("application/manifest+json")).send(w, r, p.static)
}
