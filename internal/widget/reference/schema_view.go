package reference

import (
	"encoding/json"
	"strconv"

	"github.com/portico-portal/portico/internal/widget/prose"
)

// view shows a schema one level deep. Of an array it shows what it holds, of a
// choice its options.
func (m *modeler) view(raw json.RawMessage, at location) *schemaView {
	m.fetch(references(raw)...)
	r := m.resolve(raw, at)
	v := &schemaView{Text: prose.Rich(r.Description), Href: r.at.href()}
	if !r.isObject() || r.name != "" {
		v.Lead = m.typeText(r, raw)
	}
	v.Facts, v.Values = m.facts(r.keywords), values(r.keywords)
	inner := r
	for range 2 { // an array of arrays is as deep as one looks
		if !inner.isArray() || len(inner.Items) == 0 {
			break
		}
		m.fetch(references(inner.Items)...)
		inner = m.resolve(inner.Items, inner.at.at("items"))
	}
	m.fill(v, inner)
	return v
}

// fill adds the rows and choices of a resolved schema.
func (m *modeler) fill(v *schemaView, r resolved) {
	m.prefetch(r)
	for _, p := range r.fields {
		if len(v.Fields) == maxRows {
			v.More = len(r.fields) - maxRows
			v.Href = r.at.href()
			break
		}
		v.Fields = append(v.Fields, m.field(p, true))
	}
	if f, ok := m.otherProperties(r); ok {
		v.Fields = append(v.Fields, f)
	}
	keyword, branches, positions, _ := r.choices()
	if keyword == "" || len(branches) == 1 && r.isObject() {
		return
	}
	c := choice{Title: m.Words.T("schema." + keyword)}
	for i, b := range branches {
		at := r.at.at(keyword, strconv.Itoa(positions[i]))
		f := m.field(property{member: member{Value: b}, at: at}, true)
		c.Options = append(c.Options, f)
	}
	v.Choices = append(v.Choices, c)
}

// prefetch reads all definitions that one level of a schema names.
func (m *modeler) prefetch(r resolved) {
	var names []string
	for _, p := range r.fields {
		names = append(names, references(p.Value)...)
	}
	for _, list := range [][]json.RawMessage{r.OneOf, r.AnyOf} {
		for _, raw := range list {
			names = append(names, references(raw)...)
		}
	}
	m.fetch(append(names, references(r.AdditionalProperties)...)...)
}

// field is a property's row. With fold, a small unnamed object stands in it.
func (m *modeler) field(p property, fold bool) field {
	r := m.resolve(p.Value, p.at)
	f := field{
		Name: p.Name, Required: p.required, Deprecated: r.Deprecated,
		ReadOnly: r.ReadOnly, WriteOnly: r.WriteOnly,
		Text: prose.Line(r.Description), Facts: m.facts(r.keywords), Values: values(r.keywords),
		Default: compact(r.Default), Example: m.example(r.keywords),
	}
	inner := r
	if r.isArray() && len(r.Items) > 0 {
		inner = m.resolve(r.Items, r.at.at("items"))
		if len(f.Values) == 0 {
			f.Values = values(inner.keywords)
		}
	}
	if fold && inner.name == "" && len(inner.fields) > 0 && len(inner.fields) <= smallObject && m.flat(inner) {
		f.Fold = &schemaView{}
		for _, p := range inner.fields {
			f.Fold.Fields = append(f.Fold.Fields, m.field(p, false))
		}
		f.Type = unlinked(m.typeText(r, p.Value))
		return f
	}
	f.Type = m.typeText(r, p.Value)
	return f
}

// flat reports whether no property of an object is an unnamed object itself.
func (m *modeler) flat(r resolved) bool {
	for _, p := range r.fields {
		k := parseKeywords(p.Value)
		if len(k.Properties) > 0 || len(k.AllOf)+len(k.OneOf) > 0 {
			return false
		}
	}
	return true
}

func unlinked(t typeText) typeText { return typeText{{Text: t.String()}} }

// otherProperties is the row of a map's values.
func (m *modeler) otherProperties(r resolved) (field, bool) {
	switch string(r.AdditionalProperties) {
	case "", "false", "null":
		return field{}, false
	case "true", "{}":
		if len(r.fields) > 0 {
			return field{}, false
		}
	}
	f := m.field(property{member: member{Value: r.AdditionalProperties}, at: r.at.at("additionalProperties")}, true)
	f.Name = m.Words.T("schema.other")
	return f, true
}
