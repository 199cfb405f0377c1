package portal

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/search"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/widget"
)

// data is what widgets see of the service: the visitor's view of the catalog
// and the site. It records what was read. It is of one page.
type data struct {
	p       *Portal
	site    *site.Site
	visitor catalog.Visitor
	path    string

	mu   sync.Mutex
	deps map[string]bool
}

var _ widget.Data = (*data)(nil)

func (p *Portal) data(s *site.Site, v catalog.Visitor, path string) *data {
	return &data{p: p, site: s, visitor: v, path: path, deps: map[string]bool{}}
}

// Reads records dependencies.
func (d *data) Reads(dep string) { d.reads(dep) }

func (d *data) reads(deps ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, dep := range deps {
		d.deps[dep] = true
	}
}

// read lists what was read.
func (d *data) read() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Collect(maps.Keys(d.deps))
}

// APIs lists all APIs the visitor sees.
func (d *data) APIs(context.Context) ([]*catalog.API, error) {
	d.reads(catalog.DepAPIs)
	return d.p.cfg.Catalog.APIs(d.visitor), nil
}

// API is one of them.
func (d *data) API(_ context.Context, id string) (*catalog.API, error) {
	a, err := d.p.cfg.Catalog.API(d.visitor, id)
	if err != nil {
		return nil, err
	}
	d.reads(a.Deps()...)
	return a, nil
}

// Versions are the visible versions of an API's version set; the API alone without one.
func (d *data) Versions(_ context.Context, api *catalog.API) []*catalog.API {
	if api.VersionSetID == "" {
		return []*catalog.API{api}
	}
	d.reads(catalog.DepVersions)
	return d.p.cfg.Catalog.Versions(d.visitor, api.VersionSetID)
}

// Operations lists an API's operations.
func (d *data) Operations(ctx context.Context, api *catalog.API) ([]*catalog.Operation, error) {
	d.reads(catalog.DepAPI(api.ID), catalog.DepTags)
	return d.p.cfg.Catalog.Operations(ctx, api)
}

// Operation is one of them.
func (d *data) Operation(ctx context.Context, api *catalog.API, id string) (*catalog.OperationDetail, error) {
	d.reads(catalog.DepAPI(api.ID), catalog.DepTags)
	return d.p.cfg.Catalog.Operation(ctx, api, id)
}

// Schemas are named definitions of an API.
func (d *data) Schemas(ctx context.Context, api *catalog.API, names []string) (map[string]json.RawMessage, error) {
	d.reads(catalog.DepAPI(api.ID))
	return d.p.cfg.Catalog.SchemaParts(ctx, api, names)
}

// Products lists the products the visitor sees.
func (d *data) Products(context.Context) ([]*catalog.Product, error) {
	d.reads(catalog.DepProducts)
	return d.p.cfg.Catalog.Products(d.visitor), nil
}

// Product is one of them.
func (d *data) Product(_ context.Context, id string) (*catalog.Product, error) {
	product, err := d.p.cfg.Catalog.Product(d.visitor, id)
	if err != nil {
		return nil, err
	}
	d.reads(product.Deps()...)
	return product, nil
}

// manyAPIs is how many APIs a page depends on one by one; with more of them it
// depends on the list.
const manyAPIs = 100

// APIsOf are the visible APIs of a product.
func (d *data) APIsOf(_ context.Context, product *catalog.Product) ([]*catalog.API, error) {
	d.reads(catalog.DepProduct(product.ID))
	list := d.p.cfg.Catalog.APIsOf(d.visitor, product)
	if len(list) > manyAPIs {
		d.reads(catalog.DepAPIs)
		return list, nil
	}
	for _, a := range list {
		d.reads(catalog.DepAPI(a.ID))
	}
	return list, nil
}

// ProductsOf are the visible products that hold an API.
func (d *data) ProductsOf(_ context.Context, api *catalog.API) ([]*catalog.Product, error) {
	d.reads(api.Deps()...)
	return d.p.cfg.Catalog.ProductsOf(d.visitor, api), nil
}

// Tags are the tags of the APIs the visitor sees.
func (d *data) Tags(context.Context) ([]catalog.Tag, error) {
	d.reads(catalog.DepAPIs)
	return d.p.cfg.Catalog.Tags(d.visitor), nil
}

// Releases are an API's, newest first.
func (d *data) Releases(ctx context.Context, api *catalog.API) ([]widget.Release, error) {
	d.reads(catalog.DepAPI(api.ID))
	releases, err := d.p.cfg.Catalog.Releases(ctx, api)
	if err != nil {
		return nil, err
	}
	list := make([]widget.Release, len(releases))
	for i, r := range releases {
		list[i] = widget.Release{ID: r.ID, Revision: r.Revision, Notes: r.Props.Notes, Created: r.Created, Updated: r.Updated}
	}
	return list, nil
}

// GraphQL is the schema of a GraphQL API.
func (d *data) GraphQL(ctx context.Context, api *catalog.API) (string, error) {
	d.reads(catalog.DepAPI(api.ID))
	return d.p.cfg.Catalog.GraphQL(ctx, api)
}

// Rules are what the portal lets people do.
func (d *data) Rules(ctx context.Context) (*widget.PortalRules, error) {
	d.reads(catalog.DepSettings)
	return d.p.rules(ctx)
}

// GatewayURL is where calls go.
func (d *data) GatewayURL() string { return d.p.cfg.GatewayURL }

// Menu is a menu of the site.
func (d *data) Menu(id string) []widget.MenuItem { return d.site.Menu(id, d.visitor, d.path) }

// Link resolves a content item to an address.
func (d *data) Link(targetID string) (string, bool) { return d.site.Link(d.visitor, targetID) }

// Search finds what the visitor may see.
func (d *data) Search(ctx context.Context, query string, limit int) ([]search.Hit, error) {
	visible := func(ref apim.Ref) bool { return d.p.cfg.Catalog.Visible(d.visitor, ref) }
	hits, err := d.p.cfg.Search.Query(ctx, query, visible, limit)
	if err != nil {
		return nil, err
	}
	pages, err := d.p.searchPages(ctx, d.site, d.visitor)
	if err != nil {
		return nil, err
	}
	return append(hits, pages.Query(query, max(1, limit/4))...), nil
}
