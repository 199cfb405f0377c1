package widget

import (
	"context"
	"encoding/json"
	"html/template"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
)

// operation is one operation being read for a page, a sample or the console.
type operation struct {
	api     *catalog.API
	op      *catalog.OperationDetail
	gateway string
	words   *Messages
	look    OperationDetails
	model   *modeler
	own     location                     // where the operation's own schemas stand
	extra   map[string]json.RawMessage   // the operation's own description: requestBody, responses, parameters
	written map[string]*writtenParameter // by place and name
}

// readOperation reads the operation the page is about.
func readOperation(ctx context.Context, in *Input) (*operation, error) {
	api, err := in.Data.API(ctx, in.Params.API)
	if err != nil {
		return nil, err
	}
	op, err := in.Data.Operation(ctx, api, in.Params.Operation)
	if err != nil {
		return nil, err
	}
	r := &operation{
		api: api, op: op, gateway: strings.TrimSuffix(in.Data.GatewayURL(), "/"), words: in.Messages,
		model: newModeler(ctx, in, api), own: location{api: api.ID, operation: op.ID},
	}
	if op.Extra == nil {
		op.Extra = &apim.OperationExtra{}
	}
	r.extra = ownDescription(op.Extra)
	r.readParameters()
	return r, nil
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

// callable tells whether the console can call it: HTTP, not sockets.
func (r *operation) callable() bool {
	return r.api.Type != "websocket" && r.api.Type != "graphql" && r.api.Type != "grpc"
}

// basePath is the API's path below the gateway's address, version segment included.
func (r *operation) basePath() string {
	path := strings.Trim(r.api.Path, "/")
	if set := r.api.VersionSet; set != nil && set.VersioningScheme == apim.SchemeSegment && r.api.Version != "" {
		path = strings.Trim(path+"/"+r.api.Version, "/")
	}
	if path != "" {
		path = "/" + path
	}
	return path
}

// address is the operation's address with its parameters in braces.
func (r *operation) address() string {
	t := r.op.URLTemplate
	if t != "" && t[0] != '/' {
		t = "/" + t
	}
	return r.gateway + r.basePath() + t
}

// pathStep is a piece of an address; a variable is set off.
type pathStep struct {
	Text string
	Var  bool
}

// steps is the address without the host, variables apart.
func (r *operation) steps() []pathStep {
	rest := strings.TrimPrefix(r.address(), r.gateway)
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

// auth is what a call needs, in words.
func (r *operation) auth() []template.HTML {
	var out []template.HTML
	if r.api.Props != nil && r.api.Props.NeedsSubscription() {
		header, query := r.api.Props.KeyNames()
		out = append(out, r.coded("operation.key", "{header}", header, "{query}", query))
	}
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
func (r *operation) coded(key string, places ...string) template.HTML {
	text := template.HTMLEscapeString(r.words.T(key))
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
	if d.Description == "" {
		d.Description = r.words.T("operation.docs")
	}
	return &link{Label: plain(d.Description, 100), Href: d.URL}
}
