package portal

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/subscription"
	"github.com/portico-portal/portico/internal/widget"
)

// notices are what a form may have done, as the address says after the redirect
// that follows it.
var notices = []string{"saved", "password", "subscribed", "submitted", "renamed", "regenerated", "cancelled", "ended", "endedOthers"}

// noticeOf is what the address says was done.
func noticeOf(r *http.Request) *widget.FormState {
	if what := r.URL.Query().Get(address.QueryDone); slices.Contains(notices, what) {
		return &widget.FormState{Notice: words("notice." + what)}
	}
	return nil
}

// done leads to the profile and says there what happened.
func done(w http.ResponseWriter, r *http.Request, what string) error {
	return redirect(w, r, address.Done(what), http.StatusSeeOther)
}

// post is a posted form of someone who is signed in.
func (p *Portal) post(w http.ResponseWriter, r *http.Request) (*visit, error) {
	if err := form(w, r); err != nil {
		return nil, err
	}
	return p.signedIn(w, r)
}

// refused shows the page at path again, with what was typed, when err is about
// the form or nothing can be stored.
func (p *Portal) refused(w http.ResponseWriter, r *http.Request, v *visit, path, name string, err error) error {
	state, status := &widget.FormState{Form: name, Values: r.PostForm}, http.StatusUnprocessableEntity
	var invalid *apim.InvalidError
	var conflict *apim.ConflictError
	switch {
	case errors.As(err, &invalid):
		for _, violation := range invalid.Violations {
			state.Errors = append(state.Errors, widget.FieldError{Field: violation.Target, Message: violation.Message})
		}
	case errors.As(err, &conflict):
		state.Errors = []widget.FieldError{{Message: conflict.Message}}
	case apim.Unwritable(err):
		about := problemOf(err)
		status, state.Errors = about.status, []widget.FieldError{{Message: about.text}}
	default:
		return err
	}
	for _, secret := range []string{"password", "current"} {
		state.Values.Del(secret)
	}
	return p.sendForm(w, r, v, path, status, state)
}

// renamePerson changes the visitor's name.
func (p *Portal) renamePerson(w http.ResponseWriter, r *http.Request) error {
	v, err := p.post(w, r)
	if err != nil {
		return err
	}
	first, last := strings.TrimSpace(r.PostForm.Get("firstName")), strings.TrimSpace(r.PostForm.Get("lastName"))
	if err := p.cfg.Accounts.Rename(r.Context(), v.actor(r), v.UserID, first, last); err != nil {
		return p.refused(w, r, v, address.Profile, "profile", err)
	}
	return done(w, r, "saved")
}

// changePassword replaces the visitor's password; the form is on the page at path.
func (p *Portal) changePassword(path string) handler {
	return func(w http.ResponseWriter, r *http.Request) error { return p.changePasswordOn(path, w, r) }
}

func (p *Portal) changePasswordOn(path string, w http.ResponseWriter, r *http.Request) error {
	v, err := p.post(w, r)
	if err != nil {
		return err
	}
	started, err := p.cfg.Accounts.ChangePassword(r.Context(), r.PostForm.Get("current"), r.PostForm.Get("password"), p.client(r))
	switch {
	case errors.Is(err, apim.ErrTooManyRequests):
		retryAfter(w, err)
		err = apim.Invalid("current", words("form.tooMany"))
	case errors.Is(err, apim.ErrUnauthorized):
		err = apim.Invalid("current", words("form.wrongPassword"))
	}
	if err != nil {
		return p.refused(w, r, v, path, "password", err)
	}
	p.signedInAs(w, started)
	return done(w, r, "password")
}

// subscribe subscribes the visitor to a product.
func (p *Portal) subscribe(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	v, err := p.visit(w, r)
	if err != nil {
		return err
	}
	product, err := p.cfg.Catalog.Product(v.Visitor, apim.PublicID(r.PathValue("product")))
	if err != nil {
		return err
	}
	page := address.Product(product.ID)
	if v.user == nil {
		return redirect(w, r, address.SignInFor(page), http.StatusSeeOther)
	}
	sub, err := p.cfg.Subscriptions.Subscribe(r.Context(), v.actor(r), subscription.Request{
		UserID: v.UserID, ProductID: product.ID, Name: strings.TrimSpace(r.PostForm.Get("name")),
		TermsAccepted: r.PostForm.Get("terms") != "",
		Visible:       func(ref apim.Ref) bool { return p.cfg.Catalog.Visible(v.Visitor, ref) },
	})
	if err != nil {
		return p.refused(w, r, v, page, "subscribe", err)
	}
	if sub.State == apim.SubscriptionSubmitted {
		return done(w, r, "submitted")
	}
	return done(w, r, "subscribed")
}

// changeSubscription renames or cancels one of the visitor's subscriptions, or
// gives it a new key.
func (p *Portal) changeSubscription(w http.ResponseWriter, r *http.Request) error {
	v, err := p.post(w, r)
	if err != nil {
		return err
	}
	id, caller, actor := apim.PublicID(r.PathValue("id")), subscription.Caller{UserID: v.UserID}, v.actor(r)
	what := "regenerated"
	switch r.PostForm.Get("action") {
	case "rename":
		what = "renamed"
		_, err = p.cfg.Subscriptions.Rename(r.Context(), actor, caller, id, strings.TrimSpace(r.PostForm.Get("name")))
	case "regenerate-primary":
		err = p.cfg.Subscriptions.Regenerate(r.Context(), actor, caller, id, subscription.PrimaryKey)
	case "regenerate-secondary":
		err = p.cfg.Subscriptions.Regenerate(r.Context(), actor, caller, id, subscription.SecondaryKey)
	case "cancel":
		what = "cancelled"
		_, err = p.cfg.Subscriptions.Cancel(r.Context(), actor, caller, id)
	default:
		err = apim.Invalid("action", words("form.unknownAction"))
	}
	if err != nil {
		return p.refused(w, r, v, address.Profile, "subscription", err)
	}
	return done(w, r, what)
}

// endSession ends one of the visitor's sessions, or all others.
func (p *Portal) endSession(w http.ResponseWriter, r *http.Request) error {
	v, err := p.post(w, r)
	if err != nil {
		return err
	}
	if which := r.PostForm.Get("end"); which != "others" {
		if err := p.cfg.Accounts.EndSession(r.Context(), v.actor(r), v.UserID, which); err != nil {
			return err
		}
		return done(w, r, "ended")
	}
	if err := p.cfg.Accounts.EndSessions(r.Context(), v.actor(r), v.UserID, v.session); err != nil {
		return err
	}
	return done(w, r, "endedOthers")
}
