package reference

import (
	"cmp"
	"context"
	"embed"
	"encoding/json"
	"html/template"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget/messages"
)

// Data is where the parts of APIs are read from; what is absent or hidden is apim.ErrNotFound.
type Data interface {
	Versions(api *catalog.API) []*catalog.API // of its version set, the API included
	Operations(ctx context.Context, api *catalog.API) ([]*catalog.Operation, error)
	Operation(ctx context.Context, api *catalog.API, id apim.Name) (*catalog.OperationDetail, error)
	Schemas(ctx context.Context, api *catalog.API, names []string) (map[string]json.RawMessage, error)
	GraphQL(ctx context.Context, api *catalog.API) (string, error) // the schema; "" when it has none
	GatewayURL() string                                            // without a slash at the end
}

// Reader reads the reference of one API.
type Reader struct {
	API   *catalog.API
	Data  Data
	Words *messages.Catalogue
}

// Templates show the views: operation_details an Operation, schema_details a
// SchemaPage, operation_list and operation_groups a List. They are executed with
// the view as V of a frame that has T, N and With, beside the functions of
// Functions, icon and the addresses that package widget gives all templates.
//
//go:embed templates/*.tmpl
var Templates embed.FS

// Functions are what the templates need beside those of all widgets.
func Functions() template.FuncMap {
	return template.FuncMap{
		"first": func(list []string) []string { return list[:min(len(list), maxValues)] },
		"rest":  func(list []string) []string { return list[min(len(list), maxValues):] },
	}
}

// link is a way out of a view.
type link struct{ Label, Href string }

// Version is a version of the API.
type Version struct {
	Label, Href string
	Current     bool
}

// Versions are those of the API; nil when there is but one.
func (r *Reader) Versions() []Version {
	var out []Version
	for _, a := range r.Data.Versions(r.API) {
		label := cmp.Or(a.Version, r.Words.T("api.original"))
		out = append(out, Version{label, address.API(a.ID), a.ID.Same(r.API.ID)})
	}
	if len(out) < 2 {
		return nil
	}
	return out
}

// First is the operation that a list begins with; nil when there is none.
func First(ops []*catalog.Operation) *catalog.Operation {
	if groups := operationGroups(ops); len(groups) > 0 {
		return groups[0].Operations[0]
	}
	return nil
}
