package reference

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/widget/prose"
)

// parameterPlace is the parameters of one place: path, query, header, cookie.
type parameterPlace struct {
	Place  string
	Title  string
	Fields []field
}

// parameter is a parameter with its place.
type parameter struct {
	apim.Parameter
	place   string
	written *writtenParameter // as the description has it; nil when it does not
}

// writtenParameter is a parameter as an OpenAPI description writes it.
type writtenParameter struct {
	Name       string          `json:"name"`
	In         string          `json:"in"`     // path, query, header, cookie
	Schema     json.RawMessage `json:"schema"` // of Swagger 2: the parameter itself
	Example    json.RawMessage `json:"example"`
	Deprecated bool            `json:"deprecated"`
	Style      string          `json:"style"`
	at         location
}

func (r *operation) readParameters() {
	r.written = map[string]*writtenParameter{}
	for i, raw := range r.op.Extra.Parameters {
		w := new(writtenParameter)
		_ = json.Unmarshal(raw, w) // members of a wrong type are left out
		if len(w.Schema) == 0 {
			w.Schema = raw // Swagger 2 writes the type beside the name
		}
		w.at = r.own.at("parameters", strconv.Itoa(i), "schema")
		r.written[w.In+" "+strings.ToLower(w.Name)] = w
	}
}

// all lists the parameters in the order of their places.
func (r *operation) all() []parameter {
	p := r.op.Props
	var out []parameter
	add := func(place string, list []apim.Parameter) {
		for _, one := range list {
			out = append(out, parameter{one, place, r.written[place+" "+strings.ToLower(one.Name)]})
		}
	}
	path, query, _ := strings.Cut(p.URLTemplate, "?")
	for _, one := range p.TemplateParameters {
		if strings.Contains(query, "{"+one.Name+"}") && !strings.Contains(path, "{"+one.Name+"}") {
			one.Required = true
			add("query", []apim.Parameter{one})
			continue
		}
		one.Required = true
		add("path", []apim.Parameter{one})
	}
	if p.Request != nil {
		add("query", p.Request.QueryParameters)
		add("header", p.Request.Headers)
	}
	add("cookie", r.op.Extra.Cookies)
	return out
}

// called lists the parameters of a call: the operation's, and the one that names
// the API's version.
func (r *operation) called() []parameter {
	set := r.API.VersionSet
	if set == nil || r.API.Version == "" {
		return r.all()
	}
	version := apim.Parameter{Type: "string", Required: true, DefaultValue: r.API.Version}
	switch set.VersioningScheme {
	case apim.SchemeQuery:
		version.Name = set.VersionQueryName
		return append(r.all(), parameter{Parameter: version, place: "query"})
	case apim.SchemeHeader:
		version.Name = set.VersionHeaderName
		return append(r.all(), parameter{Parameter: version, place: "header"})
	}
	return r.all()
}

// parameters are the rows of the parameters, by place.
func (r *operation) parameters() []parameterPlace {
	list := r.all()
	var names []string
	for _, p := range list {
		if p.written != nil {
			names = append(names, references(p.written.Schema)...)
		}
	}
	r.model.fetch(names...)
	var out []parameterPlace
	for _, place := range []string{"path", "query", "header", "cookie"} {
		pp := parameterPlace{Place: place, Title: r.Words.T("operation.in." + place)}
		for _, p := range list {
			if p.place == place {
				pp.Fields = append(pp.Fields, r.parameterField(p))
			}
		}
		if pp.Fields != nil {
			out = append(out, pp)
		}
	}
	return out
}

// parameterField is a parameter's row: the stored fields first, what only the
// description says beside them.
func (r *operation) parameterField(p parameter) field {
	f := field{Name: p.Name, Type: typeText{{Text: p.Type}}, Required: p.Required}
	if w := p.written; w != nil {
		f = r.model.field(property{member: member{Name: p.Name, Value: w.Schema}, at: w.at, required: p.Required}, true)
		f.Deprecated = f.Deprecated || w.Deprecated
		if s := compact(w.Example); s != "" && len(s) <= 120 {
			f.Example = s
		}
	}
	if len(f.Type) == 0 || f.Type[0].Text == "" {
		f.Type = typeText{{Text: "string"}}
	}
	if p.Description != "" {
		f.Text = prose.Line(p.Description)
	}
	if p.DefaultValue != "" {
		f.Default = p.DefaultValue
	}
	if len(p.Values) > 0 {
		f.Values = p.Values
	}
	if s := compact(firstExample(p.Examples)); s != "" && len(s) <= 120 {
		f.Example = s
	}
	return f
}

// firstExample is the value of the example whose name is first; nil without one.
func firstExample(examples map[string]apim.Example) json.RawMessage {
	for _, name := range slices.Sorted(maps.Keys(examples)) {
		if v := examples[name].Value; len(v) > 0 && string(v) != "null" {
			return v
		}
	}
	return nil
}

// sampleValue is what a sample or the console has in a parameter; known is
// false when it is only a placeholder.
func (r *operation) sampleValue(p parameter) (value string, known bool) {
	f := r.parameterField(p)
	switch {
	case f.Example != "":
		return f.Example, true
	case f.Default != "":
		return f.Default, true
	case len(f.Values) > 0:
		return f.Values[0], true
	case strings.HasPrefix(f.Type.String(), "integer"), strings.HasPrefix(f.Type.String(), "number"):
		return "1", false
	case strings.HasPrefix(f.Type.String(), "boolean"):
		return "true", false
	}
	return placeholder(p.Name), false
}

// placeholder is a parameter's name as something to be replaced: OWNER for owner.
func placeholder(name string) string {
	return strings.Map(func(c rune) rune {
		switch {
		case c >= 'a' && c <= 'z':
			return c - 'a' + 'A'
		case c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_':
			return c
		}
		return '_'
	}, strings.Trim(name, "{}*[]"))
}
