package policy

import (
	"fmt"
	"slices"
)

// idle is a policy that is kept but not run: the gateway does not know how, or
// cannot compute its values. A call it applies to is refused, since skipping a
// check could let in a caller it keeps out.
type idle struct{ name, reason string }

// unevaluated is why a policy with expressions does not run.
const unevaluated = "this gateway does not evaluate its expressions yet"

// idleDefinition is the definition of a known policy that is not run.
func idleDefinition(d Description) *definition {
	return &definition{name: d.Name, sections: d.Sections, holds: d.holds, idle: "this gateway does not run it yet"}
}

// unrun says why the policy as written does not run; "" if it does.
func (d *definition) unrun(el *element) string {
	if d.idle != "" {
		return d.idle
	}
	for _, name := range d.unbuilt {
		if slices.ContainsFunc(el.attrs, func(a attribute) bool { return a.name == name }) || slices.ContainsFunc(el.children, named(name)) {
			return "this gateway does not act on its '" + name + "' yet"
		}
	}
	if slices.ContainsFunc(d.holds.values(el), holdsExpression) {
		return unevaluated
	}
	return ""
}

// named reports whether an element has the name.
func named(name string) func(*element) bool {
	return func(el *element) bool { return el.name == name }
}

func holdsExpression(value string) bool { return findExpression(value) >= 0 }

// firstIdle is the first policy of a list, or in one of its policies, that is not run, or nil.
func firstIdle(list []placed) *placed {
	for i := range list {
		switch s := list[i].step.(type) {
		case *idle:
			return &list[i]
		case holder:
			if found := firstIdle(s.held()); found != nil {
				return found
			}
		}
	}
	return nil
}

// Run fails. The caller does not see the reason; it is logged.
func (s *idle) Run(*Exchange) (bool, error) {
	return false, fmt.Errorf("the policy %s applies to the call, but %s", s.name, s.reason)
}

func (s *idle) String() string { return s.name + " (not run: " + s.reason + ")" }

// ParseFragment checks a policy fragment: <fragment> around policies of any
// section. Its errors are those of [Parse].
func ParseFragment(value, format string) (*Document, error) {
	p, root, err := read(value, format, "fragment")
	if err != nil {
		return nil, err
	}
	p.attrs(root)
	p.section = anywhere
	p.policies(root, nil)
	return &Document{src: p.src, root: root, unrun: p.unrun}, p.err()
}

// ParseResolver checks the policy document of a GraphQL resolver: one data
// source. Its errors are those of [Parse].
func ParseResolver(value, format string) error {
	_, _, err := read(value, format, "http-data-source", "sql-data-source", "cosmosdb-data-source")
	return err
}

// HasBase reports whether every section of a document has <base/>. It is false
// for a document that does not parse.
func HasBase(value, format string) bool {
	doc, err := Parse(value, format)
	if err != nil {
		return false
	}
	for _, section := range doc.root.children {
		if !slices.ContainsFunc(section.children, named("base")) {
			return false
		}
	}
	return true
}
