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

func TestADescriptionThatUnfoldsIsRefused(t *testing.T) {
	t.Parallel()
	many := func(n int, unit string) string { return strings.Repeat(unit, n) }
	soap := `<service name="S"><port name="P" binding="b"><address xmlns="http://schemas.xmlsoap.org/wsdl/soap/" location="http://a.example"/></port></service>` +
		`<portType name="p"><operation name="o"><input message="m"/><output message="m"/></operation></portType>` +
		`<binding name="b" type="p"><binding xmlns="http://schemas.xmlsoap.org/wsdl/soap/" style="document"/><operation name="o"/></binding>` +
		`<message name="m"><part element="e"/></message>`
	for _, c := range []struct {
		name   string
		format Format
		text   string
	}{
		{"types that hold themselves ten times", WSDL, `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/">` + soap +
			`<types><schema><element name="e" type="t"/><complexType name="t"><sequence>` + many(10, `<element name="a" type="t"/>`) + `</sequence></complexType></schema></types></definitions>`},
		{"parameters of all below", WADL, `<application><resources base="http://a.example"><resource path="a">` +
			many(5000, `<param name="p" style="query"/>`) + many(5000, `<method name="GET"/>`) + `</resource></resources></application>`},
		{"keys of all sets", OData, `<Edmx><DataServices><Schema><EntityType Name="T"><Key>` + many(5000, `<PropertyRef Name="k"/>`) + `</Key></EntityType><EntityContainer>` +
			many(5000, `<EntitySet Name="s" EntityType="T"/>`) + `</EntityContainer></Schema></DataServices></Edmx>`},
	} {
		if _, err := Read(context.Background(), Source{Data: []byte(c.text), Format: c.format, Type: "http"}); !errors.Is(err, apim.ErrTooLarge) {
			t.Errorf("%s: %v, want that it is too large", c.name, err)
		}
	}
}

func TestADescriptionThatIsShownPlainIsAFinding(t *testing.T) {
	t.Parallel()
	text := `{"openapi":"3.0.3","info":{},"paths":{"/a":{"get":{"description":"` + strings.Repeat(">", 5000) + `"},"put":{"description":"> **a**"}}}}`
	d, err := Read(context.Background(), Source{Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Warnings) != 1 || d.Warnings[0].Path != "/paths/~1a/get/description" || !strings.Contains(d.Warnings[0].Message, "plain text") {
		t.Errorf("the findings are %+v", d.Warnings)
	}
}
