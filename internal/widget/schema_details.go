package widget

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
)

// schemaDetails is a named type of an API, or a part of one; it is what
// [address.Schema] answers, as a page or, with ?fragment=1, as rows to unfold.
var schemaDetails = Widget{
	Type: "schemaDetails", Label: "Type: details", Defaults: struct{}{},
	Needs:    Needs{API: true, Schema: true},
	Fragment: true,
	Island:   "portico-schema",
	CSS:      []string{"reference", "operation"},
	Query:    []string{"at", "of", "fragment"},
	Load:     loadSchemaDetails,
}

type schemaPage struct {
	API      *catalog.API
	Title    string
	Up       *link // what holds the part
	Schema   *schemaView
	Fragment bool
	Example  *exampleView
}

func loadSchemaDetails(ctx context.Context, in *Input) (any, error) {
	api, err := in.Data.API(ctx, in.Params.API)
	if err != nil {
		return nil, err
	}
	m := newModeler(ctx, in, api)
	v := schemaPage{API: api, Title: in.Params.Schema, Fragment: in.Query().Get("fragment") != ""}
	at := location{api: api.ID, part: in.Params.Schema}
	root := json.RawMessage(nil)
	if in.Query().Get("of") == "operation" {
		op, err := in.Data.Operation(ctx, api, in.Params.Schema)
		if err != nil {
			return nil, err
		}
		at = location{api: api.ID, operation: op.ID}
		v.Title, v.Up = op.Name, &link{op.Name, address.Operation(api.ID, op.ID)}
		if op.Extra != nil {
			root, _ = json.Marshal(ownDescription(op.Extra)) // a map of raw JSON
		}
	} else {
		root = m.part(in.Params.Schema)
	}
	if m.err != nil {
		return nil, m.err
	}
	pointer := in.Query().Get("at")
	raw, ok := lookUpPointer(root, pointer)
	if !ok || len(raw) == 0 || (at.part == "" && pointer == "") {
		return nil, apim.ErrNotFound
	}
	if pointer != "" {
		if at.part != "" {
			v.Up = &link{at.part, at.href()}
		}
		if name := partName(pointer); name != "" {
			v.Title += " · " + name
		}
	}
	at.pointer = pointer
	v.Schema = m.view(raw, at)
	if !v.Fragment {
		v.Example = &exampleView{HTML: highlightExample(m.sampleJSON(raw, at, false), "application/json")}
	}
	in.describe(2, v.Title+" · "+api.Name, plain(parseKeywords(raw).Description, 160))
	return v, m.err
}

// partName is the last property a pointer names, or "".
func partName(pointer string) string {
	steps := strings.Split(pointer, "/")
	for i := len(steps) - 1; i > 0; i-- {
		if steps[i-1] == "properties" {
			return unescapePointer(steps[i])
		}
	}
	return ""
}
