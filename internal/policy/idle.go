package policy

import (
	"fmt"
	"slices"
	"strings"
)

// idle is a policy that is kept but not run: one this gateway does not know how
// to run, or one whose values it cannot compute. A call it would apply to is
// refused, because to leave out a check would let in whom it keeps out.
type idle struct{ name, reason string }

// unevaluated is why a policy with expressions does not run.
const unevaluated = "this gateway does not evaluate its expressions yet"

// idleDefinition is the definition of a known policy that is not run.
func idleDefinition(d Description) *definition {
	return &definition{name: d.Name, sections: d.Sections, holds: d.holds, idle: "this gateway does not run it yet"}
}

// unrun says why the policy as it is written does not run; "" when it does.
func (d *definition) unrun(el *element) string {
	if d.idle != "" {
		return d.idle
	}
	for _, a := range el.attrs {
		if slices.Contains(d.unbuilt, a.name) {
			return "this gateway does not act on its attribute '" + a.name + "' yet"
		}
	}
	if slices.ContainsFunc(d.holds.values(el), holdsExpression) {
		return unevaluated
	}
	return ""
}

func holdsExpression(value string) bool { return findExpression(value) >= 0 }

// Run fails. The caller learns nothing of it; the cause is for the log.
func (s *idle) Run(*Exchange) (bool, error) {
	return false, fmt.Errorf("the policy %s applies to the call, but %s", s.name, s.reason)
}

func (s *idle) String() string { return s.name + " (not run: " + s.reason + ")" }

// ParseFragment checks a policy fragment: <fragment> around policies of any section.
// Errors are as those of [Parse].
func ParseFragment(value, format string) (*Document, error) {
	p, root, err := read(value, format)
	if err != nil {
		return nil, err
	}
	if root.name != "fragment" {
		p.at(root.name, root.offset, "the root element must be 'fragment'.")
		return nil, p.err()
	}
	p.attrs(root)
	p.section = anywhere
	p.policies(root, nil)
	return &Document{src: p.src, root: root, unrun: p.unrun}, p.err()
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

// HasBase reports whether every section that a document has holds <base/>. A
// document that does not parse has none.
func HasBase(value, format string) bool {
	doc, err := Parse(value, format)
	if err != nil {
		return false
	}
	for _, section := range doc.root.children {
		if !slices.ContainsFunc(section.children, func(el *element) bool { return el.name == "base" }) {
			return false
		}
	}
	return true
}
