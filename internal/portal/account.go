package portal

import (
	"net/http"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/settings"
	"github.com/portico-portal/portico/internal/widget"
)

// notYet are the forms that people cannot complete by themselves yet, and the
// message that says what to do instead.
var notYet = map[string]string{
	address.SignUp:          "refused.signup",
	address.SignUpOAuth:     "refused.signup",
	address.ResetPassword:   "refused.reset",
	address.ConfirmPassword: "refused.confirm",
}

// refuseForm answers a form that cannot be completed: nothing is stored, and
// what was typed stays, but for the password.
func (p *Portal) refuseForm(w http.ResponseWriter, r *http.Request) error {
	if err := form(w, r); err != nil {
		return err
	}
	if p.settings.Load().DelegatedAccounts {
		return settings.ErrDelegated
	}
	state := &widget.FormState{Form: r.URL.Path, Values: r.PostForm, Errors: []widget.FieldError{{Message: words(notYet[r.URL.Path])}}}
	state.Values.Del("password")
	return p.sendForm(w, r, &visit{Visitor: catalog.Guest()}, r.URL.Path, http.StatusNotImplemented, state)
}

// signInElsewhere is where signing in with an identity provider starts.
func (p *Portal) signInElsewhere(w http.ResponseWriter, r *http.Request) error {
	rules, err := p.rules(r.Context())
	if err != nil {
		return err
	}
	if rules.DelegatedAccounts {
		return settings.ErrDelegated
	}
	asked := apim.Name(r.PathValue("provider"))
	for _, provider := range rules.Providers {
		if provider.Type.Same(asked) {
			state := &widget.FormState{Form: "signin", Errors: []widget.FieldError{{Message: words("refused.provider", "provider", provider.Name)}}}
			return p.sendForm(w, r, &visit{Visitor: catalog.Guest()}, address.SignIn, http.StatusNotImplemented, state)
		}
	}
	return apim.ErrNotFound
}
