package arm

import (
	"strconv"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// Limits of a $filter expression.
const (
	maxFilter      = 8 << 10 // bytes
	maxFilterDepth = 64      // of nested parentheses and "not"
)

// Filter is a parsed $filter (apim-rest.md §2.3). The zero Filter matches all.
type Filter struct {
	root node
}

// Match evaluates the filter for one record.
func (f Filter) Match(r Record) bool { return f.root == nil || f.root.match(r) }

// Empty reports whether the filter matches everything because none was given.
func (f Filter) Empty() bool { return f.root == nil }

// node is a boolean expression.
type node interface{ match(r Record) bool }

// ParseFilter parses an expression over a kind's fields:
//
//	or, and, not, parentheses; eq ne gt ge lt le;
//	contains(f,s) startswith(f,s) endswith(f,s) substringof(s,f), alone or eq true/false
//
// with strings in single quotes, numbers, true, false, null and dates. If any
// is set, every path is a field ("en_us/title"). An empty expression matches
// all.
func ParseFilter(text string, fields apim.Fields, any bool) (Filter, error) {
	if strings.TrimSpace(text) == "" {
		return Filter{}, nil
	}
	if len(text) > maxFilter {
		return Filter{}, InvalidQuery("$filter", "$filter must be at most "+strconv.Itoa(maxFilter)+" bytes long.")
	}
	tokens, err := lexFilter(text)
	if err != nil {
		return Filter{}, err
	}
	p := &filterParser{tokens: tokens, names: fieldNames{fields, any}}
	root, err := p.or()
	if err != nil {
		return Filter{}, err
	}
	if t := p.peek(); t.kind != tokenEnd {
		return Filter{}, filterError(t.at, "%q is not expected here", shown(t.text))
	}
	return Filter{root}, nil
}

// fieldNames resolves what a client calls a field.
type fieldNames struct {
	fields apim.Fields
	any    bool
}

// path returns the path of a field; ok is false if it may not be used. Declared
// fields are found in any case and after "properties/".
func (n fieldNames) path(word string) (path []string, ok bool) {
	name := word
	if rest, found := strings.CutPrefix(name, "properties/"); found {
		name = rest
	}
	if field, ok := apim.Spelling(name, n.fields...); ok {
		return []string{field}, true
	}
	if !n.any || name == "" {
		return nil, false
	}
	return strings.Split(name, "/"), true
}

func (n fieldNames) hint() string {
	if n.any {
		return "a field is a path such as en_us/title"
	}
	if len(n.fields) == 0 {
		return "this list has no fields to filter by"
	}
	return "the fields are " + strings.Join(n.fields, ", ")
}

type filterParser struct {
	tokens []token
	pos    int
	depth  int
	names  fieldNames
}

func (p *filterParser) peek() token { return p.tokens[p.pos] }

func (p *filterParser) next() token {
	t := p.tokens[p.pos]
	if t.kind != tokenEnd {
		p.pos++
	}
	return t
}

// word consumes a keyword.
func (p *filterParser) word(w string) bool {
	if t := p.peek(); t.kind == tokenWord && strings.EqualFold(t.text, w) {
		p.pos++
		return true
	}
	return false
}

func (p *filterParser) expect(kind tokenKind, what string) error {
	if t := p.next(); t.kind != kind {
		return filterError(t.at, "%s is expected", what)
	}
	return nil
}

func (p *filterParser) or() (node, error) {
	left, err := p.and()
	for err == nil && p.word("or") {
		var right node
		right, err = p.and()
		left = orNode{left, right}
	}
	return left, err
}

func (p *filterParser) and() (node, error) {
	left, err := p.unary()
	for err == nil && p.word("and") {
		var right node
		right, err = p.unary()
		left = andNode{left, right}
	}
	return left, err
}

func (p *filterParser) unary() (node, error) {
	if p.depth++; p.depth > maxFilterDepth {
		return nil, filterError(p.peek().at, "the expression is nested deeper than %d levels", maxFilterDepth)
	}
	defer func() { p.depth-- }()
	switch {
	case p.word("not"):
		inner, err := p.unary()
		return notNode{inner}, err
	case p.peek().kind == tokenOpen:
		p.pos++
		inner, err := p.or()
		if err != nil {
			return nil, err
		}
		return inner, p.expect(tokenClose, "a closing parenthesis")
	}
	return p.comparison()
}

// comparison reads an operand or function call, an operator and an operand. A
// call or a field alone means "eq true".
func (p *filterParser) comparison() (node, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	op, ok := p.operator()
	if !ok {
		if left.kind == literalOperand {
			return nil, filterError(p.peek().at, "an operator is expected: eq, ne, gt, ge, lt or le")
		}
		return newComparison(left, opEq, operand{kind: literalOperand, value: true}), nil
	}
	right, err := p.operand()
	return newComparison(left, op, right), err
}

func (p *filterParser) operator() (compareOp, bool) {
	for op, name := range compareOps {
		if p.word(name) {
			return compareOp(op), true
		}
	}
	return 0, false
}

func (p *filterParser) operand() (operand, error) {
	t := p.next()
	switch t.kind {
	case tokenString:
		return literal(fold(t.text)), nil
	case tokenNumber:
		n, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			return operand{}, filterError(t.at, "%q is not a number", shown(t.text))
		}
		return literal(n), nil
	case tokenDate:
		when, ok := parseTime(t.text)
		if !ok {
			return operand{}, filterError(t.at, "%q is not a date", shown(t.text))
		}
		return literal(when), nil
	case tokenWord:
		return p.wordOperand(t)
	}
	return operand{}, filterError(t.at, "a field, a value or a function is expected")
}

func (p *filterParser) wordOperand(t token) (operand, error) {
	if p.peek().kind == tokenOpen {
		return p.call(t)
	}
	switch strings.ToLower(t.text) {
	case "true":
		return literal(true), nil
	case "false":
		return literal(false), nil
	case "null":
		return literal(nil), nil
	}
	path, ok := p.names.path(t.text)
	if !ok {
		return operand{}, filterError(t.at, "%q is not a field; %s", shown(t.text), p.names.hint())
	}
	return operand{kind: fieldOperand, path: path}, nil
}

func (p *filterParser) call(t token) (operand, error) {
	name := strings.ToLower(t.text)
	test, ok := stringTests[name]
	if !ok {
		return operand{}, filterError(t.at, "%q is not a function; the functions are contains, startswith, endswith, substringof", shown(t.text))
	}
	p.pos++ // the opening parenthesis
	first, err := p.operandOf(name)
	if err != nil {
		return operand{}, err
	}
	if err := p.expect(tokenComma, "a comma"); err != nil {
		return operand{}, err
	}
	second, err := p.operandOf(name)
	if err != nil {
		return operand{}, err
	}
	if err := p.expect(tokenClose, "a closing parenthesis"); err != nil {
		return operand{}, err
	}
	if name == "substringof" {
		first, second = second, first
	}
	return operand{kind: callOperand, test: test, text: &first, part: &second}, nil
}

// operandOf reads a function's argument: a field or a string, but not another call.
func (p *filterParser) operandOf(function string) (operand, error) {
	at := p.peek().at
	o, err := p.operand()
	if err == nil && o.kind == callOperand {
		return operand{}, filterError(at, "%s takes a field and a string", function)
	}
	return o, err
}

func literal(v any) operand {
	o := operand{kind: literalOperand, value: v}
	switch v := v.(type) {
	case string:
		o.when, o.timed = parseTime(v)
	case time.Time:
		o.when, o.timed = v, true
	}
	return o
}
