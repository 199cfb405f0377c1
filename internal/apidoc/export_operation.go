package apidoc

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-portal/portico/internal/apidoc/tree"
	"github.com/portico-portal/portico/internal/apim"
)

func sortedNames[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// derivedMembers are the members of a stored JSON object.
func derivedMembers(raw json.RawMessage) tree.Members {
	if len(raw) == 0 {
		return nil
	}
	return tree.Derived(raw, tree.Node{}).Root().Members()
}

// referred are the definitions to which texts refer.
func referred(texts []json.RawMessage) map[string]bool {
	used := map[string]bool{}
	for _, text := range texts {
		for _, ref := range tree.Derived(text, tree.Node{}).Refs() {
			used[RefName(ref)] = true
		}
	}
	return used
}

// operation writes one operation.
func (x *exporter) operation(o *exported) json.RawMessage {
	var w objectWriter
	id := o.extra.OperationID
	if normalise(id) != o.id {
		id = o.id
	}
	w.text("operationId", id)
	summary := o.op.DisplayName
	if o.extra.Summary != "" && strings.HasPrefix(o.extra.Summary, strings.TrimSuffix(summary, "…")) {
		summary = o.extra.Summary
	}
	w.text("summary", summary)
	w.text("description", o.op.Description)
	if len(o.tags) > 0 {
		w.add("tags", encode(o.tags))
	}
	w.add("externalDocs", o.extra.Docs)
	w.add("parameters", x.parameters(o))
	w.add("requestBody", x.requestBody(o))
	w.add("responses", x.responses(o))
	w.add("callbacks", o.extra.Callbacks)
	if o.extra.Deprecated {
		w.add("deprecated", json.RawMessage(`true`))
	}
	if o.extra.Security != nil && !bytes.Equal(o.extra.Security, x.extra.Security) {
		w.add("security", x.security(o.extra.Security))
	}
	addAll(&w, o.extra.X)
	return w.raw()
}

// parameters writes those of the wire model in the description's order, each
// with what the description adds; others follow.
func (x *exporter) parameters(o *exported) json.RawMessage {
	var order []place
	wire := map[place]*apim.Parameter{}
	add := func(in string, list []apim.Parameter) {
		for i := range list {
			at := place{in, list[i].Name}
			if wire[at] == nil {
				order = append(order, at)
			}
			wire[at] = &list[i]
		}
	}
	_, query, _ := strings.Cut(o.op.URLTemplate, "?")
	for i := range o.op.TemplateParameters {
		in := "path"
		if strings.Contains(query, "{"+o.op.TemplateParameters[i].Name+"}") {
			in = "query"
		}
		add(in, o.op.TemplateParameters[i:i+1])
		o.op.TemplateParameters[i].Required = true
	}
	if r := o.op.Request; r != nil {
		add("query", r.QueryParameters)
		add("header", r.Headers)
	}
	add("cookie", o.extra.Cookies)
	var a arrayWriter
	for _, raw := range o.extra.Parameters {
		rest := derivedMembers(raw)
		at := place{rest.Get("in").Text(), rest.Get("name").Text()}
		if p := wire[at]; p != nil {
			delete(wire, at)
			a.add(x.parameter(p, at.in, rest))
		}
	}
	for _, at := range order {
		if p := wire[at]; p != nil {
			a.add(x.parameter(p, at.in, nil))
		}
	}
	return a.some()
}

// parameter writes a parameter, or a header of a response when in is "". The
// written schema stands if the wire model still says the same.
func (x *exporter) parameter(p *apim.Parameter, in string, rest tree.Members) json.RawMessage {
	var w objectWriter
	if in != "" {
		w.text("name", p.Name)
		w.text("in", in)
	}
	w.text("description", p.Description)
	if p.Required {
		w.add("required", json.RawMessage(`true`))
	}
	w.members(rest, "name", "in", "schema", "content")
	if content := rest.Get("content").Members(); len(content) > 0 {
		var media objectWriter
		media.members(content[0].Value.Members(), "example", "examples")
		addExamples(&media, p.Examples)
		w.add("content", holding(content[0].Name, media.raw()))
		return w.raw()
	}
	w.add("schema", x.parameterSchema(p, rest.Get("schema")))
	addExamples(&w, p.Examples)
	return w.raw()
}

func (x *exporter) parameterSchema(p *apim.Parameter, written tree.Node) json.RawMessage {
	if written.Exists() {
		f := x.parts.facts(written)
		if f.kind == p.Type && f.fallback == p.DefaultValue && f.typeName == p.TypeName && slices.Equal(f.values, p.Values) {
			return written.Raw()
		}
	}
	if p.TypeName != "" {
		return refTo(p.TypeName)
	}
	var o objectWriter
	o.text("type", p.Type)
	if p.DefaultValue != "" {
		o.add("default", literal(p.Type, p.DefaultValue))
	}
	var values arrayWriter
	for _, v := range p.Values {
		values.add(literal(p.Type, v))
	}
	o.add("enum", values.some())
	return o.raw()
}

// literal is the JSON of a value that the wire model keeps as text.
func literal(kind, text string) json.RawMessage {
	if kind != "string" && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return encode(text)
}

func refTo(name string) json.RawMessage {
	return holding("$ref", encode(componentRef+tree.EscapeStep(name)))
}

// addExamples writes examples; one without a name as "example".
func addExamples(w *objectWriter, all map[string]apim.Example) {
	if e, ok := all[defaultExample]; ok && len(all) == 1 && e.Summary == "" && e.Description == "" && e.ExternalValue == "" && e.Value != nil {
		w.add("example", e.Value)
		return
	}
	var o objectWriter
	for _, name := range sortedNames(all) {
		o.add(name, encode(all[name]))
	}
	w.add("examples", o.some())
}

func (x *exporter) requestBody(o *exported) json.RawMessage {
	rest := derivedMembers(o.extra.RequestBody)
	r := o.op.Request
	if r == nil || len(r.Representations) == 0 {
		return nil
	}
	var w objectWriter
	w.text("description", r.Description)
	w.add("content", x.content(o, r.Representations, rest.Get("content")))
	w.members(rest, "content", "headers")
	return w.raw()
}

// content writes representations by media type.
func (x *exporter) content(o *exported, all []apim.Representation, rest tree.Node) json.RawMessage {
	var w objectWriter
	beyond := rest.Members()
	written := map[string]bool{}
	for _, r := range all {
		if written[r.ContentType] {
			continue
		}
		written[r.ContentType] = true
		var media objectWriter
		media.add("schema", x.schemaOf(o, r))
		addExamples(&media, r.Examples)
		media.members(beyond.Get(r.ContentType).Members())
		w.add(r.ContentType, media.raw())
	}
	return w.some()
}

// schemaOf is a representation's schema: in place if it was inline, else a
// reference; for a form without one, an object of its parameters.
func (x *exporter) schemaOf(o *exported, r apim.Representation) json.RawMessage {
	if i, ok := x.parts.parts[r.TypeName]; ok && o.inline[r.TypeName] {
		return x.parts.schema[i].raw
	}
	if r.TypeName != "" {
		return refTo(r.TypeName)
	}
	if len(r.FormParameters) == 0 {
		return nil
	}
	var schema, properties objectWriter
	var required arrayWriter
	for i := range r.FormParameters {
		p := &r.FormParameters[i]
		properties.add(p.Name, x.parameterSchema(p, tree.Node{}))
		if p.Required {
			required.add(encode(p.Name))
		}
	}
	schema.text("type", "object")
	schema.add("properties", properties.raw())
	schema.add("required", required.some())
	return schema.raw()
}

// responses writes the stored answers, then those that only the description has.
func (x *exporter) responses(o *exported) json.RawMessage {
	var w objectWriter
	rest := derivedMembers(o.extra.Responses)
	written := map[string]bool{}
	for i := range o.op.Responses {
		code := strconv.Itoa(o.op.Responses[i].StatusCode)
		if written[code] {
			continue
		}
		written[code] = true
		w.add(code, x.response(o, &o.op.Responses[i], rest.Get(code).Members()))
	}
	for _, m := range rest {
		if _, err := strconv.Atoi(m.Name); err != nil {
			w.add(m.Name, m.Value.Raw())
		}
	}
	if w.empty() {
		w.add("default", json.RawMessage(`{"description":""}`))
	}
	return w.raw()
}

func (x *exporter) response(o *exported, r *apim.Response, rest tree.Members) json.RawMessage {
	var w, headers objectWriter
	w.add("description", encode(r.Description))
	beyond := rest.Get("headers").Members()
	for i := range r.Headers {
		h := &r.Headers[i]
		headers.add(h.Name, x.parameter(h, "", beyond.Get(h.Name).Members()))
	}
	w.add("headers", headers.some())
	w.add("content", x.content(o, r.Representations, rest.Get("content")))
	w.members(rest, "content", "headers")
	return w.raw()
}
