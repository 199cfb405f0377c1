package widget

import (
	"cmp"
	"context"
	"strings"

	"github.com/portico-portal/portico/internal/address"
)

type link struct{ Label, Href string }

// Brand is the site's mark and name, leading home.
type Brand struct {
	Label     string    `json:"label" label:"Name"` // "": the site's title
	Hyperlink Hyperlink `json:"hyperlink" label:"Leads to"`
}

var brand = Widget{Type: "brand", Label: "Name of the site", Defaults: Brand{}, Load: loadBrand}

func loadBrand(_ context.Context, in *Input) (any, error) {
	p := props[Brand](in)
	v := link{Label: p.Label, Href: address.Home}
	v.Label = cmp.Or(v.Label, in.Site.Title)
	if href, ok := p.Hyperlink.resolve(in); ok {
		v.Href = href
	}
	return v, nil
}

// SearchBox is a field that leads to the search page; the island suggests while one types.
type SearchBox struct {
	Label       string `json:"label" label:"Name for screen readers"`
	Placeholder string `json:"placeholder" label:"Hint"`
	Size        any    `json:"size" label:"Size"` // "", large
	Input       any    `json:"inputProperties" label:"-"`
}

var searchBox = Widget{
	Type: "input:search", Label: "Search", Defaults: SearchBox{}, Load: loadSearchBox,
}

type searchBoxView struct {
	Label, Hint string
	Large       bool
}

func loadSearchBox(_ context.Context, in *Input) (any, error) {
	p := props[SearchBox](in)
	v := searchBoxView{Label: p.Label, Hint: p.Placeholder, Large: p.Size == "large"}
	if v.Label == "" {
		v.Label = in.T("search.label")
		if v.Large {
			v.Label = in.T("search.labelLarge")
		}
	}
	v.Hint = cmp.Or(v.Hint, in.T("search.hint"))
	return v, nil
}

var themeToggle = Widget{
	Type: "theme-toggle", Label: "Light and dark", Defaults: struct{}{},
	Load: func(context.Context, *Input) (any, error) { return struct{}{}, nil },
}

var userMenu = Widget{
	Type: "user-menu", Label: "Sign in, or the user's menu", Defaults: struct{}{}, Personal: true,
	Load: loadUserMenu,
}

type userMenuView struct {
	User   *PersonUser // nil: a guest
	SignIn string
	Name   string
	Mark   string // initials
}

func loadUserMenu(_ context.Context, in *Input) (any, error) {
	v := userMenuView{SignIn: address.SignInFor(in.Params.Path)}
	user := in.user()
	if user == nil {
		return v, nil
	}
	v.User, v.Name = user, strings.TrimSpace(user.FirstName+" "+user.LastName)
	v.Name = cmp.Or(v.Name, user.Email)
	for _, part := range strings.Fields(v.Name) {
		if r := []rune(part); len([]rune(v.Mark)) < 2 {
			v.Mark += strings.ToUpper(string(r[0]))
		}
	}
	return v, nil
}

// BackLink leads up, from an API to all of them.
type BackLink struct {
	Label     string    `json:"label" label:"Text"`
	Hyperlink Hyperlink `json:"hyperlink" label:"Leads to"`
}

var backLink = Widget{
	Type: "back-link", Label: "Link back", Defaults: BackLink{Label: "APIs", Hyperlink: Hyperlink{Href: address.APIs}},
	Load: func(_ context.Context, in *Input) (any, error) {
		p := props[BackLink](in)
		href, ok := p.Hyperlink.resolve(in)
		if !ok {
			return nil, nil
		}
		return link{p.Label, href}, nil
	},
}
