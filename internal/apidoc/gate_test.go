package apidoc

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
)

func TestADescriptionThatIsNestedTooDeepIsRefused(t *testing.T) {
	t.Parallel()
	const n = 5000
	nested := func(before, open, shut, after string) string {
		return before + strings.Repeat(open, n) + strings.Repeat(shut, n) + after
	}
	for _, c := range []struct {
		name   string
		format Format
		text   string
		want   string
	}{
		{"types of GraphQL", GraphQL, nested("type Query { a: ", "[", "]", "}"), "Line 1: brackets are nested deeper than 100."},
		{"values of GraphQL", GraphQL, nested("type Query { a(b: Int = ", "{a:", "}", "): Int }"), "Line 1: brackets are nested deeper than 100."},
		{"messages of proto", GRPC, nested("syntax = \"proto3\";\n", "message A{", "}", ""), "Line 2: brackets are nested deeper than 32."},
		{"literals of proto", GRPC, nested("option (a) = ", "{a:", "}", ";"), "Line 1: brackets are nested deeper than 32."},
		{"WSDL", WSDL, nested("<definitions>", "<a>", "</a>", "</definitions>"), "100 levels"},
		{"WADL", WADL, nested("<application>", "<resource>", "</resource>", "</application>"), "100 levels"},
		{"OData", OData, nested("<Edmx>", "<a>", "</a>", "</Edmx>"), "100 levels"},
		{"OpenAPI in JSON", OpenAPI, nested(`{"openapi":`, "[", "]", "}"), "nested deeper than 200"},
		{"OpenAPI in YAML", OpenAPI, nested("openapi: ", "[", "]", ""), "nested deeper than 200"},
	} {
		_, err := Read(context.Background(), Source{Data: []byte(c.text), Format: c.format})
		var invalid *apim.InvalidError
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
}
