package apidoc

import (
	"cmp"
	"encoding/xml"
	"strings"
)

// wadl is what is read and written of a Web Application Description (W3C submission of 2009).
type wadl struct {
	XMLName   xml.Name
	Doc       []wadlDoc       `xml:"doc"`
	Resources []wadlResources `xml:"resources"`
}

type wadlResources struct {
	Base     string          `xml:"base,attr"`
	Resource []*wadlResource `xml:"resource"`
}

type wadlDoc struct {
	Title string `xml:"title,attr,omitempty"`
	Text  string `xml:",chardata"`
}

type wadlResource struct {
	Path     string          `xml:"path,attr"`
	Param    []wadlParam     `xml:"param"`
	Method   []*wadlMethod   `xml:"method"`
	Resource []*wadlResource `xml:"resource"`
}

type wadlParam struct {
	Name     string       `xml:"name,attr"`
	Style    string       `xml:"style,attr"`
	Type     string       `xml:"type,attr"`
	Required bool         `xml:"required,attr"`
	Option   []wadlOption `xml:"option"`
}

type wadlOption struct {
	Value string `xml:"value,attr"`
}

type wadlMethod struct {
	Name    string    `xml:"name,attr"`
	ID      string    `xml:"id,attr"`
	Doc     []wadlDoc `xml:"doc"`
	Request struct {
		Param          []wadlParam          `xml:"param"`
		Representation []wadlRepresentation `xml:"representation"`
	} `xml:"request"`
	Response []wadlResponse `xml:"response"`
}

type wadlResponse struct {
	Status         string               `xml:"status,attr"`
	Representation []wadlRepresentation `xml:"representation"`
}

type wadlRepresentation struct {
	MediaType string `xml:"mediaType,attr"`
}

// fromWADL outlines a WADL document.
func fromWADL(data []byte) (*outline, error) {
	var w wadl
	if err := readXML(data, "application", &w); err != nil {
		return nil, err
	}
	o := newOutline(len(data), "", "", "")
	if len(w.Doc) > 0 {
		o.title, o.text = w.Doc[0].Title, strings.TrimSpace(w.Doc[0].Text)
	}
	for _, r := range w.Resources {
		o.server = cmp.Or(o.server, strings.TrimSuffix(r.Base, "/"))
		for _, resource := range r.Resource {
			o.addWADL(resource, "", nil)
		}
	}
	return o, nil
}

func (o *outline) addWADL(r *wadlResource, path string, above []wadlParam) {
	path = strings.TrimSuffix(path, "/") + "/" + strings.TrimPrefix(r.Path, "/")
	params := append(above[:len(above):len(above)], r.Param...)
	if !o.take(len(path) + outlinedSize*len(params)) {
		return
	}
	for _, m := range r.Method {
		if !o.take(outlinedSize * len(params)) {
			return
		}
		o.add(m.outline(path, params))
	}
	for _, below := range r.Resource {
		o.addWADL(below, path, params)
	}
}

// wadlPlaces are where parameters of a style stand.
var wadlPlaces = map[string]string{"query": "query", "header": "header", "template": "path"}

func (m *wadlMethod) outline(path string, params []wadlParam) *outlined {
	op := &outlined{method: m.Name, path: path, id: m.ID, summary: m.ID, responses: map[string][]outlinedBody{}}
	if len(m.Doc) > 0 {
		op.text, op.summary = strings.TrimSpace(m.Doc[0].Text), cmp.Or(m.Doc[0].Title, m.ID)
	}
	for _, p := range append(params[:len(params):len(params)], m.Request.Param...) {
		in := wadlPlaces[p.Style]
		if in == "" || in == "path" && !strings.Contains(path, "{"+p.Name+"}") {
			continue
		}
		one := outlinedParameter{name: p.Name, in: in, kind: jsonType(p.Type), required: p.Required}
		for _, v := range p.Option {
			one.values = append(one.values, v.Value)
		}
		op.parameters = append(op.parameters, one)
	}
	for _, r := range m.Request.Representation {
		op.requests = append(op.requests, outlinedBody{media: r.MediaType})
	}
	for _, r := range m.Response {
		for status := range strings.FieldsSeq(cmp.Or(r.Status, "200")) {
			op.responses[status] = wadlBodies(r.Representation)
		}
	}
	return op
}

func wadlBodies(all []wadlRepresentation) []outlinedBody {
	var bodies []outlinedBody
	for _, r := range all {
		if r.MediaType != "" {
			bodies = append(bodies, outlinedBody{media: r.MediaType})
		}
	}
	return bodies
}
