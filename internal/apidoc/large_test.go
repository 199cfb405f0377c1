package apidoc

import (
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store/storetest"
	"github.com/portico-portal/portico/test/specs"
)

// largeDescriptions are public and generated ones; PORTICO_GITHUB_SPEC names a
// file to be read besides.
func largeDescriptions(t *testing.T) map[string][]byte {
	t.Helper()
	all := map[string][]byte{"stripe": specs.Stripe(t), "generated": specs.Generate(4000)}
	if path := os.Getenv("PORTICO_GITHUB_SPEC"); path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all["github"] = data
	}
	return all
}

func TestLargeDescriptionsAreImportedAndExported(t *testing.T) {
	t.Parallel()
	for name, data := range largeDescriptions(t) {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, storetest.Open(t))
			start := time.Now()
			d := f.load(name, Source{Data: data})
			t.Logf("%s: %d operations of %.1f MB in %v", name, len(d.Operations), float64(len(data))/1e6, time.Since(start).Round(time.Millisecond))
			if want := specs.CountOperations(t, data); len(d.Operations) != want || len(d.Warnings) > 0 {
				t.Errorf("%d operations are imported, of %d; warnings: %v", len(d.Operations), want, d.Warnings)
			}
			checkDescription(t, d)
			if want, got := wire(t, data, Options{}), wire(t, f.export(apim.APIRef(apim.Name(name)), OpenAPIJSON, d.ServiceURL), Options{}); want != got {
				t.Errorf("the export differs (-imported +exported and imported)\n%.5000s", cmp.Diff(want, got))
			}
			last := &d.Operations[len(d.Operations)-1]
			checkAlone(t, data, last)
		})
	}
}

// checkAlone compares an operation with what it is when it is alone.
func checkAlone(t *testing.T, data []byte, op *Operation) {
	t.Helper()
	method := map[string]string{"GET": "get", "POST": "post", "PUT": "put", "PATCH": "patch", "DELETE": "delete"}[op.Method]
	d, err := Parse(t.Context(), specs.Only(t, data, method, op.URLTemplate), Options{})
	if err != nil {
		t.Fatal(err)
	}
	alone := d.Operations[0]
	alone.Extra.Order = op.Extra.Order
	if diff := cmp.Diff(json.RawMessage(indented(t, op)), json.RawMessage(indented(t, alone))); diff != "" {
		t.Errorf("%s alone: (-among others +alone)\n%s", op.ID, diff)
	}
}
