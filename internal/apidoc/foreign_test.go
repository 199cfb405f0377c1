package apidoc

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/cost"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

const (
	sampleWADL = `<?xml version="1.0"?>
<application xmlns="http://wadl.dev.java.net/2009/02" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <doc title="Pets">Keeps pets.</doc>
  <resources base="https://pets.example/v1">
    <resource path="pets">
      <method name="GET" id="listPets"><doc title="List pets">All of them.</doc>
        <request><param name="kind" style="query" type="xsd:string" required="false"><option value="cat"/><option value="dog"/></param>
          <param name="x-trace" style="header" type="xsd:string"/></request>
        <response status="200"><representation mediaType="application/json"/><representation mediaType="application/xml"/></response>
      </method>
      <resource path="{id}"><param name="id" style="template" type="xsd:int"/>
        <method name="DELETE" id="deletePet"><response status="204"/></method>
      </resource>
    </resource>
  </resources>
</application>`
	sampleWSDL = `<?xml version="1.0"?>
<wsdl:definitions name="Calc" targetNamespace="urn:calc" xmlns:tns="urn:calc" xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/"
    xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <wsdl:types><xsd:schema targetNamespace="urn:calc">
    <xsd:element name="Add"><xsd:complexType><xsd:sequence><xsd:element name="a" type="xsd:int"/><xsd:element name="b" type="xsd:int"/></xsd:sequence></xsd:complexType></xsd:element>
    <xsd:element name="AddResponse"><xsd:complexType><xsd:sequence><xsd:element name="sum" type="xsd:int"/></xsd:sequence></xsd:complexType></xsd:element>
  </xsd:schema></wsdl:types>
  <wsdl:message name="AddIn"><wsdl:part name="p" element="tns:Add"/></wsdl:message>
  <wsdl:message name="AddOut"><wsdl:part name="p" element="tns:AddResponse"/></wsdl:message>
  <wsdl:portType name="CalcPort"><wsdl:operation name="Add"><wsdl:documentation>Adds.</wsdl:documentation>
    <wsdl:input message="tns:AddIn"/><wsdl:output message="tns:AddOut"/></wsdl:operation></wsdl:portType>
  <wsdl:binding name="CalcSoap" type="tns:CalcPort"><soap:binding transport="http://schemas.xmlsoap.org/soap/http" style="document"/>
    <wsdl:operation name="Add"><soap:operation soapAction="urn:calc#Add" style="document"/>
      <wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output></wsdl:operation></wsdl:binding>
  <wsdl:service name="Calc"><wsdl:port name="CalcSoap" binding="tns:CalcSoap"><soap:address location="https://backend.example/calc"/></wsdl:port></wsdl:service>
</wsdl:definitions>`
	sampleEDMX = `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
  <Schema Namespace="Shop" xmlns="http://docs.oasis-open.org/odata/ns/edm">
    <EntityType Name="Product"><Key><PropertyRef Name="ID"/></Key><Property Name="ID" Type="Edm.Int32"/><Property Name="Name" Type="Edm.String"/></EntityType>
    <EntityContainer Name="Shop"><EntitySet Name="Products" EntityType="Shop.Product"/></EntityContainer>
  </Schema></edmx:DataServices></edmx:Edmx>`
	sampleProto = "syntax = \"proto3\";\npackage greet.v1;\nimport \"google/protobuf/empty.proto\";\nmessage Hi { string name = 1; }\n" +
		"service Greeter {\n  // Says hello.\n  rpc SayHello (Hi) returns (Hi);\n  rpc Nothing (google.protobuf.Empty) returns (google.protobuf.Empty);\n}\n"
	sampleSDL = "\"\"\"Reads.\"\"\"\ntype Query {\n  users(first: Int = 10): [User!]!\n}\n\ntype User {\n  id: ID!\n  name: String\n}\n"
)

func TestForeignFormatsBecomeOperations(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, data, apiType string
		format              Format
		rest                bool
		want                []string
	}{
		{"WADL", sampleWADL, "http", WADL, false, []string{"DELETE /pets/{id}", "GET /pets"}},
		{"WSDL", sampleWSDL, "soap", WSDL, false, []string{"POST /?soapAction=urn%3Acalc%23Add"}},
		{"WSDL to REST", sampleWSDL, "http", WSDL, true, []string{"POST /Add"}},
		{"OData", sampleEDMX, "odata", OData, false, []string{"DELETE /Products({ID})", "GET /Products({ID})", "GET /Products", "PATCH /Products({ID})", "POST /Products"}},
		{"gRPC", sampleProto, "grpc", GRPC, false, []string{"POST /greet.v1.Greeter/Nothing", "POST /greet.v1.Greeter/SayHello"}},
		{"GraphQL", sampleSDL, "graphql", GraphQL, false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t, storetest.Open(t))
			in := Source{Data: []byte(tt.data), Format: tt.format}
			if tt.rest {
				in.Type = "http"
			}
			f.load("x", in)
			var a apim.API
			f.get("/apis/x;rev=1", &a)
			if a.Type != tt.apiType {
				t.Errorf("the API's type is %q, want %q", a.Type, tt.apiType)
			}
			var got []string
			f.view(func(tx *store.Tx) error {
				docs, err := tx.List("apis/operations", "/apis/x;rev=1")
				for _, d := range docs {
					var op apim.Operation
					f.get(d.Ref, &op)
					got = append(got, op.Method+" "+op.URLTemplate)
				}
				return err
			})
			if diff := cmp.Diff(tt.want, got, cmp.Transformer("set", func(l []string) map[string]bool {
				m := map[string]bool{}
				for _, s := range l {
					m[s] = true
				}
				return m
			})); diff != "" {
				t.Errorf("operations (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSOAPToRESTMakesPolicies(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.Open(t))
	f.load("x", Source{Data: []byte(sampleWSDL), Format: WSDL, Type: "http"})
	var p apim.Policy
	f.get("/apis/x;rev=1/operations/add/policies/policy", &p)
	for _, want := range []string{"urn:calc#Add", "<a>{{body.Add.a}}</a>", "xml-to-json"} {
		if !strings.Contains(p.Value, want) {
			t.Errorf("the policy lacks %q:\n%s", want, p.Value)
		}
	}
}

// in imports a description into a new API and exports it.
func (f *fixture) through(api string, data []byte, in, out Format) []byte {
	f.t.Helper()
	f.load(api, Source{Data: data, Format: in, TranslateRequiredQuery: RequiredInQuery})
	var text []byte
	f.view(func(tx *store.Tx) (err error) {
		text, err = ExportAs(f.t.Context(), tx, f.blobs, apim.RevisionRef(apim.Name(api), "1"), out, "https://gateway.example/same")
		return err
	})
	f.update(func(tx *store.Tx) error {
		return errors.Join(tx.DeleteTree(apim.RevisionRef(apim.Name(api), "1")), tx.DeleteTree(apim.APIRef(apim.Name(api))))
	})
	return text
}

// TestExportImportExportIsTheIdentity imports what was exported, for every
// format, and exports it again: nothing may change.
func TestExportImportExportIsTheIdentity(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../demo/descriptions/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no descriptions of the demo: %v", err)
	}
	f := newFixture(t, storetest.Open(t))
	for _, path := range append(files, "testdata/small-3.0.yaml", "testdata/small-3.1.json", "testdata/small-2.0.json") {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, format := range []Format{OpenAPI, OpenAPIJSON, SwaggerJSON, WADL} {
			first := f.through("x", data, Detect(data), format)
			second := f.through("x", first, format, format)
			if diff := cmp.Diff(string(first), string(second)); diff != "" {
				t.Errorf("%s as %s changed (-first +second):\n%s", path, format, diff)
			}
		}
	}
	for format, text := range map[Format]string{WADL: sampleWADL, WSDL: sampleWSDL, OData: sampleEDMX, GRPC: sampleProto, GraphQL: sampleSDL} {
		first := f.through("x", []byte(text), format, format)
		second := f.through("x", first, format, format)
		if diff := cmp.Diff(string(first), string(second)); diff != "" {
			t.Errorf("%s changed (-first +second):\n%s", format, diff)
		}
		if strings.Contains(string(first), "backend.example") {
			t.Errorf("the export as %s names the backend:\n%s", format, first)
		}
	}
}

func TestExportsInFormsThatAreNotThere(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.Open(t))
	f.load("x", Source{Data: []byte(sampleWADL), Format: WADL})
	for _, format := range []Format{WSDL, GraphQL, OData, GRPC} {
		err := f.store.View(t.Context(), func(tx *store.Tx) error {
			_, err := ExportAs(t.Context(), tx, f.blobs, "/apis/x;rev=1", format, "https://g")
			return err
		})
		var invalid *apim.InvalidError
		if !errors.As(err, &invalid) || invalid.Violations[0].Target != "format" {
			t.Errorf("%s: %v, want an invalid format", format, err)
		}
	}
}

func TestForeignFormatsThatAreWrong(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("<resource path='x'>", 200)
	for _, tt := range []struct {
		name, data, want string
		format           Format
	}{
		{"no XML", "{}", "Line 1", WADL},
		{"another root", "<policies/>", "must be 'application'", WADL},
		{"an element left open", "<application>\n<resources>", "Line 2", WADL},
		{"a document type", `<!DOCTYPE x [<!ENTITY a "aaa">]><application>&a;</application>`, "document types", WADL},
		{"too deep", "<application><resources>" + deep, "levels", WADL},
		{"rpc", strings.ReplaceAll(sampleWSDL, `style="document"`, `style="rpc"`), "rpc or encoded", WSDL},
		{"encoded", strings.ReplaceAll(sampleWSDL, `use="literal"`, `use="encoded"`), "rpc or encoded", WSDL},
		{"wsdl:import", strings.Replace(sampleWSDL, "<wsdl:types>", `<wsdl:import location="x"/><wsdl:types>`, 1), "wsdl:import", WSDL},
		{"xsd:include", strings.Replace(sampleWSDL, `<xsd:element name="Add">`, `<xsd:include schemaLocation="other.xsd"/><xsd:element name="Add">`, 1), "other.xsd", WSDL},
		{"no SOAP endpoint", strings.ReplaceAll(sampleWSDL, "http://schemas.xmlsoap.org/wsdl/soap/", "http://schemas.xmlsoap.org/wsdl/soap12/"), "SOAP 1.1", WSDL},
		{"a proto with a mistake", "syntax = \"proto3\";\nmessage {\n", "Line 2", GRPC},
		{"a proto without services", "syntax = \"proto3\";\n", "no service", GRPC},
		{"a proto that needs another", "syntax = \"proto3\";\nimport \"other.proto\";\n", "Line 2", GRPC},
		{"an SDL with a mistake", "type Query {\n  a: Missing\n}", "Missing", GraphQL},
		{"an SDL cut short", "type Query {\n  a:", "Line 2", GraphQL},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := Read(t.Context(), Source{Data: []byte(tt.data), Format: tt.format})
			var invalid *apim.InvalidError
			if !errors.As(err, &invalid) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want an invalid description with %q", err, tt.want)
			}
		})
	}
	_, err := Read(t.Context(), Source{Data: []byte(sampleWSDL), Format: WSDL, Selector: Selector{Service: "Other"}})
	if err == nil || !strings.Contains(err.Error(), "Other") {
		t.Errorf("a service that is not there: %v", err)
	}
}

func TestSDLOfIntrospection(t *testing.T) {
	t.Parallel()
	answer := `{"data":{"__schema":{"queryType":{"name":"Query"},"types":[
		{"kind":"OBJECT","name":"Query","fields":[{"name":"user","args":[{"name":"id","type":{"kind":"NON_NULL","ofType":{"kind":"SCALAR","name":"ID"}}}],"type":{"kind":"OBJECT","name":"User"}}]},
		{"kind":"OBJECT","name":"User","description":"A person.","fields":[{"name":"role","type":{"kind":"ENUM","name":"Role"},"isDeprecated":true,"deprecationReason":"old"}]},
		{"kind":"ENUM","name":"Role","enumValues":[{"name":"ADMIN"}]},{"kind":"SCALAR","name":"ID"},{"kind":"OBJECT","name":"__Type","fields":[]}]}}}`
	sdl, err := SDLOfIntrospection([]byte(answer))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"user(id: ID!): User", `"""A person."""`, `@deprecated(reason: "old")`, "enum Role {\n  ADMIN\n}"} {
		if !strings.Contains(sdl, want) {
			t.Errorf("the definition lacks %q:\n%s", want, sdl)
		}
	}
	if _, err := SDLOfIntrospection([]byte(`{"errors":[]}`)); err == nil {
		t.Error("an answer without a schema is taken")
	}
}

// FuzzForeign reads anything as every format: no panic, and what is read keeps the rules.
func FuzzForeign(f *testing.F) {
	for _, s := range []string{sampleWADL, sampleWSDL, sampleEDMX, sampleProto, sampleSDL} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		defer cost.Bound(t, 5*len(data))()
		for _, format := range []Format{WADL, WSDL, OData, GRPC, GraphQL} {
			if d, err := Read(t.Context(), Source{Data: data, Format: format}); err == nil {
				checkDescription(t, d)
			}
		}
	})
}
