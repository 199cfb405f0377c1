package reference

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// Limits of a value made from a schema.
const (
	sampleDepth  = 3
	sampleFields = 12
	sampleValues = 300 // in all
)

// sampleJSON is a value that fits a schema: its examples and defaults where
// it has them. A request has the required properties (or, when none is, the
// first few), a response those that come first.
func (m *modeler) sampleJSON(raw json.RawMessage, at location, request bool) json.RawMessage {
	var b bytes.Buffer
	m.sample(&b, m.resolve(raw, at), sampling{request: request, written: new(int)})
	if !json.Valid(b.Bytes()) {
		return nil
	}
	return b.Bytes()
}

// sampling is where in a value one is.
type sampling struct {
	request bool
	depth   int
	types   []string // the named types around
	written *int     // properties so far
}

// within is one level deeper, in a value of a type.
func (s sampling) within(name string) sampling {
	s.depth++
	if name != "" {
		s.types = append(slices.Clip(s.types), name)
	}
	return s
}

// recursive reports whether the value would be inside another of its own type.
func (s sampling) recursive(r resolved) bool { return r.name != "" && slices.Contains(s.types, r.name) }

func (m *modeler) sample(b *bytes.Buffer, r resolved, s sampling) {
	if v := r.known(); v != nil {
		b.Write(v)
		return
	}
	if keyword, branches, _, _ := r.choices(); keyword != "" && !r.isObject() {
		m.fetch(references(branches[0])...)
		if branch := m.resolve(branches[0], r.at); s.depth <= sampleDepth && !s.recursive(branch) {
			m.sample(b, branch, s.within(r.name))
			return
		}
		b.WriteString("{}")
		return
	}
	switch {
	case r.isObject():
		m.sampleObject(b, r, s)
	case r.isArray():
		b.WriteByte('[')
		if len(r.Items) > 0 && s.depth < sampleDepth {
			m.fetch(references(r.Items)...)
			if item := m.resolve(r.Items, r.at); !s.recursive(item) {
				m.sample(b, item, s.within(r.name))
			}
		}
		b.WriteByte(']')
	default:
		b.WriteString(scalarSample(r.keywords))
	}
}

func (m *modeler) sampleObject(b *bytes.Buffer, r resolved, s sampling) {
	inner := s.within(r.name)
	written := 0
	if s.depth >= sampleDepth || *s.written > sampleValues {
		b.WriteString("{}")
		return
	}
	b.WriteByte('{')
	for _, p := range m.sampleProperties(r, s.request) {
		m.fetch(references(p.Value)...)
		value := m.resolve(p.Value, p.at)
		if inner.recursive(value) && !p.required {
			continue
		}
		*s.written++
		if written++; written > 1 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(p.Name)
		b.Write(name)
		b.WriteByte(':')
		if inner.recursive(value) {
			b.WriteString("{}")
			continue
		}
		m.sample(b, value, inner)
	}
	b.WriteByte('}')
}

// sampleProperties picks the properties a sample shows.
func (m *modeler) sampleProperties(r resolved, request bool) []property {
	var required, others []property
	for _, p := range r.fields {
		k := parseKeywords(p.Value)
		switch {
		case k.Deprecated && !p.required, request && k.ReadOnly, !request && k.WriteOnly:
		case p.required || request && (len(k.Example) > 0):
			required = append(required, p)
		default:
			others = append(others, p)
		}
	}
	list := required
	if !request {
		list = append(list, others...)
	} else if len(list) == 0 {
		list = others[:min(len(others), 5)]
	}
	return list[:min(len(list), sampleFields)]
}

// known is the value a schema itself names: an example, default, constant or the first of an enumeration.
func (r resolved) known() json.RawMessage {
	var list []json.RawMessage
	_ = json.Unmarshal(r.Examples, &list) // a map of examples is not one of values
	for _, v := range append([]json.RawMessage{r.Example}, append(list, r.Default, r.Const)...) {
		if len(v) > 0 && string(v) != "null" && len(v) < 4000 {
			return v
		}
	}
	if len(r.Enum) > 0 {
		return r.Enum[0]
	}
	return nil
}

// formatSamples are values of well-known string formats.
var formatSamples = map[string]string{
	"date-time": "2026-01-31T12:00:00Z", "date": "2026-01-31", "time": "12:00:00Z", "duration": "PT1H",
	"uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "email": "ada@example.com", "uri": "https://example.com",
	"url": "https://example.com", "hostname": "example.com", "ipv4": "192.0.2.1", "ipv6": "2001:db8::1",
	"byte": "aGVsbG8=", "password": "correct horse battery staple", "binary": "",
}

func scalarSample(k *keywords) string {
	name := "string"
	if len(k.Type) > 0 {
		name = k.Type[0]
	}
	switch name {
	case "integer", "number":
		if k.Minimum != "" {
			return k.Minimum.String()
		}
		if k.Format == "unix-time" {
			return "1769860800"
		}
		return "1"
	case "boolean":
		return "true"
	case "null":
		return "null"
	}
	s, ok := formatSamples[k.Format]
	if !ok {
		s = "string"
	}
	if k.MinLength != nil && len(s) < *k.MinLength {
		s += strings.Repeat("x", min(*k.MinLength, 100)-min(len(s), 100))
	}
	quoted, _ := json.Marshal(s)
	return string(quoted)
}
