package policy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// definition declares a policy: its element, where it is allowed, how it is read.
type definition struct {
	name     string
	sections Section // where it is allowed
	once     bool    // at most once in a section
	holds    *holds  // the policies it may contain; nil: none
	// unbuilt are attributes and child elements of the format that have no
	// effect in this gateway yet: a policy with one is kept and not run.
	unbuilt []string
	idle    string // why the policy is never run; "" if it is
	// parse reads the element. It reports faults to the parser, which then
	// discards the step. It takes what it needs from the environment, if there
	// is one; without one the step is only checked.
	parse func(p *parser, el *element) Step
}

// parser checks the element tree of a document or, in a compilation, makes its steps.
type parser struct {
	*faults
	*compilation // nil: only check
	table        []definition
	section      Section  // of the policies
	base         bool     // whether <base/> is allowed here
	path         string   // of the containing policy; "" in a section
	fragments    []string // that contain the policies, the outermost first
}

func (p *parser) fault(el *element, format string, args ...any) {
	p.at(el.name, el.offset, format, args...)
}

func (p *parser) document(root *element) (list [4]content) {
	p.attrs(root)
	p.noText(root)
	for _, el := range root.children {
		i := sectionIndex(el.name)
		if i < 0 {
			p.fault(el, "the element is not allowed inside 'policies'; the sections are inbound, backend, outbound and on-error.")
			continue
		}
		if list[i].present {
			p.fault(el, "the section may appear only once.")
			continue
		}
		p.attrs(el)
		inner := *p
		inner.section, inner.base = sections[i].section, true
		list[i] = content{present: true, policies: inner.policies(el, nil)}
	}
	return list
}

// policies reads a list of policies: those of a section or fragment, or those
// contained in a policy, which may allow only some.
func (p *parser) policies(el *element, only []string) []placed {
	p.noText(el)
	list := make([]placed, 0, len(el.children))
	counts := map[string]int{}
	for _, child := range el.children {
		counts[child.name]++
		if only != nil && !slices.Contains(only, child.name) {
			p.fault(child, "the element is not allowed inside '%s'.", el.name)
			continue
		}
		if child.name == "base" && p.base {
			p.baseElement(child, counts["base"])
			list = append(list, placed{name: "base"})
			continue
		}
		if def := p.definition(child); def != nil {
			list = append(list, p.below(child.name, counts[child.name]).policy(def, child, counts[child.name]))
		}
	}
	return list
}

// policy reads one policy. One that cannot run is kept, and fails.
func (p *parser) policy(def *definition, el *element, count int) placed {
	before := len(p.list)
	if p.compilation != nil {
		p.count++
	}
	p.place(el, def, count)
	step, secret := p.step(def, el)
	if p.compilation != nil && len(p.list) > before { // not known to be wrong before its values were put in
		why := p.list[before].Message
		if secret {
			why = "it is not valid with its secret named values"
		}
		if n := len(p.fragments); n > 0 {
			why = "in the policy fragment '" + p.fragments[n-1] + "': " + why
		}
		p.list = p.list[:before]
		step = &idle{el.name, why}
	}
	return placed{step: step, name: el.name, path: p.path, secret: secret}
}

// step reads a policy, or says why it is not run.
func (p *parser) step(def *definition, el *element) (step Step, secret bool) {
	why := def.unrun(el)
	if why != "" {
		p.unrun = append(p.unrun, p.notRun(el, why))
	}
	if why == "" && p.compilation == nil && len(NamedValues(def.holds.values(el)...)) > 0 {
		why = "its named values are not known"
	}
	if why == "" && p.compilation != nil {
		f := filler{compilation: p.compilation}
		el = f.element(el, def.holds)
		if secret, why = f.secret, f.why; why == "" && slices.ContainsFunc(def.holds.values(el), holdsExpression) {
			why = unevaluated
		}
	}
	if why == "" {
		return def.parse(p, el), secret
	}
	if def.holds != nil && p.compilation == nil {
		p.block(el, def.holds) // to check them
	}
	return &idle{el.name, why}, secret
}

// notRun is the finding that a policy is kept but not run.
func (p *parser) notRun(el *element, why string) apim.Finding {
	line, _ := position(p.src, el.offset)
	return apim.Finding{
		Severity: apim.SeverityWarning, Code: apim.PolicyNotRun, Line: line,
		Message: fmt.Sprintf("The policy '%s' is kept, but %s: calls it applies to are refused.", el.name, why),
	}
}

func (p *parser) baseElement(el *element, count int) {
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

// place checks that the policy is allowed where it is.
func (p *parser) place(el *element, def *definition, count int) {
	if def.sections&p.section == 0 {
		p.fault(el, "the policy is not allowed in the section '%s'; it is allowed in %s.", p.section, def.sections)
	}
	if def.once && count > 1 {
		p.fault(el, "the policy may appear only once in a section.")
	}
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

// each calls one for each child of the name and reports all other children.
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

// texts are the trimmed texts of the children of the name; each must have one.
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

// attrs starts reading the attributes of el and reports those not in allowed.
// Every policy may have an id.
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
