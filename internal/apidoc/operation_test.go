package apidoc

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestResourceNamesAreNormalised(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{"repos/list-for-org", "repos-list-for-org"},
		{"ListAll_The  Things", "listall-the-things"},
		{"--a..b--", "a-b"},
		{"読む 本", "読む-本"},
		{"***", ""},
		{strings.Repeat("a", 80), strings.Repeat("a", 76)},
		{strings.Repeat("a", 75) + "-b", strings.Repeat("a", 75) + "b"},
	} {
		if got := normalise(c.in); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.in, got, c.want)
		}
	}
}

func TestRequiredQueryParametersGoWhereTheyAreWanted(t *testing.T) {
	t.Parallel()
	text := []byte(oneOperation(`{"parameters":[{"name":"q","in":"query","required":true,"schema":{"type":"string"}},{"name":"p","in":"query"}]}`))
	for _, c := range []struct {
		option, template string
		query            []string
	}{
		{"", "/a", []string{"q", "p"}},
		{RequiredInQuery, "/a", []string{"q", "p"}},
		{RequiredInTemplate, "/a?q={q}", []string{"p"}},
	} {
		d, err := Parse(t.Context(), text, Options{TranslateRequiredQuery: c.option})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, p := range d.Operations[0].Request.QueryParameters {
			names = append(names, p.Name)
		}
		if d.Operations[0].URLTemplate != c.template || !slices.Equal(names, c.query) {
			t.Errorf("with %q the template is %s, the query %v", c.option, d.Operations[0].URLTemplate, names)
		}
	}
	if _, err := Parse(t.Context(), text, Options{TranslateRequiredQuery: "both"}); err == nil {
		t.Error("an unknown option is taken")
	}
}

func TestLongSummariesAreCutAndKept(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 400)
	d, err := Parse(t.Context(), []byte(oneOperation(`{"summary":"`+long+`"}`)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if op := d.Operations[0]; len([]rune(op.DisplayName)) != 300 || op.Extra.Summary != long {
		t.Errorf("the name has %d characters, the summary %d", len([]rune(op.DisplayName)), len([]rune(op.Extra.Summary)))
	}
}

// TestAnOperationIsTheSameAloneAndAmongOthers holds what makes pages independent
// of an API's size.
func TestAnOperationIsTheSameAloneAndAmongOthers(t *testing.T) {
	t.Parallel()
	whole := `{"operationId":"x","requestBody":{"content":{"application/json":{"schema":{"type":"object"}}}},"responses":{"200":{"content":{"application/json":{"schema":{"type":"array","items":{"$ref":"#/components/schemas/S"}}}}}}}`
	document := func(paths string) []byte {
		return []byte(`{"openapi":"3.0.0","paths":{` + paths + `},"components":{"schemas":{"S":{}}}}`)
	}
	alone, err := Parse(t.Context(), document(`"/x":{"post":`+whole+`}`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	other := strings.Replace(whole, `"x"`, `"x-request"`, 1)
	among, err := Parse(t.Context(), document(`"/a":{"post":`+other+`},"/x":{"post":`+whole+`}`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := among.Operations[1]
	got.Extra.Order = 1
	if diff := cmp.Diff(indented(t, alone.Operations[0]), indented(t, got)); diff != "" {
		t.Errorf("(-alone +among others)\n%s", diff)
	}
	parts, all := partsOf(t, alone), partsOf(t, among)
	for name, raw := range parts {
		if string(all[name]) != string(raw) {
			t.Errorf("part %s is %s alone, %s among others", name, raw, all[name])
		}
	}
}

func partsOf(t *testing.T, d *Description) map[string]json.RawMessage {
	t.Helper()
	parts, err := d.Schema.Parts()
	if err != nil {
		t.Fatal(err)
	}
	return parts
}

func TestInlineSchemasNeverTakeTheNameOfAnother(t *testing.T) {
	t.Parallel()
	d, err := Parse(t.Context(), []byte(`{"openapi":"3.0.0","paths":{"/x":{"post":{"operationId":"x","requestBody":{"content":{"a/b":{"schema":{"type":"object"}}}}}}},
		"components":{"schemas":{"x-request":{"type":"string"}}}}`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	parts := partsOf(t, d)
	if name := d.Operations[0].Request.Representations[0].TypeName; name != "x-request-2" || string(parts["x-request"]) != `{"type":"string"}` || string(parts[name]) != `{"type":"object"}` {
		t.Errorf("the body is %s of %s", name, parts)
	}
}

func TestServersAreChosen(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, servers, want string }{
		{"the first https one", `[{"url":"http://a.example"},{"url":"https://b.example/"},{"url":"https://c.example"}]`, "https://b.example"},
		{"http where there is no other", `[{"url":"/x"},{"url":"http://a.example/v1"}]`, "http://a.example/v1"},
		{"none that is relative", `[{"url":"/v1"}]`, ""},
		{"variables have their defaults", `[{"url":"https://{a}.example:{p}","variables":{"a":{"default":"x"},"p":{"default":"8443"}}}]`, "https://x.example:8443"},
		{"none with credentials", `[{"url":"https://me:secret@a.example"}]`, ""},
		{"none that is no URL", `[{"url":"https://[::1"},{"url":7},"x"]`, ""},
		{"no other schemes", `[{"url":"file:///etc/passwd"},{"url":"ftp://a.example"}]`, ""},
	} {
		d, err := Parse(t.Context(), []byte(`{"openapi":"3.0.0","servers":`+c.servers+`,"paths":{"/a":{"get":{}}}}`), Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		} else if d.ServiceURL != c.want {
			t.Errorf("%s: the backend is %q, want %q", c.name, d.ServiceURL, c.want)
		}
	}
}

func TestNamesOfReferences(t *testing.T) {
	t.Parallel()
	for ref, want := range map[string]string{
		"#/components/schemas/Pet":            "Pet",
		"#/definitions/Pet":                   "Pet",
		"#/components/schemas/a~1b":           "a/b",
		"#/components/schemas/List%5BPet%5D":  "List[Pet]",
		"#/components/schemas/Pet/properties": "",
		"#/components/responses/Pet":          "",
		"other.yaml#/components/schemas/Pet":  "",
	} {
		if got := RefName(ref); got != want {
			t.Errorf("%s names %q, want %q", ref, got, want)
		}
	}
}

func TestFormatsAreDetected(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Format{
		"openapi: 3.0.0":              OpenAPI,
		"{openapi: 3.0.0}":            OpenAPI,
		"\ufeff\n{\"openapi\":\"3\"}": OpenAPIJSON,
		`{"swagger":"2.0"}`:           SwaggerJSON,
		"":                            OpenAPI,
	} {
		if got := Detect([]byte(text)); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

func TestOperationsOfOneIDAreAllKept(t *testing.T) {
	t.Parallel()
	var paths objectWriter
	for i := range 20_000 {
		paths.add(fmt.Sprintf("/p%d", i), json.RawMessage(`{"get":{"operationId":"same"}}`))
	}
	d, err := Parse(t.Context(), encode(map[string]any{"openapi": "3.0.0", "paths": paths.raw()}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(d.Operations); n != 20_000 || d.Operations[n-1].ID != "same-19999" {
		t.Errorf("there are %d operations, the last is %s", n, d.Operations[n-1].ID)
	}
}

func TestTagsHaveALimit(t *testing.T) {
	t.Parallel()
	tags := make([]string, 150)
	for i := range tags {
		tags[i] = fmt.Sprint("tag ", i)
	}
	d, err := Parse(t.Context(), []byte(oneOperation(`{"tags":`+string(encode(tags))+`}`)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(d.Operations[0].Extra.Tags); n != maxOperationTags || len(d.Warnings) == 0 {
		t.Errorf("the operation has %d tags; the warnings are %v", n, d.Warnings)
	}
}
