package apidoc

import (
	"bytes"
	"encoding/json"
	"strconv"

	"github.com/portico-portal/portico/internal/apidoc/tree"
	"github.com/portico-portal/portico/internal/apim"
)

// SchemaID is the resource name of the schema that holds all definitions of an
// imported API.
const SchemaID = "types"

// part is one definition.
type part struct {
	name string
	raw  json.RawMessage
}

// readParts reads the declared definitions.
func (p *parser) readParts() {
	declared := p.root.Get("components").Get("schemas")
	if p.swagger {
		declared = p.root.Get("definitions")
	}
	for _, m := range declared.Members() {
		if len(p.schema) == maxSchemas {
			p.fail(m.Value, "the description has more than %d schemas.", maxSchemas)
			return
		}
		p.addPart(m.Name, m.Value.Compact())
	}
}

// addPart adds a definition; a later one of a name replaces the earlier.
func (p *parser) addPart(name string, raw json.RawMessage) {
	if i, ok := p.parts[name]; ok {
		p.schema[i].raw = raw
		return
	}
	p.parts[name] = len(p.schema)
	p.schema = append(p.schema, part{name, raw})
}

// putParts makes the schema resource.
func (p *parser) putParts() {
	if len(p.schema) == 0 {
		return
	}
	var o objectWriter
	for _, one := range p.schema {
		o.add(one.name, one.raw)
	}
	p.d.SchemaID = SchemaID
	if p.swagger {
		p.d.Schema = &apim.Schema{ContentType: apim.SwaggerDefinitions, Document: &apim.SchemaDocument{Definitions: o.raw()}}
		return
	}
	components := holding("schemas", o.raw())
	p.d.Schema = &apim.Schema{ContentType: apim.OpenAPIComponents, Document: &apim.SchemaDocument{Components: components}}
}

// typeName is the definition of a body's schema: the one it refers to, or one
// made from it, named base. It is "" if any value is allowed.
func (r *reader) typeName(schema tree.Node, base string) string {
	if ref := schema.Ref(); ref != "" {
		if name := RefName(ref); name != "" && r.p.has(name) {
			return name
		}
		schema = r.p.deref(schema) // somewhere else in the document
	}
	raw := schema.Compact()
	if schema.Kind() != tree.Object || string(raw) == `{}` {
		return ""
	}
	for n := 1; ; n++ {
		name := base
		if n > 1 {
			name += "-" + strconv.Itoa(n)
		}
		if i, taken := r.p.parts[name]; !taken {
			r.p.addPart(name, raw)
			r.inline[name] = true
			r.op.Extra.Inline = append(r.op.Extra.Inline, name)
			return name
		} else if r.inline[name] && bytes.Equal(r.p.schema[i].raw, raw) {
			return name
		}
	}
}

func (p *parser) has(part string) bool {
	_, ok := p.parts[part]
	return ok
}

// facts are what the wire model of a parameter says about its schema.
type facts struct {
	kind     string // string, integer, number, boolean, array, object
	fallback string // the default value
	values   []string
	typeName string // the definition it refers to
}

// facts reads a parameter's schema.
func (p *parser) facts(schema tree.Node) facts {
	f := facts{kind: "string", values: []string{}}
	for range maxHops {
		ref := schema.Ref()
		if ref == "" {
			break
		}
		if name := RefName(ref); f.typeName == "" && p.has(name) {
			f.typeName = name
		}
		schema = p.lookUp(ref)
		p.charge(schema)
	}
	m := schema.Members()
	f.kind = p.kind(m, 0)
	if d := m.Get("default"); d.Kind() != tree.Null {
		f.fallback = d.Literal()
	}
	for _, v := range m.Get("enum").Items() {
		if v.Kind() != tree.Null {
			f.values = append(f.values, v.Literal())
		}
	}
	if c := m.Get("const"); c.Exists() {
		f.values = append(f.values, c.Literal())
	}
	return f
}

// kind is a schema's type in one word, inferred where it is not given.
func (p *parser) kind(m tree.Members, depth int) string {
	declared := m.Get("type")
	for _, t := range append(declared.Items(), declared) {
		if s := t.Text(); s != "" && s != "null" {
			return s
		}
	}
	switch {
	case m.Get("items").Exists():
		return "array"
	case m.Get("properties").Exists(), m.Get("additionalProperties").Exists():
		return "object"
	}
	for _, word := range []string{"oneOf", "anyOf", "allOf"} {
		for _, branch := range m.Get(word).Items() {
			if ref := branch.Ref(); ref != "" {
				branch = p.lookUp(ref)
				p.charge(branch)
			}
			if inner := branch.Members(); inner != nil && depth < 3 && inner.Get("type").Text() != "null" {
				return p.kind(inner, depth+1)
			}
		}
	}
	for _, v := range m.Get("enum").Items() {
		switch v.Kind() {
		case tree.Number:
			return "number"
		case tree.Bool:
			return "boolean"
		}
	}
	return "string"
}
