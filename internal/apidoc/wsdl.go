package apidoc

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/url"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Selector names the service and the endpoint of a WSDL document to import
// (apim-rest.md §3.1); empty: the first that can be.
type Selector struct {
	Service  string `json:"wsdlServiceName"`
	Endpoint string `json:"wsdlEndpointName"`
}

// wsdl is the part of a WSDL 1.1 document that is read.
type wsdl struct {
	Namespace string         `xml:"targetNamespace,attr"`
	Import    []struct{}     `xml:"http://schemas.xmlsoap.org/wsdl/ import"`
	Doc       string         `xml:"documentation"`
	Schemas   []xsd          `xml:"types>schema"`
	Messages  []wsdlMessage  `xml:"message"`
	PortTypes []wsdlPortType `xml:"portType"`
	Bindings  []wsdlBinding  `xml:"binding"`
	Services  []struct {
		Name  string `xml:"name,attr"`
		Doc   string `xml:"documentation"`
		Ports []struct {
			Name    string `xml:"name,attr"`
			Binding string `xml:"binding,attr"`
			Address struct {
				Location string `xml:"location,attr"`
			} `xml:"http://schemas.xmlsoap.org/wsdl/soap/ address"`
		} `xml:"port"`
	} `xml:"service"`

	// What is looked for by name; the first of a name counts.
	bindings  map[string]*wsdlBinding
	described map[string]map[string]*wsdlDescribed // by port type and operation
	messages  map[string]string                    // the element in a message
	elements  map[string]*xsdElement
	types     map[string]*xsdComplexType
}

type wsdlMessage struct {
	Name string `xml:"name,attr"`
	Part []struct {
		Element string `xml:"element,attr"`
	} `xml:"part"`
}

type wsdlPortType struct {
	Name       string          `xml:"name,attr"`
	Operations []wsdlDescribed `xml:"operation"`
}

type wsdlDescribed struct {
	Name  string `xml:"name,attr"`
	Doc   string `xml:"documentation"`
	Input struct {
		Message string `xml:"message,attr"`
	} `xml:"input"`
	Output struct {
		Message string `xml:"message,attr"`
	} `xml:"output"`
}

type wsdlBinding struct {
	Name string       `xml:"name,attr"`
	Type string       `xml:"type,attr"`
	SOAP *wsdlStyle   `xml:"http://schemas.xmlsoap.org/wsdl/soap/ binding"`
	Ops  []wsdlBindOp `xml:"operation"`
}

type wsdlStyle struct {
	Style string `xml:"style,attr"`
}

type wsdlBindOp struct {
	Name string `xml:"name,attr"`
	SOAP struct {
		Action string `xml:"soapAction,attr"`
		Style  string `xml:"style,attr"`
	} `xml:"http://schemas.xmlsoap.org/wsdl/soap/ operation"`
	Input struct {
		Body struct {
			Use string `xml:"use,attr"`
		} `xml:"http://schemas.xmlsoap.org/wsdl/soap/ body"`
	} `xml:"input"`
}

// xsd is the part of an XML Schema that is read.
type xsd struct {
	Namespace string           `xml:"targetNamespace,attr"`
	Import    []xsdImport      `xml:"import"`
	Include   []xsdImport      `xml:"include"`
	Elements  []xsdElement     `xml:"element"`
	Types     []xsdComplexType `xml:"complexType"`
	Simple    []xsdNameOnly    `xml:"simpleType"`
}

type xsdImport struct {
	Location string `xml:"schemaLocation,attr"`
}

type xsdNameOnly struct {
	Name string `xml:"name,attr"`
}

type xsdElement struct {
	Name      string          `xml:"name,attr"`
	Ref       string          `xml:"ref,attr"`
	Type      string          `xml:"type,attr"`
	MinOccurs string          `xml:"minOccurs,attr"`
	MaxOccurs string          `xml:"maxOccurs,attr"`
	Inline    *xsdComplexType `xml:"complexType"`
}

type xsdComplexType struct {
	Name     string       `xml:"name,attr"`
	Sequence []xsdElement `xml:"sequence>element"`
	All      []xsdElement `xml:"all>element"`
}

// service is one endpoint of a WSDL document.
type wsdlService struct {
	name, address, namespace, text string
	operations                     []wsdlOperation
	size                           int // of the document
}

type wsdlOperation struct {
	name, action, text string
	input, output      string // elements
}

// readWSDL chooses an endpoint of a WSDL document: document style, literal use,
// SOAP 1.1. The error names what is not supported.
func readWSDL(data []byte, sel Selector) (*wsdl, *wsdlService, error) {
	w := new(wsdl)
	if err := readXML(data, "definitions", w); err != nil {
		return nil, nil, err
	}
	w.index()
	if len(w.Import) > 0 {
		return nil, nil, apim.Invalid("value", "wsdl:import is not supported: put what it names into the document.")
	}
	for _, s := range w.Schemas {
		for _, i := range append(s.Import, s.Include...) {
			if i.Location != "" {
				return nil, nil, apim.Invalid("value", fmt.Sprintf("xsd:import and xsd:include of other files are not supported: put %q into the document.", i.Location))
			}
		}
	}
	for _, s := range w.Services {
		for _, port := range s.Ports {
			if sel.Service != "" && s.Name != sel.Service || sel.Endpoint != "" && port.Name != sel.Endpoint {
				continue
			}
			binding := w.bindings[localName(port.Binding)]
			if binding == nil || binding.SOAP == nil {
				continue // SOAP 1.2 or HTTP
			}
			text := cmp.Or(s.Doc, w.Doc)
			service := &wsdlService{name: s.Name, address: port.Address.Location, namespace: w.Namespace, text: strings.TrimSpace(text), size: len(data)}
			err := w.operations(binding, service)
			return w, service, err
		}
	}
	if sel.Service != "" || sel.Endpoint != "" {
		return nil, nil, apim.Invalid("wsdlSelector", fmt.Sprintf("The document has no SOAP 1.1 endpoint %q of a service %q.", sel.Endpoint, sel.Service))
	}
	return nil, nil, apim.Invalid("value", "The document has no service with a SOAP 1.1 endpoint.")
}

// first puts a value under a name that has none yet.
func first[V any](of map[string]V, name string, v V) {
	if _, known := of[name]; !known && name != "" {
		of[name] = v
	}
}

// index finds everything by its name.
func (w *wsdl) index() {
	w.bindings, w.described, w.messages = map[string]*wsdlBinding{}, map[string]map[string]*wsdlDescribed{}, map[string]string{}
	w.elements, w.types = map[string]*xsdElement{}, map[string]*xsdComplexType{}
	for i := range w.Bindings {
		first(w.bindings, w.Bindings[i].Name, &w.Bindings[i])
	}
	for _, t := range w.PortTypes {
		first(w.described, t.Name, map[string]*wsdlDescribed{})
		for i := range t.Operations {
			first(w.described[t.Name], t.Operations[i].Name, &t.Operations[i])
		}
	}
	for _, m := range w.Messages {
		if len(m.Part) == 1 {
			first(w.messages, m.Name, localName(m.Part[0].Element))
		}
	}
	for i := range w.Schemas {
		s := &w.Schemas[i]
		for j := range s.Elements {
			first(w.elements, s.Elements[j].Name, &s.Elements[j])
		}
		for j := range s.Types {
			first(w.types, s.Types[j].Name, &s.Types[j])
		}
	}
}

func (w *wsdl) operations(b *wsdlBinding, s *wsdlService) error {
	for _, op := range b.Ops {
		if op.SOAP.Style == "rpc" || op.SOAP.Style == "" && b.SOAP.Style == "rpc" || op.Input.Body.Use == "encoded" {
			return apim.Invalid("value", fmt.Sprintf("The operation %q is rpc or encoded; only document style with literal use is supported.", op.Name))
		}
		one := wsdlOperation{name: op.Name, action: op.SOAP.Action}
		if d := w.described[localName(b.Type)][op.Name]; d != nil {
			one.text = strings.TrimSpace(d.Doc)
			one.input, one.output = w.messages[localName(d.Input.Message)], w.messages[localName(d.Output.Message)]
		}
		s.operations = append(s.operations, one)
	}
	if len(s.operations) == 0 {
		return apim.Invalid("value", fmt.Sprintf("The service %q has no operations.", s.name))
	}
	return nil
}

const soapMedia = "text/xml"

// passThrough outlines a SOAP service as it is: each operation is a POST with
// the action in the query.
func (s *wsdlService) passThrough() *outline {
	o := newOutline(s.size, s.name, s.text, s.address)
	for _, op := range s.operations {
		body := []outlinedBody{{media: soapMedia}}
		o.add(&outlined{method: "POST", path: "/?soapAction=" + url.QueryEscape(op.action), id: op.name, summary: op.name,
			text: op.text, requests: body, responses: map[string][]outlinedBody{"200": body}})
	}
	return o
}

// rest outlines a SOAP service as a REST API: each operation is a POST of JSON.
func (s *wsdlService) rest(w *wsdl) *outline {
	o := newOutline(s.size, s.name, s.text, s.address)
	for _, op := range s.operations {
		o.add(&outlined{method: "POST", path: "/" + op.name, id: op.name, summary: op.name, text: op.text,
			requests:  []outlinedBody{{media: "application/json", schema: o.schemaOf(w, op.input)}},
			responses: map[string][]outlinedBody{"200": {{media: "application/json", schema: o.schemaOf(w, op.output)}}}})
	}
	return o
}

// schemaOf adds the JSON schema of a global element; "" when it is not declared.
func (o *outline) schemaOf(w *wsdl, element string) string {
	e := w.elements[element]
	if e == nil {
		return ""
	}
	if o.schemas[element] == nil {
		o.schemas[element] = map[string]any{"type": "object", "properties": map[string]any{element: o.schema(w, e, 0)}}
	}
	return element
}

// typeOf is the complex type of an element; nil when it is simple.
func (w *wsdl) typeOf(e *xsdElement) *xsdComplexType {
	if e.Inline != nil {
		return e.Inline
	}
	return w.types[localName(e.Type)]
}

const maxXSDNesting = 16

func (o *outline) schema(w *wsdl, e *xsdElement, depth int) map[string]any {
	if ref := w.elements[localName(e.Ref)]; ref != nil {
		e = ref
	}
	if !o.take(outlinedSize + len(e.Name)) {
		return nil
	}
	var s map[string]any
	t := w.typeOf(e)
	switch {
	case depth > maxXSDNesting:
		s = map[string]any{} // recursive: anything
	case t == nil:
		s = map[string]any{"type": jsonType(e.Type)}
	default:
		properties := map[string]any{}
		for _, member := range append(t.Sequence, t.All...) {
			properties[w.nameOf(&member)] = o.schema(w, &member, depth+1)
		}
		s = map[string]any{"type": "object", "properties": properties}
	}
	if e.MaxOccurs == "unbounded" || len(e.MaxOccurs) > 1 {
		s = map[string]any{"type": "array", "items": s}
	}
	return s
}

func (w *wsdl) nameOf(e *xsdElement) string {
	if e.Name == "" {
		return localName(e.Ref)
	}
	return e.Name
}

// policies are the policy documents of a SOAP-to-REST API, by operation: the
// JSON is put into an envelope, and the answer's XML becomes JSON.
func (s *wsdlService) policies(w *wsdl, o *outline) map[string]string {
	all := map[string]string{}
	for _, op := range s.operations {
		var body strings.Builder
		if !o.take(outlinedSize + len(s.namespace)) {
			return nil
		}
		if e := w.elements[op.input]; e != nil {
			o.liquid(w, &body, e, "body", 0)
		}
		all[op.name] = fmt.Sprintf(`<policies>
  <inbound>
    <base />
    <rewrite-uri template="/" copy-unmatched-params="false" />
    <set-header name="SOAPAction" exists-action="override"><value>%s</value></set-header>
    <set-header name="Content-Type" exists-action="override"><value>text/xml</value></set-header>
    <set-body template="liquid"><soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns="%s"><soap:Body>%s</soap:Body></soap:Envelope></set-body>
  </inbound>
  <backend><base /></backend>
  <outbound>
    <base />
    <xml-to-json kind="direct" apply="always" consider-accept-header="false" />
  </outbound>
  <on-error><base /></on-error>
</policies>`, xmlText(`"`+op.action+`"`), xmlText(s.namespace), body.String())
	}
	return all
}

// liquid writes the template of an element.
func (o *outline) liquid(w *wsdl, b *strings.Builder, e *xsdElement, path string, depth int) {
	name := w.nameOf(e)
	path += "." + name
	if !o.take(outlinedSize + len(path) + 2*len(name)) {
		return
	}
	b.WriteString("<" + name + ">")
	t := w.typeOf(e)
	switch {
	case t == nil || depth > maxXSDNesting:
		b.WriteString("{{" + path + "}}")
	default:
		for _, member := range append(t.Sequence, t.All...) {
			o.liquid(w, b, &member, path, depth+1)
		}
	}
	b.WriteString("</" + name + ">")
}

func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a Builder takes everything
	return b.String()
}

// WithAddress is a WSDL document whose endpoints are at another address: exports
// do not name the backend.
func WithAddress(document []byte, address string) []byte {
	var w wsdl
	if xml.Unmarshal(document, &w) != nil {
		return document
	}
	var pairs []string
	seen := map[string]bool{"": true}
	for _, s := range w.Services {
		for _, p := range s.Ports {
			if old := p.Address.Location; !seen[old] {
				seen[old] = true
				to := `location="` + xmlText(address) + `"`
				pairs = append(pairs, `location="`+old+`"`, to, `location='`+old+`'`, to)
			}
		}
	}
	return []byte(strings.NewReplacer(pairs...).Replace(string(document)))
}
