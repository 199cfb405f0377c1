package gate

import (
	"errors"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/cost"
)

// FuzzGates: a gate names a line of the text, and space at the end changes nothing.
func FuzzGates(f *testing.F) {
	for _, s := range []string{"type A { b: [[Int]] } # (", "message A { /* } */ string b = 1 [c = \"d\"]; }", "<p><b>a</p><br/>", `"""\""" """`, "'\\", strings.Repeat("[", 200), strings.Repeat("<b>", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer cost.Bound(t, len(text))()
		for name, gate := range map[string]func(string) error{"GraphQL": GraphQL, "proto": Proto, "HTML": HTML} {
			err := gate(text)
			var refused *Refused
			if errors.As(err, &refused) && (refused.Line < 1 || refused.Line > 1+strings.Count(text, "\n")) {
				t.Errorf("%s: the text has no line %d", name, refused.Line)
			}
			if again := gate(text + "\n"); (err == nil) != (again == nil) {
				t.Errorf("%s: %v, and with a line more %v", name, err, again)
			}
		}
	})
}
