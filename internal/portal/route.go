package portal

import (
	"fmt"
	"net/http"

	rights "github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
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

// What the forms of the portal are in the management API.
var (
	writeUser      = rights.ActionOf("users", rights.Write)
	readKeys       = rights.ActionOf("subscriptions", "listSecrets/action")
	writeOwnership = rights.ActionOf("subscriptions", rights.Write)
)

// routeTable lists the addresses. Everything that is not in it is a page of the site.
func (p *Portal) routeTable() []route {
	return []route{
		{"GET " + address.Assets, everyone, p.serveAsset},
		{"GET " + address.Frames, visible, p.serveFrame},
		{"GET " + address.Content, held, p.serveMedia},
		{"GET " + address.FontPattern, everyone, p.serveFont},
		{"GET " + address.Config, everyone, p.serveConfig},
		{"GET " + address.Robots, everyone, p.serveRobots},
		{"GET " + address.Manifest, everyone, p.serveManifest},
		{"GET " + address.Sitemap, visible, p.serveSitemap},
		{"GET " + address.SitemapPattern, visible, p.serveSitemap},
		{"GET " + address.SearchIndex, visible, p.serveSearchIndex},
		{"GET " + address.LLMs, visible, p.serveLLMs},
		{"GET " + address.LLMsFull, visible, p.serveLLMsFull},
		{"GET " + address.Changes, visible, p.serveChanges},
		{"GET " + address.FeedPattern, visible, p.serveChangesOfAPI},
		{"GET " + address.Favicon, everyone, p.serveFavicon},
		{"GET " + address.SingleSignOn, everyone, p.signInByToken},
		{"POST " + address.SignIn, everyone, p.signIn},
		{"GET " + address.ProviderPattern, everyone, p.signInElsewhere},
		{"POST " + address.SignUp, everyone, p.refuseForm},
		{"POST " + address.SignUpOAuth, everyone, p.refuseForm},
		{"POST " + address.ResetPassword, everyone, p.refuseForm},
		{"POST " + address.ConfirmPassword, everyone, p.refuseForm},
		{"POST " + address.ChangePassword, own, p.acting(writeUser, p.changePassword(address.ChangePassword))},
		{"POST " + address.SignOut, everyone, p.signOut},
		{"GET " + address.SignOut, everyone, p.signOutByLink},
		{"POST " + address.Profile, own, p.acting(writeUser, p.renamePerson)},
		{"POST " + address.ProfilePassword, own, p.acting(writeUser, p.changePassword(address.Profile))},
		{"POST " + address.ProfileSessions, own, p.acting(writeUser, p.endSession)},
		{"POST " + address.SubscriptionPattern, own, p.acting(writeOwnership, p.changeSubscription)},
		{"POST " + address.SubscribePattern, visible, p.acting(writeOwnership, p.subscribe)},
		{"POST " + address.ConsoleKeys, visible, p.acting(readKeys, p.consoleKeys)},
		{"GET " + address.Suggest, visible, p.suggest},
		{"GET " + address.YAMLPattern, visible, p.download("yaml", "application/yaml; charset=utf-8")},
		{"GET " + address.JSONPattern, visible, p.download("json", "application/json; charset=utf-8")},
		{"GET " + address.OriginalPattern, visible, p.downloadOriginal},
		{"GET " + address.OperationsPattern, visible, p.operationGroup},
		{"GET " + address.SamplePattern, visible, p.sample},
		{"POST " + address.SamplePattern, visible, p.sampleOfRequest},
		{address.Home, visible, p.servePage},
	}
}

// Routes are the patterns of the addresses, for tests that must know all of them.
func Routes() []string {
	var list []string
	for _, rt := range new(Portal).routeTable() {
		list = append(list, rt.pattern)
	}
	return list
}

// newRoutes serves the table. Requests that change something must come from our
// own origin.
func (p *Portal) newRoutes() (http.Handler, error) {
	mux := http.NewServeMux()
	for _, rt := range p.routeTable() {
		if rt.access == undeclared {
			return nil, fmt.Errorf("route %s does not declare who is answered", rt.pattern)
		}
		mux.Handle(rt.pattern, p.handle(p.limited(rt, p.guard(rt))))
	}
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(p.handle(func(http.ResponseWriter, *http.Request) error { return errForeign }))
	return protection.Handler(mux), nil
}

// guard sends guests away from what is only about the visitor.
func (p *Portal) guard(rt route) handler {
	switch {
	case rt.access == visible && rt.pattern != address.Home:
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
		if p.requiresSignIn() {
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

// acting is a handler that does more than show things: a session that was begun
// in the name of somebody else needs the action, as in the management API.
func (p *Portal) acting(action rights.Action, h handler) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := p.visit(w, r)
		if err == nil {
			err = p.mayAct(r, v, action)
		}
		if err != nil {
			return err
		}
		return h(w, r)
	}
}

// mayAct is account.Service.MayAct for whoever visits.
func (p *Portal) mayAct(r *http.Request, v *visit, action rights.Action) error {
	if v.as == nil {
		return nil
	}
	return p.cfg.Accounts.MayAct(r.Context(), v.as, action)
}
