package widget

import (
	"cmp"
	"context"
	"html/template"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/widget/prose"
)

// signIn is personal: people who are signed in already are told so.
var signIn = Widget{
	Type: "signin", Label: "Sign in: form", Defaults: struct{}{}, Personal: true, CSS: []string{"form"},
	Query: []string{address.ReturnTo}, Load: loadSignIn,
}

type signInView struct {
	Action, Return, Email string
	User                  *PersonUser
	Closed                string // why nobody signs in with a password; see [PortalRules.Closed]
}

func loadSignIn(ctx context.Context, in *Input) (any, error) {
	back := cmp.Or(in.Form.Value(address.ReturnTo), in.Query().Get(address.ReturnTo))
	v := signInView{Action: address.SignIn, Return: back, Email: in.Form.Value("email")}
	if !address.IsLocal(v.Return) {
		v.Return = ""
	}
	rules, err := in.Data.Rules(ctx)
	if err != nil {
		return nil, err
	}
	v.Closed, v.User = rules.Closed(), in.user()
	return v, nil
}

// SignInSocial are the buttons of other places to sign in at.
type SignInSocial struct {
	AADLabel    string `json:"aadLabel" label:"Button of Microsoft Entra ID"`
	AADReply    string `json:"aadReplyUrl" label:"-"`
	AADB2CLabel string `json:"aadB2CLabel" label:"Button of Azure AD B2C"`
	AADB2CReply string `json:"aadB2CReplyUrl" label:"-"`
}

var signInSocial = Widget{
	Type: "signin-social", Label: "Sign in: with another account", Defaults: SignInSocial{}, CSS: []string{"form"}, Load: loadSignInSocial,
}

func loadSignInSocial(ctx context.Context, in *Input) (any, error) {
	rules, err := in.Data.Rules(ctx)
	if err != nil {
		return nil, err
	}
	p := props[SignInSocial](in)
	own := map[apim.Name]string{"aad": p.AADLabel, "aadb2c": p.AADB2CLabel}
	if rules.DelegatedAccounts {
		return nil, nil
	}
	var buttons []link
	for _, provider := range rules.Providers {
		label := cmp.Or(own[provider.Type.Key()], in.T("signin.with", "provider", provider.Name))
		buttons = append(buttons, link{label, address.Provider(provider.Type)})
	}
	if len(buttons) == 0 {
		return nil, nil
	}
	return buttons, nil
}

var signUp = Widget{
	Type: "signup", Label: "Sign up: form", Defaults: AccountForm{}, Personal: true, CSS: []string{"form"}, Load: loadSignUp,
}

var signUpSocial = Widget{
	Type: "signup-social", Label: "Sign up: with another account", Defaults: struct{}{}, Personal: true, CSS: []string{"form"}, Load: loadSignUpSocial,
}

type signUpView struct {
	Action, Email, First, Last string
	Password                   bool // one is chosen here
	Terms                      template.HTML
	Consent                    bool
	Closed                     string // why people cannot make accounts of their own
	SignIn                     string
}

func loadSignUp(ctx context.Context, in *Input) (any, error) {
	return in.signUp(ctx, address.SignUp, true)
}

func loadSignUpSocial(ctx context.Context, in *Input) (any, error) {
	return in.signUp(ctx, address.SignUpOAuth, false)
}

func (in *Input) signUp(ctx context.Context, action string, password bool) (any, error) {
	rules, err := in.Data.Rules(ctx)
	if err != nil {
		return nil, err
	}
	closed := ""
	switch {
	case rules.DelegatedAccounts:
		closed = rules.Closed()
	case !rules.SignUp || password && !rules.BasicAuth:
		closed = "signup.closed"
	}
	return signUpView{
		Action: action, Email: in.Form.Value("email"), First: in.Form.Value("firstName"), Last: in.Form.Value("lastName"),
		Password: password, Terms: prose.Below(2, rules.Terms), Consent: rules.Consent,
		Closed: closed, SignIn: address.SignIn,
	}, nil
}

// AccountForm is a form about an account or its password.
type AccountForm struct {
	Captcha bool `json:"requireHipCaptcha" label:"Captcha"` // stored documents have it; there is none
}

var resetPassword = Widget{
	Type: "reset-password", Label: "Password: forgotten", Defaults: AccountForm{}, Personal: true, CSS: []string{"form"}, Load: loadPassword(address.ResetPassword),
}

var confirmPassword = Widget{
	Type: "confirmPassword", Label: "Password: new one", Defaults: AccountForm{}, Personal: true, CSS: []string{"form"}, Load: loadPassword(address.ConfirmPassword),
}

var changePassword = Widget{
	Type: "change-password", Label: "Password: change", Defaults: AccountForm{}, Personal: true, CSS: []string{"form"}, Load: loadPassword(address.ChangePassword),
}

type passwordView struct {
	Action, Email, SignIn string
	User                  *PersonUser // nil: a guest
	Closed                string      // why there are no passwords here
}

// loadPassword loads the view of a form that is posted to action.
func loadPassword(action string) func(context.Context, *Input) (any, error) {
	return func(ctx context.Context, in *Input) (any, error) {
		rules, err := in.Data.Rules(ctx)
		if err != nil {
			return nil, err
		}
		return passwordView{
			Action: action, Email: in.Form.Value("email"), SignIn: address.SignInFor(address.ChangePassword),
			User: in.user(), Closed: rules.Closed(),
		}, nil
	}
}

var validationSummary = Widget{
	Type: "validationSummary", Label: "Messages of a form", Defaults: struct{}{}, Personal: true, CSS: []string{"form"},
	Load: func(_ context.Context, in *Input) (any, error) {
		if in.Form == nil || len(in.Form.Errors) == 0 && in.Form.Notice == "" {
			return nil, nil
		}
		return in.Form, nil
	},
}

var profile = Widget{
	Type: "profile", Label: "Profile: account", Defaults: struct{}{}, Personal: true, CSS: []string{"form", "account"},
	Load: loadProfile,
}

type profileView struct {
	User               *PersonUser
	First, Last        string
	Registered, SignIn string
	Password           string // where a new password is posted
	Delegated          bool   // names and passwords are changed elsewhere
	Closed             string // why there are no passwords here
	Sessions           []sessionRow
	EndSession         string // where the end of sessions is posted
}

func loadProfile(ctx context.Context, in *Input) (any, error) {
	rules, err := in.Data.Rules(ctx)
	if err != nil {
		return nil, err
	}
	v := profileView{
		SignIn: address.SignInFor(address.Profile), Password: address.ProfilePassword,
		Delegated: rules.DelegatedAccounts, Closed: rules.Closed(), EndSession: address.ProfileSessions,
	}
	user := in.user()
	if user == nil {
		return v, nil
	}
	v.User, v.First, v.Last, v.Registered = user, user.FirstName, user.LastName, date(user.Registered)
	if v.Sessions, err = in.sessions(ctx); err != nil {
		return nil, err
	}
	if in.Form != nil && in.Form.Form == "profile" && len(in.Form.Errors) > 0 {
		v.First, v.Last = in.Form.Value("firstName"), in.Form.Value("lastName")
	}
	return v, nil
}

var subscriptions = Widget{
	Type: "subscriptions", Label: "Profile: subscriptions", Defaults: struct{}{}, Personal: true,
	CSS: []string{"form", "account"}, Load: loadSubscriptions,
}

func loadSubscriptions(ctx context.Context, in *Input) (any, error) {
	if in.Person == nil {
		return nil, nil
	}
	subs, err := in.Person.Subscriptions(ctx, "")
	if err != nil {
		return nil, err
	}
	rules, err := in.Data.Rules(ctx)
	if err != nil {
		return nil, err
	}
	rows := in.subscriptionRows(subs)
	for i := range rows {
		rows[i].Delegated = rules.DelegatedSubscriptions
	}
	return rows, nil
}
