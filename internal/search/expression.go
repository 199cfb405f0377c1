package search

import (
	"slices"
	"strings"
)

// expression is what the engine's full text search is asked: every group must be
// met by one of its conjunctions. Terms carry their set's letter.
type expression []group

type group []alternative

// within makes the expression that finds a search's words in one of the sets.
func (s search) within(set rune) expression {
	var e expression
	for _, c := range s.clauses {
		var g group
		for _, a := range c.alternatives {
			terms := make(alternative, len(a))
			for i, t := range a {
				terms[i] = term{string(set) + t.text, t.prefix}
			}
			g = append(g, terms)
		}
		if len(g) > 0 {
			e = append(e, g)
		}
	}
	return e
}

// anyWithin is met by one of the words.
func (s search) anyWithin(set rune) expression {
	return expression{slices.Concat(s.within(set)...)}
}

// exactly finds names and paths that are the query.
func (s search) exactly() expression {
	if s.whole == "" {
		return nil
	}
	return expression{{{{text: string(asWhole) + s.whole}}}}
}

// ofAny adds that a document belongs to one of the APIs (keys).
func (e expression) ofAny(apis []string) expression {
	var g group
	for _, api := range apis {
		g = append(g, alternative{{text: apiTerm(api)}})
	}
	return append(slices.Clone(e), g)
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
	groups := make([]string, len(e))
	for i, g := range e {
		alternatives := make([]string, len(g))
		for j, a := range g {
			terms := make([]string, len(a))
			for k, t := range a {
				terms[k] = op.quote + t.text + op.quote
				if t.prefix {
					terms[k] += op.prefix
				}
			}
			alternatives[j] = "(" + strings.Join(terms, op.and) + ")"
		}
		groups[i] = "(" + strings.Join(alternatives, op.or) + ")"
	}
	return strings.Join(groups, op.and)
}
