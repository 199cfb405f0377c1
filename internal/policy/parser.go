package policy

import (
	"slices"
	"strconv"
	"strings"
)

// definition declares a policy: its element, where it may stand, how it is read.
type definition struct {
	name     string
	sections Section // where it is allowed
	once     bool    // at most once in a section
	// parse reads the element. It reports faults to the parser, which then
	// throws the step away.
	parse func(p *parser, el *element) Step
}

// parser makes a Document of an element tree.
type parser struct {
	*faults
	table []definition
}

func (p *parser) fault(el *element, format string, args ...any) {
	p.at(el.name, el.offset, format, args...)
}

func (p *parser) document(root *element) *Document {
	p.attrs(root)
	p.noText(root)
	doc := new(Document)
	for _, el := range root.children {
		i := sectionIndex(el.name)
		if i < 0 {
			p.fault(el, "the element is not allowed inside 'policies'; the sections are inbound, backend, outbound and on-error.")
			continue
		}
		if doc.sections[i].present {
			p.fault(el, "the section may appear only once.")
			continue
		}
		doc.sections[i] = content{present: true, items: p.section(el, sections[i].section)}
	}
	return doc
}

func (p *parser) section(el *element, section Section) []item {
	p.attrs(el)
	p.noText(el)
	items := make([]item, 0, len(el.children))
	counts := map[string]int{}
	for _, child := range el.children {
		counts[child.name]++
		if child.name == "base" {
			p.base(child, counts["base"])
			items = append(items, item{name: "base"})
			continue
		}
		def := p.definition(child)
		if def == nil {
			continue
		}
		p.place(child, def, section, counts[child.name])
		path := child.name + "[" + strconv.Itoa(counts[child.name]) + "]"
		items = append(items, item{step: p.step(def, child), name: child.name, path: path})
	}
	return items
}

func (p *parser) base(el *element, count int) {
	p.attrs(el)
	p.empty(el)
	if count > 1 {
		p.fault(el, "the element may appear only once in a section.")
	}
}

func (p *parser) definition(el *element) *definition {
	for i := range p.table {
		if p.table[i].name == el.name {
			return &p.table[i]
		}
	}
	for _, d := range known {
		if d.Name == el.name {
			return idleDefinition(d)
		}
	}
	p.fault(el, "the policy is not known.")
	return nil
}

// place checks that the policy may stand where it does.
func (p *parser) place(el *element, def *definition, section Section, count int) {
	if def.sections&section == 0 {
		p.fault(el, "the policy is not allowed in the section '%s'; it is allowed in %s.", section, def.sections)
	}
	if def.once && count > 1 {
		p.fault(el, "the policy may appear only once in a section.")
	}
}

// step reads a policy, or keeps one whose values are not constants.
func (p *parser) step(def *definition, el *element) Step {
	if why := computed(el); why != "" {
		return &idle{name: el.name, reason: why}
	}
	return def.parse(p, el)
}

func (p *parser) noText(el *element) {
	if el.textAt >= 0 {
		p.at(el.name, el.textAt, "text is not allowed here.")
	}
}

func (p *parser) empty(el *element) {
	p.noText(el)
	p.onlyText(el)
}

func (p *parser) onlyText(el *element) {
	for _, child := range el.children {
		p.fault(child, "the element is not allowed inside '%s'.", el.name)
	}
}

// each calls one for each child with the name and reports all others.
func (p *parser) each(el *element, name string, one func(*element)) {
	p.noText(el)
	for _, child := range el.children {
		if child.name != name {
			p.fault(child, "the element is not allowed inside '%s'; only '%s' is.", el.name, name)
			continue
		}
		one(child)
	}
}

// texts are the trimmed texts of the children with the name, all of which must have one.
func (p *parser) texts(el *element, name string) []string {
	var list []string
	p.each(el, name, func(child *element) {
		p.attrs(child)
		p.onlyText(child)
		text := strings.TrimSpace(child.text)
		if text == "" {
			p.fault(child, "the element must not be empty.")
		}
		list = append(list, text)
	})
	return list
}

// attrs starts reading the attributes of el and reports those that are not
// allowed. Every policy may carry an id.
func (p *parser) attrs(el *element, allowed ...string) attributes {
	for _, a := range el.attrs {
		if a.name != "id" && !slices.Contains(allowed, a.name) {
			p.at(el.name, a.offset, "the attribute '%s' is not known or not supported by this gateway.", a.name)
		}
	}
	return attributes{p, el}
}

// attributes reads typed values of one element and reports wrong ones.
type attributes struct {
	p  *parser
	el *element
}

func (a attributes) find(name string) (attribute, bool) {
	for _, at := range a.el.attrs {
		if at.name == name {
			return at, true
		}
	}
	return attribute{}, false
}

func (a attributes) has(name string) bool {
	_, ok := a.find(name)
	return ok
}

func (a attributes) text(name, otherwise string) string {
	if at, ok := a.find(name); ok {
		return at.value
	}
	return otherwise
}

func (a attributes) required(name string) string {
	at, ok := a.find(name)
	if !ok {
		a.p.fault(a.el, "the attribute '%s' is required.", name)
	} else if strings.TrimSpace(at.value) == "" {
		a.p.at(a.el.name, at.offset, "the attribute '%s' must not be empty.", name)
	}
	return at.value
}

func (a attributes) bool(name string, otherwise bool) bool {
	at, ok := a.find(name)
	if !ok {
		return otherwise
	}
	switch strings.ToLower(at.value) {
	case "true":
		return true
	case "false":
		return false
	}
	a.p.at(a.el.name, at.offset, "the attribute '%s' must be true or false; it is '%s'.", name, at.value)
	return otherwise
}

func (a attributes) int(name string, otherwise, low, high int) int {
	at, ok := a.find(name)
	if !ok {
		return otherwise
	}
	n, err := strconv.Atoi(at.value)
	if err != nil || n < low || n > high {
		a.p.at(a.el.name, at.offset, "the attribute '%s' must be a whole number from %d to %d; it is '%s'.", name, low, high, at.value)
		return otherwise
	}
	return n
}

func (a attributes) oneOf(name, otherwise string, allowed ...string) string {
	at, ok := a.find(name)
	if !ok {
		return otherwise
	}
	if !slices.Contains(allowed, at.value) {
		a.p.at(a.el.name, at.offset, "the attribute '%s' must be one of %s; it is '%s'.", name, strings.Join(allowed, ", "), at.value)
		return otherwise
	}
	return at.value
}
