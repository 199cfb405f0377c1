package policy

import (
	"fmt"
	"net/url"
	"strings"
)

// setQueryParameterPolicy sets, appends or deletes a query parameter of the
// request. The other parameters stay as written.
var setQueryParameterPolicy = definition{name: "set-query-parameter", sections: Inbound | Backend, parse: parseSetQueryParameter}

type setQueryParameter struct {
	name, action string
	values       []string
}

func parseSetQueryParameter(p *parser, el *element) Step {
	a := p.attrs(el, "name", "exists-action")
	s := &setQueryParameter{name: a.required("name"), action: a.oneOf("exists-action", override, override, skip, appendTo, remove)}
	s.values = p.values(el, s.action)
	return s
}

func (s *setQueryParameter) Run(ex *Exchange) (bool, error) {
	query := ex.Request.RawQuery
	switch s.action {
	case remove:
		ex.Request.RawQuery = WithoutQuery(query, s.name)
		return false, nil
	case skip:
		if _, ok := QueryValue(query, s.name); ok {
			return false, nil
		}
	case override:
		query = WithoutQuery(query, s.name)
	}
	for _, v := range s.values {
		query = joinQuery(query, url.QueryEscape(s.name)+"="+url.QueryEscape(v))
	}
	ex.Request.RawQuery = query
	return false, nil
}

func (s *setQueryParameter) String() string {
	return fmt.Sprintf("set-query-parameter %q %s %q", s.name, s.action, s.values)
}

// QueryValue returns the first value of a parameter in a raw query, still
// escaped. Parameter names are compared without case, as API Management does.
func QueryValue(query, name string) (value string, ok bool) {
	for query != "" {
		var pair string
		pair, query, _ = strings.Cut(query, "&")
		key, value, _ := strings.Cut(pair, "=")
		if sameName(key, name) {
			return value, true
		}
	}
	return "", false
}

// WithoutQuery returns the raw query without a parameter; the rest is unchanged.
func WithoutQuery(query, name string) string {
	if _, ok := QueryValue(query, name); !ok {
		return query
	}
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		if key, _, _ := strings.Cut(pair, "="); !sameName(key, name) {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}

func sameName(escaped, name string) bool {
	if strings.EqualFold(escaped, name) {
		return true
	}
	if strings.IndexByte(escaped, '%') < 0 && strings.IndexByte(escaped, '+') < 0 {
		return false
	}
	plain, err := url.QueryUnescape(escaped)
	return err == nil && strings.EqualFold(plain, name)
}

func joinQuery(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "&" + b
}
