package portal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/widget"
)

// previewParameter of an address shows administrators another site than the
// published one: the draft, or the revision that it names. A cookie remembers
// it for the pages that follow; "off" ends it.
const previewParameter = "preview"

const (
	previewCookie = "portico_preview"
	previewDraft  = "draft"
	previewOff    = "off"
)

// choosePreview remembers what an administrator wants to look at and leads to
// the same address without the parameter.
func (p *Portal) choosePreview(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	name := query.Get(previewParameter)
	query.Del(previewParameter)
	switch strings.ToLower(name) {
	case "", "1", "true":
		name = previewDraft
	case previewOff:
		name = ""
	}
	if name != "" {
		if _, err := p.readSite(r.Context(), name); err != nil {
			return err
		}
	}
	c := &http.Cookie{Name: previewCookie, Value: url.QueryEscape(name), Path: "/", HttpOnly: true, Secure: p.secure, SameSite: http.SameSiteLaxMode}
	if name == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
	return redirect(w, r, (&url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: query.Encode()}).String(), http.StatusSeeOther)
}

// shown is the site that a visitor is shown: the published one, or what an
// administrator previews.
func (p *Portal) shown(r *http.Request, v *visit) (*site.Site, error) {
	c, err := r.Cookie(previewCookie)
	if err != nil || c.Value == "" || !v.Admin {
		return p.published()
	}
	name, err := url.QueryUnescape(c.Value)
	if err != nil {
		return p.published()
	}
	s, err := p.readSite(r.Context(), name)
	if errors.Is(err, apim.ErrNotFound) { // the revision was deleted meanwhile
		return p.published()
	}
	return s, err
}

// readSite reads the draft, or a portal revision; apim.ErrNotFound when there is none of that name.
func (p *Portal) readSite(ctx context.Context, name string) (*site.Site, error) {
	var items []site.Item
	options := site.Options{Script: p.assets.script}
	err := p.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
		if name == previewDraft {
			items, err = site.Draft(tx)
			return err
		}
		if _, err := tx.Get(apim.Ref("/portalRevisions/" + name)); err != nil {
			return err
		}
		options.Revision = name
		items, options.Pinned, err = site.Published(tx, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the site %s: %w", name, err)
	}
	s := site.Read(items, options)
	return s, p.keepStylesheet(ctx, s) // pages ask for it by its hash
}

// previewed names the site that a page is a preview of; "" when it is the published one.
func (r *request) previewed() string {
	switch {
	case !r.previews:
		return ""
	case r.site.Revision == "":
		return previewDraft
	}
	return r.site.Revision
}

// servePreview shows a page of the draft, or of an earlier revision.
func (p *Portal) servePreview(w http.ResponseWriter, r *http.Request, req *request) error {
	compiled, err := req.page.Compiled()
	if err != nil {
		return err
	}
	req.params.Query, _ = declared(r.URL.Query(), compiled.QueryParameters())
	return p.serveFresh(w, r, req, http.StatusOK, nil, widget.Problem{})
}
