package portal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/cache"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/widget"
)

// pageKey names what the page cache keeps: an address of a revision with its
// declared query, for an audience. The build is that of the process; codings
// are kept together.
type pageKey struct{ revision, path, query, audience string }

// freeText are query parameters that people type: such pages are not kept.
var freeText = []string{"q", address.ReturnTo}

// request is a page that someone asks for.
type request struct {
	site   *site.Site
	page   *site.Page
	params widget.Params
	path   string // canonical
	visit  *visit

	previews bool // an administrator looks at another site than the published one
}

// servePage answers with a page of the site.
func (p *Portal) servePage(w http.ResponseWriter, r *http.Request) error {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		return errMethod
	}
	v, err := p.visit(w, r)
	if err != nil {
		return err
	}
	if r.URL.Query().Has(previewParameter) && v.Admin {
		return p.choosePreview(w, r)
	}
	s, err := p.shown(r, v)
	if err != nil {
		return err
	}
	if asked, err := p.askToSignIn(w, r, s, v); asked {
		return err
	}
	if to, forward := legacy(s, r); to != "" {
		return redirect(w, r, to, http.StatusMovedPermanently)
	} else if forward {
		return p.serveForward(w, r, s)
	}
	req, err := p.resolve(r.Context(), s, v, r.URL)
	if errors.Is(err, apim.ErrNotFound) {
		if page, ok := address.OfTwin(r.URL.EscapedPath()); ok {
			return p.serveTwin(w, r, s, v, page)
		}
	}
	if err != nil {
		return err
	}
	if req.path != r.URL.EscapedPath() {
		to := req.path
		if r.URL.RawQuery != "" {
			to += "?" + r.URL.RawQuery
		}
		return redirect(w, r, to, http.StatusMovedPermanently)
	}
	if req.previews = s != p.site.Load(); req.previews {
		return p.servePreview(w, r, req)
	}
	return p.answer(w, r, req)
}

// published is the published site, read once for the whole request.
func (p *Portal) published() (*site.Site, error) {
	if s := p.site.Load(); s != nil {
		return s, nil
	}
	return nil, errUnpublished
}

// resolve finds the page of an address and the resources its variables name, in
// their canonical spelling. What the visitor may not see is not found.
func (p *Portal) resolve(ctx context.Context, s *site.Site, v *visit, u *url.URL) (*request, error) {
	m := s.Match(u.EscapedPath())
	if m == nil || !v.Admin && !m.Page.Rule().Admits(v.Visitor) {
		return nil, apim.ErrNotFound
	}
	params := widget.Params{
		API: m.Values["api"], Operation: m.Values["operation"], Product: m.Values["product"], Schema: m.Values["schema"],
	}
	values := address.Values{}
	for name, value := range m.Values {
		values[name] = value
	}
	if params.API != "" {
		api, err := p.cfg.Catalog.API(v.Visitor, params.API)
		if err != nil {
			return nil, err
		}
		params.API, values["api"] = api.ID, api.ID
		if params.Operation != "" {
			op, err := p.cfg.Catalog.Operation(ctx, api, params.Operation)
			if err != nil {
				return nil, err
			}
			params.Operation, values["operation"] = op.ID, op.ID
		}
	}
	if params.Product != "" {
		product, err := p.cfg.Catalog.Product(v.Visitor, params.Product)
		if err != nil {
			return nil, err
		}
		params.Product, values["product"] = product.ID, product.ID
	}
	params.Path = m.Canonical(values)
	return &request{site: s, page: m.Page, params: params, path: params.Path, visit: v}, nil
}

// answer sends a page: kept, or rendered and kept.
func (p *Portal) answer(w http.ResponseWriter, r *http.Request, req *request) error {
	compiled, err := req.page.Compiled()
	if err != nil {
		return err
	}
	query, keep := declared(r.URL.Query(), compiled.QueryParameters())
	req.params.Query = query
	also := append(slices.Clone(req.site.Groups()), compiled.Groups()...)
	if query.Get("q") != "" {
		also = append(also, searchGroups(req.site)...)
	}
	render := func(ctx context.Context) (cache.Made[*stored], error) { return p.render(ctx, req, compiled, also) }
	if !keep {
		made, err := render(r.Context())
		switch {
		case err != nil:
			return err
		case made.Value.page == nil:
			return p.send(w, r, http.StatusOK, made.Value.body, made.Value.headers...)
		}
		return p.servePersonal(w, r, req, made.Value)
	}
	key := pageKey{req.site.Revision, req.path, query.Encode(), p.cfg.Catalog.Audience(req.visit.Visitor, also...)}
	s, err := p.pages.Load(r.Context(), key, p.growing(key, render))
	switch {
	case err != nil:
		return err
	case s.page == nil: // a guest's, or a fragment: nothing personal
		return s.serve(w, r, p.common)
	}
	return p.servePersonal(w, r, req, s)
}

// makeStored makes what the page cache keeps.
type makeStored = func(context.Context) (cache.Made[*stored], error)

// growing lets a kept answer tell the cache when it grows by a coding.
func (p *Portal) growing(key pageKey, render makeStored) makeStored {
	return func(ctx context.Context) (cache.Made[*stored], error) {
		p.rendered.Add(1)
		made, err := render(ctx)
		if err == nil {
			made.Value.grow = func(bytes int64) { p.pages.Grow(key, bytes) }
			made.Bytes = made.Value.bytes()
		}
		return made, err
	}
}

// declared keeps the query parameters that the page's widgets read; the page
// is not kept when one of them is free text or they are very long.
func declared(query url.Values, names []string) (_ url.Values, keep bool) {
	out := url.Values{}
	for _, name := range names {
		if v, ok := query[name]; ok {
			out[name] = v
		}
	}
	for _, name := range freeText {
		if out.Get(name) != "" {
			return out, false
		}
	}
	return out, len(out.Encode()) <= maxQuery
}

// render makes a page for the visitor's audience. For a guest it is complete;
// for others the personal parts are left to servePersonal.
func (p *Portal) render(ctx context.Context, req *request, compiled *widget.Page, also []string) (cache.Made[*stored], error) {
	shared := p.cfg.Catalog.Shared(req.visit.Visitor, also...)
	d := p.data(req.site, shared, req.path)
	in := p.input(req, d, shared)
	if req.params.Query.Get("fragment") != "" {
		out, err := compiled.Fragment(ctx, in)
		if err != nil {
			return cache.Made[*stored]{}, err
		}
		return cache.Made[*stored]{Value: newStored(out.HTML(), revalidate, htmlType, fragmentPolicy), Deps: d.read()}, nil
	}
	out, err := compiled.Render(ctx, in)
	if err != nil {
		return cache.Made[*stored]{}, err
	}
	headers := []header{htmlType, p.policy(out.Style)}
	if shared.UserID == "" {
		return cache.Made[*stored]{Value: newStored(out.HTML(), revalidate, headers...), Deps: d.read()}, nil
	}
	s := newStored(nil, personal, headers...)
	s.parts, s.page = out.Parts, compiled
	return cache.Made[*stored]{Value: s, Deps: d.read()}, nil
}

// input is what a page is rendered with.
func (p *Portal) input(req *request, d *data, v catalog.Visitor) widget.Render {
	return widget.Render{
		Params: req.params, Visitor: v, Data: d, Canonical: p.cfg.PortalURL + req.path, Base: p.cfg.PortalURL,
		Preview: req.previewed(), NoIndex: len(req.params.Query) > 0 || slices.Contains(address.Personal, req.path),
	}
}

// servePersonal sends a kept page with the personal parts of one visitor.
func (p *Portal) servePersonal(w http.ResponseWriter, r *http.Request, req *request, s *stored) error {
	in := p.input(req, p.data(req.site, req.visit.Visitor, req.path), req.visit.Visitor)
	in.Person, in.Form = p.person(req.visit), noticeOf(r)
	var b bytes.Buffer
	for _, part := range s.parts {
		if !part.Personal {
			b.Write(part.HTML)
			continue
		}
		html, err := s.page.RenderSlot(r.Context(), in, part.Slot)
		if err != nil {
			return err
		}
		b.Write(html)
	}
	return p.send(w, r, http.StatusOK, b.Bytes(), s.headers...)
}

// serveFresh renders a page for one visitor and keeps nothing of it.
func (p *Portal) serveFresh(w http.ResponseWriter, r *http.Request, req *request, status int, form *widget.FormState, problem widget.Problem) error {
	compiled, err := req.page.Compiled()
	if err != nil {
		return err
	}
	in := p.input(req, p.data(req.site, req.visit.Visitor, req.path), req.visit.Visitor)
	in.Person, in.Form, in.Problem, in.NoIndex = p.person(req.visit), form, problem, true
	out, err := compiled.Render(r.Context(), in)
	if err != nil {
		return err
	}
	return p.send(w, r, status, out.HTML(), htmlType, p.policy(out.Style))
}

// serveForm renders the page at path again after a form was posted.
func (p *Portal) serveForm(w http.ResponseWriter, r *http.Request, v *visit, path string, status int, form *widget.FormState) error {
	s, err := p.published()
	if err != nil {
		return err
	}
	req, err := p.resolve(r.Context(), s, v, &url.URL{Path: path})
	if err != nil {
		return fmt.Errorf("page of the form %s: %w", path, err)
	}
	return p.serveFresh(w, r, req, status, form, widget.Problem{})
}

// send sends an answer that is not kept.
func (p *Portal) send(w http.ResponseWriter, r *http.Request, status int, body []byte, headers ...header) error {
	h := w.Header()
	for _, f := range with(p.common, headers...) {
		h[f.name] = f.values
	}
	h.Set("Cache-Control", personal)
	if e := negotiate(r.Header["Accept-Encoding"]); e != identity {
		packed, err := compress(e, body, fast)
		if err != nil {
			return err
		}
		body = packed
		h["Content-Encoding"] = encodingValues[e]
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body) // an error means that the browser has gone
	}
	return nil
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
