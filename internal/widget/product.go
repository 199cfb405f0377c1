package widget

import (
	"context"
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget/prose"
)

// ProductList lists the products a visitor may see.
type ProductList struct {
	View            string    `json:"itemStyleView" label:"Shown as"` // list, tiles, dropdown
	AllowSelection  bool      `json:"allowSelection" label:"Mark the current one"`
	AllowViewSwitch bool      `json:"allowViewSwitching" label:"Visitors may switch"`
	Details         Hyperlink `json:"detailsPageHyperlink" label:"Page of a product"`
}

var productList = Widget{
	Type: "product-list", Label: "Products: list", Defaults: ProductList{View: viewTiles},
	CSS: []string{"list"}, Query: []string{"q", "view"}, Load: loadProductList,
}

type productListView struct {
	Path, Query string
	Products    []productRow
	All         int
	SignIn      string
	Tiles       bool
	Chooser     *chooser // shown instead of the list
	ViewHref    string   // the other layout; "" when visitors may not switch
}

type productRow struct {
	*catalog.Product
	Href, Summary      string
	Limits             []string
	Current, NewWindow bool
}

func loadProductList(_ context.Context, in *Input) (any, error) {
	all := in.Data.Products()
	look := props[ProductList](in)
	if look.View == viewDropdown {
		return productListView{Chooser: in.productChooser(all, in.Params.Product)}, nil
	}
	v := productListView{Path: in.Params.Path, Query: strings.TrimSpace(in.Query().Get("q")), All: len(all), Tiles: look.View == viewTiles}
	if look.AllowViewSwitch {
		v.switchView(in)
	}
	for _, p := range all {
		row := in.productRow(p)
		row.Current, row.NewWindow = look.AllowSelection && p.ID.Same(in.Params.Product), look.Details.Target == "_blank"
		if strings.Contains(strings.ToLower(row.Name+" "+row.Summary), strings.ToLower(v.Query)) {
			v.Products = append(v.Products, row)
		}
	}
	if in.Visitor.UserID == "" {
		v.SignIn = address.SignInFor(address.Products)
	}
	return v, nil
}

// switchView takes the layout that the address asks for.
func (v *productListView) switchView(in *Input) {
	if view := in.Query().Get("view"); view != "" {
		v.Tiles = view == viewTiles
	}
	q := url.Values{"view": {map[bool]string{true: viewList, false: viewTiles}[v.Tiles]}}
	if v.Query != "" {
		q.Set("q", v.Query)
	}
	v.ViewHref = v.Path + "?" + q.Encode()
}

func (in *Input) productRow(p *catalog.Product) productRow {
	row := productRow{Product: p, Href: address.Product(p.ID), Limits: in.limits(p, false)}
	if p.Props != nil {
		row.Summary = prose.Plain(p.Props.Description, 200)
	}
	return row
}

// productChooser is a list of products as one control.
func (in *Input) productChooser(all []*catalog.Product, current apim.PublicID) *chooser {
	c := in.chooser("products.choose", address.Products)
	for _, p := range all {
		c.add(p.Name, address.Product(p.ID), p.ID.Same(current))
	}
	return c.close()
}

// APIProducts lists the products that hold the API.
type APIProducts struct {
	View    string    `json:"itemStyleView" label:"Shown as"`
	Details Hyperlink `json:"detailsPageHyperlink" label:"Page of a product"`
}

var apiProducts = Widget{
	Type: "api-products", Label: "API: products", Defaults: APIProducts{View: viewList}, Needs: Needs{API: true},
	CSS: []string{"list"}, Load: loadAPIProducts,
}

func loadAPIProducts(_ context.Context, in *Input) (any, error) {
	api, err := in.Data.API(in.Params.API)
	if err != nil {
		return nil, err
	}
	all := in.Data.ProductsOf(api)
	look := props[APIProducts](in)
	if look.View == viewDropdown {
		return productListView{Chooser: in.productChooser(all, "")}, nil
	}
	v := productListView{Tiles: look.View == viewTiles}
	for _, p := range all {
		row := in.productRow(p)
		row.NewWindow = look.Details.Target == "_blank"
		v.Products = append(v.Products, row)
	}
	return v, nil
}

// limits say in words what a subscription to the product means.
func (in *Input) limits(p *catalog.Product, long bool) []string {
	if p.Props == nil {
		return nil
	}
	var out []string
	switch {
	case !p.Props.NeedsSubscription():
		out = append(out, in.T("product.open"))
	case p.Props.ApprovalRequired:
		out = append(out, in.T("product.approval"))
	default:
		out = append(out, in.T("product.instant"))
	}
	if n := p.Props.SubscriptionsLimit; n != nil && long {
		out = append(out, in.N("product.limit", *n))
	}
	return out
}

var productDetails = Widget{
	Type: "product-details", Label: "Product: details", Defaults: struct{}{}, Needs: Needs{Product: true},
	CSS: []string{"list"}, Load: loadProductDetails,
}

type productView struct {
	Product *catalog.Product
	Text    template.HTML
	Limits  []string
	Terms   template.HTML
}

func (in *Input) product() (*catalog.Product, error) {
	p, err := in.Data.Product(in.Params.Product)
	if err != nil {
		return nil, err
	}
	if p.Props == nil {
		p = &catalog.Product{ID: p.ID, Name: p.Name, APIs: p.APIs, Groups: p.Groups, Props: &apim.Product{}}
	}
	return p, nil
}

func loadProductDetails(_ context.Context, in *Input) (any, error) {
	p, err := in.product()
	if err != nil {
		return nil, err
	}
	in.describe(1, p.Name, prose.Plain(p.Props.Description, 160))
	in.structured(in.crumbs(in.T("products.heading"), address.Products, p.Name, address.Product(p.ID)))
	return productView{
		Product: p, Text: prose.Below(1, p.Props.Description), Limits: in.limits(p, true), Terms: prose.Below(2, p.Props.Terms),
	}, nil
}

// ProductAPIs lists the APIs of the product.
type ProductAPIs struct {
	View    string    `json:"itemStyleView" label:"Shown as"`
	Details Hyperlink `json:"detailsPageHyperlink" label:"Page of an API"`
}

var productAPIs = Widget{
	Type: "product-apis", Label: "Product: APIs", Defaults: ProductAPIs{View: viewList}, Needs: Needs{Product: true},
	CSS: []string{"list"}, Load: loadProductAPIs,
}

type productAPIsView struct {
	APIs    []apiRow
	Tiles   bool
	Chooser *chooser
}

func loadProductAPIs(_ context.Context, in *Input) (any, error) {
	p, err := in.product()
	if err != nil {
		return nil, err
	}
	apis := in.Data.APIsOf(p)
	look := props[ProductAPIs](in)
	if look.View == viewDropdown {
		return productAPIsView{Chooser: in.apiChooser(apis)}, nil
	}
	v := productAPIsView{Tiles: look.View == viewTiles}
	for _, a := range apis {
		row := in.apiRow(a)
		row.NewWindow = look.Details.Target == "_blank"
		v.APIs = append(v.APIs, row)
	}
	return v, nil
}

// ProductSubscribe is the form that asks for keys.
type ProductSubscribe struct {
	ShowTerms bool `json:"showTermsByDefault" label:"Terms unfolded"`
}

var productSubscribe = Widget{
	Type: "product-subscribe", Label: "Product: subscribe", Defaults: ProductSubscribe{}, Needs: Needs{Product: true},
	Personal: true, CSS: []string{"form", "list"}, Load: loadProductSubscribe,
}

type subscribeView struct {
	Product *catalog.Product
	SignIn  string // for guests
	Action  string
	Name    string
	Terms   template.HTML
	Unfold  bool // the terms
	Limit   int  // reached when Full
	Full    bool
	Pending bool // a subscription waits for approval
	Waits   bool // approval is needed

	Delegated bool // people subscribe at another site
}

func loadProductSubscribe(ctx context.Context, in *Input) (any, error) {
	p, err := in.product()
	if err != nil {
		return nil, err
	}
	if !p.Props.NeedsSubscription() {
		return nil, nil
	}
	rules, err := in.Data.Rules(ctx)
	if err != nil {
		return nil, err
	}
	v := subscribeView{
		Delegated: rules.DelegatedSubscriptions,
		Product:   p, Action: address.Subscribe(p.ID), Name: p.Name, Terms: prose.Below(2, p.Props.Terms), Waits: p.Props.ApprovalRequired,
		Unfold: props[ProductSubscribe](in).ShowTerms,
	}
	if in.Person == nil {
		v.SignIn = address.SignInFor(address.Product(p.ID))
		return v, nil
	}
	if in.Form.Value("name") != "" {
		v.Name = in.Form.Value("name")
	}
	subs, err := in.Person.Subscriptions(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	live := 0
	for _, s := range subs {
		if s.State == apim.SubscriptionActive || s.State == apim.SubscriptionSubmitted {
			live++
		}
		v.Pending = v.Pending || s.State == apim.SubscriptionSubmitted
	}
	if n := p.Props.SubscriptionsLimit; n != nil && live >= *n {
		v.Full, v.Limit = true, *n
	}
	return v, nil
}

var productSubscriptions = Widget{
	Type: "product-subscriptions", Label: "Product: the visitor's subscriptions", Defaults: struct{}{},
	Needs: Needs{Product: true}, Personal: true, CSS: []string{"account"}, Load: loadProductSubscriptions,
}

func loadProductSubscriptions(ctx context.Context, in *Input) (any, error) {
	if in.Person == nil {
		return nil, nil
	}
	subs, err := in.Person.Subscriptions(ctx, in.Params.Product)
	if err != nil || len(subs) == 0 {
		return nil, err
	}
	return in.subscriptionRows(subs), nil
}

// subscriptionRow is a subscription as it is shown.
type subscriptionRow struct {
	PersonSubscription
	StateName, Class, Date, Action string
	Active, Pending                bool
	ProductHref                    string
	Delegated                      bool // it is cancelled at another site
}

func (in *Input) subscriptionRows(subs []PersonSubscription) []subscriptionRow {
	rows := make([]subscriptionRow, 0, len(subs))
	for _, s := range subs {
		row := subscriptionRow{
			PersonSubscription: s, StateName: in.T("state." + s.State), Class: "warn", Date: date(s.Created),
			Action: address.Subscription(s.ID), Active: s.State == apim.SubscriptionActive, Pending: s.State == apim.SubscriptionSubmitted,
		}
		if s.ProductID != "" {
			row.ProductHref = address.Product(s.ProductID)
		}
		switch {
		case row.Active:
			row.Class = "ok"
		case !row.Pending:
			row.Class = "bad"
		}
		rows = append(rows, row)
	}
	return rows
}

// date is a day, in the one form that is read alike everywhere.
func date(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2 Jan 2006")
}
