package widget

import (
	"context"
	"strings"
)

// signIn is personal: who is signed in already is told so.
var signIn = Widget{
	Type: "signin", Label: "Sign in: form", Defaults: struct{}{}, Personal: true, CSS: []string{"form"},
	Query: []string{"return"}, Load: loadSignIn,
}

type signInView struct {
	Action, Return, Email string
	User                  *PersonUser
}

func loadSignIn(ctx context.Context, in *Input) (any, error) {
	v := signInView{Action: SignInPath, Return: in.Query().Get("return"), Email: in.Form.Value("email")}
	if in.Form.Value("return") != "" {
		v.Return = in.Form.Value("return")
	}
	if !LocalPath(v.Return) {
		v.Return = ""
	}
	if in.Person != nil {
		var err error
		if v.User, err = in.Person.User(ctx); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// LocalPath tells whether an address to return to stays on the portal.
func LocalPath(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && !strings.ContainsAny(path, "\\\r\n\t")
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
}

func loadProfile(ctx context.Context, in *Input) (any, error) {
	v := profileView{SignIn: SignInHref(ProfilePath), Password: ProfilePassword}
	if in.Person == nil {
		return v, nil
	}
	user, err := in.Person.User(ctx)
	if err != nil || user == nil {
		return v, err
	}
	v.User, v.First, v.Last, v.Registered = user, user.FirstName, user.LastName, date(user.Registered)
	if in.Form != nil && in.Form.Form == "profile" && len(in.Form.Errors) > 0 {
		v.First, v.Last = in.Form.Value("firstName"), in.Form.Value("lastName")
	}
	return v, nil
}

var subscriptions = Widget{
	Type: "subscriptions", Label: "Profile: subscriptions", Defaults: struct{}{}, Personal: true,
	Island: "portico-keys", CSS: []string{"form", "account"}, Load: loadSubscriptions,
}

func loadSubscriptions(ctx context.Context, in *Input) (any, error) {
	if in.Person == nil {
		return nil, nil
	}
	subs, err := in.Person.Subscriptions(ctx, "")
	if err != nil {
		return nil, err
	}
	return in.subscriptionRows(subs), nil
}
