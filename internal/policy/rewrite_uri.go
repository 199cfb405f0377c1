package policy

import (
	"fmt"
	"net/url"
	"strings"
)

// rewriteURIPolicy changes the path and query sent to the backend.
var rewriteURIPolicy = definition{name: "rewrite-uri", sections: Inbound, parse: parseRewriteURI}

// rewriteURI holds the template cut at its parameters: text, name, text, name, ..., text.
type rewriteURI struct {
	template string
	path     []string
	query    []string
	copy     bool
}

func parseRewriteURI(p *parser, el *element) Step {
	a := p.attrs(el, "template", "copy-unmatched-params")
	p.empty(el)
	r := &rewriteURI{template: a.required("template"), copy: a.bool("copy-unmatched-params", true)}
	if strings.ContainsAny(r.template, "#\\ \r\n\t") {
		p.fault(el, "the template '%s' must be an escaped path and query, without spaces, backslashes or '#'.", r.template)
	}
	path, query, _ := strings.Cut(r.template, "?")
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	var okPath, okQuery bool
	r.path, okPath = cutTemplate(path)
	r.query, okQuery = cutTemplate(query)
	if !okPath || !okQuery {
		p.fault(el, "the braces of the template '%s' do not pair.", r.template)
	}
	return r
}

func cutTemplate(s string) (parts []string, ok bool) {
	for {
		text, rest, found := strings.Cut(s, "{")
		if strings.Contains(text, "}") {
			return nil, false
		}
		parts = append(parts, text)
		if !found {
			return parts, true
		}
		name, rest, closed := strings.Cut(rest, "}")
		if !closed || name == "" || strings.Contains(name, "{") {
			return nil, false
		}
		parts = append(parts, strings.TrimPrefix(name, "*"))
		s = rest
	}
}

func (r *rewriteURI) Run(ex *Exchange) (bool, error) {
	path, err := r.fill(ex, r.path, false)
	if err != nil {
		return false, err
	}
	query, err := r.fill(ex, r.query, true)
	if err != nil {
		return false, err
	}
	if r.copy {
		query = joinQuery(query, unmatched(ex))
	}
	ex.Request.Path, ex.Request.RawQuery = path, query
	return false, nil
}

// unmatched is the request's query without the parameters in the operation's template.
func unmatched(ex *Exchange) string {
	query := ex.Request.RawQuery
	if ex.Operation != nil {
		for _, name := range ex.Operation.QueryParams {
			query = WithoutQuery(query, name)
		}
	}
	return query
}

func (r *rewriteURI) fill(ex *Exchange, parts []string, intoQuery bool) (string, error) {
	if len(parts) == 1 {
		return parts[0], nil
	}
	var b strings.Builder
	for i, part := range parts {
		if i%2 == 0 {
			b.WriteString(part)
			continue
		}
		p, ok := ex.param(part)
		if !ok {
			return "", &Error{Status: statusInternalError, Source: "rewrite-uri", Reason: "TemplateParameterNotFound",
				Message: fmt.Sprintf("The operation has no template parameter '%s', which rewrite-uri uses.", part)}
		}
		b.WriteString(p.escaped(intoQuery))
	}
	return b.String(), nil
}

func (ex *Exchange) param(name string) (Param, bool) {
	for _, p := range ex.Params {
		if strings.EqualFold(p.Name, name) {
			return p, true
		}
	}
	return Param{}, false
}

// escaped is the value for use in a query or a path, unchanged if it fits.
func (p Param) escaped(intoQuery bool) string {
	if p.Query == intoQuery {
		return p.Value
	}
	if intoQuery {
		if plain, err := url.PathUnescape(p.Value); err == nil {
			return url.QueryEscape(plain)
		}
		return p.Value
	}
	if plain, err := url.QueryUnescape(p.Value); err == nil {
		return url.PathEscape(plain)
	}
	return url.PathEscape(p.Value)
}

func (r *rewriteURI) String() string {
	return fmt.Sprintf("rewrite-uri %q copy-unmatched-params=%t", r.template, r.copy)
}
