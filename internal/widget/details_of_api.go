package widget

import (
	"context"
	"html/template"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
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
	Versions  []versionLink
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

type versionLink struct {
	Label, Href string
	Current     bool
}

func loadDetailsOfAPI(ctx context.Context, in *Input) (any, error) {
	api, err := in.Data.API(ctx, in.Params.API)
	if err != nil {
		return nil, err
	}
	v := apiDetails{
		API: api, TypeName: in.typeName(api.Type), Versions: in.versions(ctx, api), Operation: in.Params.Operation != "",
	}
	if v.Operation {
		return v, nil
	}
	in.describe(1, api.Name, api.Summary)
	in.structured(in.webAPI(api), in.crumbs(in.T("apis.heading"), address.APIs, api.Name, address.API(api.ID)))
	in.follow(address.Feed(api.ID))
	if v.Products, err = in.Data.ProductsOf(ctx, api); err != nil {
		return nil, err
	}
	ops, err := in.Data.Operations(ctx, api)
	if err != nil {
		return nil, err
	}
	if groups := operationGroups(ops); len(groups) > 0 {
		v.First = groups[0].Operations[0]
	}
	releases, err := in.Data.Releases(ctx, api)
	if err != nil {
		return nil, err
	}
	if len(releases) > 0 {
		v.Changes = address.Changelog(api.ID)
	}
	r := operation{api: api, op: &catalog.OperationDetail{Extra: &apim.OperationExtra{}}, gateway: strings.TrimSuffix(in.Data.GatewayURL(), "/"), words: in.Messages}
	v.Servers = []string{r.gateway + r.basePath()}
	v.Auth = r.auth()
	if len(v.Auth) == 0 {
		v.Auth = []template.HTML{template.HTML(template.HTMLEscapeString(in.T("api.open")))}
	}
	if p := api.Props; p != nil {
		v.Text, v.Contact, v.License = richBelow(1, p.Description), p.Contact, p.License
		if safeHref(p.TermsOfServiceURL) {
			v.Terms = p.TermsOfServiceURL
		}
	}
	if r.callable() && api.Type != "soap" {
		v.Downloads = []link{
			{in.T("api.yaml"), address.YAML(api.ID)},
			{in.T("api.json"), address.JSON(api.ID)},
		}
	}
	return v, nil
}

// versions are the API's versions; nil when there is no other.
func (in *Input) versions(ctx context.Context, api *catalog.API) []versionLink {
	var out []versionLink
	for _, a := range in.Data.Versions(ctx, api) {
		label := a.Version
		if label == "" {
			label = in.T("api.original")
		}
		out = append(out, versionLink{label, address.API(a.ID), strings.EqualFold(a.ID, api.ID)})
	}
	if len(out) < 2 {
		return nil
	}
	return out
}
