package policy

import (
	"fmt"
	"time"
)

// forwardRequestPolicy sends the request to the backend. Requests and responses
// are always streamed: the buffer- attributes are accepted and change nothing.
var forwardRequestPolicy = definition{name: "forward-request", sections: Backend, once: true,
	unbuilt: []string{"http-version", "fail-on-error-status-code"}, parse: parseForwardRequest}

type forwardRequest struct{ how Forwarding }

func parseForwardRequest(p *parser, el *element) Step {
	const day = 24 * 60 * 60
	a := p.attrs(el, "timeout", "timeout-ms", "follow-redirects", "buffer-request-body", "buffer-response")
	p.empty(el)
	a.bool("buffer-request-body", false)
	a.bool("buffer-response", true)
	if a.has("timeout") && a.has("timeout-ms") {
		p.fault(el, "the attributes 'timeout' and 'timeout-ms' exclude each other.")
	}
	timeout := time.Duration(a.int("timeout", 0, 1, day)) * time.Second
	timeout += time.Duration(a.int("timeout-ms", 0, 1, day*1000)) * time.Millisecond
	return &forwardRequest{Forwarding{Timeout: timeout, FollowRedirects: a.bool("follow-redirects", false)}}
}

func (f *forwardRequest) Run(ex *Exchange) (bool, error) {
	return false, ex.Forwarder.Forward(ex, f.how)
}

func (f *forwardRequest) String() string {
	return fmt.Sprintf("forward-request timeout=%s follow-redirects=%t", f.how.Timeout, f.how.FollowRedirects)
}
