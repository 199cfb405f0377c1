package portal

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/settings"
	"github.com/portico-portal/portico/internal/widget"
)

// form reads a posted form.
func form(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	err := r.ParseForm()
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return apim.ErrTooLarge
	case errors.Is(err, apim.ErrTooSlow):
		return err
	case err != nil:
		return apim.Invalid("form", words("form.unreadable"))
	}
	return nil
}

// signIn checks an address and a password and starts a session.
func (p *Portal) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	email := strings.TrimSpace(r.PostForm.Get("email"))
	started, err := p.cfg.Accounts.SignIn(r.Context(), email, r.PostForm.Get("password"), p.client(r))
	if err != nil {
		return p.signInFailed(w, r, err)
	}
	p.signedInAs(w, started)
	return redirect(w, r, address.Local(r.PostForm.Get(address.ReturnTo), address.Home), http.StatusSeeOther)
}

// signInFailed shows the form again. It does not reveal whether the account exists.
func (p *Portal) signInFailed(w http.ResponseWriter, r *http.Request, err error) error {
	status, message := http.StatusUnprocessableEntity, ""
	switch {
	case errors.Is(err, apim.ErrTooManyRequests):
		status, message = http.StatusTooManyRequests, words("form.tooMany")
		if seconds := retryAfter(w, err); seconds > 0 {
			message = words("form.tooManySeconds", "n", seconds)
		}
	case errors.Is(err, account.ErrBlocked):
		message = words("signin.blocked")
	case errors.Is(err, account.ErrNotConfirmed):
		message = words("signin.notConfirmed")
	case errors.Is(err, settings.ErrDelegated), errors.Is(err, settings.ErrPasswordsOff): // the page says so
		return p.sendForm(w, r, &visit{Visitor: catalog.Guest()}, address.SignIn, http.StatusForbidden, nil)
	case errors.Is(err, apim.ErrUnauthorized):
		message = words("signin.wrong")
	case apim.Unwritable(err):
		about := problemOf(err)
		status, message = about.status, about.text
	default:
		return err
	}
	state := &widget.FormState{Form: "signin", Values: r.PostForm, Errors: []widget.FieldError{{Message: message}}}
	state.Values.Del("password")
	return p.sendForm(w, r, &visit{Visitor: catalog.Guest()}, address.SignIn, status, state)
}

// signOut ends the session.
func (p *Portal) signOut(w http.ResponseWriter, r *http.Request) error {
	c, err := r.Cookie(p.cookie)
	if err == nil && c.Value != "" {
		if err := p.cfg.Accounts.SignOut(r.Context(), c.Value); err != nil {
			return err
		}
	}
	p.setSession(w, "")
	return redirect(w, r, address.Home, http.StatusSeeOther)
}

// signOutByLink serves the links of imported sites. A link on another site
// cannot sign anybody out: it leads to the profile, where the button is.
func (p *Portal) signOutByLink(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("Sec-Fetch-Site") == "same-origin" && r.Method == http.MethodGet {
		return p.signOut(w, r)
	}
	return redirect(w, r, address.Profile, http.StatusSeeOther)
}

// noReferrer is of answers at an address that holds a secret.
var noReferrer = header{"Referrer-Policy", []string{"no-referrer"}}

// signInByToken starts a session for a user's shared access token or for a
// one-time link (portal-wire.md §2). The address holds a secret: it is left at
// once and not told to anyone.
func (p *Portal) signInByToken(w http.ResponseWriter, r *http.Request) error {
	setHeaders(w.Header(), []header{noReferrer})
	token, to := address.SignInToken(r.URL.Query())
	if token == "" { // it may stand after the hash, which only the browser sees
		return &moved{to: address.SignIn, byHash: true}
	}
	started, err := p.sessionOfToken(r, token)
	if errors.Is(err, apim.ErrUnauthorized) {
		state := &widget.FormState{Form: "signin", Errors: []widget.FieldError{{Message: words("signin.oldLink")}}}
		return p.sendForm(w, r, &visit{Visitor: catalog.Guest()}, address.SignIn, http.StatusUnauthorized, state, noReferrer)
	}
	if err != nil {
		return err
	}
	p.signedInAs(w, started)
	if to == "" {
		if to, err = p.firstPage(r.Context(), started.SessionID); err != nil {
			return err
		}
	}
	return redirect(w, r, to, http.StatusSeeOther)
}

// firstPage is where somebody begins whose link does not say where: to have a way
// in the next time, a person without a password chooses one.
func (p *Portal) firstPage(ctx context.Context, session string) (string, error) {
	v, err := p.cfg.Accounts.Visitor(ctx, session)
	if err != nil || !v.MaySetPassword {
		return address.Home, err
	}
	rules, err := p.rules(ctx)
	if err != nil || !rules.BasicAuth {
		return address.Home, err
	}
	if s, err := p.sites.published(); err != nil || s.Match(address.ChangePassword) == nil {
		return address.Home, nil //nolint:nilerr // there they learn what is wrong
	}
	return address.ChangePassword, nil
}

func (p *Portal) sessionOfToken(r *http.Request, token string) (*account.Started, error) {
	if token == "" || r.Method != http.MethodGet {
		return nil, apim.ErrUnauthorized
	}
	return p.cfg.Accounts.SignInByToken(r.Context(), token, p.client(r))
}
