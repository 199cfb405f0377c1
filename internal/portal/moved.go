package portal

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/widget"
)

// moved is the error of a step that finds that the answer lies elsewhere.
type moved struct {
	to     string // an address of the portal
	byHash bool   // the browser finds the answer by the hash of the address; to is where it goes when that names nothing
	status int
}

func (m *moved) Error() string { return "moved to " + m.to }

// legacy deals with addresses that name what they show by query or hash
// (design.md §5 Parameters): the error says where ?api=x and the like are now.
func legacy(s *site.Site, u *url.URL) error {
	shows := s.Details(u.EscapedPath())
	if shows == "" {
		return nil
	}
	if to := address.OfOld(u.Query(), shows == "changelog"); to != "" {
		return &moved{to: to, status: http.StatusMovedPermanently}
	}
	if shows == "product" {
		return &moved{to: address.Products, byHash: true}
	}
	return &moved{to: address.APIs, byHash: true}
}

// lead leads the browser to where an answer lies.
func (p *Portal) lead(w http.ResponseWriter, r *http.Request, m *moved) error {
	if !m.byHash {
		w.Header().Set("Vary", "Cookie")
		return redirect(w, r, m.to, m.status)
	}
	script := address.FollowHash(m.to)
	body := `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="robots" content="noindex"><title>Moved</title>` +
		`<script>` + script + `</script><noscript><p>This page has moved. <a href="` + m.to + `">Go on.</a></noscript>`
	policy := header{"Content-Security-Policy", []string{"default-src 'none'; script-src " + widget.CSPHash(script) + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}}
	return once(http.StatusOK, []byte(body), htmlType, policy, noReferrer).send(w, r, p.common)
}

// redirect sends the browser elsewhere on this portal.
func redirect(w http.ResponseWriter, _ *http.Request, to string, status int) error {
	if !address.IsLocal(to) {
		return errors.New("redirect to " + to + ": not an address of the portal")
	}
	w.Header().Set("Location", to)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
	return nil
}
