package reference

import (
	"cmp"
	"encoding/json"
	"html/template"
	"maps"
	"slices"
	"strconv"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/widget/prose"
)

// bodyView is the request body.
type bodyView struct {
	Text     template.HTML
	Required bool
	Media    []mediaView
}

// mediaView is a body in one media type.
type mediaView struct {
	Type    string
	Schema  *schemaView
	Raw     template.HTML // instead of Schema: as it is written
	Example *exampleView
	Open    bool // of several, the one unfolded
}

// exampleView is an example, highlighted.
type exampleView struct {
	Code  int  // of the response; 0 for a request
	Open  bool // unfolded
	Title string
	HTML  template.HTML
}

// responseView is one response.
type responseView struct {
	Code    string // "200", "default", "4XX"
	Class   string // ok, warn, bad
	Meaning string
	Text    template.HTML
	Headers []field
	Media   []mediaView
	Open    bool
}

// writtenBody is a request body or a response as an OpenAPI description writes it.
type writtenBody struct {
	Description string `json:"description"`
	Required    bool   `json:"required"`
	Content     map[string]struct {
		Schema   json.RawMessage            `json:"schema"`
		Example  json.RawMessage            `json:"example"`
		Examples map[string]json.RawMessage `json:"examples"`
	} `json:"content"`
	Schema  json.RawMessage            `json:"schema"` // Swagger 2
	Headers map[string]json.RawMessage `json:"headers"`
}

func readBody(raw json.RawMessage) writtenBody {
	var b writtenBody
	_ = json.Unmarshal(raw, &b) // members of a wrong type are left out
	return b
}

// body is the request body; nil when the operation takes none.
func (r *operation) body() *bodyView {
	req := r.op.Props.Request
	if req == nil || len(req.Representations) == 0 {
		return nil
	}
	w := readBody(r.op.Extra.RequestBody)
	text := cmp.Or(req.Description, w.Description)
	b := &bodyView{Text: prose.Below(2, text), Required: w.Required}
	at := r.own.at("requestBody")
	for _, rep := range req.Representations {
		b.Media = append(b.Media, r.media(rep, w, at))
	}
	if len(b.Media) > 0 {
		b.Media[0].Open = true
	}
	return b
}

// media shows a representation: its type, or the schema written beside it.
func (r *operation) media(rep apim.Representation, w writtenBody, at location) mediaView {
	m := mediaView{Type: rep.ContentType}
	if raw, at := r.schemaOf(rep, w, at); raw != nil && r.look.RawSchemas {
		if part := r.model.part(rep.TypeName); part != nil {
			raw = part
		}
		m.Raw = highlightExample(raw, "application/json")
	} else if raw != nil {
		m.Schema = r.model.view(raw, at)
	} else if len(rep.FormParameters) > 0 {
		m.Schema = &schemaView{}
		for _, p := range rep.FormParameters {
			m.Schema.Fields = append(m.Schema.Fields, r.parameterField(parameter{Parameter: p}))
		}
	}
	if v := exampleOf(rep, w); v != nil {
		m.Example = &exampleView{Open: r.look.ShowExamples, HTML: highlightExample(v, rep.ContentType)}
	}
	return m
}

// schemaOf is a representation's schema and where it stands; nil when it has none.
func (r *operation) schemaOf(rep apim.Representation, w writtenBody, at location) (json.RawMessage, location) {
	written := w.Content[rep.ContentType].Schema
	place := at.at("content", rep.ContentType, "schema")
	if len(written) == 0 {
		written, place = w.Schema, at.at("schema")
	}
	if rep.TypeName != "" {
		r.model.fetch(rep.TypeName)
		if part := r.model.part(rep.TypeName); part != nil {
			ref, _ := json.Marshal(map[string]string{"$ref": "#/components/schemas/" + escapePointer(rep.TypeName)})
			return ref, location{api: r.API.ID, part: rep.TypeName}
		}
	}
	if len(written) == 0 {
		return nil, at
	}
	return written, place
}

// exampleOf is a representation's first example, as stored or as written.
func exampleOf(rep apim.Representation, w writtenBody) json.RawMessage {
	if v := firstExample(rep.Examples); v != nil {
		return v
	}
	c := w.Content[rep.ContentType]
	if len(c.Example) > 0 {
		return c.Example
	}
	for _, name := range slices.Sorted(maps.Keys(c.Examples)) {
		var e struct {
			Value json.RawMessage `json:"value"`
		}
		if json.Unmarshal(c.Examples[name], &e) == nil && len(e.Value) > 0 {
			return e.Value
		}
	}
	return nil
}

// responses are the documented answers: the stored ones by status, then those
// that have no number (default, 4XX).
func (r *operation) responses() []responseView {
	written := map[string]json.RawMessage{}
	var names []string
	for _, m := range members(r.op.Extra.Responses) {
		written[m.Name] = m.Value
		if _, err := strconv.Atoi(m.Name); err != nil {
			names = append(names, m.Name)
		}
	}
	var out []responseView
	for _, resp := range r.op.Props.Responses {
		code := strconv.Itoa(resp.StatusCode)
		out = append(out, r.response(code, resp, written[code]))
	}
	for _, name := range names {
		if name[0] != 'x' {
			out = append(out, r.response(name, storedResponse(written[name]), written[name]))
		}
	}
	open := slices.IndexFunc(out, func(v responseView) bool { return v.Class == "ok" && len(v.Media) > 0 })
	if len(out) > 0 {
		out[max(open, 0)].Open = true
	}
	return out
}

// storedResponse gives a response that is only in the description the stored shape.
func storedResponse(raw json.RawMessage) apim.Response {
	w := readBody(raw)
	resp := apim.Response{Description: w.Description}
	for _, t := range slices.Sorted(maps.Keys(w.Content)) {
		resp.Representations = append(resp.Representations, apim.Representation{ContentType: t})
	}
	return resp
}

func (r *operation) response(code string, resp apim.Response, raw json.RawMessage) responseView {
	w := readBody(raw)
	v := responseView{Code: code, Class: statusClass(code), Meaning: r.meaning(code), Text: prose.Line(resp.Description)}
	if v.Meaning == string(v.Text) || resp.Description == "Response" {
		v.Text = ""
	}
	for _, h := range resp.Headers {
		v.Headers = append(v.Headers, r.parameterField(parameter{Parameter: h}))
	}
	at := r.own.at("responses", code)
	for _, rep := range resp.Representations {
		m := r.media(rep, w, at)
		if v.Class == "ok" {
			m.Example = nil // beside the documentation, see answer
		}
		v.Media = append(v.Media, m)
	}
	if len(v.Media) > 0 {
		v.Media[0].Open = true
	}
	return v
}

// meaning is a status in words; "" for one that has none.
func (r *operation) meaning(code string) string {
	if text := r.Words.T("status." + code); text != "status."+code {
		return text
	}
	return ""
}

func statusClass(code string) string {
	switch code[0] {
	case '1', '2':
		return "ok"
	case '3':
		return "warn"
	case '4', '5':
		return "bad"
	}
	return "warn"
}

// answer is the example beside the documentation: of the first good response
// that has a body, its own or one made from its schema.
func (r *operation) answer() *exampleView {
	for _, resp := range r.op.Props.Responses {
		if resp.StatusCode < 200 || resp.StatusCode > 299 {
			continue
		}
		raw := json.RawMessage(nil)
		code := strconv.Itoa(resp.StatusCode)
		for _, m := range members(r.op.Extra.Responses) {
			if m.Name == code {
				raw = m.Value
			}
		}
		w := readBody(raw)
		for _, rep := range resp.Representations {
			if h := r.answerExample(rep, w, r.own.at("responses", code)); h != "" {
				return &exampleView{Code: resp.StatusCode, Title: rep.ContentType, HTML: h}
			}
		}
	}
	return nil
}

func (r *operation) answerExample(rep apim.Representation, w writtenBody, at location) template.HTML {
	if v := exampleOf(rep, w); v != nil {
		return highlightExample(v, rep.ContentType)
	}
	raw, at := r.schemaOf(rep, w, at)
	if raw == nil || mediaKind(rep.ContentType) != kindJSON {
		return ""
	}
	return highlightExample(r.model.sampleJSON(raw, at, false), rep.ContentType)
}
