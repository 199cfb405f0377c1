package widget_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/search"
	"github.com/portico-portal/portico/internal/widget"
)

// fakeData is a small catalog in memory.
type fakeData struct {
	apis     []*catalog.API
	ops      map[string][]*catalog.OperationDetail
	parts    map[string]json.RawMessage
	products []*catalog.Product
	hits     []search.Hit
	menu     []widget.MenuItem
	releases []catalog.Release
	sdl      string
	rules    *widget.PortalRules // nil: passwords and sign-up
	listed   atomic.Int64        // how often all operations of an API were read
}

func (d *fakeData) Releases(context.Context, *catalog.API) ([]catalog.Release, error) {
	return d.releases, nil
}
func (d *fakeData) GraphQL(context.Context, *catalog.API) (string, error) { return d.sdl, nil }
func (d *fakeData) Rules(context.Context) (*widget.PortalRules, error) {
	if d.rules == nil {
		return &widget.PortalRules{BasicAuth: true, SignUp: true}, nil
	}
	return d.rules, nil
}

func (d *fakeData) APIs() []*catalog.API { return d.apis }

func (d *fakeData) API(id apim.PublicID) (*catalog.API, error) {
	for _, a := range d.apis {
		if a.ID.Same(id) {
			return a, nil
		}
	}
	return nil, apim.ErrNotFound
}

func (d *fakeData) Versions(api *catalog.API) []*catalog.API {
	var out []*catalog.API
	for _, a := range d.apis {
		if api.VersionSetID != "" && a.VersionSetID == api.VersionSetID {
			out = append(out, a)
		}
	}
	return out
}

func (d *fakeData) Operations(_ context.Context, api *catalog.API) ([]*catalog.Operation, error) {
	d.listed.Add(1)
	var out []*catalog.Operation
	for _, o := range d.ops[string(api.ID)] {
		out = append(out, &o.Operation)
	}
	return out, nil
}

func (d *fakeData) Operation(_ context.Context, api *catalog.API, id apim.Name) (*catalog.OperationDetail, error) {
	for _, o := range d.ops[string(api.ID)] {
		if strings.EqualFold(string(o.ID), string(id)) {
			return o, nil
		}
	}
	return nil, apim.ErrNotFound
}

func (d *fakeData) Schemas(_ context.Context, _ *catalog.API, names []string) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	for _, n := range names {
		if p, ok := d.parts[n]; ok {
			out[n] = p
		}
	}
	return out, nil
}

func (d *fakeData) Products() []*catalog.Product { return d.products }

func (d *fakeData) Product(id apim.PublicID) (*catalog.Product, error) {
	for _, p := range d.products {
		if p.ID == id {
			return p, nil
		}
	}
	return nil, apim.ErrNotFound
}

func (d *fakeData) APIsOf(p *catalog.Product) []*catalog.API {
	var out []*catalog.API
	for _, a := range d.apis {
		if slices.Contains(p.APIs, a.ID) {
			out = append(out, a)
		}
	}
	return out
}

func (d *fakeData) ProductsOf(a *catalog.API) []*catalog.Product {
	var out []*catalog.Product
	for _, p := range d.products {
		if slices.Contains(p.APIs, a.ID) {
			out = append(out, p)
		}
	}
	return out
}

func (d *fakeData) GatewayURL() string            { return "https://gateway.example" }
func (d *fakeData) Menu(string) []widget.MenuItem { return d.menu }

func (d *fakeData) Link(target string) (string, bool) {
	href, ok := map[string]string{
		"contentTypes/page/contentItems/apis": "/apis", "contentTypes/blob/contentItems/logo": "/content/logo.svg",
		"contentTypes/blob/contentItems/film": "/content/film.mp4", "contentTypes/popup/contentItems/more": "#popup-more",
	}[target]
	return href, ok
}

func (d *fakeData) Search(_ context.Context, _ string, limit int) ([]search.Hit, error) {
	return d.hits[:min(len(d.hits), limit)], nil
}

// fakePerson is a signed-in visitor.
type fakePerson struct{ subscriptions []widget.PersonSubscription }

func (fakePerson) User() *widget.PersonUser {
	return &widget.PersonUser{ID: "ada", Email: "ada@example.com", FirstName: "Ada", LastName: "Byron", Registered: day(5)}
}

func (fakePerson) Sessions(context.Context) ([]widget.PersonSession, error) {
	return []widget.PersonSession{
		{Handle: "a1", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", Address: "192.0.2.7:4711", Created: day(5), Used: day(6), Present: true},
		{Handle: "b2", UserAgent: "<b>", Address: "[2001:db8::1]:4711", Created: day(3), Used: day(4)},
	}, nil
}

func (p fakePerson) Subscriptions(_ context.Context, product apim.PublicID) ([]widget.PersonSubscription, error) {
	var out []widget.PersonSubscription
	for _, s := range p.subscriptions {
		if product == "" || s.ProductID == product {
			out = append(out, s)
		}
	}
	return out, nil
}

func day(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC) }

func raw(s string) json.RawMessage { return json.RawMessage(s) }

// shop is the catalog most tests use.
func shop() *fakeData {
	limit := 1
	open := false
	tags := []catalog.Tag{{ID: "orders", Name: "Orders"}}
	return &fakeData{
		apis: []*catalog.API{
			{
				ID: "shop", Name: "Shop", Path: "shop", Version: "v2", VersionSetID: "shop-set", Type: "http", Summary: "Orders & baskets.",
				VersionSet: &apim.VersionSet{VersioningScheme: apim.SchemeSegment}, Tags: tags,
				Props: &apim.API{
					DisplayName: "Shop", Description: "Orders and **baskets**.", TermsOfServiceURL: "https://shop.example/terms",
					Contact: &apim.Contact{Name: "Help", Email: "help@shop.example"}, License: &apim.License{Name: "MIT"},
				},
			},
			{ID: "shop-v1", Name: "Shop", Path: "shop", Version: "v1", VersionSetID: "shop-set", Type: "http", Props: &apim.API{}},
			{ID: "events", Name: "Events <b>", Path: "events", Type: "websocket", Summary: "Live.", Props: &apim.API{SubscriptionRequired: &open}},
		},
		ops:   map[string][]*catalog.OperationDetail{"shop": shopOperations(tags)},
		parts: shopParts(),
		products: []*catalog.Product{
			{ID: "starter", Name: "Starter", APIs: []apim.PublicID{"shop"}, Props: &apim.Product{DisplayName: "Starter", Description: "To *try* it.", Terms: "Be kind.", SubscriptionsLimit: &limit}},
			{ID: "gold", Name: "Gold", APIs: []apim.PublicID{"shop", "events"}, Props: &apim.Product{DisplayName: "Gold", ApprovalRequired: true}},
			{ID: "free", Name: "Free", Props: &apim.Product{DisplayName: "Free", SubscriptionRequired: &open}},
		},
		menu: []widget.MenuItem{
			{Label: "APIs", Href: "/apis", Current: true},
			{Label: "More", Items: []widget.MenuItem{{Label: "Status", Href: "https://status.example", Target: "_blank"}}},
		},
		hits: []search.Hit{
			{Kind: "api", Ref: "/apis/shop", APIID: "shop", Name: "shop", Title: "Shop", Snippet: "Orders & baskets.", TitleMarks: []search.Mark{{Start: 0, End: 4}}},
			{Kind: "operation", Ref: "/apis/shop;rev=1/operations/create", APIID: "shop", API: "Shop", Name: "create", Title: "Create an order", Method: "POST", Path: "/orders"},
			{Kind: "product", Ref: "/products/starter", Name: "starter", Title: "Starter"},
		},
	}
}

func shopOperations(tags []catalog.Tag) []*catalog.OperationDetail {
	operation := func(id, name, method, template string) *catalog.OperationDetail {
		return &catalog.OperationDetail{
			Operation: catalog.Operation{ID: apim.Name(id), Name: name, Method: method, URLTemplate: template, Tags: tags},
			Props:     &apim.Operation{DisplayName: name, Method: method, URLTemplate: template},
			Extra:     &apim.OperationExtra{},
		}
	}
	list := operation("list", "List orders", "GET", "/orders")
	create := operation("create", "Create an order", "POST", "/orders/{customer}?dry={dry}")
	create.Deprecated = true
	create.Props.Description = "Makes an order.\n\n- once\n- or `twice`\n\n<script>alert(1)</script>"
	create.Props.TemplateParameters = []apim.Parameter{{Name: "customer", Type: "string", Required: true}, {Name: "dry", Type: "boolean"}}
	create.Props.Request = &apim.Request{
		QueryParameters: []apim.Parameter{{Name: "limit", Type: "integer", DefaultValue: "20", Description: "How many"}},
		Headers:         []apim.Parameter{{Name: "Idempotency-Key", Type: "string", Values: []string{"a", "b"}}},
		Representations: []apim.Representation{
			{ContentType: "application/json", TypeName: "Order", SchemaID: "x"},
			{ContentType: "application/x-www-form-urlencoded", FormParameters: []apim.Parameter{{Name: "note", Type: "string", Required: true}}},
		},
	}
	create.Props.Responses = []apim.Response{
		{StatusCode: 201, Description: "Made", Headers: []apim.Parameter{{Name: "Location", Type: "string"}}, Representations: []apim.Representation{{ContentType: "application/json", TypeName: "Order"}}},
		{StatusCode: 404},
	}
	create.Extra = &apim.OperationExtra{
		Security: raw(`[{"oauth":["orders:write"]}]`), Docs: raw(`{"url":"https://shop.example/docs"}`),
		Cookies: []apim.Parameter{{Name: "session", Type: "string"}},
		Parameters: []json.RawMessage{
			raw(`{"name":"customer","in":"path","schema":{"type":"string","pattern":"^c_","example":"c_1"}}`),
			raw(`{"name":"limit","in":"query","schema":{"type":"integer","minimum":1,"maximum":100}}`),
		},
		Responses: raw(`{"201":{},"default":{"description":"Anything else","content":{"application/problem+json":{"schema":{"type":"object","properties":{"title":{"type":"string"}}},"example":{"title":"No"}}}}}`),
	}
	untagged := operation("ping", "Ping", "GET", "/ping")
	untagged.Tags = nil
	return []*catalog.OperationDetail{list, create, untagged}
}

func shopParts() map[string]json.RawMessage {
	return map[string]json.RawMessage{
		"Order": raw(`{"type":"object","description":"What was bought.","required":["id","lines"],"properties":{
			"id":{"type":"string","readOnly":true,"format":"uuid"},
			"lines":{"type":"array","minItems":1,"maxItems":9,"items":{"$ref":"#/components/schemas/Line"}},
			"parent":{"$ref":"#/components/schemas/Order"},
			"payment":{"oneOf":[{"$ref":"#/components/schemas/Card"},{"$ref":"#/components/schemas/Cash"}]},
			"delivery":{"type":"object","properties":{"day":{"type":"string","format":"date"},"slot":{"type":"integer","enum":[1,2,3]}}},
			"labels":{"type":"object","additionalProperties":{"type":"string"}},
			"state":{"allOf":[{"$ref":"#/components/schemas/State"}],"description":"Where it is."},
			"secret":{"type":"string","writeOnly":true,"deprecated":true,"maxLength":10}}}`),
		"Line":  raw(`{"type":"object","required":["sku"],"properties":{"sku":{"type":"string","example":"A-1"},"count":{"type":"integer","default":1,"minimum":0,"exclusiveMinimum":true}}}`),
		"Card":  raw(`{"type":"object","properties":{"number":{"type":"string"}}}`),
		"Cash":  raw(`{"type":"object","properties":{"currency":{"type":"string"}}}`),
		"State": raw(`{"type":"string","enum":["new","paid","sent"]}`),
		"Any":   raw(`{"anyOf":[{"$ref":"#/components/schemas/Card"},{"type":"string"},{"type":"null"}]}`),
	}
}

// manyOperations is the shop with n more operations in a group of their own.
func manyOperations(n int) *fakeData {
	d := shop()
	for i := range n {
		o := &catalog.OperationDetail{Operation: catalog.Operation{
			ID: apim.Name(fmt.Sprintf("bulk-%d", i)), Name: fmt.Sprintf("Bulk %d", i), Method: "GET", URLTemplate: fmt.Sprintf("/bulk/%d", i),
			Tags: []catalog.Tag{{ID: "bulk", Name: "Bulk"}},
		}, Props: &apim.Operation{}, Extra: &apim.OperationExtra{}}
		d.ops["shop"] = append(d.ops["shop"], o)
	}
	return d
}

// released is the shop with n releases of its API.
func released(n int) *fakeData {
	d := shop()
	for i := range n {
		r := catalog.Release{ID: fmt.Sprintf("r%d", i), Revision: "2", Notes: "Now *faster*.", Created: day(20)}
		if i%2 == 1 {
			r.Notes, r.Revision = "", ""
		}
		d.releases = append(d.releases, r)
	}
	return d
}

// ruled is the shop with other rules.
func ruled(r widget.PortalRules) *fakeData {
	d := shop()
	d.rules = &r
	return d
}

var withProviders = widget.PortalRules{
	BasicAuth: true, SignUp: true, Terms: "Be **kind**.", Consent: true,
	Providers: []widget.IdentityProvider{{Type: "aad", Name: "Microsoft Entra ID"}, {Type: "google", Name: "Google"}},
}

// graphShop is the shop with a GraphQL API.
func graphShop() *fakeData {
	d := shop()
	d.apis = append(d.apis, &catalog.API{ID: "graph", Name: "Graph", Type: "graphql", Props: &apim.API{}})
	d.sdl = `type Query { "Finds *one*." order(id: ID!, deep: Boolean): Order old: Int @deprecated } type Mutation { pay(id: ID!): Boolean } type Order { id: ID! }`
	return d
}
