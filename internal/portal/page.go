package portal

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/cache"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget"
)

// servePage answers with a page of the site. A request goes one way, and each
// step returns what the next one needs:
//
//	visitor → site → page and parameters → kept or rendered → personal parts → sent
func (p *Portal) servePage(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		return errMethod
	}
	v, err := p.visit(w, r)
	if err != nil {
		return err
	}
	if v.Admin && r.URL.Query().Has(address.QueryPreview) {
		return p.choosePreview(w, r)
	}
	s, err := p.shown(r, v)
	if err != nil {
		return err
	}
	if err := p.elsewhere(s, v, r); err != nil {
		return err
	}
	req, err := p.request(r.Context(), s, v, r.URL)
	if err != nil {
		return err
	}
	a, err := p.load(r.Context(), req, p.rendering(req))
	if err != nil {
		return err
	}
	if a, err = p.personal(r, req, a); err != nil {
		return err
	}
	return a.send(w, r, p.common)
}

// request is all that decides an answer about the site: who asks, which site
// they are shown, and what of it they ask for.
type request struct {
	visit   *visit        // who asks
	site    shown         // what they are shown
	page    *widget.Page  // compiled; nil of a part beside the pages
	address string        // what is answered at: escaped, canonical
	twin    bool          // the page is asked for as Markdown; its address is params.Path
	params  widget.Params // the resources that the address names, as they are spelled, and the query that counts

	groups []apim.PublicID // that rules of the content name: they belong to the audience
	shared catalog.Visitor // nobody in particular of the audience: for whom a shared answer is made
}

// elsewhere says where a visitor is led instead: to sign in, or from an old
// address to the one that names the same by its path.
func (p *Portal) elsewhere(s shown, v *visit, r *http.Request) error {
	if m := s.Match(r.URL.EscapedPath()); p.signInFirst(v) && (m == nil || !openToGuests(m.Page)) {
		return &moved{to: address.SignInFor(address.Local(r.URL.RequestURI(), address.Home)), status: http.StatusSeeOther}
	}
	return legacy(s.Site, r.URL)
}

// request finds the page of an address and what its variables and its query name.
func (p *Portal) request(ctx context.Context, s shown, v *visit, u *url.URL) (*request, error) {
	req, err := p.page(ctx, s, v, u.EscapedPath())
	if path, ok := address.OfTwin(u.EscapedPath()); ok && errors.Is(err, apim.ErrNotFound) {
		if req, err = p.page(ctx, s, v, path); err == nil {
			req.twin, req.address = true, address.Twin(req.params.Path)
		}
	}
	if err != nil {
		return nil, err
	}
	if req.address != u.EscapedPath() {
		return nil, &moved{to: withQuery(req.address, u.RawQuery), status: http.StatusMovedPermanently}
	}
	if !req.twin {
		req.params.Query = declared(u.Query(), req.page.QueryParameters())
	}
	p.audience(req, req.page.Groups()...)
	return req, nil
}

func withQuery(path, query string) string {
	if query == "" {
		return path
	}
	return path + "?" + query
}

// page finds the page of an escaped path and the resources its variables name.
// What the visitor may not see is not found.
func (p *Portal) page(ctx context.Context, s shown, v *visit, path string) (*request, error) {
	m := s.Match(path)
	if m == nil || !v.Admin && !m.Page.Rule().Admits(v.Visitor) {
		return nil, apim.ErrNotFound
	}
	req := &request{visit: v, site: s, params: widget.Params{
		API: apim.PublicID(m.Values["api"]), Operation: apim.Name(m.Values["operation"]), Product: apim.PublicID(m.Values["product"]), Schema: m.Values["schema"],
	}}
	if err := p.spell(ctx, v.Visitor, &req.params); err != nil {
		return nil, err
	}
	values := maps.Clone(m.Values)
	for name, value := range map[string]string{"api": string(req.params.API), "operation": string(req.params.Operation), "product": string(req.params.Product)} {
		if value != "" {
			values[name] = value
		}
	}
	var err error
	req.params.Path = m.Canonical(values)
	req.address = req.params.Path
	req.page, err = m.Page.Compiled()
	return req, err
}

// spell replaces the names of resources by their own spelling; apim.ErrNotFound
// when the visitor may not see one.
func (p *Portal) spell(ctx context.Context, v catalog.Visitor, params *widget.Params) error {
	if params.API != "" {
		api, err := p.cfg.Catalog.API(v, params.API)
		if err != nil {
			return err
		}
		params.API = api.ID
		if params.Operation != "" {
			op, err := p.cfg.Catalog.Operation(ctx, api, params.Operation)
			if err != nil {
				return err
			}
			params.Operation = op.ID
		}
	}
	if params.Product != "" {
		product, err := p.cfg.Catalog.Product(v, params.Product)
		if err != nil {
			return err
		}
		params.Product = product.ID
	}
	return nil
}

// declared keeps the query parameters that count.
func declared(query url.Values, names []string) url.Values {
	out := url.Values{}
	for _, name := range names {
		if v, ok := query[name]; ok {
			out[name] = v
		}
	}
	return out
}

// audience decides with whom the visitor shares an answer: with those who are in
// the same of the groups that rules of the site and of the page name.
func (p *Portal) audience(req *request, groups ...apim.PublicID) {
	req.groups = slices.Concat(req.site.Groups(), groups)
	if req.params.Query.Get("q") != "" {
		req.groups = append(req.groups, searchGroups(req.site.Site)...)
	}
	req.shared = p.cfg.Catalog.Shared(req.visit.Visitor, req.groups...)
}

// render makes an answer of what an audience may see; d notes what was read.
type render func(ctx context.Context, d *data) (*answer, error)

// load is what render makes for the visitor's audience: kept, or made now.
func (p *Portal) load(ctx context.Context, req *request, render render) (*answer, error) {
	key, keep := p.sites.key(req)
	if kept, ok := p.pages.Get(key); keep && ok {
		return kept, nil
	}
	if err := p.admit(ctx, req.visit); err != nil {
		return nil, err
	}
	if !keep {
		a, err := render(context.WithValue(ctx, pieces{}, true), p.data(req, req.shared))
		if err != nil || a.page != nil {
			return a, err
		}
		return once(a.status, a.body, a.headers...), nil
	}
	return p.pages.Load(ctx, key, func(ctx context.Context) (cache.Made[*answer], error) {
		p.rendered.Add(1)
		d := p.data(req, req.shared)
		a, err := render(context.WithValue(ctx, pieces{}, true), d)
		if err != nil {
			return cache.Made[*answer]{}, err
		}
		a.grow = func(bytes int64) { p.pages.Grow(key, bytes) }
		a.deps = d.Deps()
		return cache.Made[*answer]{Value: a, Bytes: a.bytes(), Deps: a.deps}, nil
	})
}
