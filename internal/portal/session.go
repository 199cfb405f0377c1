package portal

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/limit"
	"github.com/portico-portal/portico/internal/store"
)

// visit is who makes a request.
type visit struct {
	catalog.Visitor
	user    *account.User // nil: a guest
	free    bool          // may set a first password: account.Visitor.MaySetPassword
	as      *account.Visitor
	session string
	address string // of the client
}

// hasSession reports whether the request may carry a session.
func (p *Portal) hasSession(r *http.Request) bool {
	return slices.ContainsFunc(r.Header["Cookie"], func(line string) bool { return strings.Contains(line, p.cookie) })
}

// visit reads the session. One that ended makes a guest, and the cookie is taken back.
func (p *Portal) visit(w http.ResponseWriter, r *http.Request) (*visit, error) {
	guest := &visit{Visitor: catalog.Guest(), address: limit.Client(r.RemoteAddr)}
	c, err := r.Cookie(p.cookie)
	if err != nil || c.Value == "" {
		return guest, nil
	}
	v, err := p.cfg.Accounts.Visitor(r.Context(), c.Value)
	if errors.Is(err, apim.ErrUnauthorized) {
		p.setSession(w, "")
		return guest, nil
	}
	if err != nil {
		return nil, err
	}
	return &visit{
		Visitor: catalog.Visitor{UserID: v.User.ID, Groups: v.Groups, Admin: v.Admin},
		address: guest.address, user: v.User, free: v.MaySetPassword, as: v, session: c.Value,
	}, nil
}

// signedIn is visit for what only people who are signed in may do.
func (p *Portal) signedIn(w http.ResponseWriter, r *http.Request) (*visit, error) {
	v, err := p.visit(w, r)
	if err == nil && v.user == nil {
		err = apim.ErrUnauthorized
	}
	return v, err
}

// setSession gives the browser a session id; "" takes it back. The cookie goes
// when the browser closes or the session ends, whichever comes first.
func (p *Portal) setSession(w http.ResponseWriter, id string) {
	p.setCookie(w, p.cookie, id, p.cfg.Accounts.Sessions.Lifetime)
}

// signedInAs gives the browser what a sign-in started.
func (p *Portal) signedInAs(w http.ResponseWriter, s *account.Started) {
	p.setSession(w, s.SessionID)
	p.setCookie(w, p.device, s.Device, account.DeviceLifetime)
}

func (p *Portal) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	c := &http.Cookie{
		Name: name, Value: value, Path: "/", HttpOnly: true, Secure: p.secure, SameSite: http.SameSiteLaxMode,
		MaxAge: int(life.Seconds()),
	}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// client is where the request comes from, for sign-in.
func (p *Portal) client(r *http.Request) account.Client {
	c := account.Client{Address: r.RemoteAddr, UserAgent: r.UserAgent(), RequestID: requestID(r)}
	if cookie, err := r.Cookie(p.cookie); err == nil {
		c.SessionID = cookie.Value
	}
	if cookie, err := r.Cookie(p.device); err == nil {
		c.Device = cookie.Value
	}
	return c
}

// actor is the visitor for the audit log.
func (v *visit) actor(r *http.Request) store.Actor {
	return store.Actor{Name: string(v.UserID), Address: r.RemoteAddr, RequestID: requestID(r)}
}

func requestID(r *http.Request) string { return r.Header.Get("X-Request-Id") }
