package graphql

import (
	"fmt"
	"strings"
	"testing"
)

func numbered(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

func TestASchemaWhoseCheckTakesTooLongIsRefused(t *testing.T) {
	t.Parallel()
	fields := numbered(1900, "a%d: Int\n")
	for _, c := range []struct{ name, text, want string }{
		{"a wide type", "type Query {\n" + numbered(5000, "a%d: Int\n") + "}", "line 1: a definition may have 2000 fields, arguments, values or interfaces; Query has more."},
		{"a wide type in pieces", "type Query { a: Int }\n" + numbered(5000, "extend type Query { a%d: Int }\n"), "line 1: a definition may have 2000 fields"},
		{"a wide enumeration", "type Query { a: E }\nenum E {" + numbered(5000, "A%d\n") + "}", "line 2: a definition may have 2000"},
		{"many arguments", "type Query { a(" + numbered(5000, "a%d: Int\n") + "): Int }", "line 1: a definition may have 2000"},
		{"a wide union", "type Query { a: Int }\nunion U = Query" + strings.Repeat("| Query", 5000), "line 2: a definition may have 2000"},
		{"wide interfaces", "interface I {" + fields + "}\ninterface J {" + fields + "}\ntype Query implements I & J {" + fields + "}", "line 3803: checking interfaces and directives takes more than"},
		{"one interface many times", "interface I {" + numbered(100, "a%d: Int\n") + "}\ntype Query implements " + strings.Repeat("I & ", 1500) + "I {" + numbered(100, "a%d: Int\n") + "}", "takes more than"},
		{"many places of a directive", "directive @d on " + strings.Repeat("FIELD | ", 5000) + "FIELD_DEFINITION\ntype Query {" + numbered(1900, "a%d: Int @d\n") + "}", "takes more than"},
	} {
		if _, err := Load(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}

func TestALargeSchemaIsRead(t *testing.T) {
	t.Parallel()
	text := "interface Node { id: ID! }\n" + numbered(2000, "type T%[1]d implements Node { id: ID! a(first: Int, after: String): [T%[1]d!] @deprecated(reason: \"old\") }\n") +
		"type Query {" + numbered(1900, "t%[1]d: T%[1]d\n") + "}"
	s, err := Load(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Query.Fields) < 1900 {
		t.Errorf("the query has %d fields", len(s.Query.Fields))
	}
}
