package gateway

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/outbound"
	"github.com/portico-portal/portico/internal/policy"
	"github.com/portico-portal/portico/internal/routine"
)

// defaultTimeout is how long a backend may take to send its header.
const defaultTimeout = 300 * time.Second

// clientGone is the reason of calls whose client has gone.
const clientGone = "ClientConnectionFailure"

// statusClientGone is the status of such calls; nobody receives it.
const statusClientGone = 499

func newTransport(headerTimeout time.Duration, backends *outbound.Backends) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
	if backends != nil {
		dialer.Control = backends.Control
	}
	return &http.Transport{
		DialContext:            dialer.DialContext,
		MaxIdleConnsPerHost:    1024, // the default of 2 halves the throughput
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    10 * time.Second,
		ExpectContinueTimeout:  time.Second,
		ResponseHeaderTimeout:  headerTimeout,
		MaxResponseHeaderBytes: 256 << 10,
		DisableCompression:     true,
		ForceAttemptHTTP2:      true,
	}
}

// Forward sends the call to its backend (policy.Forwarder).
func (c *call) Forward(ex *policy.Exchange, how policy.Forwarding) error {
	if ex.Backend == nil {
		return &policy.Error{Status: http.StatusInternalServerError, Source: "forward-request", Reason: "BackendNotConfigured",
			Message: "The API has no backend: it needs a serviceUrl or a set-backend-service policy."}
	}
	if refusal := c.checkRewritten(&ex.Request); refusal != nil {
		return refusal
	}
	ctx, arrived := ex.Context, func() {}
	transport := c.g.transport
	if how.Timeout > 0 {
		transport = c.g.patient
		withTimeout, cancel := context.WithCancelCause(ctx)
		timer := routine.After(how.Timeout, func() { cancel(errTimeout) }, cancel)
		ctx, arrived = withTimeout, func() { timer.Stop() }
	}
	out := c.outgoing(ctx, how.FollowRedirects)
	response, err := send(transport, out, how.FollowRedirects)
	arrived()
	if err == nil && response.StatusCode == http.StatusSwitchingProtocols && c.upgrade == "" {
		response.Body.Close()
		err = errors.New("the backend changed the protocol without being asked")
	}
	if err != nil {
		return c.failure(forwardError(ctx, err))
	}
	c.backend = response
	if c.upgrade == "" || response.StatusCode != http.StatusSwitchingProtocols {
		removeHopByHop(response.Header)
	}
	ex.Response = policy.Response{Status: response.StatusCode, Header: header(response.Header)}
	if response.StatusCode != http.StatusSwitchingProtocols {
		ex.Response.Body = policy.StreamedBody(response.Body)
	}
	return nil
}

func send(transport http.RoundTripper, out *http.Request, follow bool) (*http.Response, error) {
	if !follow {
		return transport.RoundTrip(out)
	}
	const most = 10
	client := http.Client{Transport: transport, CheckRedirect: func(_ *http.Request, via []*http.Request) error {
		if len(via) >= most {
			return http.ErrUseLastResponse
		}
		return nil
	}}
	return client.Do(out)
}

// outgoing makes the request to the backend. It takes over the header and body
// of the call's request.
func (c *call) outgoing(ctx context.Context, clean bool) *http.Request {
	h := c.r.Header
	removeConnectionFields(h) // those that a policy set
	if rev := c.target.revision; rev == nil || !rev.anyCall {
		c.upgrade = "" // an API of another type has no WebSocket: RFC 9110 §7.8 lets a server ignore the wish
	}
	if c.upgrade != "" {
		h["Connection"], h["Upgrade"] = []string{"Upgrade"}, []string{c.upgrade}
	}
	if c.trailers {
		h["Te"] = []string{"trailers"}
	}
	if _, ok := h["User-Agent"]; !ok {
		h["User-Agent"] = nil // keeps net/http from adding its own
	}
	out := http.Request{
		Method: c.exchange.Request.Method, URL: c.backendURL(clean), Header: h, Host: c.host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, ContentLength: c.r.ContentLength,
	}
	c.addBody(&out)
	return out.WithContext(ctx)
}

// addBody gives the request to the backend the call's body: the client's own
// unless a policy has touched it.
func (c *call) addBody(out *http.Request) {
	body := &c.exchange.Request.Body
	content, made := body.Made()
	switch {
	case made:
		out.ContentLength = int64(len(content))
		if out.Body = http.NoBody; len(content) > 0 {
			out.Body = io.NopCloser(bytes.NewReader(content))
		}
	case c.r.ContentLength != 0:
		r := body.Reader()
		untouched, ok := r.(io.ReadCloser)
		if !ok {
			untouched = io.NopCloser(r)
		}
		out.Body = untouched
	}
}

// backendURL is the address of the call, its path escaped as it is. Clean URLs
// have no opaque part, which following redirects requires; their escapes may
// differ where no parser cares.
func (c *call) backendURL(clean bool) *url.URL {
	base := c.exchange.Backend.URL
	path := cmp.Or(base.RawPath+c.exchange.Request.Path, "/")
	u := &url.URL{Scheme: base.Scheme, Host: base.Host, RawQuery: c.exchange.Request.RawQuery}
	if clean || strings.HasPrefix(path, "//") {
		u.Path, u.RawPath = unescape(path), path
	} else {
		u.Opaque = path
	}
	return u
}

// failure is e, unless the client's own body is to blame.
func (c *call) failure(e *policy.Error) *policy.Error {
	why := c.body.failure
	if e.Reason == clientGone {
		why = c.body.tooSlow
	}
	if broken := why(); broken != nil {
		return broken
	}
	return e
}

var errTimeout = errors.New("the backend took too long")

// forwardError finds out why there is no answer.
func forwardError(ctx context.Context, err error) *policy.Error {
	e := &policy.Error{
		Status: http.StatusBadGateway, Source: "forward-request", Reason: "BackendConnectionFailure",
		Message: "The backend service could not be reached.", Err: err,
	}
	var timeout interface{ Timeout() bool }
	var refused *outbound.BackendError
	switch {
	case errors.As(err, &refused):
		e.Reason, e.Message = "BackendNotAllowed", "The backend service is at an address that this gateway may not call."
	case errors.Is(context.Cause(ctx), errTimeout), ctx.Err() == nil && errors.As(err, &timeout) && timeout.Timeout():
		e.Status, e.Reason, e.Message = http.StatusGatewayTimeout, "Timeout", "The backend service did not answer in time."
	case ctx.Err() != nil:
		e.Status, e.Reason, e.Message = statusClientGone, clientGone, "The client closed the connection."
	}
	return e
}
