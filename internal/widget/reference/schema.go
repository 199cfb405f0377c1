package reference

import (
	"cmp"
	"context"
	"encoding/json"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
)

// A schema is shown one level deep. A named type below that is a link to its
// own page, which the island unfolds in place; so recursion never loops, and a
// page's size depends on one level only.
const (
	maxRows     = 250    // of one schema; the rest is on the schema's own page
	smallObject = 6      // so many properties of an unnamed object stand in place, folded
	maxValues   = 12     // of an enumeration in sight
	maxMerge    = 12     // nesting of allOf and of $ref to $ref
	maxResolved = 20_000 // schemas read for one page; a description may nest without end
)

// schemaView is one schema, one level deep.
type schemaView struct {
	Lead    typeText // what it is, when it is not simply an object
	Text    template.HTML
	Facts   []string
	Values  []string
	Fields  []field
	Choices []choice
	More    int    // fields left out
	Href    string // where all of it is
}

// field is a row: a property, a parameter, a header.
type field struct {
	Name                           string
	Type                           typeText
	Required, Deprecated, ReadOnly bool
	WriteOnly                      bool
	Text                           template.HTML
	Facts                          []string // constraints, default, example in words
	Values                         []string // of an enumeration
	Default, Example               string
	Fold                           *schemaView // a small unnamed object, folded
}

// choice is a oneOf or anyOf.
type choice struct {
	Title   string
	Options []field
}

// typeText is a type in words; named types are links.
type typeText []span

type span struct{ Text, Href string }

// String is the words without the links.
func (t typeText) String() string {
	var b strings.Builder
	for _, s := range t {
		b.WriteString(s.Text)
	}
	return b.String()
}

// location is where a schema stands: in a definition or in an operation's own description.
type location struct {
	api           apim.PublicID
	operation     apim.Name
	part, pointer string
}

func (l location) at(steps ...string) location {
	for _, s := range steps {
		l.pointer += "/" + escapePointer(s)
	}
	return l
}

func (l location) href() string {
	if l.part != "" {
		if l.pointer == "" {
			return address.Schema(l.api, l.part)
		}
		return address.SchemaPart(l.api, l.part, l.pointer)
	}
	return address.OperationSchema(l.api, l.operation, l.pointer)
}

// modeler reads schemas of one API.
type modeler struct {
	ctx context.Context
	*Reader
	parts map[string]json.RawMessage // definitions read so far; nil values are missing ones
	err   error                      // of reading definitions
	known map[string]resolved        // definitions resolved so far
	read  int                        // schemas resolved so far
}

func newModeler(ctx context.Context, r *Reader) *modeler {
	return &modeler{ctx: ctx, Reader: r, parts: map[string]json.RawMessage{}, known: map[string]resolved{}}
}

// fetch reads the definitions a schema refers to, all at once.
func (m *modeler) fetch(names ...string) {
	var missing []string
	for _, n := range names {
		if _, ok := m.parts[n]; !ok {
			m.parts[n] = nil
			missing = append(missing, n)
		}
	}
	if len(missing) == 0 || m.err != nil {
		return
	}
	found, err := m.Data.Schemas(m.ctx, m.API, missing)
	if err != nil {
		m.err = err
		return
	}
	for n, raw := range found {
		m.parts[n] = raw
	}
}

// part is a definition, or nil.
func (m *modeler) part(name string) json.RawMessage {
	m.fetch(name)
	return m.parts[name]
}

// resolved is a schema with its $ref followed and its allOf merged.
type resolved struct {
	*keywords
	at     location
	name   string         // of the definition it came from; "" when unnamed
	fields []property     // of the object, allOf included
	needs  []string       // names of required properties, allOf included
	index  map[string]int // positions in fields
}

type property struct {
	member
	at       location
	required bool
}

// resolve follows $ref and merges allOf.
func (m *modeler) resolve(raw json.RawMessage, at location) resolved {
	return m.resolveAt(raw, at, "", 0)
}

func (m *modeler) resolveAt(raw json.RawMessage, at location, name string, depth int) resolved {
	if m.read++; m.read > maxResolved {
		return resolved{keywords: new(keywords), at: at, name: name}
	}
	k := parseKeywords(raw)
	if target := refName(k.Ref); target != "" && depth < maxMerge {
		r := m.definition(target, depth)
		own := *r.keywords
		if k.Description != "" {
			own.Description = k.Description // what stands beside a $ref is about this use
		}
		own.Nullable = own.Nullable || k.Nullable
		r.keywords = &own
		return r
	}
	r := resolved{keywords: k, at: at, name: name, needs: k.Required, index: map[string]int{}}
	if depth < maxMerge {
		for i, raw := range k.AllOf {
			m.merge(&r, m.resolveAt(raw, at.at("allOf", strconv.Itoa(i)), "", depth+1), len(k.AllOf) == 1)
		}
	}
	for _, p := range members(k.Properties) {
		r.add(property{member: p, at: at.at("properties", p.Name)})
	}
	for _, name := range r.needs {
		if i, ok := r.index[name]; ok {
			r.fields[i].required = true
		}
	}
	return r
}

// definition is a named definition, resolved; each is read once a page.
func (m *modeler) definition(name string, depth int) resolved {
	if r, ok := m.known[name]; ok {
		return r
	}
	r := m.resolveAt(m.part(name), location{api: m.API.ID, part: name}, name, depth+1)
	m.known[name] = r
	return r
}

// merge takes over what an allOf branch says and the schema does not.
func (m *modeler) merge(r *resolved, branch resolved, only bool) {
	for _, p := range branch.fields {
		r.add(p)
	}
	r.needs = append(slices.Clip(r.needs), branch.needs...)
	k, b := r.keywords, branch.keywords
	if only && r.name == "" {
		r.name = branch.name
	}
	if only && branch.name != "" && len(k.Properties) == 0 {
		r.at = branch.at
	}
	if len(k.Type) == 0 {
		k.Type = b.Type
	}
	if k.Description == "" && only {
		k.Description = b.Description
	}
	k.Format = cmp.Or(k.Format, b.Format)
	if len(k.Items) == 0 && len(b.Items) > 0 {
		k.Items, r.at = b.Items, branch.at
	}
	if len(k.OneOf)+len(k.AnyOf) == 0 && len(b.OneOf)+len(b.AnyOf) > 0 {
		k.OneOf, k.AnyOf, r.at = b.OneOf, b.AnyOf, branch.at
	}
	if len(k.Enum) == 0 {
		k.Enum = b.Enum
	}
	if len(k.Example) == 0 {
		k.Example = b.Example
	}
	if len(k.AdditionalProperties) == 0 {
		k.AdditionalProperties = b.AdditionalProperties
	}
	k.Nullable = k.Nullable || b.Nullable
}

// add appends a property; a later one of the same name replaces the earlier.
func (r *resolved) add(p property) {
	if i, ok := r.index[p.Name]; ok {
		r.fields[i] = p
		return
	}
	r.index[p.Name] = len(r.fields)
	r.fields = append(r.fields, p)
}

// isObject also counts properties that came by allOf.
func (r resolved) isObject() bool { return len(r.fields) > 0 || r.keywords.isObject() }

// choices are the branches of oneOf or anyOf without null; nullable reports
// whether null was among them. keyword is "" when there is no choice.
func (r resolved) choices() (keyword string, branches []json.RawMessage, positions []int, nullable bool) {
	list := r.OneOf
	keyword = "oneOf"
	if len(list) == 0 {
		list, keyword = r.AnyOf, "anyOf"
	}
	for i, b := range list {
		if isNull(b) {
			nullable = true
			continue
		}
		branches, positions = append(branches, b), append(positions, i)
	}
	if len(branches) == 0 {
		keyword = ""
	}
	return keyword, branches, positions, nullable
}
