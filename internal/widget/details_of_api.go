package widget

import (
	"context"
	"html/template"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget/prose"
	"github.com/portico-portal/portico/internal/widget/reference"
)

// DetailsOfAPI is what is known of an API.
type DetailsOfAPI struct {
	ChangeLog Hyperlink `json:"changeLogPageHyperlink" label:"Page of the change log"`
}

var detailsOfAPI = Widget{
	Type: "detailsOfApi", Label: "API: details", Defaults: DetailsOfAPI{}, Needs: Needs{API: true},
	CSS: []string{"reference", "list"}, Load: loadDetailsOfAPI,
}

type apiDetails struct {
	API       *catalog.API
	TypeName  string
	Versions  []reference.Version
	Text      template.HTML
	Servers   []string
	Auth      []template.HTML
	Contact   *apim.Contact
	License   *apim.License
	Terms     string
	Products  []*catalog.Product
	Downloads []link
	Changes   string // address of the change log; "" when nothing was released
	Operation bool   // shown above one operation: only the name
	First     *catalog.Operation
}

func loadDetailsOfAPI(ctx context.Context, in *Input) (any, error) {
	r, err := in.reference(ctx)
	if err != nil {
		return nil, err
	}
	api := r.API
	v := apiDetails{
		API: api, TypeName: in.typeName(api.Type), Versions: r.Versions(), Operation: in.Params.Operation != "",
		Servers: []string{r.Address()}, Auth: r.Key(),
	}
	if v.Operation {
		return v, nil
	}
	in.describe(1, api.Name, api.Summary)
	in.structured(in.webAPI(api), in.crumbs(in.T("apis.heading"), address.APIs, api.Name, address.API(api.ID)))
	in.follow(address.Feed(api.ID))
	v.Products = in.Data.ProductsOf(api)
	ops, err := in.Data.Operations(ctx, api)
	if err != nil {
		return nil, err
	}
	v.First = reference.First(ops)
	releases, err := in.Data.Releases(ctx, api)
	if err != nil {
		return nil, err
	}
	if len(releases) > 0 {
		v.Changes = address.Changelog(api.ID)
	}
	if len(v.Auth) == 0 {
		v.Auth = []template.HTML{template.HTML(template.HTMLEscapeString(in.T("api.open")))}
	}
	if p := api.Props; p != nil {
		v.Text, v.Contact, v.License = prose.Below(1, p.Description), p.Contact, p.License
		if safeHref(p.TermsOfServiceURL) {
			v.Terms = p.TermsOfServiceURL
		}
	}
	if r.Callable() && api.Type != "soap" {
		v.Downloads = []link{
			{in.T("api.yaml"), address.YAML(api.ID)},
			{in.T("api.json"), address.JSON(api.ID)},
		}
	}
	return v, nil
}
