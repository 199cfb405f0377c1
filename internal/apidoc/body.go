package apidoc

import (
	"strconv"

	"github.com/portico-portal/portico/internal/apidoc/tree"
	"github.com/portico-portal/portico/internal/apim"
)

// requestBody reads the body of an operation's requests.
func (r *reader) requestBody(n tree.Node) {
	n = r.p.deref(n)
	if n.Kind() != tree.Object {
		return
	}
	m := n.Members()
	request := r.request()
	request.Description = m.Get("description").Text()
	request.Representations = r.representations(m.Get("content"), r.op.ID+"-request")
	rest := r.p.rest(m, "description", "content")
	rest.add("content", r.restOfContent(m.Get("content")))
	r.op.Extra.RequestBody = rest.some()
}

// representations reads bodies by media type. Inline schemas become definitions named base.
func (r *reader) representations(content tree.Node, base string) []apim.Representation {
	all := []apim.Representation{}
	members := content.Members()
	if len(members) > maxMedia {
		r.p.warn(content, "a body has more than %d media types; the others are left out.", maxMedia)
		members = members[:maxMedia]
	}
	for _, media := range members {
		m := media.Value.Members()
		one := apim.Representation{ContentType: media.Name, Examples: r.examples(m)}
		if schema := m.Get("schema"); schema.Exists() {
			if one.TypeName = r.typeName(schema, base); one.TypeName != "" {
				one.SchemaID = SchemaID
			}
		}
		all = append(all, one)
	}
	return all
}

// restOfContent is what representations have no field for, by media type.
func (r *reader) restOfContent(content tree.Node) []byte {
	var o objectWriter
	for _, media := range content.Members() {
		o.add(media.Name, r.p.rest(media.Value.Members(), "schema", "example", "examples").some())
	}
	return o.some()
}

// responses reads the answers. Those with a single status go into the wire
// model, and what is left of them into Extra; others (default, 4XX) go into
// Extra only.
func (r *reader) responses(n tree.Node) {
	var rest objectWriter
	for _, one := range n.Members() {
		target := r.p.deref(one.Value)
		code, err := strconv.Atoi(one.Name)
		switch {
		case target.Kind() != tree.Object:
			if !target.Exists() || one.Name[:min(2, len(one.Name))] == "x-" {
				continue
			}
			r.p.warn(one.Value, "a response must be an object; this one is left out.")
		case err != nil || code < 100 || code > 599 || len(one.Name) != 3:
			rest.add(one.Name, r.p.inlined(target))
		default:
			rest.add(one.Name, r.response(code, target.Members()))
		}
	}
	r.op.Extra.Responses = rest.some()
}

// response adds an answer to the wire model and returns the rest of it.
func (r *reader) response(code int, m tree.Members) []byte {
	answer := apim.Response{
		StatusCode: code, Description: m.Get("description").Text(), Headers: []apim.Parameter{},
		Representations: r.representations(m.Get("content"), r.op.ID+"-"+strconv.Itoa(code)),
	}
	var headers objectWriter
	for _, h := range m.Get("headers").Members() {
		header := r.p.deref(h.Value).Members()
		answer.Headers = append(answer.Headers, r.parameter(h.Name, header))
		headers.add(h.Name, r.p.rest(header, "description", "required", "example", "examples").some())
	}
	r.op.Responses = append(r.op.Responses, answer)
	rest := r.p.rest(m, "description", "content", "headers")
	rest.add("headers", headers.some())
	rest.add("content", r.restOfContent(m.Get("content")))
	return rest.some()
}
