package arm

import (
	"fmt"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Order is a parsed $orderby. The zero Order changes nothing.
type Order struct {
	terms []orderTerm
}

type orderTerm struct {
	path       []string
	descending bool
}

// ParseOrder parses "field [asc|desc], ..." over a kind's fields.
func ParseOrder(text string, fields apim.Fields, any bool) (Order, error) {
	var o Order
	if strings.TrimSpace(text) == "" {
		return o, nil
	}
	names := fieldNames{fields, any}
	for part := range strings.SplitSeq(text, ",") {
		words := strings.Fields(part)
		if len(words) == 0 || len(words) > 2 {
			return Order{}, InvalidQuery("$orderby", fmt.Sprintf("$orderby must be fields with asc or desc, separated by commas; %q is not.", shown(part)))
		}
		path, ok := names.path(words[0])
		if !ok {
			return Order{}, InvalidQuery("$orderby", fmt.Sprintf("$orderby: %q is not a field; %s.", shown(words[0]), names.hint()))
		}
		term := orderTerm{path: path}
		if len(words) == 2 {
			direction, ok := apim.Spelling(words[1], "asc", "desc")
			if term.descending = direction == "desc"; !ok {
				return Order{}, InvalidQuery("$orderby", fmt.Sprintf("$orderby: the direction must be asc or desc; it is %q.", shown(words[1])))
			}
		}
		o.terms = append(o.terms, term)
	}
	return o, nil
}

// Empty reports whether no order was given.
func (o Order) Empty() bool { return len(o.terms) == 0 }

// Sort orders items by their records, stably; absent values come first.
func Sort[T any](o Order, items []T, record func(T) Record) {
	slices.SortStableFunc(items, func(a, b T) int { return o.compare(record(a), record(b)) })
}

func (o Order) compare(a, b Record) int {
	for _, t := range o.terms {
		c := compareForOrder(a.value(t.path), b.value(t.path))
		if t.descending {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

func compareForOrder(a, b any) int {
	if c, _, ordered := compareValues(result{value: a}, result{value: b}); ordered {
		return c
	}
	return typeRank(a) - typeRank(b)
}

// typeRank orders values of different types: absent, false, true, numbers,
// text, everything else.
func typeRank(v any) int {
	switch v := v.(type) {
	case nil:
		return 0
	case bool:
		if v {
			return 2
		}
		return 1
	case float64:
		return 3
	case string:
		return 4
	}
	return 5
}
