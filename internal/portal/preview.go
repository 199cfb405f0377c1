package portal

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
)

// address.QueryPreview shows administrators another site than the published one:
// the draft, or the revision that it names. A cookie remembers it for the pages
// that follow.
const (
	previewCookie = "portico_preview"
	previewDraft  = "draft"
)

// choosePreview remembers what an administrator wants to look at and leads to
// the same address without the parameter.
func (p *Portal) choosePreview(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	name := apim.Name(query.Get(address.QueryPreview))
	query.Del(address.QueryPreview)
	switch name.Key() {
	case "", "1", "true":
		name = previewDraft
	case address.PreviewOff:
		name = ""
	}
	if name != "" {
		if _, err := p.sites.preview(r.Context(), name); err != nil {
			return err
		}
	}
	c := &http.Cookie{Name: previewCookie, Value: url.QueryEscape(string(name)), Path: "/", HttpOnly: true, Secure: p.secure, SameSite: http.SameSiteLaxMode}
	if name == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
	return redirect(w, r, (&url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: query.Encode()}).String(), http.StatusSeeOther)
}

// shown is the site that a visitor is shown: the published one, or what an
// administrator previews.
func (p *Portal) shown(r *http.Request, v *visit) (shown, error) {
	c, err := r.Cookie(previewCookie)
	if err != nil || c.Value == "" || !v.Admin {
		return p.sites.published()
	}
	name, err := url.QueryUnescape(c.Value)
	if err != nil {
		return p.sites.published()
	}
	s, err := p.sites.preview(r.Context(), apim.Name(name))
	if errors.Is(err, apim.ErrNotFound) { // the revision was deleted meanwhile
		return p.sites.published()
	}
	return s, err
}
