package apidoc

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"net/url"
	"sort"
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
}

type wsdlMessage struct {
	Name string `xml:"name,attr"`
	Part []struct {
		Element string `xml:"element,attr"`
	} `xml:"part"`
}

type wsdlPortType struct {
	Name       string `xml:"name,attr"`
	Operations []struct {
		Name  string `xml:"name,attr"`
		Doc   string `xml:"documentation"`
		Input struct {
			Message string `xml:"message,attr"`
		} `xml:"input"`
		Output struct {
			Message string `xml:"message,attr"`
		} `xml:"output"`
	} `xml:"operation"`
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
			binding := w.binding(port.Binding)
			if binding == nil || binding.SOAP == nil {
				continue // SOAP 1.2 or HTTP
			}
			text := cmp.Or(s.Doc, w.Doc)
			service := &wsdlService{name: s.Name, address: port.Address.Location, namespace: w.Namespace, text: strings.TrimSpace(text)}
			err := w.operations(binding, service)
			return w, service, err
		}
	}
	if sel.Service != "" || sel.Endpoint != "" {
		return nil, nil, apim.Invalid("wsdlSelector", fmt.Sprintf("The document has no SOAP 1.1 endpoint %q of a service %q.", sel.Endpoint, sel.Service))
	}
	return nil, nil, apim.Invalid("value", "The document has no service with a SOAP 1.1 endpoint.")
}

func (w *wsdl) binding(name string) *wsdlBinding {
	for i := range w.Bindings {
		if w.Bindings[i].Name == localName(name) {
			return &w.Bindings[i]
		}
	}
	return nil
}

func (w *wsdl) operations(b *wsdlBinding, s *wsdlService) error {
	for _, op := range b.Ops {
		if op.SOAP.Style == "rpc" || op.SOAP.Style == "" && b.SOAP.Style == "rpc" || op.Input.Body.Use == "encoded" {
			return apim.Invalid("value", fmt.Sprintf("The operation %q is rpc or encoded; only document style with literal use is supported.", op.Name))
		}
		one := wsdlOperation{name: op.Name, action: op.SOAP.Action}
		for _, t := range w.PortTypes {
			if t.Name != localName(b.Type) {
				continue
			}
			for _, described := range t.Operations {
				if described.Name == op.Name {
					one.text = strings.TrimSpace(described.Doc)
					one.input, one.output = w.element(described.Input.Message), w.element(described.Output.Message)
				}
			}
		}
		s.operations = append(s.operations, one)
	}
	if len(s.operations) == 0 {
		return apim.Invalid("value", fmt.Sprintf("The service %q has no operations.", s.name))
	}
	return nil
}

// element is the name of the element in a message.
func (w *wsdl) element(message string) string {
	for _, m := range w.Messages {
		if m.Name == localName(message) && len(m.Part) == 1 {
			return localName(m.Part[0].Element)
		}
	}
	return ""
}

const soapMedia = "text/xml"

// passThrough outlines a SOAP service as it is: each operation is a POST with
// the action in the query.
func (s *wsdlService) passThrough() *outline {
	o := &outline{title: s.name, text: s.text, server: s.address}
	for _, op := range s.operations {
		one := o.add("POST", "/?soapAction="+url.QueryEscape(op.action), op.name, op.name)
		one.text = op.text
		one.requests = []outlinedBody{{media: soapMedia}}
		one.responses = map[string][]outlinedBody{"200": {{media: soapMedia}}}
	}
	return o
}

// rest outlines a SOAP service as a REST API: each operation is a POST of JSON.
func (s *wsdlService) rest(w *wsdl) *outline {
	o := &outline{title: s.name, text: s.text, server: s.address, schemas: map[string]any{}}
	for _, op := range s.operations {
		one := o.add("POST", "/"+op.name, op.name, op.name)
		one.text = op.text
		one.requests = []outlinedBody{{media: "application/json", schema: o.schemaOf(w, op.input)}}
		one.responses = map[string][]outlinedBody{"200": {{media: "application/json", schema: o.schemaOf(w, op.output)}}}
	}
	return o
}

// schemaOf adds the JSON schema of a global element; "" when it is not declared.
func (o *outline) schemaOf(w *wsdl, element string) string {
	e := w.global(element)
	if e == nil {
		return ""
	}
	o.schemas[element] = map[string]any{"type": "object", "properties": map[string]any{element: w.schema(e, 0)}}
	return element
}

func (w *wsdl) global(name string) *xsdElement {
	for i := range w.Schemas {
		for j := range w.Schemas[i].Elements {
			if e := &w.Schemas[i].Elements[j]; e.Name == name && name != "" {
				return e
			}
		}
	}
	return nil
}

// typeOf is the complex type of an element; nil when it is simple.
func (w *wsdl) typeOf(e *xsdElement) *xsdComplexType {
	if e.Inline != nil {
		return e.Inline
	}
	for i := range w.Schemas {
		for j := range w.Schemas[i].Types {
			if t := &w.Schemas[i].Types[j]; t.Name == localName(e.Type) && e.Type != "" {
				return t
			}
		}
	}
	return nil
}

const maxXSDNesting = 16

func (w *wsdl) schema(e *xsdElement, depth int) map[string]any {
	if ref := w.global(localName(e.Ref)); ref != nil {
		e = ref
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
			properties[w.nameOf(&member)] = w.schema(&member, depth+1)
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
func (s *wsdlService) policies(w *wsdl) map[string]string {
	all := map[string]string{}
	for _, op := range s.operations {
		var body strings.Builder
		if e := w.global(op.input); e != nil {
			w.liquid(&body, e, "body", 0)
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
func (w *wsdl) liquid(b *strings.Builder, e *xsdElement, path string, depth int) {
	name := w.nameOf(e)
	path += "." + name
	b.WriteString("<" + name + ">")
	t := w.typeOf(e)
	switch {
	case t == nil || depth > maxXSDNesting:
		b.WriteString("{{" + path + "}}")
	default:
		for _, member := range append(t.Sequence, t.All...) {
			w.liquid(b, &member, path, depth+1)
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
	text := string(document)
	var w wsdl
	if xml.Unmarshal(document, &w) != nil {
		return document
	}
	var old []string
	for _, s := range w.Services {
		for _, p := range s.Ports {
			old = append(old, p.Address.Location)
		}
	}
	sort.Slice(old, func(i, j int) bool { return len(old[i]) > len(old[j]) })
	for _, o := range old {
		if o != "" {
			text = strings.ReplaceAll(text, `location="`+o+`"`, `location="`+xmlText(address)+`"`)
			text = strings.ReplaceAll(text, `location='`+o+`'`, `location="`+xmlText(address)+`"`)
		}
	}
	return []byte(text)
}
