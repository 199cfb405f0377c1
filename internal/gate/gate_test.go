package gate

import (
	"errors"
	"strings"
	"testing"
)

func times(n int, unit string) string { return strings.Repeat(unit, n) }

func TestGatesNameLineAndLimit(t *testing.T) {
	t.Parallel()
	const million = 1_000_000
	for _, c := range []struct {
		name string
		gate func(string) error
		text string
		want string // "": passes
	}{
		{"a schema", GraphQL, "type Query { a(b: [[Int!]!] = [[1]]): String # (((\n }", ""},
		{"brackets in texts are none", GraphQL, `"` + times(500, "[") + `" type A { """` + times(500, "{\n") + `""" b: Int }`, ""},
		{"lists of types", GraphQL, "type Query {\n a: " + times(3*million, "["), "line 2: brackets are nested deeper than 100."},
		{"selections", GraphQL, times(million, "{a"), "line 1: brackets are nested deeper than 100."},
		{"many tokens", GraphQL, times(million, "a "), "line 1: a schema may have 400000 names"},
		{"many comments", GraphQL, times(million, "#\n"), "line 400001: a schema may have 400000 names"},
		{"a file", Proto, "syntax = \"proto3\"; /* {{{{ */ message A { map<string, A> b = 1; } // ((((\n", ""},
		{"messages", Proto, times(million, "message A{\n"), "line 33: brackets are nested deeper than 32."},
		{"options", Proto, "option " + times(million, "("), "line 1: brackets are nested deeper than 32."},
		{"literals", Proto, "option (a) = " + times(million, "<b:"), "line 1: brackets are nested deeper than 32."},
		{"many signs", Proto, times(million, ";\n"), "line 400001: a .proto file may have 400000 names"},
		{"a long line", Proto, "enum E {" + times(million, "A=1;"), "line 1: the line is too long; write one declaration a line."},
		{"a long name", Proto, "message " + times(million, "A"), "line 1: a name may have 200 characters; this has 1000000."},
		{"long names around many", Proto, times(30, "message "+times(200, "A")+"{\n") + times(50_000, "int32 b=1;\n"), "the names with all names around them have more than 128 MB."},
		{"many imports", Proto, times(1000, "import \"a\";\n"), "line 201: a .proto file may import 200 files; this imports more."},
		{"HTML", HTML, "<div>" + times(1000, "<p>a<li>b<br>") + "</div>", ""},
		{"deep HTML", HTML, "\n" + times(1000, "<div>"), "line 2: elements are nested deeper than 100."},
	} {
		err := c.gate(c.text)
		if c.want == "" && err == nil {
			continue
		}
		var refused *Refused
		if !errors.As(err, &refused) || c.want == "" || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
