package policy

import (
	"fmt"
	"slices"
	"strings"
)

// idle is a policy that is kept but not run: one this gateway does not know how
// to run, or one whose values it cannot compute (expressions, named values). A
// call it would apply to is refused, because to leave out a check would let in
// whom it keeps out.
type idle struct{ name, reason string }

// idleDefinition is the definition of a known policy that is not run.
func idleDefinition(d Description) *definition {
	return &definition{name: d.Name, sections: d.Sections, parse: func(_ *parser, el *element) Step {
		return &idle{name: el.name, reason: "this gateway does not run it yet"}
	}}
}

// Run fails. The caller learns nothing of it; the cause is for the log.
func (s *idle) Run(*Exchange) (bool, error) {
	return false, fmt.Errorf("the policy %s applies to the call, but %s", s.name, s.reason)
}

func (s *idle) String() string { return s.name + " (not run: " + s.reason + ")" }

// computed tells why an element's values are not constants; "" when they are.
func computed(el *element) string {
	values := []string{el.text}
	for _, a := range el.attrs {
		values = append(values, a.value)
	}
	for _, v := range values {
		switch {
		case findExpression(v) >= 0:
			return "this gateway does not evaluate its expressions yet"
		case namedValue.MatchString(v):
			return "this gateway does not put in its named values yet"
		}
	}
	for _, child := range el.children {
		if why := computed(child); why != "" {
			return why
		}
	}
	return ""
}

// ParseFragment checks a policy fragment: <fragment> around policies of any section.
// Errors are as those of [Parse].
func ParseFragment(value, format string) error {
	p, root, err := read(value, format)
	if err != nil {
		return err
	}
	if root.name != "fragment" {
		p.at(root.name, root.offset, "the root element must be 'fragment'.")
		return p.err()
	}
	p.attrs(root)
	p.noText(root)
	for _, child := range root.children {
		if def := p.definition(child); def != nil {
			p.step(def, child)
		}
	}
	return p.err()
}

// resolverRoots are the documents of a GraphQL resolver.
var resolverRoots = []string{"http-data-source", "sql-data-source", "cosmosdb-data-source"}

// ParseResolver checks the policy document of a GraphQL resolver: one data
// source. Errors are as those of [Parse].
func ParseResolver(value, format string) error {
	p, root, err := read(value, format)
	if err != nil {
		return err
	}
	if !slices.Contains(resolverRoots, root.name) {
		p.at(root.name, root.offset, "the root element must be one of %s.", strings.Join(resolverRoots, ", "))
	}
	return p.err()
}

// HasBase tells whether every section that a document has holds <base/>. A
// document that does not parse has none.
func HasBase(value, format string) bool {
	doc, err := Parse(value, format)
	if err != nil {
		return false
	}
	for _, c := range doc.sections {
		if c.present && !slices.ContainsFunc(c.items, func(it item) bool { return it.step == nil }) {
			return false
		}
	}
	return true
}
