package apidoc

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/portico-portal/portico/internal/apidoc/tree"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func (f *fixture) export(api apim.Ref, format Format, servers ...string) []byte {
	f.t.Helper()
	var text []byte
	f.view(func(tx *store.Tx) (err error) {
		text, err = Export(f.t.Context(), tx, api, format, servers...)
		return err
	})
	return text
}

func TestSmallDescriptionsAreWrittenAsReviewed(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.Open(t))
	for _, name := range []string{"small-3.0.yaml", "small-3.1.json", "small-2.0.json"} {
		id := strings.TrimSuffix(name, filepath.Ext(name))
		f.load(id, Source{Data: testdata(t, name)})
		golden(t, id+".export.yaml", f.export(apim.APIRef(apim.Name(id)), OpenAPI, "https://gateway.example/"+id))
	}
}

// wire is what the wire model holds of a description, and its definitions.
func wire(t *testing.T, data []byte, opt Options) string {
	t.Helper()
	d, err := Parse(t.Context(), data, opt)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Warnings) > 0 {
		t.Fatalf("the description has warnings: %v", d.Warnings)
	}
	type operation struct {
		ID         string
		Operation  apim.Operation
		Deprecated bool
		Tags       []string
		Cookies    []apim.Parameter
	}
	var all []operation
	for _, o := range d.Operations {
		all = append(all, operation{o.ID, o.Operation, o.Extra.Deprecated, o.Extra.Tags, o.Extra.Cookies})
	}
	var parts any
	if d.Schema != nil {
		parts = partsOf(t, d)
	}
	out := indented(t, []any{d.Title, d.Text, d.Contact, d.License, d.TermsOfServiceURL, d.ServiceURL, d.Tags, all, parts})
	return strings.ReplaceAll(string(out), definitionRef, componentRef)
}

func TestWhatIsExportedIsImportedAsTheSame(t *testing.T) {
	t.Parallel()
	files := []string{"testdata/small-3.0.yaml", "testdata/small-3.1.json", "testdata/small-2.0.json"}
	demo, err := filepath.Glob("../../demo/descriptions/*.yaml")
	if err != nil || len(demo) == 0 {
		t.Fatalf("no descriptions of the demo: %v", err)
	}
	f := newFixture(t, storetest.Open(t))
	for _, path := range append(files, demo...) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range []Format{OpenAPI, OpenAPIJSON} {
			for _, mode := range []string{RequiredInQuery, RequiredInTemplate} {
				opt := Options{TranslateRequiredQuery: mode}
				f.load("x", Source{Data: data, TranslateRequiredQuery: mode})
				var a apim.API
				f.get("/apis/x;rev=1", &a)
				text := f.export("/apis/x", format, a.ServiceURL)
				if diff := cmp.Diff(wire(t, data, opt), wire(t, text, opt)); diff != "" {
					t.Errorf("%s as %s, required parameters in the %s: (-imported +exported and imported)\n%s", path, format, mode, diff)
				}
			}
		}
		f.update(func(tx *store.Tx) error { return tx.DeleteTree("/apis/x;rev=1") })
		f.update(func(tx *store.Tx) error { return tx.DeleteTree("/apis/x") })
	}
}

func TestExportsFollowTheStoredOperations(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.Open(t))
	f.load("x", Source{Data: testdata(t, "small-3.0.yaml")})
	op := apim.Ref("/apis/x;rev=1/operations/books-get")
	var o apim.Operation
	doc := f.get(op, &o)
	o.DisplayName = "Fetch"
	o.Request.QueryParameters = o.Request.QueryParameters[1:] // without fields
	o.Request.QueryParameters[1].DefaultValue = "30"          // limit
	o.Responses = append(o.Responses[:1], apim.Response{StatusCode: 410, Description: "Gone."})
	f.update(func(tx *store.Tx) error {
		if err := tx.Put(&store.Document{Ref: op, Body: encode(o), Extra: doc.Extra}); err != nil {
			return err
		}
		return tx.Put(&store.Document{Ref: "/apis/x;rev=1/operations/made", Body: encode(apim.Operation{
			DisplayName: "Made by hand", Method: "POST", URLTemplate: "/made?kind=a&n={n}",
			TemplateParameters: []apim.Parameter{{Name: "n", Type: "integer"}},
			Request: &apim.Request{Representations: []apim.Representation{{ContentType: "application/x-www-form-urlencoded",
				FormParameters: []apim.Parameter{{Name: "a", Type: "boolean", Required: true, DefaultValue: "true"}}}}},
		})})
	})
	d, err := Parse(t.Context(), f.export("/apis/x", OpenAPIJSON), Options{})
	if err != nil || len(d.Warnings) > 0 || len(d.Operations) != 4 {
		t.Fatalf("%v, %+v", err, d)
	}
	got := d.Operations[0]
	if got.DisplayName != "Fetch" || len(got.Request.QueryParameters) != 2 || got.Request.QueryParameters[1].DefaultValue != "30" ||
		len(got.Responses) != 2 || got.Responses[1].StatusCode != 410 || got.Extra.Parameters[3] == nil {
		t.Errorf("the operation is %s", indented(t, got))
	}
	made := d.Operations[3]
	if made.URLTemplate != "/made?kind=a&n={n}" || made.TemplateParameters[0].Type != "integer" || made.Request.Representations[0].TypeName != "made-request" {
		t.Errorf("the operation made by hand is %s", indented(t, made))
	}
}

func TestExportsNeverNameTheBackend(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.Open(t))
	f.load("x", Source{Data: testdata(t, "small-3.0.yaml")})
	for _, servers := range [][]string{nil, {"https://gateway.example/x"}} {
		text := string(f.export("/apis/x", OpenAPI, servers...))
		if strings.Contains(text, "eu.library.example") || strings.Contains(text, "writes.library.example") {
			t.Errorf("the export names the backend:\n%s", text)
		}
		if len(servers) > 0 && !strings.Contains(text, servers[0]) {
			t.Errorf("the export does not name %s", servers[0])
		}
	}
}

func TestWhatGatewaysAndCallbacksAreToldOfTheBackendIsNotExported(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.Open(t))
	f.load("x", Source{Data: []byte(`{"openapi": "3.0.3", "info": {"title": "T", "version": "1", "x-home": "https://inner.example:8443/a"},
		"servers": [{"url": "https://inner.example:8443/v1"}], "x-kept": {"a": 1}, "x-google-backend": {"address": "https://elsewhere.example"},
		"paths": {"/a": {"get": {"operationId": "a", "x-amazon-apigateway-integration": {"uri": "https://elsewhere.example"}, "x-order": 3, "x-where": ["INNER.example:8443"],
			"callbacks": {"done": {"{$url}": {"post": {"servers": [{"url": "https://inner.example:8443/cb"}], "responses": {"200": {"description": "ok"}}}}}},
			"responses": {"200": {"description": "ok", "headers": {"X-Any": {"schema": {"type": "string"}}}, "links": {"l": {"operationId": "a", "server": {"url": "https://inner.example:8443"}}}}}}}}}`)})
	for _, format := range []Format{OpenAPI, OpenAPIJSON} {
		text := string(f.export("/apis/x", format, "https://gateway.example/x"))
		if folded := strings.ToLower(text); strings.Contains(folded, "inner.example") || strings.Contains(folded, "elsewhere.example") {
			t.Errorf("the export names the backend:\n%s", text)
		}
		for _, kept := range []string{"x-kept", "x-order", "X-Any", "gateway.example/x", "{$url}"} {
			if !strings.Contains(text, kept) {
				t.Errorf("the export lost %s:\n%s", kept, text)
			}
		}
	}
}

// leaving is the context of a reader who leaves after it was asked some times.
type leaving struct {
	context.Context
	left *int
}

func (l leaving) Err() error {
	if *l.left--; *l.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestAnExportEndsWithItsReader(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.Open(t))
	var list [][3]string
	for i := range 100 {
		list = append(list, [3]string{fmt.Sprint("op", i), "get", fmt.Sprintf("/things/%d", i)})
	}
	f.load("a", Source{Data: descriptionOf("A", list...)})
	left := 50
	err := f.store.View(t.Context(), func(tx *store.Tx) error {
		_, err := Export(leaving{t.Context(), &left}, tx, "/apis/a", OpenAPI)
		return err
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the reader left in the middle of 100 operations, and the export ends with %v", err)
	}
}

func TestExportsOfNothingAreNotFound(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.Open(t))
	for _, ref := range []apim.Ref{"/apis/none", "/apis/none;rev=1"} {
		err := f.store.View(t.Context(), func(tx *store.Tx) error {
			_, err := Export(t.Context(), tx, ref, OpenAPI)
			return err
		})
		if !errors.Is(err, apim.ErrNotFound) {
			t.Errorf("%s: %v", ref, err)
		}
	}
}

func TestYAMLMeansTheJSONItIsWrittenFrom(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`[a \n:#-]{0,12}`), rapid.StringN(0, -1, 2000), rapid.SampledFrom([]string{"", "~", "null", "yes", "12", "1e3", "0x1f", "2020-01-01", "a: b", "- a",
		"#a", " a", "a\n", "\na\n\n", "a\n b\n  c", "|", ">", "%", "@", "`", "\t", "a\tb", "\u2028", "\u0085", "\ufeff", "<<", "=", "!!int", "&a", "*a", "'", `"`, "😀"}))
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		kinds := []*rapid.Generator[any]{
			text.AsAny(), rapid.Int64().AsAny(), rapid.Float64Range(-1e300, 1e300).AsAny(), rapid.Bool().AsAny(), rapid.Just[any](nil),
		}
		if depth < 4 {
			kinds = append(kinds,
				rapid.Custom(func(r *rapid.T) any { return rapid.MapOfN(text, value(depth+1), 0, 4).Draw(r, "object") }),
				rapid.Custom(func(r *rapid.T) any { return rapid.SliceOfN(value(depth+1), 0, 4).Draw(r, "array") }))
		}
		return rapid.OneOf(kinds...)
	}
	rapid.Check(t, func(r *rapid.T) {
		want := encode(map[string]any{"a": value(0).Draw(r, "value")})
		written := writeYAML(want)
		doc, err := tree.Parse(written, treeLimits)
		if err != nil {
			r.Fatalf("%v in\n%s", err, written)
		}
		if got := doc.Root().Raw(); string(got) != string(want) {
			r.Fatalf("got  %s\nwant %s\nfrom\n%s", got, want, written)
		}
	})
}
