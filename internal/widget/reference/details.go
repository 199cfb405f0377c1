package reference

import (
	"cmp"
	"context"
	"html/template"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget/prose"
)

// Look is how an operation is shown.
type Look struct {
	Console      bool   // it may be called from the page
	RawSchemas   bool   // schemas as they are written, not as tables
	ShowExamples bool   // unfolded
	Language     string // of the sample; one that is not known is the first
	Alone        bool   // without the way up and to the neighbours
}

// Operation is what operation_details.tmpl shows. Everything but Around
// depends on the operation and its own API's fields only: the article is the
// same whatever else the API holds.
type Operation struct {
	API        *catalog.API
	Op         *catalog.OperationDetail
	Title      string
	About      string // on one line
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

// around is what lies outside the article: the way up and to the neighbours.
type around struct {
	Tag        string
	TagHref    string
	Prev, Next *catalog.Operation
}

// Operation is the view of an operation.
func (r *Reader) Operation(ctx context.Context, id apim.Name, look Look) (*Operation, error) {
	o, err := r.operation(ctx, id, look)
	if err != nil {
		return nil, err
	}
	v := &Operation{
		API: r.API, Op: o.op, Title: o.op.Name, Host: r.Data.GatewayURL(), About: prose.Plain(o.op.Props.Description, 160),
		Path: o.steps(), Copy: o.address(), Text: prose.Below(1, o.op.Props.Description),
		Auth: o.auth(), Docs: o.docs(), Places: o.parameters(), Body: o.body(),
		Responses: o.responses(), Console: look.Console && r.Callable(),
		ConsoleRef: address.Sample(r.API.ID, o.op.ID, consoleModel), SampleRef: address.Sample(r.API.ID, o.op.ID, ""),
	}
	if o.op.Extra.Summary != "" {
		v.Title = o.op.Extra.Summary
	}
	v.About = cmp.Or(v.About, o.op.Method+" "+o.op.URLTemplate)
	if v.Sample, err = o.sample(look.Language, nil); err != nil {
		return nil, err
	}
	v.Answer = o.answer()
	if !look.Alone {
		if v.Around, err = r.neighbours(ctx, o.op.ID); err != nil {
			return nil, err
		}
	}
	return v, o.model.err
}

// neighbours finds the operation's group and the operations before and after it.
func (r *Reader) neighbours(ctx context.Context, id apim.Name) (around, error) {
	ops, err := r.Data.Operations(ctx, r.API)
	if err != nil {
		return around{}, err
	}
	var a around
	var before *catalog.Operation
	for _, g := range operationGroups(ops) {
		for _, o := range g.Operations {
			switch {
			case o.ID.Same(id):
				a.Prev, a.Tag, a.TagHref = before, g.Tag.Name, address.Group(r.API.ID, g.Tag.ID)
			case before != nil && before.ID.Same(id):
				a.Next = o
				return a, nil
			}
			before = o
		}
	}
	return a, nil
}
