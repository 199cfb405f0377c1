package portal

import (
	"fmt"
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/widget"
)

// handler answers a request or says why not; fail tells the visitor.
type handler func(w http.ResponseWriter, r *http.Request) error

// access says who is answered at an address (design.md §6). Every route declares it.
type access int

const (
	undeclared access = iota
	everyone          // tells nothing of the service's resources
	visible           // asks catalog.Visible, and the page's own rule
	held              // asks which element holds it, also where guests must sign in first
	own               // only about the visitor: guests are sent to sign in
)

// route is an address, who is answered there, and by what.
type route struct {
	pattern string
	access  access
	handler handler
}

// routeTable lists the addresses. Everything that is not in it is a page of the site.
func (p *Portal) routeTable() []route {
	return []route{
		{"GET /assets/", everyone, p.serveAsset},
		{"GET " + widget.FramePath, visible, p.serveFrame},
		{"GET /content/", held, p.serveMedia},
		{"GET /fonts/{file}", everyone, p.serveFont},
		{"GET /config.json", everyone, p.serveConfig},
		{"GET /robots.txt", everyone, p.serveRobots},
		{"GET /site.webmanifest", everyone, p.serveManifest},
		{"GET /sitemap.xml", visible, p.serveSitemap},
		{"GET /sitemap/{part}", visible, p.serveSitemap},
		{"GET /search-index.json", visible, p.serveSearchIndex},
		{"GET /llms.txt", visible, p.serveLLMs},
		{"GET /llms-full.txt", visible, p.serveLLMsFull},
		{"GET /changes.atom", visible, p.serveChanges},
		{"GET /apis/{api}/-/changes.atom", visible, p.serveChangesOfAPI},
		{"GET /favicon.ico", everyone, p.serveFavicon},
		{"GET /signin-sso", everyone, p.signInByToken},
		{"POST /signin", everyone, p.signIn},
		{"GET /signin/-/{provider}", everyone, p.signInElsewhere},
		{"POST " + widget.SignUpPath, everyone, p.refuseForm},
		{"POST " + widget.SignUpOAuthPath, everyone, p.refuseForm},
		{"POST " + widget.ResetPath, everyone, p.refuseForm},
		{"POST " + widget.ConfirmPath, everyone, p.refuseForm},
		{"POST " + widget.ChangePath, own, p.changePassword(widget.ChangePath)},
		{"POST /signout", everyone, p.signOut},
		{"GET /signout", everyone, p.signOutByLink},
		{"POST /profile", own, p.renamePerson},
		{"POST /profile/-/password", own, p.changePassword(widget.ProfilePath)},
		{"POST /profile/-/subscriptions/{id}", own, p.changeSubscription},
		{"POST /products/{product}/-/subscribe", visible, p.subscribe},
		{"POST /console/keys", visible, p.consoleKeys},
		{"GET /search/-/suggest", visible, p.suggest},
		{"GET /apis/{api}/-/openapi.yaml", visible, p.download("yaml", "application/yaml; charset=utf-8")},
		{"GET /apis/{api}/-/openapi.json", visible, p.download("json", "application/json; charset=utf-8")},
		{"GET /apis/{api}/-/original", visible, p.downloadOriginal},
		{"GET /apis/{api}/-/operations", visible, p.operationGroup},
		{"GET /apis/{api}/{operation}/-/samples/{language}", visible, p.sample},
		{"POST /apis/{api}/{operation}/-/samples/{language}", visible, p.sampleOfRequest},
		{"/", visible, p.servePage},
	}
}

// newRoutes serves the table. Requests that change something must come from our
// own origin.
func (p *Portal) newRoutes() (http.Handler, error) {
	mux := http.NewServeMux()
	for _, rt := range p.routeTable() {
		if rt.access == undeclared {
			return nil, fmt.Errorf("route %s does not declare who is answered", rt.pattern)
		}
		mux.Handle(rt.pattern, p.handle(p.guard(rt)))
	}
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(p.handle(func(http.ResponseWriter, *http.Request) error { return errForeign }))
	return protection.Handler(mux), nil
}

// guard sends guests away from what is only about the visitor.
func (p *Portal) guard(rt route) handler {
	switch {
	case rt.access == visible && rt.pattern != "/":
		return p.hideFromGuests(rt.handler)
	case rt.access != own:
		return rt.handler
	}
	return func(w http.ResponseWriter, r *http.Request) error {
		if _, err := p.signedIn(w, r); err != nil {
			return err
		}
		return rt.handler(w, r)
	}
}

// hideFromGuests answers guests who must sign in first as if nothing were there.
func (p *Portal) hideFromGuests(h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if p.required.Load() {
			v, err := p.visit(w, r)
			if err != nil {
				return err
			}
			if p.signInFirst(v) {
				return apim.ErrNotFound
			}
		}
		return h(w, r)
	}
}

func (p *Portal) handle(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			p.fail(w, r, err)
		}
	})
}
