package apidoc

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/portico-portal/portico/internal/apidoc/tree"
	"github.com/portico-portal/portico/internal/apim"
)

// reader reads one operation.
type reader struct {
	p    *parser
	node tree.Node
	path string
	op   *Operation

	inline map[string]bool // definitions made of the operation's inline schemas
}

// operation reads one operation of a path; shared is the path's own object.
func (p *parser) operation(path, method string, n tree.Node, shared tree.Members) {
	p.charge(n)
	for _, one := range shared {
		if !methods[one.Name] {
			p.charge(one.Value)
		}
	}
	if p.fatal != nil {
		return
	}
	source, parameters := n, shared.Get("parameters")
	if p.swagger {
		n, parameters = p.convert(n, parameters), tree.Node{}
	}
	m := n.Members()
	r := &reader{p: p, node: source, path: path, op: &Operation{}, inline: map[string]bool{}}
	r.op.Method, r.op.URLTemplate = strings.ToUpper(method), path
	r.op.TemplateParameters, r.op.Responses = []apim.Parameter{}, []apim.Response{}
	r.names(m, shared, method)
	r.extra(m, shared)
	r.parameters(p.locate(p.locate(nil, parameters), m.Get("parameters")))
	if body := m.Get("requestBody"); body.Exists() {
		r.requestBody(body)
	}
	r.responses(m.Get("responses"))
	r.finish()
}

// finish checks the operation and adds it to the description.
func (r *reader) finish() {
	var v apim.Violations
	r.op.Operation.Validate(&v)
	for _, one := range v.List {
		r.p.fail(r.node, "%s", one.Message)
	}
	route := r.op.Route()
	if r.p.routes[route] {
		r.p.warn(r.node, "%.200s stands twice; this one is left out.", route)
		return
	}
	r.p.routes[route] = true
	r.op.Extra.Order = len(r.p.d.Operations) + 1
	r.p.d.Operations = append(r.p.d.Operations, *r.op)
}

// names sets the resource name, the display name and the texts.
func (r *reader) names(m, shared tree.Members, method string) {
	written := m.Get("operationId").Text()
	summary := strings.Join(strings.Fields(m.Get("summary").Text()), " ")
	r.op.Extra.OperationID = written
	r.op.ID = r.id(written, method)
	r.op.Description = cmp.Or(m.Get("description").Text(), shared.Get("description").Text())
	r.p.shown(m.Get("description"))
	r.op.DisplayName = summary
	if utf8.RuneCountInString(summary) > maxDisplayName {
		r.op.DisplayName = strings.TrimSpace(string([]rune(summary)[:maxDisplayName-1])) + "…"
		r.op.Extra.Summary = summary
	}
	for _, name := range []string{written, strings.ToUpper(method) + " " + r.path, r.op.ID} {
		if strings.TrimSpace(r.op.DisplayName) == "" && utf8.RuneCountInString(name) <= maxDisplayName {
			r.op.DisplayName = name
		}
	}
}

// request is the operation's request, created on first use.
func (r *reader) request() *apim.Request {
	if r.op.Request == nil {
		r.op.Request = &apim.Request{
			QueryParameters: []apim.Parameter{}, Headers: []apim.Parameter{}, Representations: []apim.Representation{},
		}
	}
	return r.op.Request
}

// read are the members of an operation with a field of their own.
var read = []string{"tags", "summary", "description", "externalDocs", "operationId", "parameters", "requestBody",
	"responses", "callbacks", "deprecated", "security", "servers"}

// extra keeps what the wire model has no field for. What the path or the
// document says for all operations is copied to each.
func (r *reader) extra(m, shared tree.Members) {
	e := &r.op.Extra
	for _, t := range m.Get("tags").Items() {
		if name := strings.TrimSpace(t.Literal()); name != "" && !slices.Contains(e.Tags, name) && r.p.mayTag(name, len(e.Tags), t) {
			e.Tags = append(e.Tags, name)
		}
	}
	e.Deprecated = m.Get("deprecated").True()
	e.Docs = m.Get("externalDocs").Compact()
	e.Callbacks = r.p.inlined(m.Get("callbacks"))
	if e.Servers = m.Get("servers").Compact(); e.Servers == nil {
		e.Servers = shared.Get("servers").Compact()
	}
	if e.Security = m.Get("security").Compact(); e.Security == nil {
		e.Security = r.p.d.Extra.Security
	}
	r.p.take(len(e.Security)+len(e.Servers), r.node)
	e.X = extensions(shared)
	for _, one := range m {
		if !slices.Contains(read, one.Name) {
			e.X[one.Name] = one.Value.Compact()
		}
	}
}

// id is the operation's resource name (apim-rest.md §3.2): from the operation
// id or else from method and path, with a suffix if it is taken.
func (r *reader) id(written, method string) string {
	base := cmp.Or(normalise(written), normalise(method+" "+r.path))
	id := base
	for {
		if _, taken := r.p.ids[id]; !taken {
			break
		}
		r.p.suffix[base]++
		id = base + "-" + strconv.Itoa(r.p.suffix[base])
	}
	if id != base {
		r.p.warn(r.node, "the operation id %.100q is taken by %s; this operation is named %s.", written, r.p.ids[base], id)
	}
	r.p.ids[id] = r.node
	return id
}

// normalise makes a resource name: lower case, one hyphen for every run of
// characters other than letters and digits, none at the ends, at most maxID
// characters.
func normalise(s string) string {
	var b strings.Builder
	n, gap := 0, false
	for _, c := range strings.ToLower(s) {
		if !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			gap = n > 0
			continue
		}
		if gap && n < maxID-1 {
			b.WriteByte('-')
			n++
		}
		if gap = false; n == maxID {
			break
		}
		b.WriteRune(c)
		n++
	}
	return b.String()
}
