package policy

import (
	"errors"
	"fmt"
	"strings"
)

// setStatusPolicy sets the status of the response.
var setStatusPolicy = definition{name: "set-status", sections: anywhere, parse: parseSetStatus}

type setStatus struct {
	code   int
	reason string
}

func parseSetStatus(p *parser, el *element) Step {
	a := p.attrs(el, "code", "reason")
	p.empty(el)
	a.required("code")
	s := &setStatus{code: a.int("code", statusOK, 200, 599), reason: a.text("reason", "")}
	if strings.ContainsAny(s.reason, "\r\n\x00") {
		p.fault(el, "the attribute 'reason' must be on one line.")
	}
	return s
}

func (s *setStatus) Run(ex *Exchange) (bool, error) {
	if ex.Response.Status == 0 {
		return false, errors.New("there is no response yet whose status could be set")
	}
	ex.Response.Status, ex.Response.Reason = s.code, s.reason
	return false, nil
}

func (s *setStatus) String() string { return fmt.Sprintf("set-status %d %q", s.code, s.reason) }
