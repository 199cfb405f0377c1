package portal

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/widget"
)

// rendering is how the answer to a request for a page is made.
func (p *Portal) rendering(req *request) render {
	switch {
	case req.twin:
		return p.renderTwin
	case req.params.Query.Get("fragment") != "":
		return p.renderFragment
	}
	return p.renderPage
}

// renderPage renders a page for the visitor's audience. For guests it is
// complete; for others the personal parts are left to Portal.personal.
func (p *Portal) renderPage(ctx context.Context, d *data) (*answer, error) {
	out, err := d.req.page.Render(ctx, p.input(d))
	if err != nil {
		return nil, err
	}
	headers := []header{htmlType, p.policy(out.Style)}
	if d.req.visit.user == nil {
		return newAnswer(out.HTML(), revalidate, headers...), nil
	}
	a := newAnswer(nil, personal, headers...)
	a.parts, a.page = out.Parts, d.req.page
	return a, nil
}

// renderFragment renders only the widgets of a page that stand alone.
func (p *Portal) renderFragment(ctx context.Context, d *data) (*answer, error) {
	out, err := d.req.page.Fragment(ctx, p.input(d))
	if err != nil {
		return nil, err
	}
	return newAnswer(out.HTML(), revalidate, htmlType, fragmentPolicy), nil
}

// renderTwin renders a page as Markdown, without personal parts.
func (p *Portal) renderTwin(ctx context.Context, d *data) (*answer, error) {
	text, err := p.markdown(ctx, d)
	if err != nil {
		return nil, err
	}
	return newAnswer(text, revalidate, markdownType, fragmentPolicy), nil
}

// personal completes a page for someone who is signed in: the parts of their
// own are rendered between those that the audience shares.
func (p *Portal) personal(r *http.Request, req *request, a *answer) (*answer, error) {
	if a.page == nil {
		return a, nil
	}
	in := p.input(p.data(req, req.visit.Visitor))
	in.Person, in.Form = p.person(req.visit), noticeOf(r)
	var b bytes.Buffer
	for _, part := range a.parts {
		if !part.Personal {
			b.Write(part.HTML)
			continue
		}
		html, err := a.page.RenderSlot(r.Context(), in, part.Slot)
		if err != nil {
			return nil, err
		}
		b.Write(html)
	}
	return once(http.StatusOK, b.Bytes(), a.headers...), nil
}

// input is what a page is rendered with.
func (p *Portal) input(d *data) widget.Render {
	req := d.req
	return widget.Render{
		Params: req.params, Visitor: d.Visitor(), Data: d, Canonical: p.cfg.PortalURL + req.params.Path, Base: p.cfg.PortalURL,
		Preview: string(req.site.preview), NoIndex: req.site.preview != "" || len(req.params.Query) > 0 || slices.Contains(address.Personal, req.params.Path),
	}
}

// sendPage sends the published page at a path to one person, with what change
// adds: what became of a form, or of the request.
func (p *Portal) sendPage(w http.ResponseWriter, r *http.Request, v *visit, path string, status int, change func(*widget.Render), headers ...header) error {
	s, err := p.sites.published()
	if err != nil {
		return err
	}
	req, err := p.page(r.Context(), s, v, (&url.URL{Path: path}).EscapedPath())
	if err != nil {
		return fmt.Errorf("page %s: %w", path, err)
	}
	in := p.input(p.data(req, v.Visitor))
	in.Person, in.NoIndex = p.person(v), true
	change(&in)
	out, err := req.page.Render(r.Context(), in)
	if err != nil {
		return err
	}
	return once(status, out.HTML(), append(headers, htmlType, p.policy(out.Style))...).send(w, r, p.common)
}

// sendForm sends the page at path again after a form on it was posted.
func (p *Portal) sendForm(w http.ResponseWriter, r *http.Request, v *visit, path string, status int, form *widget.FormState, headers ...header) error {
	return p.sendPage(w, r, v, path, status, func(in *widget.Render) { in.Form = form }, headers...)
}
