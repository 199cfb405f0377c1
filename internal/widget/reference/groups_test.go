package reference

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
)

func listed(templates ...string) []*catalog.Operation {
	var ops []*catalog.Operation
	for i, t := range templates {
		ops = append(ops, &catalog.Operation{ID: apim.Name(fmt.Sprintf("op%d", i)), URLTemplate: t})
	}
	return ops
}

func TestOperationsWithoutTagsAreGroupedByPath(t *testing.T) {
	t.Parallel()
	var templates []string
	for i := range 30 {
		templates = append(templates, fmt.Sprintf("/v1/customers/{id}/x%d", i), "/v1/charges?a={a}", fmt.Sprintf("/v1/{any}/%d", i))
	}
	var got []string
	total := 0
	for _, g := range operationGroups(listed(templates...)) {
		got = append(got, string(g.Tag.ID)+" "+g.Tag.Name)
		total += len(g.Operations)
	}
	if diff := cmp.Diff([]string{"/customers customers", "/charges charges", "/ /"}, got); diff != "" || total != 90 {
		t.Errorf("%d operations in groups (-want +got):\n%s", total, diff)
	}
	for name, few := range map[string][]*catalog.Operation{
		"few operations stay together":  listed("/a", "/b"),
		"nothing":                       nil,
		"one path cannot be told apart": listed(strings.Split(strings.Repeat("/same,", 90)+"/same", ",")...),
	} {
		if n := len(operationGroups(few)); n > 1 {
			t.Errorf("%s: %d groups", name, n)
		}
	}
}

func TestVeryLongGroupsShowWhatIsAroundTheCurrentOperation(t *testing.T) {
	t.Parallel()
	ops := listed(make([]string, 1000)...)
	for current, want := range map[string]struct {
		n     int
		first apim.Name
	}{"": {maxListed, "op0"}, "op500": {maxBeside, "op480"}, "op999": {maxBeside, "op960"}, "op3": {maxBeside, "op0"}} {
		got := aroundCurrent(ops, apim.Name(current))
		if len(got) != want.n || got[0].ID != want.first {
			t.Errorf("around %q: %d from %s, want %d from %s", current, len(got), got[0].ID, want.n, want.first)
		}
	}
}
