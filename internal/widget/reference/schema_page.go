package reference

import (
	"context"
	"encoding/json"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget/prose"
)

// SchemaPage is what schema_details.tmpl shows: a definition or a part of one,
// or a schema that an operation holds.
type SchemaPage struct {
	API      *catalog.API
	Title    string
	About    string // on one line
	Up       *link  // what holds the part
	Schema   *schemaView
	Fragment bool // the schema alone
	Example  *exampleView
}

// Place is where a schema stands.
type Place struct {
	Name        string // of a definition, or of an operation
	OfOperation bool   // in the operation's own description
	Pointer     string // below that (RFC 6901); "" for the definition itself
}

// Schema is the view of the schema at a place; of a fragment, the schema alone.
func (r *Reader) Schema(ctx context.Context, of Place, fragment bool) (*SchemaPage, error) {
	m := newModeler(ctx, r)
	v := &SchemaPage{API: r.API, Title: of.Name, Fragment: fragment}
	at := location{api: r.API.ID, part: of.Name}
	root := json.RawMessage(nil)
	if of.OfOperation {
		op, err := r.Data.Operation(ctx, r.API, apim.Name(of.Name))
		if err != nil {
			return nil, err
		}
		at = location{api: r.API.ID, operation: op.ID}
		v.Title, v.Up = op.Name, &link{op.Name, address.Operation(r.API.ID, op.ID)}
		if op.Extra != nil {
			root, _ = json.Marshal(ownDescription(op.Extra)) // a map of raw JSON
		}
	} else {
		root = m.part(of.Name)
	}
	if m.err != nil {
		return nil, m.err
	}
	raw, ok := lookUpPointer(root, of.Pointer)
	if !ok || len(raw) == 0 || (at.part == "" && of.Pointer == "") {
		return nil, apim.ErrNotFound
	}
	if of.Pointer != "" {
		if at.part != "" {
			v.Up = &link{at.part, at.href()}
		}
		if name := partName(of.Pointer); name != "" {
			v.Title += " · " + name
		}
	}
	at.pointer = of.Pointer
	v.Schema, v.About = m.view(raw, at), prose.Plain(parseKeywords(raw).Description, 160)
	if !fragment {
		v.Example = &exampleView{HTML: highlightExample(m.sampleJSON(raw, at, false), "application/json")}
	}
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
