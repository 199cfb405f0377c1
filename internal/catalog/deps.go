package catalog

import (
	"maps"
	"reflect"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
)

// What something made from the catalog may depend on, for its eviction when
// that changes (design.md §5 Rendering).
const (
	DepAPIs     = "list:apis"     // which APIs there are, their names, summaries and tags
	DepProducts = "list:products" // which products there are and what they say
	DepVersions = "versions"      // which APIs are versions of one another
	DepTags     = "tags"          // names of tags
	DepSettings = "settings"      // what the portal lets people do
)

// DepAPI is an API with its operations and schemas, by its id.
func DepAPI(id apim.PublicID) string { return "api:" + string(id.Key()) }

// DepProduct is a product and the APIs it holds, by its id.
func DepProduct(id apim.PublicID) string { return "product:" + string(id.Key()) }

// depMember is a product as the APIs it holds see it: what it says and who may see it.
func depMember(product apim.PublicID) string { return "in:" + string(product.Key()) }

// Deps are what a page that shows the API depends on: the API, and who may see it.
func (a *API) Deps() []string {
	deps := []string{DepAPI(a.ID)}
	for _, p := range a.Products {
		deps = append(deps, depMember(p))
	}
	return deps
}

// Deps are what a page that shows the product depends on.
func (p *Product) Deps() []string { return []string{DepProduct(p.ID), depMember(p.ID)} }

// deps is a set of dependencies.
type deps map[string]bool

func (d deps) list() []string { return slices.Sorted(maps.Keys(d)) }

// api notes what an API's change makes stale; before and after may be nil.
func (d deps) api(before, after *apiRow) {
	for _, row := range []*apiRow{before, after} {
		if row == nil {
			continue
		}
		d[DepAPI(row.id)], d[DepAPIs] = true, true
		if row.props.APIVersionSetID != "" {
			d[DepVersions] = true
		}
	}
}

// product notes what a product's change makes stale. One that only gained or
// lost APIs does not touch the pages of those that stay.
func (d deps) product(r *rows, before, after *productRow) {
	for _, row := range []*productRow{before, after} {
		if row != nil {
			d[DepProduct(row.id)] = true
		}
	}
	if before == nil || after == nil || !reflect.DeepEqual(before.props, after.props) || !slices.Equal(before.groups, after.groups) {
		d[DepProducts], d[DepAPIs] = true, true
		for _, row := range []*productRow{before, after} {
			if row != nil {
				d[depMember(row.id)] = true
				d.members(r, row.apis)
			}
		}
		return
	}
	d.members(r, difference(before.apis, after.apis))
	d.members(r, difference(after.apis, before.apis))
}

// members notes APIs whose visibility changed.
func (d deps) members(r *rows, apis []apim.Key) {
	for _, key := range apis {
		d[DepAPIs] = true
		if row, ok := r.apis[key]; ok {
			d[DepAPI(row.id)] = true
			if row.props.APIVersionSetID != "" {
				d[DepVersions] = true
			}
		}
	}
}

// holders notes the products that hold an API which came or went.
func (d deps) holders(r *rows, api apim.Key) {
	for _, key := range r.holders[api] {
		if row := r.products[key]; row != nil {
			d[DepProduct(row.id)] = true
		}
	}
}

// difference is what a has and b has not.
func difference(a, b []apim.Key) []apim.Key {
	var list []apim.Key
	for _, v := range a {
		if !slices.Contains(b, v) {
			list = append(list, v)
		}
	}
	return list
}
