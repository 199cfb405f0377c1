package catalog

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"github.com/portico-portal/portico/internal/apim"
)

// Reader is the catalog as one visitor sees it. It notes what was read, so that
// what was made from it can be dropped when that changes. It is safe for
// concurrent use.
type Reader struct {
	catalog *Catalog
	visitor Visitor

	mu   sync.Mutex
	deps map[string]bool
}

// Reader reads for a visitor.
func (c *Catalog) Reader(v Visitor) *Reader {
	return &Reader{catalog: c, visitor: v, deps: map[string]bool{}}
}

// Visitor is the one it reads for.
func (r *Reader) Visitor() Visitor { return r.visitor }

// Note records dependencies (DepAPI and the like).
func (r *Reader) Note(deps ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, dep := range deps {
		r.deps[dep] = true
	}
}

// Deps are the dependencies noted so far.
func (r *Reader) Deps() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Keys(r.deps))
}

// APIs are those the visitor sees, by name.
func (r *Reader) APIs() []*API {
	r.Note(DepAPIs)
	return r.catalog.APIs(r.visitor)
}

// API is one of them.
func (r *Reader) API(id apim.PublicID) (*API, error) {
	a, err := r.catalog.API(r.visitor, id)
	if err != nil {
		return nil, err
	}
	r.Note(a.Deps()...)
	return a, nil
}

// Versions are the visible versions of an API's version set; the API alone without one.
func (r *Reader) Versions(api *API) []*API {
	if api.VersionSetID == "" {
		return []*API{api}
	}
	r.Note(DepVersions)
	return r.catalog.Versions(r.visitor, api.VersionSetID)
}

// Operations are an API's.
func (r *Reader) Operations(ctx context.Context, api *API) ([]*Operation, error) {
	r.Note(DepAPI(api.ID), DepTags)
	return r.catalog.Operations(ctx, api)
}

// Operation is one of them.
func (r *Reader) Operation(ctx context.Context, api *API, id apim.Name) (*OperationDetail, error) {
	r.Note(DepAPI(api.ID), DepTags)
	return r.catalog.Operation(ctx, api, id)
}

// Schemas are named definitions of an API.
func (r *Reader) Schemas(ctx context.Context, api *API, names []string) (map[string]json.RawMessage, error) {
	r.Note(DepAPI(api.ID))
	return r.catalog.SchemaParts(ctx, api, names)
}

// Releases are an API's, newest first.
func (r *Reader) Releases(ctx context.Context, api *API) ([]Release, error) {
	r.Note(DepAPI(api.ID))
	return r.catalog.Releases(ctx, api)
}

// GraphQL is the schema of a GraphQL API; "" when it has none.
func (r *Reader) GraphQL(ctx context.Context, api *API) (string, error) {
	r.Note(DepAPI(api.ID))
	return r.catalog.GraphQL(ctx, api)
}

// Products are those the visitor sees, by name.
func (r *Reader) Products() []*Product {
	r.Note(DepProducts)
	return r.catalog.Products(r.visitor)
}

// Product is one of them.
func (r *Reader) Product(id apim.PublicID) (*Product, error) {
	p, err := r.catalog.Product(r.visitor, id)
	if err != nil {
		return nil, err
	}
	r.Note(p.Deps()...)
	return p, nil
}

// manyAPIs is how many APIs are noted one by one; more of them are noted as the list.
const manyAPIs = 100

// APIsOf are the visible APIs of a product.
func (r *Reader) APIsOf(p *Product) []*API {
	r.Note(DepProduct(p.ID))
	list := r.catalog.APIsOf(r.visitor, p)
	if len(list) > manyAPIs {
		r.Note(DepAPIs)
		return list
	}
	for _, a := range list {
		r.Note(DepAPI(a.ID))
	}
	return list
}

// ProductsOf are the visible products that hold an API.
func (r *Reader) ProductsOf(api *API) []*Product {
	r.Note(api.Deps()...)
	return r.catalog.ProductsOf(r.visitor, api)
}
