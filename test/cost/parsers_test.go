package cost

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/cost"
	"github.com/portico-portal/portico/internal/mail"
	"github.com/portico-portal/portico/internal/markdown"
	"github.com/portico-portal/portico/internal/media"
	"github.com/portico-portal/portico/internal/policy"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/site/style"
	"github.com/portico-portal/portico/internal/widget/prose"
)

// parser reads what others wrote.
type parser struct {
	name  string
	most  int // bytes that may arrive
	read  func(text string)
	texts map[string]text // that would make a careless one recurse, or look twice
	// reads are the libraries it calls: package and import path.
	reads []string
}

const (
	body        = arm.MaxBody
	description = arm.MaxDescriptionBody / 4 // a few seconds; the long form takes all
	kb          = 1 << 10
)

// described reads a description in a format.
func described(format apidoc.Format, kind string) func(string) {
	return func(text string) {
		_, _ = apidoc.Read(context.Background(), apidoc.Source{Data: []byte(text), Format: format, Type: kind})
	}
}

const (
	openAPI = `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{`
	soap    = `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/">`
	service = `<service name="S"><port name="P" binding="b"><s:address location="http://a.example"/></port></service></definitions>`
	proto   = "syntax = \"proto3\";\nservice S { rpc A (B) returns (B); }\nmessage B {}\n"
)

// parsers are all readers of what others wrote.
var parsers = []parser{
	{"OpenAPI in JSON", description, described(apidoc.OpenAPI, ""), map[string]text{
		"objects":              nested(`{"openapi":`, `{"a":`, "1", "}", "}"),
		"arrays":               repeated(`{"openapi":`, "[", ""),
		"members":              numbered(`{"openapi":"3.0.0"`, `,"a%d":1`, "}"),
		"the same member":      repeated(`{"openapi":"3.0.0"`, `,"a":1`, "}"),
		"operations":           numbered(openAPI+`"/":{}`, `,"/a%d":{"get":{}}`, "}}"),
		"operations of one id": numbered(openAPI+`"/":{}`, `,"/a%d":{"get":{"operationId":"x"}}`, "}}"),
		"parameters":           numbered(openAPI+`"/a":{"get":{"parameters":[{}`, `,{"name":"p%d","in":"query"}`, "]}}}}"),
		"one parameter":        repeated(openAPI+`"/a":{"get":{"parameters":[{}`, `,{"name":"p","in":"query"}`, "]}}}}"),
		"tags":                 numbered(openAPI+`"/a":{"get":{"tags":["a"`, `,"t%d"`, "]}}}}"),
		"schemas":              numbered(openAPI+`"/a":{"get":{}}},"components":{"schemas":{"a":{}`, `,"s%[1]d":{"$ref":"#/components/schemas/s%[1]d"}`, "}}}"),
		"references to another": numbered(openAPI+`"/a":{"get":{}}},"components":{"parameters":{"a":{}`,
			`,"s%[1]d":{"$ref":"#/components/parameters/s%[1]d0"}`, "}}}"),
		"bad references":           numbered(openAPI+`"/a":{"get":{}}},"x":[1`, `,{"$ref":"#/a/%d"}`, "]}"),
		"responses by reference":   numbered(openAPI+`"/":{}`, `,"/a%d":{"get":{"responses":{"200":{"$ref":"#/components/responses/r"}}}}`, `},"components":{"responses":{"r":{"description":"`+strings.Repeat("x", 2000)+`"}}}}`),
		"escapes":                  repeated(`{"openapi":"`, `\"`, `"}`),
		"backslashes":              repeated(`{"openapi":"`, `\\`, `"}`),
		"an open text":             repeated(`{"openapi":"`, `\`, ``),
		"media types":              numbered(openAPI+`"/a":{"post":{"requestBody":{"content":{"a/b":{}`, `,"a/b%d":{"schema":{"type":"object","properties":{"x":{}}}}`, "}}}}}}"),
		"servers with variables":   numbered(`{"openapi":"3.0.0","servers":[{"url":"{a}{a}{a}{a}","variables":{"b":{}`, `,"a%d":{"default":"{a}{a}"}`, `}}],"paths":{"/a":{"get":{}}}}`),
		"callbacks of themselves":  repeated(openAPI+`"/a":{"get":{"callbacks":{"a":{}`, `,"b":{"$ref":"#/paths"}`, "}}}}}"),
		"descriptions of Markdown": repeated(openAPI+`"/a":{"get":{"description":"`, "[a](", `"}}}}`),
	}, nil},
	{"OpenAPI in YAML", description / 4, described(apidoc.OpenAPI, ""), map[string]text{
		"flow arrays":     repeated("openapi: ", "[", ""),
		"flow objects":    repeated("openapi: ", "{a: ", ""),
		"lists in a line": repeated("openapi: ", "- ", ""),
		"keys in a line":  repeated("", "? ", ""),
		"lines":           numbered("openapi: 3.0.0\n", "a%d: 1\n", ""),
		"the same key":    repeated("openapi: 3.0.0\n", "a: 1\n", ""),
		"anchors":         numbered("openapi: 3.0.0\n", "a%[1]d: &a%[1]d [1]\n", ""),
		"aliases":         repeated("a: &a [1,2,3]\nb:\n", "- *a\n", ""),
		"merges":          repeated("a: &a {b: 1}\nc:\n", "  <<: *a\n", ""),
		"laughs":          numbered("a0: &a0 [x]\n", "a%[1]d: &a%[1]d [*a0,*a0,*a0]\n", ""),
		"comments":        repeated("a: 1\n", "#\n", ""),
		"long comments":   repeated("a: 1 ", "#", ""),
		"blank lines":     repeated("a: |\n", "\n", "  x"),
		"quoted lines":    repeated(`a: "`, "\n\n", `"`),
		"escapes":         repeated(`a: "`, `\x41`, `"`),
		"colons":          repeated("a", ": a", ""),
		"questions":       repeated("", "? a\n", ""),
		"tags":            repeated("a: ", "!a ", ""),
		"indentation":     repeated("a:\n ", " ", "b: 1"),
		"documents":       repeated("a: 1\n", "---\n", ""),
		"numbers":         repeated("a: ", "1", ""),
		"underscores":     repeated("a: 0x", "_", "1"),
		"directives":      repeated("", "%A b\n", "---\na: 1"),
	}, []string{"internal/apidoc/tree go.yaml.in/yaml"}},
	{"Swagger", description, described(apidoc.SwaggerJSON, ""), map[string]text{
		"consumes and operations": squared(`{"swagger":"2.0","info":{},"consumes":["a"`, `,"a/%d"`, `],"paths":{"/":{}`, `,"/a%d":{"post":{"parameters":[{"in":"body","name":"b","schema":{"type":"object"}}]}}`, "}}"),
		"form fields":             numbered(`{"swagger":"2.0","paths":{"/a":{"post":{"parameters":[{}`, `,{"in":"formData","name":"f%d","type":"string"}`, "]}}}}"),
		"examples":                numbered(`{"swagger":"2.0","paths":{"/a":{"get":{"responses":{"200":{"schema":{},"examples":{"a":1`, `,"b%d":1`, "}}}}}}}"),
	}, nil},
	{"WSDL", description, described(apidoc.WSDL, "http"), map[string]text{
		"elements":        nested(soap, "<a>", "", "</a>", "</definitions>"),
		"open elements":   repeated("", "<a>", ""),
		"attributes":      numbered("<definitions", ` a%d=""`, "/>"),
		"namespaces":      numbered("<definitions", ` xmlns:a%d="b"`, "/>"),
		"comments":        repeated(soap, "<!---->", service),
		"messages":        squared(soap, `<message name="m%d"><part element="e"/></message>`, `<portType name="p">`, `<operation name="o%[1]d"><input message="m%[1]d"/></operation>`, "</portType>"+service),
		"operations":      squared(soap+`<portType name="p">`, `<operation name="o%[1]d"/>`, `</portType><binding name="b" type="p"><s:binding style="document"/>`, `<operation name="o%[1]d"><s:operation soapAction="a"/></operation>`, "</binding>"+service),
		"bindings":        squared(soap, `<binding name="x%d"/>`, "", `<service name="s%[1]d"><port name="P" binding="y%[1]d"/></service>`, "</definitions>"),
		"types in others": numbered(soap+`<types><schema><element name="e" type="t1"/>`, `<complexType name="t%[1]d"><sequence><element name="a" type="t%[1]d"/><element name="b" type="t%[1]d"/></sequence></complexType>`, `</schema></types>`+service),
		"entities":        repeated(soap, "&lt;", service),
	}, []string{"internal/apidoc encoding/xml"}},
	{"WADL", description, described(apidoc.WADL, ""), map[string]text{
		"resources":              nested("<application>", "<resource path='a'>", "", "</resource>", "</application>"),
		"parameters and methods": squared("<application><resources base='http://a'><resource path='a'>", "<param name='p%d' style='query'/>", "", "<method name='GET' id='%d'/>", "</resource></resources></application>"),
		"options":                numbered("<application><resources base='http://a'><resource path='a'><param name='p' style='query'>", "<option value='%d'/>", "</param><method name='GET'/></resource></resources></application>"),
		"statuses":               repeated("<application><resources base='http://a'><resource path='a'><method name='GET'><response status='", "200 ", "'/></method></resource></resources></application>"),
	}, nil},
	{"OData", description, described(apidoc.OData, ""), map[string]text{
		"keys and sets": squared("<Edmx><DataServices><Schema><EntityType Name='T'><Key>", "<PropertyRef Name='k%d'/>", "</Key></EntityType><EntityContainer>", "<EntitySet Name='s%d' EntityType='T'/>", "</EntityContainer></Schema></DataServices></Edmx>"),
		"properties":    squared("<Edmx><DataServices><Schema><EntityType Name='T'><Key>", "<PropertyRef Name='k%d'/>", "</Key>", "<Property Name='k%d' Type='Edm.String'/>", "</EntityType><EntityContainer><EntitySet Name='s' EntityType='T'/></EntityContainer></Schema></DataServices></Edmx>"),
		"collections":   repeated("<Edmx><DataServices><Schema><EntityType Name='T'><Property Name='a' Type='", "Collection(", "'/></EntityType></Schema></DataServices></Edmx>"),
	}, nil},
	{"proto", description, described(apidoc.GRPC, ""), map[string]text{
		"messages in others": nested(proto, "message A{", "", "}", ""),
		"messages":           numbered(proto, "message A%d {}\n", ""),
		"fields":             numbered(proto+"message M {\n", "int32 a%[1]d = %[1]d;\n", "}"),
		"fields in a line":   numbered(proto+"message M {", "int32 a%[1]d=%[1]d;", "}"),
		"one of many":        numbered(proto+"message M { oneof x {\n", "int32 a%[1]d = %[1]d;\n", "} }"),
		"values":             numbered(proto+"enum E { A0 = 0;\n", "A%[1]d = %[1]d;\n", "}"),
		"reserved":           numbered(proto+"message M { reserved 1\n", ",%d5\n", "; }"),
		"methods":            numbered("syntax = \"proto3\";\nmessage B{}\nservice S {\n", "rpc A%d(B) returns (B);\n", "}"),
		"options":            numbered(proto, "option (a.b%d) = 1;\n", ""),
		"brackets":           repeated(proto+"option ", "(", ""),
		"literals":           repeated(proto+"option (x) = ", "{a:", ""),
		"angles":             repeated(proto+"option (x) = ", "<a:", ""),
		"texts":              repeated(proto+"option java_package = ", "\"a\"\n", ";"),
		"a long text":        repeated(proto+"option java_package = \"", "a", "\";"),
		"a long name":        squared("syntax = \"proto3\";\nmessage A", "%d", " {\n", "int32 a%[1]d = %[1]d;\n", "}"),
		"imports":            numbered(proto, "import \"a%d.proto\";\n", ""),
		"dots":               repeated("syntax = \"proto3\";\npackage a", ".a", ";\n"),
		"comments":           repeated(proto, "//\n", ""),
		"an open comment":    repeated(proto, "/*", ""),
		"statements":         repeated(proto, ";\n", ""),
		"minus":              repeated(proto+"option a = ", "-", "1;"),
		"extensions":         numbered("syntax = \"proto2\";\nmessage M { extensions 1 to max; }\n", "extend M { optional int32 a%[1]d = %[1]d; }\n", ""),
		"maps":               numbered(proto+"message M {\n", "map<string, B> a%[1]d = %[1]d;\n", "}"),
	}, []string{"internal/apidoc github.com/bufbuild/protocompile"}},
	{"GraphQL", description, described(apidoc.GraphQL, ""), map[string]text{
		"lists":       repeated("type Query { a: ", "[", ""),
		"values":      repeated("type Query { a(b: Int = ", "[", ""),
		"objects":     repeated("type Query { a(b: Int = ", "{a:", ""),
		"selections":  repeated("query ", "{a", ""),
		"fields":      numbered("type Query {\n", "a%d: Int\n", "}"),
		"extensions":  numbered("type Query { a: Int }\n", "extend type Query { a%d: Int }\n", ""),
		"types":       numbered("type Query { a: Int }\n", "type A%[1]d { a: A%[1]d }\n", ""),
		"interfaces":  squared("interface I {\n", "a%d: Int\n", "}\ntype Query implements I {\n", "a%d: Int\n", "}"),
		"implementer": numbered("interface I { a: I }\ntype Query { a: I }\n", "type A%[1]d implements I { a: A%[1]d }\n", ""),
		"unions":      squared("type Query { a: U }\n", "type A%d { a: Int }\n", "union U = Query\n", "| A%d\n", ""),
		"enums":       numbered("type Query { a: E }\nenum E {\n", "A%d\n", "}"),
		"arguments":   numbered("type Query { a(\n", "a%d: Int\n", "): Int }"),
		"directives":  squared("directive @d(\n", "a%d: Int\n", ") on FIELD_DEFINITION\ntype Query { a: Int\n", "a%d: Int @d(a1: 1)\n", "}"),
		"comments":    repeated("", "#\n", "type Query { a: Int }"),
		"texts":       repeated("type Query { ", `"a" `, ": Int }"),
		"block texts": repeated(`"""`, `\"""`, `""" type Query { a: Int }`),
		"indentation": repeated(`"""`, "\n   a", `""" type Query { a: Int }`),
		"amps":        repeated("type Query implements ", "& ", "{ a: Int }"),
		"the same":    repeated("interface I { a: Int }\ntype Query implements I ", "& I ", "{ a: Int }"),
	}, []string{"internal/graphql github.com/vektah/gqlparser", "internal/widget/reference github.com/vektah/gqlparser"}},
	{"introspection", description, func(text string) { _, _ = apidoc.SDLOfIntrospection([]byte(text)) }, map[string]text{
		"types of types": nested(`{"data":{"__schema":{"types":[{"kind":"OBJECT","name":"Query","fields":[{"name":"a","type":`, `{"kind":"LIST","ofType":`, "{}", "}", "}]}]}}}"),
		"fields":         numbered(`{"data":{"__schema":{"types":[{"kind":"OBJECT","name":"Query","fields":[{"name":"a","type":{"name":"Int"}}`, `,{"name":"a%d","type":{"name":"Int"}}`, "]}]}}}"),
	}, nil},
	{"policies", 256 * kb, func(text string) {
		_, _ = policy.Parse(text, policy.XML)
		_, _ = policy.Parse(text, policy.RawXML)
		_, _ = policy.Convert(text, policy.RawXML, policy.XML)
	}, map[string]text{
		"elements":         nested("<policies><inbound>", "<choose>", "", "</choose>", "</inbound></policies>"),
		"open elements":    repeated("<policies>", "<a>", ""),
		"children":         repeated("<policies><inbound>", "<base/>", "</inbound></policies>"),
		"attributes":       numbered("<policies", ` a%d=""`, "/>"),
		"one attribute":    repeated("<policies", ` a=""`, "/>"),
		"brackets":         repeated(`<policies><inbound><a b="@`, "(", `"/></inbound></policies>`),
		"shut brackets":    nested(`<policies><inbound><a b="@`, "(", "", ")", `"/></inbound></policies>`),
		"open expressions": repeated(`<policies><inbound><a b="`, "@(", `"/></inbound></policies>`),
		"quotes":           repeated(`<policies><inbound><a b='@(`, `"`, `)'/></inbound></policies>`),
		"braces":           repeated(`<policies><inbound><a>@`, "{", `</a></inbound></policies>`),
		"comments":         repeated("<policies>", "<!---->", "</policies>"),
		"expressions":      repeated(`<policies><inbound><a b="`, "@(1)", `"/></inbound></policies>`),
		"named values":     repeated(`<policies><inbound><set-header name="a"><value>`, "{{a}}", `</value></set-header></inbound></policies>`),
		"open names":       repeated(`<policies><inbound><set-header name="a"><value>`, "{{", `</value></set-header></inbound></policies>`),
		"entities":         repeated(`<policies><inbound><a b="`, "&amp;", `"/></inbound></policies>`),
		"headers":          numbered("<policies><inbound>", `<set-header name="a%d"><value>b</value></set-header>`, "</inbound></policies>"),
		"origins":          numbered("<policies><inbound><cors><allowed-origins>", "<origin>http://a%d.example</origin>", "</allowed-origins></cors></inbound></policies>"),
	}, nil},
	{"$filter", body, func(text string) { _, _ = arm.ParseFilter(text, apim.Fields{"name"}, true) }, map[string]text{
		"brackets":  repeated("", "(", ""),
		"shut":      nested("", "(", "name eq 'a'", ")", ""),
		"nots":      repeated("", "not ", "a"),
		"ands":      repeated("name eq 'a'", " and name eq 'a'", ""),
		"functions": repeated("", "contains(", ""),
		"quotes":    repeated("name eq '", "''", "'"),
		"an open":   repeated("name eq ", "'", ""),
	}, nil},
	{"$orderby, queries and conditions", body, func(text string) {
		_, _ = arm.ParseOrder(text, apim.Fields{"name"}, true)
		_, _ = arm.ParseQuery(text)
		_, _ = arm.ParseIfMatch(http.Header{"If-Match": {text}})
	}, map[string]text{
		"fields":     repeated("name", ",name desc", ""),
		"parameters": repeated("a=b", "&a=b", ""),
		"escapes":    repeated("a=", "%41", ""),
		"tags":       repeated(`"a"`, `,"a"`, ""),
		"quotes":     repeated("", `"`, ""),
	}, nil},
	{"addresses", body, func(text string) {
		_, _ = arm.ParseAddress(text)
		_ = blob.CheckName(text)
		_, _ = apim.ParseScope(text)
	}, map[string]text{
		"segments": repeated("", "/a", ""),
		"slashes":  repeated("", "/", ""),
		"escapes":  repeated("/", "%2f", ""),
		"a name":   repeated("/apis/", "a", ""),
		"scopes":   repeated("", "/subscriptions/a/resourceGroups/b", ""),
	}, nil},
	{"bodies of JSON", body, func(text string) {
		r, _ := http.NewRequest(http.MethodPut, "http://a.example", strings.NewReader(text))
		_, _ = arm.ReadJSON(r, arm.MaxBody)
	}, map[string]text{
		"arrays":      repeated("", "[", ""),
		"objects":     nested("", `{"a":`, "1", "}", ""),
		"backslashes": repeated(`"`, `\\`, `"`),
		"members":     numbered(`{"a":1`, `,"a%d":1`, "}"),
	}, nil},
	{"Markdown", 200 * kb, func(text string) { prose.Rich(text); prose.Plain(text, 200); markdown.Whole(text) }, markdowns,
		[]string{"internal/markdown github.com/yuin/goldmark", "internal/widget/prose github.com/microcosm-cc/bluemonday"}},
	{"pages as Markdown", body, func(text string) { _, _ = markdown.FromPage([]byte(text), "http://a.example") }, map[string]text{
		"divisions":   nested("<main>", "<div>", "a", "</div>", "</main>"),
		"lists":       nested("<main>", "<ul><li>", "a", "</li></ul>", "</main>"),
		"quotations":  nested("<main>", "<blockquote>", "a", "</blockquote>", "</main>"),
		"paragraphs":  repeated("<main>", "<p>a</p>", "</main>"),
		"bold":        repeated("<main>", "<b>", "a</main>"),
		"formatted":   repeated("<main>", "<p><b><i><u>", "a</main>"),
		"links":       repeated("<main>", "<a href=x>a</a>", "</main>"),
		"open links":  repeated("<main>", "<a href=x>", "</main>"),
		"tables":      repeated("<main>", "<table><tr><td>", "</main>"),
		"rows":        repeated("<main><table>", "<tr><td>a</td></tr>", "</table></main>"),
		"columns":     repeated("<main><table><tr>", "<td>a</td>", "</tr></table></main>"),
		"attributes":  numbered("<main><a", " a%d=b", "></a></main>"),
		"comments":    repeated("<main>", "<!--", "</main>"),
		"texts":       repeated("<main>", "*_[", "</main>"),
		"lines":       repeated("<main><pre>", "\n", "</pre></main>"),
		"list items":  repeated("<main><ol>", "<li>a", "</ol></main>"),
		"code":        repeated("<main><code>", "`", "</code></main>"),
		"breaks":      repeated("<main>", "<br>", "</main>"),
		"headings":    repeated("<main>", "<h2>a</h2>", "</main>"),
		"definitions": repeated("<main><dl>", "<dt>a<dd>b", "</dl></main>"),
	}, []string{"internal/markdown golang.org/x/net/html", "internal/markdown github.com/JohannesKaufmann/html-to-markdown"}},
	{"SVG", media.MaxSVG, func(text string) { _, _ = media.SanitizeSVG([]byte(text)) }, map[string]text{
		"groups":     nested("<svg>", "<g>", "", "</g>", "</svg>"),
		"open":       repeated("<svg>", "<g>", ""),
		"attributes": numbered("<svg", ` a%d=""`, "/>"),
		"scripts":    nested("<svg>", "<script>", "", "</script>", "</svg>"),
		"comments":   repeated("<svg>", "<!---->", "</svg>"),
		"paths":      repeated(`<svg><path d="`, "M0 0", `"/></svg>`),
	}, []string{"internal/media encoding/xml"}},
	{"stylesheets", body, func(text string) { _, _ = style.Compile(json.RawMessage(text), nil) }, map[string]text{
		"colors":     numbered(`{"colors":{"a":{"value":"red"}`, `,"c%d":{"value":"blue"}`, "}}"),
		"components": numbered(`{"components":{"a":{}`, `,"c%d":{"default":{"padding":{"top":1}}}`, "}}"),
		"deep":       nested(`{"components":{"a":`, `{"a":`, "1", "}", "}}"),
		"values":     repeated(`{"colors":{"a":{"value":"`, "rgb(", `"}}}`),
		"gradients":  numbered(`{"gradients":{"a":{}`, `,"g%d":{"type":"linear","direction":"45deg","stops":[{"color":"red","length":1}]}`, "}}"),
	}, nil},
	{"content documents", body, func(text string) {
		s := site.Read([]site.Item{
			{Ref: apim.ContentRef("page", "a"), Body: json.RawMessage(`{"en_us":{"title":"a","permalink":"/a","documentId":"contentTypes/document/contentItems/a"}}`)},
			{Ref: apim.ContentRef("document", "a"), Body: json.RawMessage(text)},
		}, site.Options{})
		s.Check()
	}, map[string]text{
		"sections":   nestedTo(190, `{"nodes":[`, `{"type":"section","nodes":[`, "]}", "]}"),
		"widgets":    repeated(`{"nodes":[{"type":"page"}`, `,{"type":"section","nodes":[]}`, "]}"),
		"marks":      repeated(`{"nodes":[{"type":"text-block","nodes":[{"type":"text","text":"a","marks":[{"type":"bold"}`, `,{"type":"italic"}`, "]}]}]}"),
		"words":      repeated(`{"nodes":[{"type":"text-block","nodes":[{"type":"paragraph","nodes":[{"type":"text","text":"a"}`, `,{"type":"text","text":"b"}`, "]}]}]}"),
		"members":    numbered(`{"nodes":[{"type":"page"`, `,"a%d":1`, "}]}"),
		"many types": numbered(`{"nodes":[{"type":"page"}`, `,{"type":"t%d"}`, "]}"),
	}, nil},
	{"mail templates", body, func(text string) {
		mail.Fill(text, map[string]string{"a": "b"})
		mail.FillXHTML(text, map[string]string{"a": "b"})
	}, map[string]text{
		"parameters": repeated("", "$a", ""), "dollars": repeated("", "$", ""), "braces": repeated("", "${", ""), "names": repeated("${", "a", ""),
	}, nil},
	{"mail addresses", body, func(text string) { _ = apim.Check((&apim.User{Email: text}).Validate) }, map[string]text{
		"comments": repeated("", "(", ""), "quotes": repeated(`"`, `\"`, `"@a.example`), "dots": repeated("a", ".a", "@a.example"), "groups": repeated("", "a:", ";"), "words": repeated("", "=?utf-8?q?a?= ", "<a@a.example>"),
	}, []string{"internal/apim net/mail"}},
	{"tokens", body, func(text string) { _, _ = account.ParseToken(text) }, map[string]text{
		"ands": repeated("", "&", ""), "equals": repeated("", "=", ""), "letters": repeated("SharedAccessSignature ", "a", ""), "fields": repeated("SharedAccessSignature uid=a", "&ex=b", ""),
	}, nil},
}

// importMemory is what one import may take at its peak, beside the text itself. The
// limits of packages gate and apidoc are made for it.
const importMemory = 1 << 30

func TestADescriptionIsReadWithinTheBudgetOfMemory(t *testing.T) {
	for _, p := range parsers {
		if p.most < description/4 {
			continue
		}
		size := min(p.most, 2<<20)
		for kind, make := range p.texts {
			t.Run(p.name+": "+kind, func(t *testing.T) {
				s := make(size)
				cost.Memory(t, importMemory, func() { p.read(s) })
			})
		}
	}
}

func TestTheLongestYAMLIsReadWithinTheBudgetOfMemory(t *testing.T) {
	s := numbered("openapi: 3.0.0\n", "a%d: 1\n", "")(10_600_000)
	if lines := strings.Count(s, "\n"); lines < 900_000 || lines > 1_000_000 {
		t.Fatalf("%d lines are not just below the limit", lines)
	}
	cost.Memory(t, importMemory, func() { described(apidoc.OpenAPI, "")(s) })
}

// nestedTo is nested at most so deep, again and again.
func nestedTo(depth int, before, open, shut, after string) text {
	one := strings.Repeat(open, depth/2) + strings.Repeat(shut, depth/2)
	return func(n int) string {
		all := make([]string, max(n/len(one), 1))
		for i := range all {
			all[i] = one
		}
		return before + strings.Join(all, ",") + after
	}
}

// markdowns are texts that take a parser of Markdown long.
var markdowns = map[string]text{
	"links": repeated("", "[a](", ""), "links in angles": repeated("", "[a](<", ""), "brackets in links": repeated("", "[x]((", ""),
	"images": repeated("", "![](", ""), "images in images": nested("", "![", "a", "](b)", ""), "brackets": nested("", "[", "", "]", ""),
	"labels over lines": repeated("", "[a\nb]", ""), "titles": repeated("", "[a](b (", ""), "titles in quotes": repeated("", "[a](b '", ""),
	"quotations": repeated("", ">", ""), "spaced quotations": repeated("", "> ", ""), "lists": repeated("", "- ", ""), "numbers": repeated("", "1. ", ""),
	"lists of quotations": repeated("", "> - ", ""), "blank lines in lists": repeated(strings.Repeat("- ", 60), "\n", ""), "items": repeated("", "- a\n", ""),
	"indented items": func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			b.WriteString(strings.Repeat(" ", 2*i) + "- a\n")
		}
		return b.String()
	},
	"emphasis": repeated("", "*a ", ""), "strong": repeated("", "a**b", ""), "mixed": repeated("", "*_", ""), "runs": repeated("", "*a**b***c", ""),
	"opened, then shut": func(n int) string { return strings.Repeat("a *a", n/8) + strings.Repeat("a_ ", n/6) }, "struck": repeated("", "~~a ", ""),
	"code": repeated("", "`a``", ""), "code of all lengths": func(n int) string {
		var b strings.Builder
		for i := 1; b.Len() < n; i++ {
			b.WriteString(strings.Repeat("`", i) + "a")
		}
		return b.String()
	},
	"definitions": repeated("", "[a]: b\n", ""), "open definitions": repeated("", "[a]: b (\n", ""), "definitions in angles": repeated("", "[a]: <b\n", ""),
	"wide tables": func(n int) string {
		return strings.Repeat("a|", n/8) + "\n" + strings.Repeat("-|", n/8) + "\n" + strings.Repeat("a|\n", n/6)
	},
	"tables": repeated("a|b\n-|-\n", "c|d\n", ""), "pipes": repeated("a|b\n-|-\n", `\|`, ""), "many tables": repeated("", "a|b\n-|-\nc|d\n\n", ""),
	"addresses": repeated("", "http://a.b ", ""), "mail addresses": repeated("", "a@b.c", ""), "dots": repeated("", "www.a.", ""), "angles": repeated("", "<", ""),
	"tags": repeated("", "<a ", ""), "comments": repeated("", "x<!--", ""), "instructions": repeated("", "x<?", ""), "character data": repeated("", "x<![CDATA[", ""),
	"attributes": repeated("", "<a b='", ""), "elements": repeated("", "<div>", ""), "formatted": repeated("", "<p><b><i>", ""), "headings": repeated("", "# a\n", ""),
	"entities": repeated("", "&amp;", ""), "numbers of characters": repeated("", "&#1", ""), "fences": repeated("", "```\n", ""), "underlined": repeated("", "a\n=\n", ""),
	"lines": repeated("", "a\n", ""), "blank": repeated("", "\n", ""), "tabs": repeated("", "\t", ""), "backslashes": repeated("", `\`, ""), "notes": repeated("", "> [!NOTE]\n", ""),
}

func TestParsersTakeTwiceAsLongForTwiceTheText(t *testing.T) {
	for _, p := range parsers {
		for kind, make := range p.texts {
			t.Run(p.name+": "+kind, func(t *testing.T) {
				cost.CPU(t, cost.Sizes{From: 2 * kb, To: p.most / 2}, func(n int) func() {
					s := make(n)
					return func() { p.read(s) }
				})
			})
		}
	}
}
