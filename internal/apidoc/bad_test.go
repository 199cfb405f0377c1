package apidoc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// oneOperation is a description with text in place of its paths' content.
func oneOperation(operation string) string {
	return `{"openapi":"3.0.0","info":{"title":"T","version":"1"},"paths":{"/a":{"get":` + operation + `}}}`
}

func TestBadDescriptionsAreRefusedWithThePlace(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`[`, 10_000) + strings.Repeat(`]`, 10_000)
	for _, c := range []struct {
		name, data, target, message string
	}{
		{"JSON with a comma too many", "{\n \"openapi\": \"3.0.0\",,\n}", "2:", "not JSON"},
		{"JSON that ends early", "{\n \"openapi\": \"3.0.0\",\n", "3:", "not JSON"},
		{"YAML with a tab", "openapi: 3.0.0\ninfo:\n\ttitle: x\n", "3:1", "not YAML"},
		{"YAML with an unclosed quote", "openapi: \"3.0.0\npaths: {}\n", ":1", "not YAML"},
		{"an empty text", "", "1:1", "empty"},
		{"a text that is no description", "hello", "/", "is an object"},
		{"HTML", "<html></html>", "/", "is an object"},
		{"text that is not UTF-8", "openapi: 3.0.0\ninfo: \xff\xfe", "2:7", "UTF-8"},
		{"an object without version", `{"paths":{}}`, "/", "openapi or swagger"},
		{"OpenAPI 4", `{"openapi":"4.0.0","paths":{}}`, "/openapi", "not supported"},
		{"Swagger 1.2", "swagger: 1.2\npaths: {}", "/swagger", "line 1: Swagger"},
		{"no paths", `{"openapi":"3.0.0","info":{}}`, "/", "no paths"},
		{"empty paths", "openapi: 3.0.0\ninfo: {}\npaths: {}", "/paths", "line 3: the paths have no operations"},
		{"a path that is a list", `{"openapi":"3.0.0","paths":{"/a":[]}}`, "/paths/~1a", "must be an object"},
		{"an operation that is a string", `{"openapi":"3.0.0","paths":{"/a":{"get":"x"}}}`, "/paths/~1a/get", "must be an object"},
		{"a path in another file", "openapi: 3.0.0\npaths:\n  /a:\n    $ref: paths/a.yaml\n", "/paths/~1a", `"paths/a.yaml", which is not in this document`},
		{"a path on another host", `{"openapi":"3.0.0","paths":{"/a":{"$ref":"http://169.254.169.254/latest"}}}`, "/paths/~1a", "not in this document"},
		{"a path with unbalanced braces", `{"openapi":"3.0.0","paths":{"/a/{b":{"get":{}}}}`, "/paths/~1a~1{b/get", "unbalanced braces"},
		{"a path too long", `{"openapi":"3.0.0","paths":{"/` + strings.Repeat("a", 2000) + `":{"get":{}}}}`, "/paths/", "at most 1000"},
		{"JSON nested 10,000 deep", oneOperation(`{"x-a":` + deep + `}`), "1:", "nested deeper than 200"},
		{"YAML nested 10,000 deep", "openapi: 3.0.0\nx: " + deep, "", "nested deeper than 200"},
		{"YAML nested 20,000 deep", "openapi: 3.0.0\nx: " + strings.Repeat("[", 20_000), "1:1", "nested deeper than 200"},
		{"YAML whose aliases explode", bomb(), ":", "more than 1000 uses of aliases"},
		{"YAML that refers to itself", "openapi: &a {x: *a}\n", "", ""},
		{"YAML with a list as key", "openapi: 3.0.0\n? [a, b]\n: 1\n", "2:3", "key must be a string"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, err := Parse(t.Context(), []byte(c.data), Options{})
			var invalid *apim.InvalidError
			if !errors.As(err, &invalid) || len(invalid.Violations) == 0 {
				t.Fatalf("the error is %v, not one that names fields", err)
			}
			v := invalid.Violations[0]
			if !strings.Contains(v.Target, c.target) || !strings.Contains(v.Message, c.message) {
				t.Errorf("the answer is %.100s: %.300s; want %s: %s", v.Target, v.Message, c.target, c.message)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// bomb is a YAML document of a kilobyte that means a billion strings.
func bomb() string {
	var b strings.Builder
	b.WriteString("openapi: 3.0.0\nx-a0: &a0 [lol]\n")
	for i := 1; i <= 9; i++ {
		fmt.Fprintf(&b, "x-a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d,", i-1), 9), i-1)
	}
	return b.String() + "paths: {/a: {get: {}}}\n"
}

func TestTooMuchIsRefused(t *testing.T) {
	t.Parallel()
	item := `{"get":{"parameters":[{"$ref":"#/components/parameters/P"}]}}`
	var paths strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&paths, `"/p%d":%s,`, i, item)
	}
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"200 MB", bytes.Repeat([]byte(" "), 200<<20)},
		{"YAML of millions of lines", bytes.Repeat([]byte("- a\n"), 3_000_000)},
		{"JSON of millions of values", []byte(`{"openapi":"3.0.0","x":[` + strings.Repeat("0,", 7_000_000) + `0]}`)},
		{"YAML that expands a large value 900 times", []byte("openapi: 3.0.0\nx-big: &big " + strings.Repeat("x", 1<<20) +
			"\nx-all:\n" + strings.Repeat("- *big\n", 900))},
		{"a large parameter used 3,000 times", []byte(`{"openapi":"3.0.0","paths":{` + strings.TrimSuffix(paths.String(), ",") +
			`},"components":{"parameters":{"P":{"name":"p","in":"query","description":"` + strings.Repeat("x", 1<<20) + `"}}}}`)},
	} {
		if _, err := Parse(t.Context(), c.data, Options{}); !errors.Is(err, apim.ErrTooLarge) {
			t.Errorf("%s: the error is %v, not that it is too large", c.name, err)
		}
	}
}

func TestAnEndedRequestEndsTheReading(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Parse(ctx, testdata(t, "small-3.0.yaml"), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("the error is %v", err)
	}
}

func TestWhatIsWrongButUsableIsAWarning(t *testing.T) {
	t.Parallel()
	two := `{"openapi":"3.0.0","paths":{"/a":{"get":{"operationId":"list"}},"/b":{"get":{"operationId":"list"}}}}`
	for _, c := range []struct {
		name, data, path, message string
	}{
		{"an operation id used twice", two, "/paths/~1b/get", `"list" is taken by /paths/~1a/get; this operation is named list-1`},
		{"a missing schema", oneOperation(`{"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/Gone"}}}}}}`),
			"/paths/~1a/get/responses/200/content/application~1json/schema/$ref", "leads nowhere"},
		{"a schema in a file", oneOperation(`{"requestBody":{"content":{"text/plain":{"schema":{"$ref":"../common.yaml#/X"}}}}}`),
			"/paths/~1a/get/requestBody/content/text~1plain/schema/$ref", "leaves the document"},
		{"a response on a host", oneOperation(`{"responses":{"200":{"$ref":"http://10.0.0.1/x"}}}`),
			"/paths/~1a/get/responses/200/$ref", "never read"},
		{"a parameter that is missing", oneOperation(`{"parameters":[{"$ref":"#/components/parameters/P"}]}`),
			"/paths/~1a/get/parameters/0/$ref", "leads nowhere"},
		{"a reference to itself", `{"openapi":"3.0.0","paths":{"/a/{b}":{"get":{"parameters":[{"$ref":"#/components/parameters/P"}]}}},"components":{"parameters":{"P":{"$ref":"#/components/parameters/P"}}}}`,
			"/paths/~1a~1{b}/get", `"b" is not declared`},
		{"a path parameter the path has not", oneOperation(`{"parameters":[{"name":"b","in":"path","required":true}]}`),
			"/paths/~1a/get/parameters/0", "has no place for"},
		{"a parameter without name", oneOperation(`{"parameters":[{"in":"query"}]}`), "/paths/~1a/get/parameters/0", "without name"},
		{"a parameter in the body", oneOperation(`{"parameters":[{"name":"b","in":"body"}]}`), "/paths/~1a/get/parameters/0", "left out"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d, err := Parse(t.Context(), []byte(c.data), Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(d.Warnings) != 1 {
				t.Fatalf("the warnings are %v", d.Warnings)
			}
			w := d.Warnings[0]
			if w.Path != c.path || w.Line != 1 || !strings.Contains(w.Message, c.message) || w.Severity != apim.SeverityWarning {
				t.Errorf("the warning is %+v; want %s: %s", w, c.path, c.message)
			}
		})
	}
}

func TestFindingsHaveTheLineInYAML(t *testing.T) {
	t.Parallel()
	d, err := Parse(t.Context(), []byte("openapi: 3.0.0\npaths:\n  /a:\n    get:\n      responses:\n        '200':\n          $ref: other.yaml\n"), Options{})
	if err != nil || len(d.Warnings) != 1 || d.Warnings[0].Line != 7 {
		t.Errorf("the warnings are %v, %v; want one at line 7", d, err)
	}
}

func TestManyFindingsAreCounted(t *testing.T) {
	t.Parallel()
	d, err := Parse(t.Context(), []byte(oneOperation(`{"parameters":[`+strings.Repeat(`{"in":"query"},`, 99)+`{"in":"query"}]}`)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	last := d.Warnings[len(d.Warnings)-1]
	if len(d.Warnings) != maxFindings+1 || !strings.HasPrefix(last.Message, "50 more warnings") {
		t.Errorf("there are %d warnings, the last is %v", len(d.Warnings), last)
	}
}

func TestDataThatLooksLikeReferencesIsData(t *testing.T) {
	t.Parallel()
	d, err := Parse(t.Context(), []byte(oneOperation(`{"responses":{"200":{"content":{"application/json":{
		"schema":{"type":"object","properties":{"example":{"$ref":"#/components/schemas/Gone"}}},
		"example":{"$ref":"data"},"examples":{"a":{"value":{"$ref":"data"}}}}}}}}`)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Warnings) != 1 || !strings.Contains(d.Warnings[0].Message, "Gone") {
		t.Errorf("the warnings are %v; want one, of the property called example", d.Warnings)
	}
}
