package policy

import (
	"fmt"
	"net/textproto"
	"slices"
	"strings"
)

// setHeaderPolicy sets, appends or deletes a header of the request in inbound
// and backend, of the response in outbound and on-error.
var setHeaderPolicy = definition{
	name: "set-header", sections: Inbound | Backend | Outbound | OnError,
	parse: func(p *parser, el *element) Step { return parseSetHeader(p, el) },
}

// The values of exists-action.
const (
	override = "override"
	skip     = "skip"
	appendTo = "append"
	remove   = "delete"
)

type setHeader struct {
	name   string // canonical
	action string
	values []string
}

func parseSetHeader(p *parser, el *element) *setHeader {
	a := p.attrs(el, "name", "exists-action")
	s := &setHeader{name: a.required("name"), action: a.oneOf("exists-action", override, override, skip, appendTo, remove)}
	if s.name != "" && !isToken(s.name) {
		p.fault(el, "'%s' is not a header name.", s.name)
	}
	s.name = textproto.CanonicalMIMEHeaderKey(s.name)
	s.values = slices.Clip(p.values(el, s.action))
	for _, v := range s.values {
		if strings.ContainsAny(v, "\r\n\x00") {
			p.fault(el, "a header value must be on one line.")
		}
	}
	return s
}

// values reads the <value> children of a policy with an exists-action.
func (p *parser) values(el *element, action string) []string {
	var list []string
	p.each(el, "value", func(child *element) {
		p.attrs(child)
		p.onlyText(child)
		list = append(list, strings.TrimSpace(child.text))
	})
	if len(list) == 0 && action != remove {
		p.fault(el, "at least one element 'value' is required.")
	}
	if action == remove {
		return nil
	}
	return list
}

func (s *setHeader) Run(ex *Exchange) (bool, error) {
	h := ex.Request.Header
	if ex.Response.Status != 0 {
		h = ex.Response.Header
	}
	s.apply(h)
	return false, nil
}

func (s *setHeader) apply(h Header) {
	switch s.action {
	case remove:
		h.Del(s.name)
	case appendTo:
		for _, v := range s.values {
			h.Add(s.name, v)
		}
	case skip:
		if len(h.Values(s.name)) > 0 {
			return
		}
		fallthrough
	default:
		h.Set(s.name, s.values)
	}
}

func (s *setHeader) String() string {
	return fmt.Sprintf("set-header %s %s %q", s.name, s.action, s.values)
}

// isToken reports whether s can be a header name or method (RFC 9110 §5.6.2).
func isToken(s string) bool {
	for _, c := range []byte(s) {
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0 {
			continue
		}
		return false
	}
	return s != ""
}
