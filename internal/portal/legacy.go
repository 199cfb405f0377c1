package portal

import (
	"net/http"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/widget"
)

// legacy deals with addresses that name what they show by query or hash
// (design.md §5 Parameters): to is the canonical address of ?api=x and the
// like; forward means that the browser has to look into the hash.
func legacy(s *site.Site, r *http.Request) (to string, forward bool) {
	shows := s.Details(r.URL.EscapedPath())
	if shows == "" {
		return "", false
	}
	to = address.OfOld(r.URL.Query(), shows == "changelog")
	return to, to == ""
}

// serveForward answers an old details address without a query.
func (p *Portal) serveForward(w http.ResponseWriter, r *http.Request, s *site.Site) error {
	list := address.APIs
	if s.Details(r.URL.EscapedPath()) == "product" {
		list = address.Products
	}
	script := address.FollowHash(list)
	body := `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="robots" content="noindex"><title>Moved</title>` +
		`<script>` + script + `</script><noscript><p>This page has moved. <a href="` + list + `">See the list.</a></noscript>`
	policy := header{"Content-Security-Policy", []string{"default-src 'none'; script-src " + widget.CSPHash(script) + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}}
	return p.send(w, r, http.StatusOK, []byte(body), htmlType, policy)
}
