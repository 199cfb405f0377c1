package policy

import (
	"fmt"
	"strings"
)

// returnResponsePolicy ends the call with a response of its own: status 200
// without a body, unless its set-status, set-header and set-body say otherwise.
var returnResponsePolicy = definition{
	name: "return-response", sections: Inbound | Backend | Outbound | OnError, parse: parseReturnResponse,
}

type returnResponse struct {
	status  int
	reason  string
	headers []*setHeader
	body    []byte
}

func parseReturnResponse(p *parser, el *element) Step {
	p.attrs(el)
	p.noText(el)
	r := &returnResponse{status: statusOK}
	seen := map[string]bool{}
	for _, child := range el.children {
		if seen[child.name] && child.name != "set-header" {
			p.fault(child, "the element may appear only once inside 'return-response'.")
		}
		seen[child.name] = true
		switch child.name {
		case "set-status":
			r.parseStatus(p, child)
		case "set-header":
			r.headers = append(r.headers, parseSetHeader(p, child))
		case "set-body":
			r.body = parseBody(p, child)
		default:
			p.fault(child, "the element is not allowed inside 'return-response'.")
		}
	}
	return r
}

func (r *returnResponse) parseStatus(p *parser, el *element) {
	a := p.attrs(el, "code", "reason")
	p.empty(el)
	a.required("code")
	r.status = a.int("code", statusOK, 200, 599)
	r.reason = a.text("reason", "")
	if strings.ContainsAny(r.reason, "\r\n\x00") {
		p.fault(el, "the attribute 'reason' must be on one line.")
	}
}

// parseBody reads literal content: text, or XML as it is written.
func parseBody(p *parser, el *element) []byte {
	p.attrs(el)
	if len(el.children) > 0 {
		return []byte(strings.TrimSpace(el.inner))
	}
	return []byte(el.text)
}

func (r *returnResponse) Run(ex *Exchange) (bool, error) {
	ex.Respond(r.status)
	ex.Response.Reason = r.reason
	ex.Response.Body = r.body
	for _, h := range r.headers {
		h.apply(ex.Response.Header)
	}
	return true, nil
}

func (r *returnResponse) String() string {
	s := fmt.Sprintf("return-response status=%d reason=%q body=%q", r.status, r.reason, r.body)
	for _, h := range r.headers {
		s += " [" + h.String() + "]"
	}
	return s
}
