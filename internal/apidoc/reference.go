package apidoc

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apidoc/tree"
)

// unescapeFragment reads one step of a pointer in a URL fragment.
func unescapeFragment(step string) string {
	if s, err := url.PathUnescape(step); err == nil {
		step = s
	}
	return tree.UnescapeStep(step)
}

// lookUp is the target of a reference within the document, or absent.
func (p *parser) lookUp(ref string) tree.Node {
	pointer, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return tree.Node{}
	}
	if s, err := url.PathUnescape(pointer); err == nil {
		pointer = s
	}
	return p.doc.Root().At(pointer)
}

// deref follows the references of an object other than a schema; absent if they
// lead nowhere, which checkReferences has reported.
func (p *parser) deref(n tree.Node) tree.Node {
	for range maxHops {
		ref := n.Ref()
		if ref == "" {
			return n
		}
		n = p.lookUp(ref)
		p.charge(n)
		if p.fatal != nil {
			break
		}
	}
	return tree.Node{}
}

// checkReferences warns of references that leave the document or lead nowhere.
func (p *parser) checkReferences() {
	bad := map[string]string{}
	for _, ref := range p.doc.Refs() {
		switch {
		case !strings.HasPrefix(ref, "#"):
			bad[ref] = "the reference %.200q leaves the document; other files and hosts are never read, so bundle the description into one file."
		case !p.lookUp(ref).Exists():
			bad[ref] = "the reference %.200q leads nowhere in this document."
		}
	}
	if len(bad) > 0 {
		p.findReferences(p.doc.Root(), false, bad)
	}
}

// named are the members whose own members have free names, so that a property
// called "example" is not taken for the keyword.
var named = map[string]bool{
	"properties": true, "patternProperties": true, "$defs": true, "definitions": true, "schemas": true,
	"headers": true, "parameters": true, "responses": true, "requestBodies": true, "examples": true, "links": true,
	"callbacks": true, "pathItems": true, "paths": true, "webhooks": true, "content": true, "dependentSchemas": true,
	"securitySchemes": true, "securityDefinitions": true,
}

// data are the members whose values are data rather than description.
var data = map[string]bool{"example": true, "value": true, "default": true, "enum": true, "const": true, "mapping": true}

// findReferences reports the places of bad references, outside of example data.
func (p *parser) findReferences(n tree.Node, names bool, bad map[string]string) {
	for _, item := range n.Items() {
		p.findReferences(item, false, bad)
	}
	for _, m := range n.Members() {
		switch {
		case names:
			p.findReferences(m.Value, false, bad)
		case m.Name == "$ref" && m.Value.Kind() == tree.String:
			if message := bad[m.Value.Text()]; message != "" {
				p.warn(m.Value, message, m.Value.Text())
			}
		case data[m.Name] || strings.HasPrefix(m.Name, "x-"):
		case m.Name == "examples" && m.Value.Kind() == tree.Array: // of a schema
		default:
			p.findReferences(m.Value, named[m.Name], bad)
		}
	}
}

// inlined is a value in which references to anything but schemas are replaced
// by their targets; nil if absent.
func (p *parser) inlined(n tree.Node) json.RawMessage {
	if !n.Exists() {
		return nil
	}
	return p.inline(n, nil)
}

// inline is inlined within the references in stack.
func (p *parser) inline(n tree.Node, stack []string) json.RawMessage {
	switch n.Kind() {
	case tree.Array:
		var a arrayWriter
		for _, item := range n.Items() {
			a.add(p.inline(item, stack))
		}
		return a.raw()
	case tree.Object:
		if ref := n.Ref(); ref != "" {
			return p.inlineTarget(ref, stack)
		}
		var o objectWriter
		for _, m := range n.Members() {
			if m.Name == "schema" || data[m.Name] || strings.HasPrefix(m.Name, "x-") {
				o.add(m.Name, m.Value.Compact())
				continue
			}
			o.add(m.Name, p.inline(m.Value, stack))
		}
		return o.raw()
	}
	return n.Compact()
}

func (p *parser) inlineTarget(ref string, stack []string) json.RawMessage {
	if slices.Contains(stack, ref) {
		return json.RawMessage(`{}`) // a callback that calls itself
	}
	target := p.lookUp(ref)
	p.charge(target)
	if !target.Exists() || p.fatal != nil || len(stack) >= maxHops {
		return json.RawMessage(`{}`)
	}
	if len(stack) > 0 {
		return p.inline(target, append(stack, ref))
	}
	if p.targets == nil {
		p.targets = map[string]json.RawMessage{}
	}
	if p.targets[ref] == nil { // within nothing else it is always the same
		p.targets[ref] = p.inline(target, append(stack, ref))
	}
	return p.targets[ref]
}

// rest is an object's members except those named, inlined; nil if none are left.
func (p *parser) rest(m tree.Members, without ...string) *objectWriter {
	o := new(objectWriter)
	for _, one := range m {
		if !slices.Contains(without, one.Name) {
			o.add(one.Name, p.restValue(one))
		}
	}
	return o
}

func (p *parser) restValue(m tree.Member) json.RawMessage {
	if m.Name == "schema" || data[m.Name] || strings.HasPrefix(m.Name, "x-") {
		return m.Value.Compact()
	}
	return p.inlined(m.Value)
}

// extensions are the x- members of an object except those named.
func extensions(m tree.Members, without ...string) map[string]json.RawMessage {
	x := map[string]json.RawMessage{}
	for _, one := range m {
		if strings.HasPrefix(one.Name, "x-") && !slices.Contains(without, one.Name) {
			x[one.Name] = one.Value.Compact()
		}
	}
	return x
}
