package widget

import (
	"context"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/widget/reference"
)

// schemaDetails is a named type of an API, or a part of one; it is what
// [address.Schema] answers, as a page or, with ?fragment=1, as rows to unfold.
var schemaDetails = Widget{
	Type: "schemaDetails", Label: "Type: details", Defaults: struct{}{},
	Needs:    Needs{API: true, Schema: true},
	Fragment: true,
	CSS:      []string{"reference", "operation"},
	Query:    []string{address.QueryPointer, address.QueryOwner, address.QueryFragment},
	Load:     loadSchemaDetails,
}

func loadSchemaDetails(ctx context.Context, in *Input) (any, error) {
	r, err := in.reference(ctx)
	if err != nil {
		return nil, err
	}
	q := in.Query()
	of := reference.Place{Name: in.Params.Schema, OfOperation: q.Get(address.QueryOwner) == address.OwnerOperation, Pointer: q.Get(address.QueryPointer)}
	v, err := r.Schema(ctx, of, q.Get("fragment") != "")
	if err != nil {
		return nil, err
	}
	in.describe(2, v.Title+" · "+r.API.Name, v.About)
	return v, nil
}
