package reference

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/console"
)

// consoleModel is the pseudo language under which a sample's address answers
// what the console starts from, as JSON.
const consoleModel = "console"

// keyPlaceholder stands where a subscription key goes.
const keyPlaceholder = "YOUR_KEY"

// sampleView is a code sample and the languages there are.
type sampleView struct {
	Language  console.Language
	Languages []sampleLanguage
	HTML      template.HTML
}

type sampleLanguage struct {
	ID, Name, Href string
	Current        bool
}

// Sample is the code sample of an operation in a language as highlighted HTML, or, for the
// language "console", the console's starting values as JSON. With a request, the
// sample makes that call: the console's, with the key left out. An unknown
// language is apim.ErrNotFound.
func (r *Reader) Sample(ctx context.Context, id apim.Name, language string, request *console.Request) (contentType string, body []byte, err error) {
	op, err := r.operation(ctx, id, Look{})
	if err != nil {
		return "", nil, err
	}
	if language == consoleModel {
		body, err = json.Marshal(op.consoleStart())
		if op.model.err != nil {
			err = op.model.err
		}
		return "application/json", body, err
	}
	if _, ok := console.LanguageByID(language); !ok {
		return "", nil, apim.ErrNotFound
	}
	v, err := op.sample(language, request)
	if err != nil {
		return "", nil, err
	}
	return "text/html; charset=utf-8", []byte(v.HTML), nil
}

// sample renders a sample; an unknown language is the first.
func (r *operation) sample(language string, request *console.Request) (sampleView, error) {
	l, ok := console.LanguageByID(language)
	if !ok {
		l = console.Languages[0]
	}
	req := fitting(r.request())
	if request != nil {
		req = *request
	}
	if req.Size() > console.MaxSample {
		return sampleView{}, &apim.TooLargeError{Message: fmt.Sprintf(
			"A code sample is made of at most %d KB of address, headers and body; this call has %d KB.", console.MaxSample>>10, (req.Size()+1023)>>10)}
	}
	v := sampleView{Language: l, HTML: highlight(l.Tokens(req))}
	for _, each := range console.Languages {
		v.Languages = append(v.Languages, sampleLanguage{
			ID: each.ID, Name: each.Name, Current: each.ID == l.ID,
			Href: address.Sample(r.API.ID, r.op.ID, each.ID),
		})
	}
	return v, r.model.err
}

// request is the call a sample makes: required parameters, the key, a body.
func (r *operation) request() console.Request {
	address := r.address()
	query := url.Values{}
	var order []string
	req := console.Request{Method: r.op.Method}
	for _, p := range r.called() {
		value, known := r.sampleValue(p)
		inTemplate := strings.Contains(address, "{"+p.Name+"}")
		switch {
		case inTemplate:
			address = strings.ReplaceAll(address, "{"+p.Name+"}", url.PathEscape(value))
		case p.place == "query" && (p.Required || known && p.written != nil && len(p.written.Example) > 0):
			query.Set(p.Name, value)
			order = append(order, p.Name)
		case p.place == "header" && p.Required:
			req.Headers = append(req.Headers, console.Header{Name: p.Name, Value: value})
		case p.place == "cookie" && p.Required:
			req.Headers = append(req.Headers, console.Header{Name: "Cookie", Value: p.Name + "=" + value})
		}
	}
	asked := make([]string, len(order))
	for i, name := range order {
		asked[i] = url.QueryEscape(name) + "=" + url.QueryEscape(query.Get(name))
	}
	req.URL = address
	if len(asked) > 0 {
		separator := "?"
		if strings.Contains(address, "?") {
			separator = "&"
		}
		req.URL += separator + strings.Join(asked, "&")
	}
	if r.API.Props != nil && r.API.Props.NeedsSubscription() {
		header, _ := r.API.Props.KeyNames()
		req.Headers = append([]console.Header{{Name: header, Value: keyPlaceholder}}, req.Headers...)
	}
	if bodies := r.sampleBodies(); len(bodies) > 0 {
		req.ContentType, req.Body = bodies[0].encode()
	}
	return req
}

// fitting shortens a documented call to what samples are made of: its body
// first, since the examples of bodies are the longest.
func fitting(req console.Request) console.Request {
	if over := req.Size() - console.MaxSample; over > 0 {
		req.Body = []byte(cut(string(req.Body), max(0, len(req.Body)-over-len("\n…"))))
	}
	if req.Size() > console.MaxSample {
		req.Headers, req.Body = nil, nil
		req.URL = req.URL[:min(len(req.URL), console.MaxSample-len(req.ContentType))]
	}
	return req
}

// The kinds of body the console tells apart.
const (
	kindJSON   = "json"
	kindForm   = "form"
	kindParts  = "multipart"
	kindText   = "text"
	kindBinary = "binary"
)

// mediaKind is the kind of body a media type is.
func mediaKind(contentType string) string {
	t, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(contentType)), ";")
	switch {
	case t == "application/json" || strings.HasSuffix(t, "+json") || t == "*/*":
		return kindJSON
	case t == "application/x-www-form-urlencoded":
		return kindForm
	case t == "multipart/form-data":
		return kindParts
	case strings.HasPrefix(t, "text/") || strings.HasSuffix(t, "xml"):
		return kindText
	}
	return kindBinary
}

// sampleBody is a request body to start from.
type sampleBody struct {
	Type   string      `json:"type"`             // media type
	Kind   string      `json:"kind"`             // json, form, multipart, text, binary
	Value  string      `json:"value,omitempty"`  // the text; not of forms
	Fields []bodyField `json:"fields,omitempty"` // of forms alone
}

// bodyField is a field of a form.
type bodyField struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	File     bool   `json:"file,omitempty"` // a file is chosen; Value is empty
	Required bool   `json:"required,omitempty"`
}

// sampleBodies are the request bodies of the operation, one for each media type.
func (r *operation) sampleBodies() []sampleBody {
	req := r.op.Props.Request
	if req == nil {
		return nil
	}
	w := readBody(r.op.Extra.RequestBody)
	var out []sampleBody
	for _, rep := range req.Representations {
		b := sampleBody{Type: rep.ContentType, Kind: mediaKind(rep.ContentType)}
		if b.Type == "*/*" {
			b.Type = "application/json"
		}
		value := exampleOf(rep, w)
		if raw, at := r.schemaOf(rep, w, r.own.at("requestBody")); raw != nil {
			if value == nil {
				value = r.model.sampleJSON(raw, at, true)
			}
			if b.Kind == kindText && len(value) > 0 && value[0] != '"' {
				value = nil // JSON is not XML
			}
			if b.Kind == kindForm || b.Kind == kindParts {
				b.Fields = r.formFields(raw, at, value)
			}
		}
		for _, p := range rep.FormParameters {
			v, _ := r.sampleValue(parameter{Parameter: p})
			b.Fields = append(b.Fields, bodyField{p.Name, v, strings.EqualFold(p.Type, "file"), p.Required})
		}
		if b.Kind == kindJSON || b.Kind == kindText {
			b.Value = bodyText(value)
		}
		out = append(out, b)
	}
	return out
}

// bodyText is an example as the text of a body: a string is itself, other JSON is indented.
func bodyText(raw json.RawMessage) string {
	if len(raw) > 0 && raw[0] == '"' {
		return compact(raw)
	}
	var b bytes.Buffer
	if json.Indent(&b, raw, "", "  ") != nil {
		return ""
	}
	return b.String()
}

// formFields are a form's fields with the values of an example; nested values are spelled a[b][0].
func (r *operation) formFields(raw json.RawMessage, at location, value json.RawMessage) []bodyField {
	s := r.model.resolve(raw, at)
	required, files := map[string]bool{}, map[string]bool{}
	for _, p := range s.fields {
		k := r.model.resolve(p.Value, p.at)
		required[p.Name] = p.required
		files[p.Name] = k.Format == "binary" || k.Format == "byte" && len(k.Type) > 0 ||
			k.ContentMediaType == "application/octet-stream" // as OpenAPI 3.1 says it
	}
	var out []bodyField
	for _, m := range members(value) {
		if files[m.Name] {
			out = append(out, bodyField{Name: m.Name, File: true, Required: required[m.Name]})
			continue
		}
		for _, f := range flatten(m.Name, m.Value) {
			f.Required = required[m.Name]
			out = append(out, f)
		}
	}
	return out
}

// flatten spells a JSON value as form fields.
func flatten(name string, raw json.RawMessage) []bodyField {
	var out []bodyField
	if object := members(raw); object != nil {
		for _, m := range object {
			out = append(out, flatten(name+"["+m.Name+"]", m.Value)...)
		}
		return out
	}
	var list []json.RawMessage
	if len(raw) > 0 && raw[0] == '[' && json.Unmarshal(raw, &list) == nil {
		for _, v := range list {
			out = append(out, flatten(name+"[]", v)...)
		}
		return out
	}
	return []bodyField{{Name: name, Value: compact(raw)}}
}

// encode is the body as bytes with its Content-Type.
func (b sampleBody) encode() (contentType string, body []byte) {
	const boundary = "portico-boundary"
	var out bytes.Buffer
	switch b.Kind {
	case kindForm:
		for i, f := range b.Fields {
			if i > 0 {
				out.WriteByte('&')
			}
			out.WriteString(url.QueryEscape(f.Name) + "=" + url.QueryEscape(f.Value))
		}
		return b.Type, out.Bytes()
	case kindParts:
		for _, f := range b.Fields {
			out.WriteString("--" + boundary + "\r\nContent-Disposition: form-data; name=\"" + quoteField(f.Name) + `"`)
			if f.File {
				out.WriteString("; filename=\"file.bin\"\r\nContent-Type: application/octet-stream")
			}
			out.WriteString("\r\n\r\n" + f.Value + "\r\n")
		}
		out.WriteString("--" + boundary + "--\r\n")
		return b.Type + "; boundary=" + boundary, out.Bytes()
	}
	return b.Type, []byte(b.Value)
}

func quoteField(s string) string {
	return strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A").Replace(s)
}
