package apidoc

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// outline is a description in another format, expressed in terms of OpenAPI. It
// is then read as an OpenAPI document, so that one reader knows the rules for
// names, templates and limits.
type outline struct {
	title, text, server string
	operations          []*outlined
	schemas             map[string]any
	left                int // bytes that it may still get
}

// newOutline is an outline of a description of so many bytes.
func newOutline(bytes int, title, text, server string) *outline {
	return &outline{title: title, text: text, server: server, schemas: map[string]any{}, left: min(outlinePerByte*(bytes+1000), maxOutline)}
}

// take counts what an outline gets, since a short description may unfold to a
// long one: types in one another, parameters for all that stands below. It
// reports whether there is room; what has none is refused by openAPI.
func (o *outline) take(bytes int) bool {
	o.left -= bytes
	return o.left >= 0
}

// add adds an operation.
func (o *outline) add(op *outlined) *outlined {
	if o.take(outlinedSize + len(op.path) + len(op.id) + len(op.summary) + len(op.text)) {
		o.operations = append(o.operations, op)
	}
	return op
}

// outlinedSize is about what an operation or a parameter has beside its names.
const outlinedSize = 100

// outlined is one operation of an outline.
type outlined struct {
	method, path, id, summary, text string
	parameters                      []outlinedParameter
	requests                        []outlinedBody
	responses                       map[string][]outlinedBody // by status
}

type outlinedParameter struct {
	name, in, kind, text string // kind is a JSON Schema type
	required             bool
	values               []string
}

type outlinedBody struct {
	media  string
	schema string // name in schemas, or ""
}

// openAPI writes the outline. Two operations with the same method and path
// differ in the query of the path, as x-ms-paths allows.
func (o *outline) openAPI() ([]byte, error) {
	if o.left < 0 {
		return nil, apim.TooLarge("The operations and types of the description unfold to more than %d times the description, or %d MB.", outlinePerByte, maxOutline>>20)
	}
	paths, others := map[string]map[string]any{}, map[string]map[string]any{}
	for _, op := range o.operations {
		into := paths
		if strings.Contains(op.path, "?") {
			into = others
		}
		if into[op.path] == nil {
			into[op.path] = map[string]any{}
		}
		into[op.path][strings.ToLower(op.method)] = op.member()
	}
	doc := map[string]any{
		"openapi": "3.0.3", "info": map[string]any{"title": o.title, "version": "1.0", "description": o.text}, "paths": paths,
	}
	if len(others) > 0 {
		doc["x-ms-paths"] = others
	}
	if o.server != "" {
		doc["servers"] = []any{map[string]string{"url": o.server}}
	}
	if len(o.schemas) > 0 {
		doc["components"] = map[string]any{"schemas": o.schemas}
	}
	text, err := json.Marshal(doc)
	if err != nil {
		return nil, fmt.Errorf("write the outline: %w", err)
	}
	return text, nil
}

func (op *outlined) member() map[string]any {
	m := map[string]any{"operationId": op.id, "summary": op.summary, "description": op.text}
	parameters := []any{}
	for _, p := range op.parameters {
		schema := map[string]any{"type": p.kind}
		if len(p.values) > 0 {
			schema["enum"] = p.values
		}
		parameters = append(parameters, map[string]any{"name": p.name, "in": p.in, "required": p.required || p.in == "path", "description": p.text, "schema": schema})
	}
	if len(parameters) > 0 {
		m["parameters"] = parameters
	}
	if len(op.requests) > 0 {
		m["requestBody"] = map[string]any{"content": contentOf(op.requests)}
	}
	responses := map[string]any{}
	for status, bodies := range op.responses {
		r := map[string]any{"description": ""}
		if len(bodies) > 0 {
			r["content"] = contentOf(bodies)
		}
		responses[status] = r
	}
	if len(responses) == 0 {
		responses["200"] = map[string]any{"description": ""}
	}
	m["responses"] = responses
	return m
}

func contentOf(bodies []outlinedBody) map[string]any {
	content := map[string]any{}
	for _, b := range bodies {
		media := map[string]any{}
		if b.schema != "" {
			media["schema"] = map[string]string{"$ref": componentRef + b.schema}
		}
		content[b.media] = media
	}
	return content
}
