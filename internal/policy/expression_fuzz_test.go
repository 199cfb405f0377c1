package policy

import (
	"testing"

	"github.com/portico-portal/portico/internal/cost"
)

// FuzzExpression: an expression ends within its text, with the bracket that it
// began with, and what follows does not matter.
func FuzzExpression(f *testing.F) {
	for _, s := range []string{`@(a)`, `@{ return ")"; }`, `x @(b("c\"" + 'd' /* ) */)) e`, "@(// )\n)", `@($"{a}")`, `@(@"b""c")`, "@(("} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer cost.Bound(t, len(text))()
		start := findExpression(text)
		if start < 0 {
			return
		}
		end, ok := expressionEnd(text, start)
		if !ok {
			return
		}
		if last := text[end-1]; end > len(text) || last != ')' && last != '}' {
			t.Fatalf("%q: the expression from %d ends at %d", text, start, end)
		}
		if again, ok := expressionEnd(text[:end], start); !ok || again != end {
			t.Errorf("%q: alone the expression ends at %d, not %d", text, again, end)
		}
	})
}
