package apidoc

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/cost"
)

// checkDescription holds what everything that is read must keep to.
func checkDescription(t *testing.T, d *Description) {
	t.Helper()
	parts := map[string]json.RawMessage{}
	if d.Schema != nil {
		var err error
		if parts, err = d.Schema.Parts(); err != nil {
			t.Fatalf("the schemas cannot be read: %v", err)
		}
	}
	names := map[string]bool{}
	for i := range d.Operations {
		op := &d.Operations[i]
		var v apim.Violations
		op.Operation.Validate(&v)
		if err := v.Err(); err != nil || names[op.ID] || !apim.Operations.ValidName(apim.Name(op.ID)) {
			t.Fatalf("operation %q is taken twice or wrong: %v", op.ID, err)
		}
		names[op.ID] = true
		for _, raw := range []json.RawMessage{encode(op.Operation), encode(op.Extra)} {
			if !json.Valid(raw) || string(raw) == "null" {
				t.Fatalf("operation %q is stored as %s", op.ID, raw)
			}
		}
		for _, rep := range representationsOf(op) {
			if _, ok := parts[rep.TypeName]; rep.TypeName != "" && !ok {
				t.Fatalf("operation %q has the type %q, which is no definition", op.ID, rep.TypeName)
			}
		}
	}
	if extra := encode(d.Extra); !json.Valid(extra) || string(extra) == "null" {
		t.Fatalf("the rest of the API is stored as %s", extra)
	}
}

func representationsOf(op *Operation) []apim.Representation {
	var all []apim.Representation
	if op.Request != nil {
		all = append(all, op.Request.Representations...)
	}
	for _, r := range op.Responses {
		all = append(all, r.Representations...)
	}
	return all
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"small-3.0.yaml", "small-3.1.json", "small-2.0.json", "small-3.0.export.yaml"} {
		f.Add(testdata(f, name))
	}
	f.Add([]byte(bomb()))
	f.Add([]byte(`{"swagger":"2.0","paths":{"/a":{"post":{"parameters":[{"in":"formData","name":"a","type":"file"}]}}}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		defer cost.Bound(t, 2*len(data))()
		for _, mode := range []string{RequiredInQuery, RequiredInTemplate} {
			d, err := Parse(t.Context(), data, Options{TranslateRequiredQuery: mode})
			var invalid *apim.InvalidError
			if err != nil {
				if !errors.As(err, &invalid) && !errors.Is(err, apim.ErrTooLarge) {
					t.Fatalf("the error %v has no kind", err)
				}
				continue
			}
			checkDescription(t, d)
		}
	})
}
