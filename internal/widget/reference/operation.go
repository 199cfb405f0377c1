package reference

import (
	"cmp"
	"context"
	"encoding/json"
	"html/template"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget/prose"
)

// operation is one operation being read for a page, a sample or the console.
type operation struct {
	*Reader
	op      *catalog.OperationDetail
	look    Look
	model   *modeler
	own     location                     // where the operation's own schemas stand
	extra   map[string]json.RawMessage   // the operation's own description: requestBody, responses, parameters
	written map[string]*writtenParameter // by place and name
}

// operation reads an operation of the API.
func (r *Reader) operation(ctx context.Context, id apim.Name, look Look) (*operation, error) {
	op, err := r.Data.Operation(ctx, r.API, id)
	if err != nil {
		return nil, err
	}
	op.Extra = cmp.Or(op.Extra, &apim.OperationExtra{})
	o := &operation{Reader: r, op: op, look: look, model: newModeler(ctx, r), own: location{api: r.API.ID, operation: op.ID}}
	o.extra = ownDescription(op.Extra)
	o.readParameters()
	return o, nil
}

// ownDescription is the root that pointers into an operation's own schemas start from.
func ownDescription(e *apim.OperationExtra) map[string]json.RawMessage {
	root := map[string]json.RawMessage{"requestBody": e.RequestBody, "responses": e.Responses}
	for name, raw := range root {
		if len(raw) == 0 {
			delete(root, name)
		}
	}
	if len(e.Parameters) > 0 {
		if raw, err := json.Marshal(e.Parameters); err == nil {
			root["parameters"] = raw
		}
	}
	return root
}

// Callable reports whether the console can call the API: HTTP, not sockets.
func (r *Reader) Callable() bool {
	return r.API.Type != "websocket" && r.API.Type != "graphql" && r.API.Type != "grpc"
}

// Address is the API's address at the gateway.
func (r *Reader) Address() string {
	return (&apim.API{Path: r.API.Path, APIVersion: r.API.Version}).Address(r.Data.GatewayURL(), r.API.VersionSet)
}

func (r *Reader) gateway() string { return strings.TrimSuffix(r.Data.GatewayURL(), "/") }

// address is the operation's address with its parameters in braces.
func (r *operation) address() string {
	t := r.op.URLTemplate
	if t != "" && t[0] != '/' {
		t = "/" + t
	}
	return r.Address() + t
}

// pathStep is a piece of an address; a variable is set off.
type pathStep struct {
	Text string
	Var  bool
}

// steps is the address without the host, variables apart.
func (r *operation) steps() []pathStep {
	rest := strings.TrimPrefix(r.address(), r.gateway())
	var out []pathStep
	for rest != "" {
		i := strings.IndexByte(rest, '{')
		j := strings.IndexByte(rest, '}')
		if i < 0 || j < i {
			return append(out, pathStep{Text: rest})
		}
		if i > 0 {
			out = append(out, pathStep{Text: rest[:i]})
		}
		out = append(out, pathStep{Text: rest[i : j+1], Var: true})
		rest = rest[j+1:]
	}
	return out
}

// Key is what a call of the API needs, in words; nothing when it is open.
func (r *Reader) Key() []template.HTML {
	if r.API.Props == nil || !r.API.Props.NeedsSubscription() {
		return nil
	}
	header, query := r.API.Props.KeyNames()
	return []template.HTML{r.coded("operation.key", "{header}", header, "{query}", query)}
}

// auth is what a call of the operation needs, in words.
func (r *operation) auth() []template.HTML {
	out := r.Key()
	var schemes []map[string][]string
	if json.Unmarshal(r.op.Extra.Security, &schemes) != nil {
		return out
	}
	var names []string
	for _, s := range schemes {
		for name, scopes := range s {
			if len(scopes) > 0 {
				name += " (" + strings.Join(scopes, ", ") + ")"
			}
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		slices.Sort(names)
		out = append(out, r.coded("operation.security", "{schemes}", strings.Join(names, ", ")))
	}
	return out
}

// coded is a message whose places are filled with code: name, value, name, value.
func (r *Reader) coded(key string, places ...string) template.HTML {
	text := template.HTMLEscapeString(r.Words.T(key))
	for i := 0; i+1 < len(places); i += 2 {
		text = strings.ReplaceAll(text, places[i], "<code>"+template.HTMLEscapeString(places[i+1])+"</code>")
	}
	return template.HTML(text)
}

// docs is the link to further reading that the description names.
func (r *operation) docs() *link {
	var d struct{ Description, URL string }
	if json.Unmarshal(r.op.Extra.Docs, &d) != nil || !strings.HasPrefix(d.URL, "http") {
		return nil
	}
	d.Description = cmp.Or(d.Description, r.Words.T("operation.docs"))
	return &link{Label: prose.Plain(d.Description, 100), Href: d.URL}
}
