package widget

import (
	"context"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/console"
	"github.com/portico-portal/portico/internal/widget/reference"
)

// OperationDetails documents one operation and, if wanted, lets the visitor call it.
type OperationDetails struct {
	EnableConsole bool   `json:"enableConsole" label:"Interactive console"`
	UseCorsProxy  bool   `json:"useCorsProxy" label:"Send through the portal"`
	SchemaView    string `json:"defaultSchemaView" label:"Schemas as"` // table, raw
	ScrollTo      bool   `json:"enableScrollTo" label:"-"`             // each operation is a page: it begins at its top
	AllHosts      bool   `json:"includeAllHostnames" label:"All hostnames"`
	ShowExamples  bool   `json:"showExamples" label:"Examples unfolded"`
}

var operationDetails = Widget{
	Type: "operationDetails", Label: "Operation: details",
	Defaults: OperationDetails{EnableConsole: true, SchemaView: "table"},
	Needs:    Needs{API: true, Operation: true},
	CSS:      []string{"reference", "operation"},
	Query:    []string{"lang"},
	Load:     loadOperationDetails,
}

func loadOperationDetails(ctx context.Context, in *Input) (any, error) {
	r, err := in.reference(ctx)
	if err != nil {
		return nil, err
	}
	p := props[OperationDetails](in)
	v, err := r.Operation(ctx, in.Params.Operation, reference.Look{
		Console: p.EnableConsole, RawSchemas: p.SchemaView == "raw", ShowExamples: p.ShowExamples, Language: in.Query().Get("lang"), Alone: in.Text,
	})
	if err != nil {
		return nil, err
	}
	in.describe(2, v.Title+" · "+r.API.Name, v.About)
	in.structured(in.crumbs(in.T("apis.heading"), address.APIs, r.API.Name, address.API(r.API.ID), v.Title, address.Operation(r.API.ID, v.Op.ID)))
	return v, nil
}

// reference reads the reference of the API that the page is about.
func (in *Input) reference(ctx context.Context) (*reference.Reader, error) {
	api, err := in.Data.API(in.Params.API)
	if err != nil {
		return nil, err
	}
	return &reference.Reader{API: api, Data: in.Data, Words: in.Messages}, nil
}

// SampleFragment answers [address.Sample]: see [reference.Reader.Sample].
func SampleFragment(ctx context.Context, r Render, language string, request *console.Request) (contentType string, body []byte, err error) {
	ref, err := r.input().reference(ctx)
	if err != nil {
		return "", nil, err
	}
	return ref.Sample(ctx, r.Params.Operation, language, request)
}
