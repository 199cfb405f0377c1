package cost

import (
	"fmt"
	"strings"
)

// text makes a text of about n bytes.
type text func(n int) string

// repeated is a unit again and again between two texts.
func repeated(before, unit, after string) text {
	return func(n int) string { return before + strings.Repeat(unit, max(n/len(unit), 1)) + after }
}

// nested is what opens as often as what shuts.
func nested(before, open, inner, shut, after string) text {
	return func(n int) string {
		times := max(n/(len(open)+len(shut)), 1)
		return before + strings.Repeat(open, times) + inner + strings.Repeat(shut, times) + after
	}
}

// numbered is a unit with a number of its own each time, which %[1]d names.
func numbered(before, unit, after string) text {
	return func(n int) string {
		var b strings.Builder
		b.WriteString(before)
		for i := 1; b.Len() < n; i++ {
			fmt.Fprintf(&b, unit, i)
		}
		b.WriteString(after)
		return b.String()
	}
}

// squared is n units of one kind and n of another, which a careless reader would
// set against each other.
func squared(before, one, between, other, after string) text {
	return func(n int) string {
		return numbered(before, one, between)(n/2) + numbered("", other, after)(n/2)
	}
}
