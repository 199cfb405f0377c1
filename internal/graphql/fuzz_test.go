package graphql

import (
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/cost"
)

// FuzzLoad: no panic, and a remark at the end changes nothing.
func FuzzLoad(f *testing.F) {
	for _, s := range []string{"type Query { a(b: [Int!] = [1]): Query @deprecated }", "interface I { a: I } type Query implements I { a: Query }", "directive @d(a: I) repeatable on ENUM\ninput I { b: E }\nenum E { A @d }", "schema { query: Q } extend type Q { a: Int } union U = Q", "{a{b}}", "[[[[", `""" \""" """ scalar A`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		defer cost.Bound(t, 2*len(text))()
		schema, err := Load(text)
		if (schema == nil) == (err == nil) {
			t.Fatalf("a schema %v and the error %v", schema, err)
		}
		if err == nil && !strings.Contains(text, "\"") {
			if _, err := Load(text + "\n# the end"); err != nil {
				t.Fatalf("a remark at the end: %v", err)
			}
		}
	})
}
