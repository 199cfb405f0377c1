package apidoc

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apidoc/tree"
	"github.com/portico-portal/portico/internal/apim"
)

// place is the location of a parameter and its name there.
type place struct{ in, name string }

// located is a parameter of an operation, references resolved.
type located struct {
	place
	node    tree.Node
	members tree.Members
}

// locate reads a list of parameters into all; one in the same place replaces an earlier one.
func (p *parser) locate(all []located, list tree.Node) []located {
	at := make(map[place]int, len(all))
	for i, one := range all {
		at[one.place] = i
	}
	for _, n := range list.Items() {
		one := located{node: p.deref(n)}
		one.members = one.node.Members()
		one.place = place{one.members.Get("in").Text(), one.members.Get("name").Text()}
		if one.name == "" || one.in == "" {
			if one.node.Exists() {
				p.warn(n, "a parameter without name or place is left out.")
			}
			continue
		}
		if len(all) == maxParameters {
			p.warn(n, "an operation has more than %d parameters; the others are left out.", maxParameters)
			break
		}
		if i, again := at[one.place]; again {
			all[i] = one
			continue
		}
		at[one.place] = len(all)
		all = append(all, one)
	}
	return all
}

// parameters divides the operation's parameters into the wire model and the rest of each.
func (r *reader) parameters(all []located) {
	variables := apim.TemplateVariables(r.path)
	for _, one := range all {
		wire := r.parameter(one.name, one.members)
		switch one.in {
		case "path":
			if !slices.Contains(variables, one.name) {
				r.p.warn(one.node, "the path %q has no place for the parameter %q, which is left out.", r.path, one.name)
				continue
			}
			wire.Required = true
			r.op.TemplateParameters = append(r.op.TemplateParameters, wire)
		case "query":
			r.query(wire)
		case "header":
			r.request().Headers = append(r.request().Headers, wire)
		case "cookie":
			r.op.Extra.Cookies = append(r.op.Extra.Cookies, wire)
		default:
			r.p.warn(one.node, "a parameter cannot be in %.40q; it is left out.", one.in)
			continue
		}
		r.op.Extra.Parameters = append(r.op.Extra.Parameters,
			r.p.rest(one.members, "description", "required", "example", "examples").raw())
	}
	r.undeclared()
}

// undeclared adds path parameters that only the path mentions.
func (r *reader) undeclared() {
	for _, name := range apim.TemplateVariables(r.op.URLTemplate) {
		known := slices.ContainsFunc(r.op.TemplateParameters, func(t apim.Parameter) bool { return t.Name == name })
		if known || name == "*" {
			continue
		}
		r.p.warn(r.node, "the path parameter %q is not declared; it is taken for a string.", name)
		r.op.TemplateParameters = append(r.op.TemplateParameters,
			apim.Parameter{Name: name, Type: "string", Required: true, Values: []string{}})
	}
}

// query adds a query parameter, to the template if it is required and the options say so.
func (r *reader) query(wire apim.Parameter) {
	if _, own, _ := strings.Cut(r.path, "?"); strings.Contains(own, "{"+wire.Name+"}") { // of x-ms-paths
		wire.Required = true
		r.op.TemplateParameters = append(r.op.TemplateParameters, wire)
		return
	}
	if !wire.Required || r.p.opt.TranslateRequiredQuery != RequiredInTemplate || slices.Contains(apim.TemplateVariables(r.path), wire.Name) {
		r.request().QueryParameters = append(r.request().QueryParameters, wire)
		return
	}
	r.op.URLTemplate = withQuery(r.op.URLTemplate, wire.Name)
	r.op.TemplateParameters = append(r.op.TemplateParameters, wire)
}

// parameter is a parameter or a header in the wire model.
func (r *reader) parameter(name string, m tree.Members) apim.Parameter {
	schema, holder := m.Get("schema"), m
	if content := m.Get("content").Members(); !schema.Exists() && len(content) > 0 {
		holder = content[0].Value.Members()
		schema = holder.Get("schema")
	}
	f := r.p.facts(schema)
	wire := apim.Parameter{
		Name: name, Type: f.kind, Description: m.Get("description").Text(), DefaultValue: f.fallback,
		Required: m.Get("required").True(), Values: f.values, Examples: r.examples(holder),
	}
	if f.typeName != "" {
		wire.SchemaID, wire.TypeName = SchemaID, f.typeName
	}
	return wire
}

// defaultExample is the name of an unnamed example.
const defaultExample = "default"

// examples reads example and examples; nil when there are none.
func (r *reader) examples(m tree.Members) map[string]apim.Example {
	all := map[string]apim.Example{}
	if one := m.Get("example"); one.Exists() {
		all[defaultExample] = apim.Example{Value: one.Raw()}
	}
	for _, one := range m.Get("examples").Members() {
		e := r.p.deref(one.Value).Members()
		if e == nil {
			continue
		}
		all[one.Name] = apim.Example{
			Summary: e.Get("summary").Text(), Description: e.Get("description").Text(),
			Value: json.RawMessage(e.Get("value").Raw()), ExternalValue: e.Get("externalValue").Text(),
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}
