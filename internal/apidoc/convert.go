package apidoc

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apidoc/tree"
)

// convert rewrites a Swagger 2 operation as OpenAPI 3, with the parameters of
// its path and everything they refer to. References to schemas stay as they
// are. Findings about the result have the place of the operation.
func (p *parser) convert(n, shared tree.Node) tree.Node {
	m := n.Members()
	consumes, produces := p.mediaTypes(m, "consumes"), p.mediaTypes(m, "produces")
	all := p.locate(p.locate(nil, shared), m.Get("parameters"))
	var o objectWriter
	o.members(m, "parameters", "responses", "consumes", "produces", "schemes")
	var parameters arrayWriter
	for _, one := range all {
		if one.in != "body" && one.in != "formData" {
			parameters.add(convertParameter(one.members))
		}
	}
	o.add("parameters", parameters.some())
	o.add("requestBody", convertBody(all, consumes))
	o.add("responses", p.convertResponses(m.Get("responses"), produces))
	text := o.raw()
	p.take(len(text), n)
	return tree.Derived(text, n).Root()
}

// mediaTypes are those of an operation, else those of the document.
func (p *parser) mediaTypes(m tree.Members, name string) []string {
	if list := m.Get(name); list.Exists() {
		return mediaTypes(list)
	}
	if p.media == nil {
		p.media = map[string][]string{}
	}
	if p.media[name] == nil {
		p.media[name] = mediaTypes(p.root.Get(name))
	}
	return p.media[name]
}

func mediaTypes(list tree.Node) []string {
	var all []string
	for _, n := range list.Items() {
		if t := n.Text(); t != "" && !slices.Contains(all, t) && len(all) < maxMedia {
			all = append(all, t)
		}
	}
	if len(all) == 0 {
		all = []string{"application/json"}
	}
	return all
}

// schemaWords are the members of a Swagger 2 parameter or header that are its schema.
var schemaWords = []string{"type", "format", "items", "default", "maximum", "exclusiveMaximum", "minimum",
	"exclusiveMinimum", "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "enum", "multipleOf"}

// convertParameter moves a parameter's or header's type into a schema.
func convertParameter(m tree.Members) json.RawMessage {
	var o, schema objectWriter
	schema.only(m, schemaWords...)
	o.members(m, append([]string{"collectionFormat"}, schemaWords...)...)
	o.add("schema", schema.some())
	in := m.Get("in").Text()
	if m.Get("type").Text() != "array" || in != "query" && in != "formData" {
		return o.raw()
	}
	switch m.Get("collectionFormat").Text() {
	case "multi":
		o.add("explode", json.RawMessage(`true`))
	case "ssv":
		o.text("style", "spaceDelimited")
	case "pipes":
		o.text("style", "pipeDelimited")
	default:
		o.add("explode", json.RawMessage(`false`))
	}
	return o.raw()
}

// convertBody makes a request body from the body parameter or the form's
// parameters; nil if there are none.
func convertBody(all []located, consumes []string) json.RawMessage {
	for _, one := range all {
		if one.in == "body" {
			return bodyOf(one.members, consumes)
		}
	}
	if !slices.ContainsFunc(all, func(one located) bool { return one.in == "formData" }) {
		return nil
	}
	return formOf(all, consumes)
}

func bodyOf(m tree.Members, consumes []string) json.RawMessage {
	var o, content objectWriter
	for _, t := range consumes {
		content.add(t, holding("schema", m.Get("schema").Raw()))
	}
	o.add("description", m.Get("description").Raw())
	o.add("required", m.Get("required").Raw())
	o.add("content", content.raw())
	return o.raw()
}

const (
	urlEncoded = "application/x-www-form-urlencoded"
	multipart  = "multipart/form-data"
)

func formOf(all []located, consumes []string) json.RawMessage {
	var properties objectWriter
	var required arrayWriter
	kind := urlEncoded
	for _, one := range all {
		if one.in != "formData" {
			continue
		}
		if one.members.Get("type").Text() == "file" || slices.Contains(consumes, multipart) && !slices.Contains(consumes, urlEncoded) {
			kind = multipart
		}
		if one.members.Get("required").True() {
			required.add(encode(one.name))
		}
		properties.add(one.name, formField(one.members))
	}
	var schema objectWriter
	schema.text("type", "object")
	schema.add("properties", properties.raw())
	schema.add("required", required.some())
	return holding("content", holding(kind, holding("schema", schema.raw())))
}

// formField turns a form's parameter into a property.
func formField(m tree.Members) json.RawMessage {
	var o objectWriter
	o.add("description", m.Get("description").Raw())
	if m.Get("type").Text() == "file" {
		o.text("type", "string")
		o.text("format", "binary")
		return o.raw()
	}
	o.only(m, schemaWords...)
	return o.raw()
}

func (p *parser) convertResponses(n tree.Node, produces []string) json.RawMessage {
	var o objectWriter
	for _, one := range n.Members() {
		if strings.HasPrefix(one.Name, "x-") {
			continue
		}
		o.add(one.Name, convertResponse(p.deref(one.Value).Members(), produces))
	}
	return o.some()
}

func convertResponse(m tree.Members, produces []string) json.RawMessage {
	var o, headers, content objectWriter
	o.members(m, "schema", "headers", "examples")
	for _, h := range m.Get("headers").Members() {
		headers.add(h.Name, convertParameter(h.Value.Members()))
	}
	schema := m.Get("schema").Raw()
	if m.Get("schema").Get("type").Text() == "file" {
		schema = json.RawMessage(`{"type":"string","format":"binary"}`)
	}
	examples := m.Get("examples").Members()
	types := produces
	if schema == nil {
		types = nil
	}
	for _, e := range examples {
		if len(types) < maxMedia && !slices.Contains(types, e.Name) {
			types = append(types[:len(types):len(types)], e.Name)
		}
	}
	for _, t := range types {
		var media objectWriter
		media.add("schema", schema)
		media.add("example", examples.Get(t).Raw())
		content.add(t, media.raw())
	}
	o.add("headers", headers.some())
	o.add("content", content.some())
	return o.raw()
}

// securitySchemes writes Swagger 2 security definitions as OpenAPI 3 has them.
func securitySchemes(definitions tree.Node) json.RawMessage {
	var o objectWriter
	for _, one := range definitions.Members() {
		o.add(one.Name, securityScheme(one.Value.Members()))
	}
	return o.some()
}

func securityScheme(m tree.Members) json.RawMessage {
	var o objectWriter
	switch m.Get("type").Text() {
	case "basic":
		o.text("type", "http")
		o.text("scheme", "basic")
		o.add("description", m.Get("description").Raw())
		return o.raw()
	case "oauth2":
		o.text("type", "oauth2")
		o.add("description", m.Get("description").Raw())
		var flow objectWriter
		flow.add("authorizationUrl", m.Get("authorizationUrl").Raw())
		flow.add("tokenUrl", m.Get("tokenUrl").Raw())
		flow.add("scopes", m.Get("scopes").Raw())
		name := m.Get("flow").Text()
		switch name {
		case "application":
			name = "clientCredentials"
		case "accessCode":
			name = "authorizationCode"
		}
		o.add("flows", holding(name, flow.raw()))
		return o.raw()
	}
	o.members(m)
	return o.raw()
}
