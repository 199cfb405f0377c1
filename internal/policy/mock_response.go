package policy

import (
	"fmt"
	"strings"
)

// mockResponsePolicy answers with a documented example of the operation instead
// of calling the backend. Without an example the body is empty.
var mockResponsePolicy = definition{name: "mock-response", sections: Inbound | Outbound | OnError, parse: parseMockResponse}

type mockResponse struct {
	status      int
	contentType string // "": the first documented
}

func parseMockResponse(p *parser, el *element) Step {
	a := p.attrs(el, "status-code", "content-type")
	p.empty(el)
	m := &mockResponse{status: a.int("status-code", statusOK, 200, 599)}
	if a.has("content-type") {
		m.contentType = a.required("content-type")
	}
	if strings.ContainsAny(m.contentType, "\r\n") {
		p.fault(el, "the attribute 'content-type' must be on one line.")
	}
	return m
}

func (m *mockResponse) Run(ex *Exchange) (bool, error) {
	ex.Respond(m.status)
	contentType := m.contentType
	if s := m.sample(ex.Operation); s != nil {
		ex.Response.Body.Replace(s.Body)
		contentType = s.ContentType
	}
	if contentType != "" {
		ex.Response.Header.Set("Content-Type", []string{contentType})
	}
	return true, nil
}

func (m *mockResponse) sample(op *Operation) *Sample {
	if op == nil {
		return nil
	}
	for i, s := range op.Samples {
		if s.Status == m.status && (m.contentType == "" || sameType(s.ContentType, m.contentType)) {
			return &op.Samples[i]
		}
	}
	return nil
}

// sameType compares media types without their parameters.
func sameType(a, b string) bool {
	a, _, _ = strings.Cut(a, ";")
	b, _, _ = strings.Cut(b, ";")
	return strings.EqualFold(strings.TrimSpace(a), strings.TrimSpace(b))
}

func (m *mockResponse) String() string {
	return fmt.Sprintf("mock-response status-code=%d content-type=%q", m.status, m.contentType)
}
