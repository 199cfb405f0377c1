package reference

import (
	"context"
	"encoding/json"
	"html/template"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/cost"
	"github.com/portico-portal/portico/internal/widget/messages"
)

func queryUnescape(t *testing.T, s string) string {
	t.Helper()
	u, err := url.QueryUnescape(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// partsOnly is Data that has definitions and nothing else.
type partsOnly struct {
	Data
	parts map[string]json.RawMessage
}

func (d partsOnly) Schemas(_ context.Context, _ *catalog.API, names []string) (map[string]json.RawMessage, error) {
	out := map[string]json.RawMessage{}
	for _, n := range names {
		if p, ok := d.parts[n]; ok {
			out[n] = p
		}
	}
	return out, nil
}

func testModeler(parts map[string]json.RawMessage) *modeler {
	return newModeler(context.Background(), &Reader{API: &catalog.API{ID: "a"}, Data: partsOnly{parts: parts}, Words: messages.English()})
}

// frame is what package widget executes templates with.
type frame struct {
	*messages.Catalogue
	V any
}

func (f frame) With(v any) frame { return frame{f.Catalogue, v} }

// show executes schema.tmpl, which uses no template but its own.
func show(t *testing.T, view any) string {
	t.Helper()
	text, err := Templates.ReadFile("templates/schema.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := template.Must(template.New("").Funcs(Functions()).Parse(string(text))).Execute(&b, frame{messages.English(), view}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var animals = map[string]json.RawMessage{
	"Pet":     json.RawMessage(`{"type":"object","properties":{"name":{"type":"string"}}}`),
	"a/b":     json.RawMessage(`{"type":"object","properties":{"x":{"type":"string"}}}`),
	"Colour":  json.RawMessage(`{"type":"string","enum":["red","blue"]}`),
	"Same":    json.RawMessage(`{"$ref":"#/components/schemas/Pet"}`),
	"Free":    json.RawMessage(`{"type":"object"}`),
	"PetList": json.RawMessage(`{"type":"array","items":{"$ref":"#/components/schemas/Pet"}}`),
}

func TestTypesInWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, schema, words, link string }{
		{"a string", `{"type":"string"}`, "string", ""},
		{"with a format", `{"type":"string","format":"uuid"}`, "string (uuid)", ""},
		{"nullable, OpenAPI 3.0", `{"type":"integer","nullable":true}`, "integer or null", ""},
		{"nullable, OpenAPI 3.1", `{"type":["integer","null"]}`, "integer or null", ""},
		{"several types", `{"type":["integer","string"]}`, "integer or string", ""},
		{"anything", `{}`, "any value", ""},
		{"true", `true`, "any value", ""},
		{"an enumeration without type", `{"enum":["a"]}`, "string", ""},
		{"a named type", `{"$ref":"#/components/schemas/Pet"}`, "Pet", "/apis/a/-/schemas/Pet"},
		{"a Swagger 2 type", `{"$ref":"#/definitions/Pet"}`, "Pet", "/apis/a/-/schemas/Pet"},
		{"a name with a slash", `{"$ref":"#/components/schemas/a~1b"}`, "a/b", "/apis/a/-/schemas/a%2Fb"},
		{"another name of a type", `{"$ref":"#/components/schemas/Same"}`, "Pet", "/apis/a/-/schemas/Pet"},
		{"a named enumeration is shown here", `{"$ref":"#/components/schemas/Colour"}`, "string", ""},
		{"a named object without fields", `{"$ref":"#/components/schemas/Free"}`, "Free", ""},
		{"an array", `{"type":"array","items":{"type":"string"}}`, "array of string", ""},
		{"an array of a named type", `{"type":"array","items":{"$ref":"#/components/schemas/Pet"}}`, "array of Pet", "/apis/a/-/schemas/Pet"},
		{"a named array", `{"$ref":"#/components/schemas/PetList"}`, "array of Pet", "/apis/a/-/schemas/Pet"},
		{"an array of anything", `{"type":"array"}`, "array", ""},
		{"an unnamed object", `{"properties":{"a":{}}}`, "object", "/apis/a/-/schemas/Root?at=%2Fproperties%2Fp"},
		{"a map", `{"type":"object","additionalProperties":{"type":"integer"}}`, "object with values of type integer", ""},
		{"a map of named types", `{"type":"object","additionalProperties":{"$ref":"#/components/schemas/Pet"}}`, "object of any names", "/apis/a/-/schemas/Root?at=%2Fproperties%2Fp"},
		{"a choice", `{"oneOf":[{"$ref":"#/components/schemas/Pet"},{"type":"string"}]}`, "Pet or string", "/apis/a/-/schemas/Pet"},
		{"a choice with null", `{"anyOf":[{"type":"string"},{"type":"null"}]}`, "string or null", ""},
		{"equal options once", `{"anyOf":[{"type":"string","maxLength":1},{"type":"string"}]}`, "string", ""},
		{"many options", `{"oneOf":[{"type":"string"},{"type":"integer"},{"type":"boolean"},{"type":"array"}]}`, "one of 4 forms", "/apis/a/-/schemas/Root?at=%2Fproperties%2Fp"},
		{"allOf with one type is that type", `{"allOf":[{"$ref":"#/components/schemas/Pet"}]}`, "Pet", "/apis/a/-/schemas/Pet"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m := testModeler(animals)
			at := location{api: "a", part: "Root"}.at("properties", "p")
			got := m.typeText(m.resolve(json.RawMessage(c.schema), at), json.RawMessage(c.schema))
			link := ""
			for _, s := range got {
				if s.Href != "" {
					link = s.Href
				}
			}
			if got.String() != c.words || link != c.link {
				t.Errorf("%s reads %q (link %q), want %q (%q)", c.schema, got, link, c.words, c.link)
			}
		})
	}
}

func TestConstraintsInWords(t *testing.T) {
	t.Parallel()
	for schema, want := range map[string]string{
		`{"minimum":1,"maximum":9}`:                           "1 to 9",
		`{"minimum":0,"exclusiveMinimum":true}`:               "more than 0",
		`{"exclusiveMinimum":0,"exclusiveMaximum":1}`:         "more than 0 · less than 1",
		`{"maximum":1.5}`:                                     "at most 1.5",
		`{"minLength":2,"maxLength":2}`:                       "2 characters",
		`{"minLength":1,"maxLength":1}`:                       "1 character",
		`{"maxLength":5000}`:                                  "at most 5,000 characters",
		`{"minItems":1,"maxItems":99}`:                        "1 to 99 elements",
		`{"minItems":1,"uniqueItems":true}`:                   "at least 1 element · each only once",
		`{"minProperties":2}`:                                 "at least 2 properties",
		`{"multipleOf":0.01,"pattern":"^a$"}`:                 "a multiple of 0.01 · matches ^a$",
		`{"pattern":"` + strings.Repeat("a", 300) + `"}`:      "",
		`{"minLength":"x","maximum":[],"uniqueItems":"true"}`: "",
	} {
		m := testModeler(nil)
		if got := strings.Join(m.facts(parseKeywords(json.RawMessage(schema))), " · "); got != want {
			t.Errorf("%s reads %q, want %q", schema, got, want)
		}
	}
}

func TestAllOfIsOneObject(t *testing.T) {
	t.Parallel()
	m := testModeler(map[string]json.RawMessage{
		"Base": json.RawMessage(`{"type":"object","required":["id"],"properties":{"id":{"type":"string"},"kind":{"type":"string"}}}`),
	})
	v := m.view(json.RawMessage(`{"allOf":[{"$ref":"#/components/schemas/Base"},{"required":["kind"],"properties":{"own":{"type":"integer"}}}],"properties":{"kind":{"type":"boolean"}},"required":["own"]}`), location{api: "a", part: "Root"})
	var got []string
	for _, f := range v.Fields {
		required := ""
		if f.Required {
			required = "!"
		}
		got = append(got, f.Name+required+" "+f.Type.String())
	}
	if diff := cmp.Diff([]string{"id! string", "kind! boolean", "own! integer"}, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

func TestLinksToPartsLeadToThem(t *testing.T) {
	t.Parallel()
	root := json.RawMessage(`{"type":"object","properties":{"a~b/c":{"type":"object","properties":{"deep":{"type":"array","items":{"type":"object","properties":{"x":{"type":"object","properties":{"y":{"type":"object","properties":{"z":{}}}}}}}}}}}}`)
	m := testModeler(map[string]json.RawMessage{"Root": root})
	at := location{api: "a", part: "Root"}
	for range 3 {
		v := m.view(json.RawMessage(`{"$ref":"#/components/schemas/Root"}`), at)
		if at.pointer != "" {
			raw, ok := lookUpPointer(root, at.pointer)
			if !ok {
				t.Fatalf("nothing at %s", at.pointer)
			}
			v = m.view(raw, at)
		}
		if len(v.Fields) != 1 {
			t.Fatalf("at %q there are %d fields", at.pointer, len(v.Fields))
		}
		f := v.Fields[0]
		if f.Fold != nil {
			return // small enough to stand in place
		}
		href := f.Type[len(f.Type)-1].Href
		_, pointer, _ := strings.Cut(href, "?at=")
		if pointer == "" {
			t.Fatalf("%s has no link: %v", f.Name, f.Type)
		}
		at.pointer = queryUnescape(t, pointer)
	}
}

func TestSamplesFitTheirSchema(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, schema, request, response string }{
		{"required properties, or all of an answer", `{"type":"object","required":["a"],"properties":{"a":{"type":"string"},"b":{"type":"integer","minimum":7}}}`, `{"a":"string"}`, `{"a":"string","b":7}`},
		{"the first when none is required", `{"type":"object","properties":{"a":{"type":"boolean"}}}`, `{"a":true}`, `{"a":true}`},
		{"directions", `{"properties":{"in":{"type":"string","writeOnly":true},"out":{"type":"string","readOnly":true}}}`, `{"in":"string"}`, `{"out":"string"}`},
		{"examples, defaults, enumerations and constants", `{"properties":{"a":{"example":[1]},"b":{"default":"x"},"c":{"enum":["e"]},"d":{"const":5},"e":{"examples":["y"]}},"required":["a","b","c","d","e"]}`, `{"a":[1],"b":"x","c":"e","d":5,"e":"y"}`, `{"a":[1],"b":"x","c":"e","d":5,"e":"y"}`},
		{"formats", `{"properties":{"d":{"type":"string","format":"date"},"m":{"type":"string","format":"email"}},"required":["d","m"]}`, `{"d":"2026-01-31","m":"ada@example.com"}`, `{"d":"2026-01-31","m":"ada@example.com"}`},
		{"a recursive type once", `{"$ref":"#/components/schemas/Tree"}`, `{"name":"string"}`, `{"name":"string","children":[]}`},
		{"the first option", `{"oneOf":[{"$ref":"#/components/schemas/Pet"},{"type":"string"}]}`, `{"name":"string"}`, `{"name":"string"}`},
		{"an array", `{"type":"array","items":{"type":"number"}}`, `[1]`, `[1]`},
		{"a minimal length", `{"type":"string","minLength":8}`, `"stringxx"`, `"stringxx"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			parts := map[string]json.RawMessage{
				"Pet":  animals["Pet"],
				"Tree": json.RawMessage(`{"type":"object","required":["name"],"properties":{"name":{"type":"string"},"children":{"type":"array","items":{"$ref":"#/components/schemas/Tree"}}}}`),
			}
			for request, want := range map[bool]string{true: c.request, false: c.response} {
				got := testModeler(parts).sampleJSON(json.RawMessage(c.schema), location{api: "a"}, request)
				if string(got) != want {
					t.Errorf("request %v: %s, want %s", request, got, want)
				}
			}
		})
	}
}

func FuzzSchemas(f *testing.F) {
	for _, part := range animals {
		f.Add([]byte(part))
	}
	f.Add([]byte(`{"allOf":[{"$ref":"#/components/schemas/Root"}],"oneOf":[{"$ref":"#/components/schemas/Root"}]}`))
	f.Add([]byte(`{"type":"array","items":{"$ref":"#/components/schemas/Root"},"properties":{"<script>":{"description":"<script>"}}}`))
	f.Fuzz(func(t *testing.T, schema []byte) {
		defer cost.Bound(t, len(schema))()
		if !json.Valid(schema) || len(schema) > 20_000 {
			return
		}
		m := testModeler(map[string]json.RawMessage{"Root": schema})
		view := m.view(schema, location{api: "a", part: "Root"})
		html := show(t, view)
		if strings.Contains(strings.ToLower(html), "<script") {
			t.Fatalf("a script came into the page: %s", html)
		}
		if sample := m.sampleJSON(schema, location{api: "a"}, true); len(sample) > 0 && !json.Valid(sample) {
			t.Fatalf("the sample is not JSON: %s", sample)
		}
	})
}
