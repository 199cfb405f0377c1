package operations

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// descriptions answers requests for descriptions by link, in place of the Internet.
type descriptions struct{}

var described = []struct{ in, text string }{
	{"wadl", `<application xmlns="http://wadl.dev.java.net/2009/02"><resources base="https://pets.example"><resource path="pets"><method name="GET" id="list"/></resource></resources></application>`},
	{".proto", "syntax = \"proto3\";\npackage p;\nmessage M {}\nservice S { rpc Do (M) returns (M); }\n"},
	{"odata", `<edmx:Edmx xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices><Schema xmlns="http://docs.oasis-open.org/odata/ns/edm" Namespace="N">
		<EntityType Name="T"><Key><PropertyRef Name="Id"/></Key><Property Name="Id" Type="Edm.Int32"/></EntityType>
		<EntityContainer Name="C"><EntitySet Name="Things" EntityType="N.T"/></EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`},
	{"wsdl", `<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:s="http://schemas.xmlsoap.org/wsdl/soap/" targetNamespace="urn:x">
		<portType name="P"><operation name="Do"/></portType>
		<binding name="CurrencyConvertorSoap" type="P"><s:binding style="document"/><operation name="Do"><s:operation soapAction="urn:do"/></operation></binding>
		<service name="CurrencyConvertor"><port name="CurrencyConvertorSoap" binding="CurrencyConvertorSoap"><s:address location="https://orders.example"/></port></service></definitions>`},
	{"swagger.json", `{"swagger":"2.0","info":{"title":"Pets","version":"1"},"host":"pets.example","schemes":["https"],"paths":{"/pets":{"get":{"operationId":"list","responses":{"200":{"description":"ok"}}}}}}`},
	{"", "openapi: 3.0.3\ninfo: {title: Pets, version: '1'}\nservers: [{url: https://pets.example}]\npaths:\n  /pets:\n    get:\n      operationId: list\n      parameters: [{name: limit, in: query, required: true, schema: {type: integer}}]\n      responses: {'200': {description: ok}}\n"},
}

func (descriptions) RoundTrip(r *http.Request) (*http.Response, error) {
	for _, d := range described {
		if strings.Contains(strings.ToLower(r.URL.String()), d.in) {
			return &http.Response{StatusCode: http.StatusOK, Status: "200 OK", Header: http.Header{}, Request: r,
				Body: io.NopCloser(bytes.NewReader([]byte(d.text)))}, nil
		}
	}
	return nil, http.ErrNotSupported // not reached: the last one is for all addresses
}
