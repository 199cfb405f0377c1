package reference

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/portico-portal/portico/internal/widget/messages"
)

// typeText is a schema's type in words, with links to what lies deeper.
func (m *modeler) typeText(r resolved, raw json.RawMessage) typeText {
	t := m.typeOf(r, 0)
	if r.Nullable || isNull(raw) {
		t = append(t, span{Text: m.Words.T("schema.orNull")})
	}
	return t
}

func (m *modeler) typeOf(r resolved, depth int) typeText {
	if keyword, branches, positions, nullable := r.choices(); keyword != "" && !r.isObject() {
		t := m.union(r, keyword, branches, positions, depth)
		if nullable {
			t = append(t, span{Text: m.Words.T("schema.orNull")})
		}
		return t
	}
	switch {
	case r.isObject():
		return m.objectType(r)
	case r.isArray():
		of := span{Text: m.Words.T("schema.arrayOf") + " "}
		if len(r.Items) == 0 || depth > 3 {
			return typeText{{Text: m.Words.T("schema.array")}}
		}
		return append(typeText{of}, m.typeOf(m.resolve(r.Items, r.at.at("items")), depth+1)...)
	}
	return typeText{{Text: m.scalar(r.keywords)}}
}

// objectType is a link to the object's own page, unless there is nothing on it.
func (m *modeler) objectType(r resolved) typeText {
	label := m.Words.T("schema.object")
	if r.name != "" {
		label = r.name
	}
	if len(r.fields) > 0 || len(r.OneOf)+len(r.AnyOf) > 0 {
		return typeText{{Text: label, Href: r.at.href()}}
	}
	if k := parseKeywords(r.AdditionalProperties); len(r.AdditionalProperties) > 2 && (k.isObject() || k.Ref != "") {
		return typeText{{Text: m.Words.T("schema.map"), Href: r.at.href()}}
	} else if len(k.Type) > 0 {
		return typeText{{Text: m.Words.T("schema.mapOf", "type", m.scalar(k))}}
	}
	return typeText{{Text: label}}
}

// union is "string or Customer"; more than three options are a link.
func (m *modeler) union(r resolved, keyword string, branches []json.RawMessage, positions []int, depth int) typeText {
	if len(branches) > 3 || depth > 2 {
		label := m.Words.N("schema.options", len(branches))
		if r.name != "" {
			label = r.name
		}
		return typeText{{Text: label, Href: r.at.href()}}
	}
	var t typeText
	for i, b := range branches {
		s := m.typeOf(m.resolve(b, r.at.at(keyword, strconv.Itoa(positions[i]))), depth+1)
		if strings.Contains(" "+t.String()+" ", " "+s.String()+" ") {
			continue
		}
		if len(t) > 0 {
			t = append(t, span{Text: " " + m.Words.T("schema.or") + " "})
		}
		t = append(t, s...)
	}
	return t
}

// scalar is a type without parts: string (uuid).
func (m *modeler) scalar(k *keywords) string {
	name := strings.Join(k.Type, " "+m.Words.T("schema.or")+" ")
	if name == "" {
		name = m.Words.T("schema.any")
		if len(k.Enum) > 0 {
			name = jsonType(k.Enum[0])
		}
	}
	if k.Format != "" {
		name += " (" + k.Format + ")"
	}
	return name
}

func jsonType(raw json.RawMessage) string {
	if len(raw) == 0 {
		return "string"
	}
	switch raw[0] {
	case '"':
		return "string"
	case 't', 'f':
		return "boolean"
	case '{':
		return "object"
	case '[':
		return "array"
	}
	return "number"
}

// values are those of an enumeration or a constant.
func values(k *keywords) []string {
	var out []string
	for _, v := range k.Enum {
		if s := compact(v); s != "null" {
			out = append(out, s)
		}
	}
	if len(k.Const) > 0 {
		out = append(out, compact(k.Const))
	}
	return out
}

// example is a schema's own example, if it has a short one.
func (m *modeler) example(k *keywords) string {
	s := compact(k.Example)
	if s == "" {
		var list []json.RawMessage
		if json.Unmarshal(k.Examples, &list) == nil && len(list) > 0 {
			s = compact(list[0])
		}
	}
	if len(s) > 120 || s == "null" {
		return ""
	}
	return s
}

// facts are the constraints in words.
func (m *modeler) facts(k *keywords) []string {
	var out []string
	add := func(key string, args ...any) { out = append(out, m.Words.T(key, args...)) }
	low, lowOpen := bound(k.Minimum, k.ExclusiveMinimum)
	high, highOpen := bound(k.Maximum, k.ExclusiveMaximum)
	switch {
	case low != "" && high != "" && !lowOpen && !highOpen:
		add("schema.range", "low", low, "high", high)
	default:
		if low != "" {
			add(openKey("schema.min", lowOpen), "n", low)
		}
		if high != "" {
			add(openKey("schema.max", highOpen), "n", high)
		}
	}
	out = append(out, m.countFact("schema.length", k.MinLength, k.MaxLength)...)
	out = append(out, m.countFact("schema.items", k.MinItems, k.MaxItems)...)
	out = append(out, m.countFact("schema.properties", k.MinProperties, k.MaxProperties)...)
	if k.MultipleOf != "" {
		add("schema.multiple", "n", k.MultipleOf)
	}
	if k.UniqueItems {
		add("schema.unique")
	}
	if k.Pattern != "" && len(k.Pattern) <= 200 {
		add("schema.pattern", "pattern", k.Pattern)
	}
	return out
}

func openKey(key string, open bool) string {
	if open {
		return key + "Open"
	}
	return key
}

// bound is a limit and whether it is excluded, in both spellings: with
// exclusiveMinimum as a flag (OpenAPI 3.0) or as the number (3.1).
func bound(n json.Number, exclusive json.RawMessage) (limit string, open bool) {
	switch s := string(exclusive); s {
	case "", "false", "null":
		return n.String(), false
	case "true":
		return n.String(), true
	default:
		return s, true
	}
}

// countFact is a number of characters, items or properties in words.
func (m *modeler) countFact(key string, low, high *int) []string {
	switch {
	case low != nil && high != nil && *low == *high:
		return []string{m.Words.N(key+".exact", *low)}
	case low != nil && high != nil && *low > 0:
		return []string{m.Words.N(key+".range", *high, "low", messages.Thousands(*low))}
	case high != nil:
		return []string{m.Words.N(key+".max", *high)}
	case low != nil && *low > 0:
		return []string{m.Words.N(key+".min", *low)}
	}
	return nil
}
