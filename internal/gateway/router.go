package gateway

import (
	"cmp"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/policy"
)

// node is one place in the tree of an API's templates.
type node struct {
	literals map[string]*node // by unescaped segment
	mixed    []mixedNode      // segments of text and variables, the most specific first
	variable *node
	leaves   []*route // templates that end here, the most specific query first
	wild     []*route // templates that end here with a wildcard
}

type mixedNode struct {
	pattern pattern
	next    *node
}

// add puts a route into the tree.
func (n *node) add(r *route) {
	for _, segment := range r.template.segments {
		n = n.child(segment)
	}
	list := &n.leaves
	if r.template.wildcard {
		list = &n.wild
	}
	*list = append(*list, r)
	slices.SortStableFunc(*list, func(a, b *route) int {
		return cmp.Compare(len(b.template.query), len(a.template.query))
	})
}

func (n *node) child(p pattern) *node {
	switch {
	case p.literal():
		if n.literals == nil {
			n.literals = map[string]*node{}
		}
		if n.literals[p[0]] == nil {
			n.literals[p[0]] = new(node)
		}
		return n.literals[p[0]]
	case p.variable():
		if n.variable == nil {
			n.variable = new(node)
		}
		return n.variable
	}
	return n.mixedChild(p)
}

func (n *node) mixedChild(p pattern) *node {
	shape := p.shape()
	for _, m := range n.mixed {
		if m.pattern.shape() == shape {
			return m.next
		}
	}
	m := mixedNode{p, new(node)}
	n.mixed = append(n.mixed, m)
	slices.SortStableFunc(n.mixed, func(a, b mixedNode) int {
		return cmp.Or(cmp.Compare(b.pattern.weight(), a.pattern.weight()), cmp.Compare(a.pattern.shape(), b.pattern.shape()))
	})
	return m.next
}

// shape is the pattern without the names of its variables.
func (p pattern) shape() string {
	var b strings.Builder
	for i, part := range p {
		if i%2 == 1 {
			part = "{}"
		}
		b.WriteString(part)
	}
	return b.String()
}

// lookup is a search for a call's operation. It does not allocate once its
// slices have grown.
type lookup struct {
	method string
	query  string // raw
	values []string
	route  *route
}

// find looks for the operation of the escaped path below the API's address.
// Literal segments win over mixed ones, those over variables, those over
// wildcards, from left to right.
func (l *lookup) find(root *node, path string) bool {
	l.route, l.values = nil, l.values[:0]
	path = strings.TrimPrefix(path, "/")
	return l.walk(root, path, path != "")
}

// walk matches the rest of a path; more says that there is another segment,
// which may be empty.
func (l *lookup) walk(n *node, rest string, more bool) bool {
	if !more {
		return l.choose(n.leaves) || l.wildcard(n, "")
	}
	segment, after, next := strings.Cut(rest, "/")
	if child := n.literals[unescape(segment)]; child != nil && l.walk(child, after, next) {
		return true
	}
	kept := len(l.values)
	for _, m := range n.mixed {
		var ok bool
		if l.values, ok = m.pattern.match(segment, l.values); ok && l.walk(m.next, after, next) {
			return true
		}
		l.values = l.values[:kept]
	}
	if n.variable != nil && segment != "" {
		l.values = append(l.values, segment)
		if l.walk(n.variable, after, next) {
			return true
		}
		l.values = l.values[:kept]
	}
	return l.wildcard(n, rest)
}

func (l *lookup) wildcard(n *node, rest string) bool {
	if len(n.wild) == 0 {
		return false
	}
	l.values = append(l.values, rest)
	if l.choose(n.wild) {
		return true
	}
	l.values = l.values[:len(l.values)-1]
	return false
}

// choose takes the first route of the method whose query parameters are present.
func (l *lookup) choose(routes []*route) bool {
	for _, r := range routes {
		if r.operation.Method == l.method && l.matchQuery(r.template.query) {
			l.route = r
			return true
		}
	}
	return false
}

func (l *lookup) matchQuery(patterns []queryPattern) bool {
	kept := len(l.values)
	for _, q := range patterns {
		value, ok := policy.QueryValue(l.query, q.name)
		if ok && (!q.value.variable() || value != "") {
			l.values, ok = q.value.match(value, l.values)
		} else if ok { // a variable may be empty in a query
			l.values = append(l.values, "")
		}
		if !ok {
			l.values = l.values[:kept]
			return false
		}
	}
	return true
}

// params appends the values under the names in the route's template.
func (l *lookup) params(to []policy.Param) []policy.Param {
	for i, name := range l.route.template.names {
		to = append(to, policy.Param{Name: name, Value: l.values[i], Query: i >= l.route.template.pathNames()})
	}
	return to
}

// pathNames is the number of names in the path.
func (t *template) pathNames() int {
	n := len(t.names)
	for _, q := range t.query {
		n -= len(q.value) / 2
	}
	return n
}
