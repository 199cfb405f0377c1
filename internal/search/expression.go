package search

import "strings"

// expression is a full text query: one of its conjunctions must be met. The
// engines process flat conjunctions fastest. Terms carry their set's letter.
type expression []conjunction

// conjunction is met when all its groups are.
type conjunction []group

// maxConjunctions bounds the expression of a query with several compound words;
// beyond it only their pieces are looked for.
const maxConjunctions = 8

// within makes the expression that finds all words of a search in one of the sets.
func (s search) within(set rune) expression {
	all := expression{nil}
	for _, c := range s.clauses {
		alternatives := c.alternatives
		if n := len(alternatives); n > 0 && len(all)*n > maxConjunctions {
			alternatives = alternatives[n-1:]
		}
		var next expression
		for _, begun := range all {
			for _, a := range alternatives {
				next = append(next, append(begun[:len(begun):len(begun)], a.in(set)...))
			}
		}
		if next != nil {
			all = next
		}
	}
	if all[0] == nil {
		return nil
	}
	return all
}

// anyWithin is met by one of the words.
func (s search) anyWithin(set rune) expression {
	var e expression
	for _, c := range s.clauses {
		for _, a := range c.alternatives {
			e = append(e, a.in(set))
		}
	}
	return e
}

// exactly finds names and paths equal to the query.
func (s search) exactly() expression {
	if s.whole == "" {
		return nil
	}
	return expression{{{{text: string(asWhole) + s.whole}}}}
}

// in puts the set's letter before the terms.
func (a alternative) in(set rune) conjunction {
	c := make(conjunction, len(a))
	for i, g := range a {
		for _, t := range g {
			c[i] = append(c[i], term{string(set) + t.text, t.prefix})
		}
	}
	return c
}

// and adds a group that must be met too.
func (e expression) and(g group) expression {
	all := make(expression, len(e))
	for i, c := range e {
		all[i] = append(conjunction{g}, c...)
	}
	return all
}

// operators are how an engine spells an expression.
type operators struct{ and, or, quote, prefix string }

var dialects = map[string]operators{
	"sqlite":   {" AND ", " OR ", `"`, " *"},
	"postgres": {" & ", " | ", `'`, ":*"},
}

// spell writes the expression for an engine.
func (e expression) spell(dialect string) string {
	op := dialects[dialect]
	var b strings.Builder
	for i, c := range e {
		b.WriteString(between(i, op.or) + "(")
		for j, g := range c {
			b.WriteString(between(j, op.and) + "(")
			for k, t := range g {
				b.WriteString(between(k, op.or) + op.quote + t.text + op.quote)
				if t.prefix {
					b.WriteString(op.prefix)
				}
			}
			b.WriteString(")")
		}
		b.WriteString(")")
	}
	return b.String()
}

// between is the separator, except before the first.
func between(i int, separator string) string {
	if i == 0 {
		return ""
	}
	return separator
}
