package widget

import (
	"context"
	"html/template"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/catalog"
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

// rawSchemas is the SchemaView that shows schemas as they are written.
const rawSchemas = "raw"

var operationDetails = Widget{
	Type: "operationDetails", Label: "Operation: details",
	Defaults: OperationDetails{EnableConsole: true, SchemaView: "table"},
	Needs:    Needs{API: true, Operation: true},
	Island:   "portico-sample",
	CSS:      []string{"reference", "operation"},
	Query:    []string{"lang"},
	Load:     loadOperationDetails,
}

// operationView is what operation_details.tmpl shows. Everything but Around
// depends on the operation and its own API's fields only: the article is the
// same whatever else the API holds.
type operationView struct {
	API        *catalog.API
	Op         *catalog.OperationDetail
	Title      string
	Host       string
	Path       []pathStep
	Copy       string // the address as text
	Text       template.HTML
	Auth       []template.HTML
	Docs       *link
	Places     []parameterPlace
	Body       *bodyView
	Responses  []responseView
	Sample     sampleView
	Answer     *exampleView // of the first good response
	Console    bool
	ConsoleRef string
	SampleRef  string // and the language
	Around     around
}

type link struct{ Label, Href string }

// around is what lies outside the article: the way up and to the neighbours.
type around struct {
	Tag        string
	TagHref    string
	Prev, Next *catalog.Operation
}

func loadOperationDetails(ctx context.Context, in *Input) (any, error) {
	r, err := readOperation(ctx, in)
	if err != nil {
		return nil, err
	}
	r.look = props[OperationDetails](in)
	o := r.op
	v := operationView{
		API: r.api, Op: o, Title: o.Name, Host: in.Data.GatewayURL(),
		Path: r.steps(), Copy: r.address(), Text: richBelow(1, o.Props.Description),
		Auth: r.auth(), Docs: r.docs(), Places: r.parameters(), Body: r.body(),
		Responses: r.responses(), Console: props[OperationDetails](in).EnableConsole && r.callable(),
		ConsoleRef: address.Sample(r.api.ID, o.ID, consoleModel), SampleRef: address.Sample(r.api.ID, o.ID, ""),
	}
	if o.Extra.Summary != "" {
		v.Title = o.Extra.Summary
	}
	if v.Sample, err = r.sample(in.Query().Get("lang"), nil); err != nil {
		return nil, err
	}
	v.Answer = r.answer()
	if v.Around, err = neighbours(ctx, in, r.api, o.ID); err != nil {
		return nil, err
	}
	if r.model.err != nil {
		return nil, r.model.err
	}
	about := plain(o.Props.Description, 160)
	if about == "" {
		about = o.Method + " " + o.URLTemplate
	}
	in.describe(2, v.Title+" · "+r.api.Name, about)
	in.structured(in.crumbs(in.T("apis.heading"), address.APIs, r.api.Name, address.API(r.api.ID), v.Title, address.Operation(r.api.ID, o.ID)))
	return v, nil
}

// neighbours finds the operation's group and the operations before and after it.
func neighbours(ctx context.Context, in *Input, api *catalog.API, id string) (around, error) {
	ops, err := in.Data.Operations(ctx, api)
	if err != nil {
		return around{}, err
	}
	var a around
	var before *catalog.Operation
	for _, g := range operationGroups(ops) {
		for _, o := range g.Operations {
			switch {
			case strings.EqualFold(o.ID, id):
				a.Prev, a.Tag, a.TagHref = before, g.Tag.Name, address.Group(api.ID, g.Tag.ID)
			case before != nil && strings.EqualFold(before.ID, id):
				a.Next = o
				return a, nil
			}
			before = o
		}
	}
	return a, nil
}
