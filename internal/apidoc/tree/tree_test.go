package tree

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/cost"
)

var testLimits = Limits{Bytes: 1 << 20, Depth: 50, Aliases: 100, Parts: 100_000, YAMLParts: 100_000, Expanded: 1 << 20}

func mustParse(t *testing.T, text string) Node {
	t.Helper()
	d, err := Parse([]byte(text), testLimits)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return d.Root()
}

func TestYAMLIsReadAsTheJSONItMeans(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, yaml, json string }{
		{"words are strings", "a: yes\nb: on\nc: text", `{"a":"yes","b":"on","c":"text"}`},
		{"core scalars", "a: true\nb: False\nc: ~\nd:\ne: null", `{"a":true,"b":false,"c":null,"d":null,"e":null}`},
		{"numbers as written", "a: 1.50\nb: -0\nc: 12345678901234567890123\nd: 1e3", `{"a":1.50,"b":-0,"c":12345678901234567890123,"d":1e3}`},
		{"numbers JSON spells otherwise", "a: 0x1f\nb: 0o17\nc: .5\nd: +1\ne: 1_000\nf: .inf", `{"a":31,"b":15,"c":0.5,"d":1,"e":1000,"f":".inf"}`},
		{"a version stays what it is", "v: 1.10\nw: '1.10'", `{"v":1.10,"w":"1.10"}`},
		{"dates are strings", "a: 2024-01-31\nb: 2024-01-31T00:00:00Z", `{"a":"2024-01-31","b":"2024-01-31T00:00:00Z"}`},
		{"keys are strings", "200: ok\ntrue: x\nnull: y", `{"200":"ok","true":"x","null":"y"}`},
		{"blocks", "a: |\n  x\n  y\nb: >-\n  x\n  y", `{"a":"x\ny\n","b":"x y"}`},
		{"order is kept", "z: 1\na: 2", `{"z":1,"a":2}`},
		{"aliases", "a: &x [1]\nb: *x", `{"a":[1],"b":[1]}`},
		{"merge keys give way", "a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}", `{"a":{"k":1,"l":2},"b":{"k":3,"l":2}}`},
		{"merge keys in a list", "a: &x {k: 1}\nb: &y {k: 2, m: 3}\nc: {<<: [*x, *y]}", `{"a":{"k":1},"b":{"k":2,"m":3},"c":{"k":1,"m":3}}`},
		{"tags do not write JSON", "a: !!int \"{}\"\nb: !!float \"null\"", `{"a":"{}","b":"null"}`},
		{"markup is not escaped", "a: <b>&\"", `{"a":"<b>&\""}`},
		{"the first of several documents", "a: 1\n---\nb: 2", `{"a":1}`},
	} {
		if got := string(mustParse(t, c.yaml).Raw()); got != c.json {
			t.Errorf("%s: %s, want %s", c.name, got, c.json)
		}
	}
}

func TestNodesHaveTheirPlaces(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"{\n \"a/b\": {\n  \"c~\": [1,\n   {\"d\\u0022\": \"x\"}]}}",
		"# comment\na/b:\n  c~: [1,\n   {\"d\\\"\": x}]",
	} {
		n := mustParse(t, text)
		for _, step := range []string{"a/b", "c~", "1", `d"`} {
			n = n.Get(step)
		}
		if n.Text() != "x" || n.Pointer() != `/a~1b/c~0/1/d"` || n.Line() != 4 {
			t.Errorf("%q is at %s, line %d", n.Text(), n.Pointer(), n.Line())
		}
		if again := mustParse(t, text).At(n.Pointer()); again.Text() != "x" {
			t.Errorf("at %s is %s", n.Pointer(), again.Raw())
		}
	}
}

func TestLargeObjectsAndArraysAreFoundByIndex(t *testing.T) {
	t.Parallel()
	text := `{"o":{` + strings.Repeat(`"pad":0,`, 2000) + `"k":{"v":7}},"a":[` + strings.Repeat(`0,`, 2000) + `{"v":8}]}`
	root := mustParse(t, text)
	for pointer, want := range map[string]string{"/o/k/v": "7", "/a/2000/v": "8", "/o/none": "", "/a/-1": "", "/a/2001": "", "o": "", "": text} {
		if got := string(root.At(pointer).Raw()); got != want {
			t.Errorf("at %q is %.40s, want %.40s", pointer, got, want)
		}
	}
}

func TestAbsentNodesAnswerEverything(t *testing.T) {
	t.Parallel()
	var n Node
	if n.Exists() || n.Raw() != nil || n.Compact() != nil || n.Text() != "" || n.Literal() != "" || n.True() || n.Line() != 0 ||
		n.Pointer() != "" || n.Members() != nil || n.Items() != nil || n.Get("a").Exists() || n.At("/a").Exists() || n.Ref() != "" || n.Size() != 0 {
		t.Error("an absent node has something")
	}
}

func TestTheLastOfEqualMembersCounts(t *testing.T) {
	t.Parallel()
	n := mustParse(t, `{"a":1,"a":2}`)
	if n.Get("a").Literal() != "2" || n.Members().Get("a").Literal() != "2" || len(n.Members()) != 2 {
		t.Errorf("a is %s", n.Get("a").Raw())
	}
}

func TestReferencesAreListedOnce(t *testing.T) {
	t.Parallel()
	d, err := Parse([]byte(`{"a":{"$ref":"#/x"},"b":[{"$ref" : "#/x"},{"$ref":"y\u0031"},{"$ref":7},"$ref","\"$ref\":\"no\""]}`), testLimits)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(d.Refs(), " "); got != "#/x y1" {
		t.Errorf("the references are %q", got)
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{`{"a":[1,"x",{"b":null}]}`, "a: &x {b: [1, *x]}\nc: {<<: *x}", "- |\n  a\n- >\n  b", "? [a]\n: b", "a: !!int 0x_", "\ufeff{}"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		defer cost.Bound(t, len(data))()
		d, err := Parse(data, testLimits)
		if err != nil {
			var invalid *apim.InvalidError
			if !errors.As(err, &invalid) && !errors.Is(err, apim.ErrTooLarge) {
				t.Fatalf("the error %v has no kind", err)
			}
			return
		}
		if root := d.Root(); root.Exists() {
			if !json.Valid(root.Raw()) {
				t.Fatalf("not JSON: %s", root.Raw())
			}
			visit(t, root, 0)
		}
	})
}

// visit reads every value.
func visit(t *testing.T, n Node, depth int) {
	if depth > testLimits.Depth+1 {
		t.Fatalf("%s is deeper than allowed", n.Pointer())
	}
	if !json.Valid(n.Compact()) || n.Line() < 1 {
		t.Fatalf("a value at line %d is %s", n.Line(), n.Raw())
	}
	for _, item := range n.Items() {
		visit(t, item, depth+1)
	}
	for _, m := range n.Members() {
		visit(t, m.Value, depth+1)
	}
}
