package gateway

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/cost"
	"github.com/portico-portal/portico/internal/policy"
)

// tree makes the tree of operations given as "METHOD /template".
func tree(operations ...string) *node {
	root := new(node)
	for _, o := range operations {
		method, text, _ := strings.Cut(o, " ")
		root.add(&route{template: parseTemplate(text), operation: policy.Operation{ID: apim.Name(o), Method: method}})
	}
	return root
}

// found is the operation that a call "METHOD /path?query" reaches, with its parameters.
func found(root *node, call string) string {
	method, target, _ := strings.Cut(call, " ")
	path, query, _ := strings.Cut(target, "?")
	l := lookup{method: method, query: query}
	if !l.find(root, path) {
		return ""
	}
	s := string(l.route.operation.ID)
	for _, p := range l.params(nil) {
		s += fmt.Sprintf(" %s=%s", p.Name, p.Value)
	}
	return s
}

func TestCallsReachTheirOperation(t *testing.T) {
	t.Parallel()
	root := tree(
		"GET /", "GET /pets", "POST /pets", "GET /pets/", "GET /pets/{id}", "GET /pets/mine", "PUT /pets/{pet}",
		"GET /pets/{id}/photos/{photo}.png", "GET /pets/{id}/photos/{photo}", "GET /compare/{base}...{head}", "POST /models/{name}:run",
		"GET /files/{*path}", "GET /any/*", "GET /a b/{x}", "HEAD /pets", "GET /search?q={q}", "GET /search?q={q}&kind=cat", "GET /search",
		"GET /x/{a}/y", "GET /x/lit/z", "GET /sum?a={a}&b={b}", "GET /v-{n}", "GET /w-{n}", "PUT /v-{m}",
		"GET /dl/{n}.gz", "GET /dl/{n}.tar.gz", "GET /escaped?%66oo={x}", "GET /open{x", "GET /pair/{a}{b}",
	)
	tests := map[string]string{
		"GET ":                           "GET /",
		"GET /":                          "GET /",
		"GET /pets":                      "GET /pets",
		"POST /pets":                     "POST /pets",
		"HEAD /pets":                     "HEAD /pets",
		"HEAD /pets/1":                   "",
		"DELETE /pets":                   "",
		"GET /pets/":                     "GET /pets/",
		"GET /pets/1":                    "GET /pets/{id} id=1",
		"PUT /pets/1":                    "PUT /pets/{pet} pet=1",
		"GET /pets/mine":                 "GET /pets/mine",
		"PUT /pets/mine":                 "PUT /pets/{pet} pet=mine",
		"GET /pets/a%2Fb":                "GET /pets/{id} id=a%2Fb",
		"GET /Pets":                      "",
		"GET /%70ets":                    "GET /pets",
		"GET /pets//photos/1":            "",
		"GET /pets/1/photos/2.png":       "GET /pets/{id}/photos/{photo}.png id=1 photo=2",
		"GET /pets/1/photos/2.jpg":       "GET /pets/{id}/photos/{photo} id=1 photo=2.jpg",
		"GET /pets/1/photos/.png":        "GET /pets/{id}/photos/{photo} id=1 photo=.png",
		"GET /compare/a...b...c":         "GET /compare/{base}...{head} base=a head=b...c",
		"GET /compare/a..b":              "",
		"POST /models/m:run":             "POST /models/{name}:run name=m",
		"POST /models/m":                 "",
		"GET /files/a/b//c":              "GET /files/{*path} path=a/b//c",
		"GET /files/":                    "GET /files/{*path} path=",
		"GET /files":                     "GET /files/{*path} path=",
		"GET /any/x":                     "GET /any/* *=x",
		"GET /a%20b/1":                   "GET /a b/{x} x=1",
		"GET /search?q=1":                "GET /search?q={q} q=1",
		"GET /search?x=1&Q=2":            "GET /search?q={q} q=2",
		"GET /search?q=":                 "GET /search?q={q} q=",
		"GET /search?q=1&kind=cat":       "GET /search?q={q}&kind=cat q=1",
		"GET /search?q=1&kind=dog":       "GET /search?q={q} q=1",
		"GET /search":                    "GET /search",
		"GET /sum?b=2&a=1":               "GET /sum?a={a}&b={b} a=1 b=2",
		"GET /sum?a=1":                   "",
		"GET /x/lit/y":                   "GET /x/{a}/y a=lit",
		"GET /v-1":                       "GET /v-{n} n=1",
		"GET /w-1":                       "GET /w-{n} n=1",
		"PUT /v-1":                       "PUT /v-{m} m=1",
		"PUT /w-1":                       "",
		"GET /v-":                        "",
		"GET /dl/a.tar.gz":               "GET /dl/{n}.tar.gz n=a",
		"GET /dl/a.gz":                   "GET /dl/{n}.gz n=a",
		"GET /open%7Bx":                  "GET /open{x",
		"GET /open1":                     "",
		"GET /pair/xy":                   "GET /pair/{a}{b} a=x b=y",
		"GET /pair/x":                    "",
		"GET /escaped?foo=1":             "GET /escaped?%66oo={x} x=1",
		"GET /x/lit/z":                   "GET /x/lit/z",
		"GET /files/..a/b..":             "GET /files/{*path} path=..a/b..",
		"GET /pets/%zz":                  "GET /pets/{id} id=%zz",
		"GET /nothing":                   "",
		"GET /pets/1/photos/2/3":         "",
		"OPTIONS /pets":                  "",
		"GET /pets/1/photos/%2e%2e.png":  "GET /pets/{id}/photos/{photo}.png id=1 photo=%2e%2e",
		"GET /compare/main...feature/x":  "",
		"GET /compare/main...feature%2f": "GET /compare/{base}...{head} base=main head=feature%2f",
	}
	for call, want := range tests {
		if got := found(root, call); got != want {
			t.Errorf("%s reached %q, want %q", call, got, want)
		}
	}
}

func TestParametersSayWhetherTheyAreOfTheQuery(t *testing.T) {
	t.Parallel()
	root := tree("GET /x/{a}/{b}-{c}/*?d={d}&e=1&f=x{f}y{g}")
	l := lookup{method: "GET", query: "f=xFyG&e=1&d=D"}
	if !l.find(root, "/x/A/B-C/rest") {
		t.Fatal("the operation is not found")
	}
	got := fmt.Sprint(l.params(nil))
	want := fmt.Sprint([]policy.Param{
		{Name: "a", Value: "A"}, {Name: "b", Value: "B"}, {Name: "c", Value: "C"}, {Name: "*", Value: "rest"},
		{Name: "d", Value: "D", Query: true}, {Name: "f", Value: "F", Query: true}, {Name: "g", Value: "G", Query: true},
	})
	if got != want {
		t.Errorf("parameters %s, want %s", got, want)
	}
}

// What any server could read as a step up or down the path is seen, however it is written.
func TestDotSegmentsAreSeen(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		".": true, "..": true, "/.": true, "/a/../b": true, "%2e": true, "/%2E%2e/": true, "/a/.%2e": true, "/..;x=1": true, "/%2f..": true, "/%5c..": true,
		"/a%5c.%5cb": true, `/\..`: true, "/a/..%2fb": true,
		"": false, "/": false, "/a": false, "/a.b": false, "/...": false, "/..a": false, "/a..": false, "/%41": false, "/a;..": false, "/%zz": false, "/.%zz": false,
	} {
		if got := hasDotSegment(path); got != want {
			t.Errorf("%q has a dot segment: %v, want %v", path, got, want)
		}
	}
}

func TestRevisionsInPathsAreCut(t *testing.T) {
	t.Parallel()
	for path, want := range map[string][3]string{
		"/echo;rev=2/x": {"/echo", "2", "/x"}, "/echo;REV=2": {"/echo", "2", ""}, "/echo/;rev=A/": {"/echo", "a", "/"}, ";rev=1": {"", "1", ""},
		"/echo": {}, "/echo;rev=": {}, "/echo;rev=/x": {}, "/echo;rev": {}, "/echo;": {}, "/echo;v=2": {}, "/echo;;rev=2": {}, "": {},
	} {
		prefix, number, rest, ok := cutRevision(path)
		if ok != (want[1] != "") || ok && [3]string{prefix, number, rest} != want {
			t.Errorf("%q is cut into %q, %q and %q (%v), want %q", path, prefix, number, rest, ok, want)
		}
	}
}

func TestPathsOfAnyLengthAreLookedUp(t *testing.T) {
	t.Parallel()
	longest := strings.Repeat("/a", maxDepth)
	for address, want := range map[string]int{"": 0, "/a": 1, "/a/b/": 2, longest: maxDepth, longest + "/a": 0} {
		if got := segments(address); got != want {
			t.Errorf("%d bytes of address have %d segments, want %d", len(address), got, want)
		}
	}
	a := addresses{depth: maxDepth}
	for _, path := range []string{"", "/", "//", longest, longest + "/a", strings.Repeat("/", 1000)} {
		if got := a.find(path, "", nil); got.revision != nil {
			t.Errorf("%.20q leads to %+v where there is nothing", path, got)
		}
	}
}

var variables = regexp.MustCompile(`\{[^}]*\}`)

// oracle finds the operation by trying a regular expression for each template
// and comparing how specific the matching ones are, segment by segment.
func oracle(operations []string, call string) string {
	method, path, _ := strings.Cut(call, " ")
	var best string
	var rank []string
	for _, o := range operations {
		m, text, _ := strings.Cut(o, " ")
		expression, ranks := "^", []string(nil)
		for s := range strings.SplitSeq(strings.TrimPrefix(text, "/"), "/") {
			literals := variables.ReplaceAllString(s, "")
			switch {
			case s == "*":
				expression, ranks = expression+"(/.*)?", append(ranks, "3")
			case literals == s:
				expression, ranks = expression+"/"+regexp.QuoteMeta(s), append(ranks, "1")
			default:
				shape := variables.ReplaceAllString(s, "{}")
				expression += "/" + strings.ReplaceAll(regexp.QuoteMeta(shape), regexp.QuoteMeta("{}"), "[^/]+")
				ranks = append(ranks, fmt.Sprintf("2 %03d %s", 999-len(literals), shape))
			}
		}
		if m == method && regexp.MustCompile(expression+"$").MatchString(path) && (best == "" || slices.Compare(ranks, rank) < 0) {
			best, rank = o, ranks
		}
	}
	return best
}

func TestTheTreeAgreesWithTryingEveryTemplate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		segment := rapid.SampledFrom([]string{"a", "b", "ab", "{x}", "{y}", "a{x}", "{x}b", "{x}-{y}", "a-{x}"})
		template := rapid.Custom(func(t *rapid.T) string {
			s := "/" + strings.Join(rapid.SliceOfN(segment, 1, 4).Draw(t, "segments"), "/")
			if rapid.Bool().Draw(t, "wildcard") {
				s += "/*"
			}
			return rapid.SampledFrom([]string{"GET ", "PUT "}).Draw(t, "method") + s
		})
		shape := func(o string) string { return variables.ReplaceAllString(o, "{}") }
		operations := rapid.SliceOfNDistinct(template, 1, 12, shape).Draw(t, "operations")
		word := rapid.SampledFrom([]string{"a", "b", "ab", "aa", "a-b", "-", "bab", "a-a-b"})
		call := rapid.SampledFrom([]string{"GET ", "PUT "}).Draw(t, "method") + "/" + strings.Join(rapid.SliceOfN(word, 1, 5).Draw(t, "path"), "/")
		root := tree(operations...)
		got, want := found(root, call), oracle(operations, call)
		if want == "" && got != "" || want != "" && !strings.HasPrefix(got+" ", want+" ") {
			t.Fatalf("%s among %q reached %q, want %q", call, operations, got, want)
		}
	})
}

func FuzzRoutes(f *testing.F) {
	f.Add("/a/{x}/{y}.json/*?q={z}&r=1", "/a/b/c.json/d?q=%20", "GET")
	f.Add("/{a}{b}/{", "/xy/{", "GET")
	f.Fuzz(func(t *testing.T, text, target, method string) {
		defer cost.Bound(t, len(text)+len(target))()
		root := tree(method+" "+text, "GET /{other}", "GET /*")
		path, query, _ := strings.Cut(target, "?")
		l := lookup{method: method, query: query}
		if l.find(root, path) && len(l.values) != len(l.route.template.names) {
			t.Errorf("%q by %q: %d values for the names %q", target, text, len(l.values), l.route.template.names)
		}
	})
}

func BenchmarkMatchAmong1200Operations(b *testing.B) {
	root := new(node)
	for i := range 400 {
		for _, method := range []string{"GET", "PUT", "DELETE"} {
			root.add(&route{
				template:  parseTemplate(fmt.Sprintf("/repos/{owner}/{repo}/kind%d/{id}", i)),
				operation: policy.Operation{Method: method},
			})
		}
	}
	l := lookup{method: "PUT"}
	b.ReportAllocs()
	for b.Loop() {
		if !l.find(root, "/repos/portico/portal/kind399/17") {
			b.Fatal("no match")
		}
	}
}

// Of the operations in memory those of the API that was called longest ago are
// dropped first; one API stays, however large.
func TestTheLeastRecentlyCalledAPIIsDropped(t *testing.T) {
	t.Parallel()
	l := &loadedRoutes{max: 3, entries: map[*revision]*routes{}}
	load := func(count int) *revision {
		rev, rt := new(revision), &routes{count: count}
		rev.routes.Store(rt)
		l.add(rev, rt)
		return rev
	}
	kept := func(revisions ...*revision) (s string) {
		for _, rev := range revisions {
			s += fmt.Sprint(rev.routes.Load() != nil, " ")
		}
		return s
	}
	a, b, c := load(1), load(1), load(1)
	if got := kept(a, b, c); got != "true true true " {
		t.Errorf("as many as allowed: kept %s", got)
	}
	l.touch(a.routes.Load())
	d := load(1)
	if got := kept(a, b, c, d); got != "true false true true " {
		t.Errorf("one more, b not called since: kept %s", got)
	}
	big := load(7)
	if got := kept(a, c, d, big); got != "false false false true " || l.total != 7 {
		t.Errorf("one larger than all: kept %s, %d operations", got, l.total)
	}
	l.drop(big, a)
	if l.total != 0 || len(l.entries) != 0 {
		t.Errorf("after the last was dropped there are %d operations", l.total)
	}
}
