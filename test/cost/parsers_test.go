package cost

import (
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/cost"
)

// parsers are all readers of what others wrote, each with input that would make
// a careless one recurse or look twice.
var parsers = []struct {
	name  string
	most  int // bytes that may arrive
	parse func(text string)
	texts map[string]func(n int) string
}{
	{"$filter", 1 << 20, func(text string) { _, _ = arm.ParseFilter(text, nil, true) }, map[string]func(int) string{
		"brackets": func(n int) string { return strings.Repeat("(", n) },
		"nots":     func(n int) string { return strings.Repeat("not ", n/4) },
	}},
}

func TestParsersTakeTwiceAsLongForTwiceTheText(t *testing.T) {
	for _, p := range parsers {
		for kind, text := range p.texts {
			t.Run(p.name+": "+kind, func(t *testing.T) {
				cost.CPU(t, cost.Sizes{From: 1 << 10, To: p.most}, func(n int) func() {
					s := text(n)
					return func() { p.parse(s) }
				})
			})
		}
	}
}
