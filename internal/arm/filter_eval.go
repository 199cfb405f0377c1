package arm

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

type andNode struct{ left, right node }
type orNode struct{ left, right node }
type notNode struct{ inner node }

func (n andNode) match(r Record) bool { return n.left.match(r) && n.right.match(r) }
func (n orNode) match(r Record) bool  { return n.left.match(r) || n.right.match(r) }
func (n notNode) match(r Record) bool { return !n.inner.match(r) }

type compareOp uint8

const (
	opEq compareOp = iota
	opNe
	opGt
	opGe
	opLt
	opLe
)

var compareOps = [...]string{opEq: "eq", opNe: "ne", opGt: "gt", opGe: "ge", opLt: "lt", opLe: "le"}

type compareNode struct {
	left  operand
	op    compareOp
	right operand
}

// match compares two values. Values of different types are neither equal nor
// ordered, and null is equal only to null.
func (n *compareNode) match(r Record) bool {
	order, equal, ordered := compareValues(n.left.eval(r), n.right.eval(r))
	switch n.op {
	case opEq:
		return equal
	case opNe:
		return !equal
	case opGt:
		return ordered && order > 0
	case opGe:
		return ordered && order >= 0
	case opLt:
		return ordered && order < 0
	default:
		return ordered && order <= 0
	}
}

// newComparison makes a comparison. The most common filter of long lists, a
// function of a field and a text, has its own node, which is several times
// faster.
func newComparison(left operand, op compareOp, right operand) node {
	yes, isBool := right.value.(bool)
	if left.kind == callOperand && left.text.kind == fieldOperand && op == opEq && isBool {
		if part, ok := left.part.value.(string); ok {
			return &testNode{field: left.text.path, at: -1, test: left.test, part: part, want: yes}
		}
	}
	return &compareNode{left, op, right}
}

// testNode is a function of a field and a text, eq true or false.
type testNode struct {
	field []string
	at    int // index of the field in a record's list; -1: unknown
	test  func(s, part string) bool
	part  string
	want  bool
}

func (n *testNode) match(r Record) bool {
	var value any
	if n.at >= 0 && n.at < len(r.list) {
		value = r.list[n.at]
	} else {
		value = r.value(n.field)
	}
	s, ok := value.(string)
	return (ok && n.test(s, n.part)) == n.want
}

// Bind tells a filter for which fields its records are made, so that it finds
// values by index instead of by name.
func (f Filter) Bind(fields apim.Fields) { bind(f.root, fields) }

func bind(n node, fields apim.Fields) {
	switch n := n.(type) {
	case andNode:
		bind(n.left, fields)
		bind(n.right, fields)
	case orNode:
		bind(n.left, fields)
		bind(n.right, fields)
	case notNode:
		bind(n.inner, fields)
	case *testNode:
		if len(n.field) == 1 {
			n.at = slices.Index(fields, n.field[0])
		}
	}
}

type operandKind uint8

const (
	literalOperand operandKind = iota
	fieldOperand
	callOperand
)

// operand is a literal, a field or a function call.
type operand struct {
	kind operandKind

	value any // literal: string (lower case), float64, bool, nil, time.Time
	when  time.Time
	timed bool // whether when holds the literal as a time

	path []string // field

	test       func(s, part string) bool // call
	text, part *operand
}

// result is an evaluated operand.
type result struct {
	value any
	when  time.Time
	timed bool // whether it is a literal that reads as a time
}

func (o *operand) eval(r Record) result {
	switch o.kind {
	case fieldOperand:
		return result{value: r.value(o.path)}
	case callOperand:
		text, ok1 := o.text.eval(r).value.(string)
		part, ok2 := o.part.eval(r).value.(string)
		return result{value: ok1 && ok2 && o.test(text, part)}
	}
	return result{o.value, o.when, o.timed}
}

// stringTests are the functions; substringof has its arguments swapped by the parser.
var stringTests = map[string]func(s, part string) bool{
	"contains":    strings.Contains,
	"substringof": strings.Contains,
	"startswith":  strings.HasPrefix,
	"endswith":    strings.HasSuffix,
}

// compareValues orders two values. Two strings are compared as times if one is
// a literal that reads as a time and the other reads as one too.
func compareValues(a, b result) (order int, equal, ordered bool) {
	if a.timed || b.timed {
		if at, ok := a.asTime(); ok {
			if bt, ok := b.asTime(); ok {
				order = at.Compare(bt)
				return order, order == 0, true
			}
		}
	}
	switch av := a.value.(type) {
	case string:
		if bv, ok := b.value.(string); ok {
			order = strings.Compare(av, bv)
			return order, order == 0, true
		}
	case float64:
		if bv, ok := b.value.(float64); ok {
			order = cmp.Compare(av, bv)
			return order, order == 0, true
		}
	case bool:
		bv, ok := b.value.(bool)
		return 0, ok && av == bv, false
	case nil:
		return 0, b.value == nil, false
	}
	return 0, false, false
}

func (v result) asTime() (time.Time, bool) {
	if v.timed {
		return v.when, true
	}
	s, ok := v.value.(string)
	if !ok {
		return time.Time{}, false
	}
	return parseTime(s)
}
