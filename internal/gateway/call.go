package gateway

import (
	"errors"
	"net/http"
	"strconv"

	addr "github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/policy"
)

// call is one call being served. Calls are pooled.
type call struct {
	g           *Gateway
	w           http.ResponseWriter
	r           *http.Request
	path, query string      // of the request, escaped as received
	host        string      // for the backend; "" for the backend's own
	body        *clientBody // nil: none

	snapshot *snapshot
	target   target
	routes   *routes
	product  *product // whose policies apply, or nil
	lookup   lookup

	exchange policy.Exchange
	made     http.Header    // of responses made by policies
	backend  *http.Response // whose body is open, or nil
	upgrade  string         // "websocket" if the client asks for it and the API has it

	id         string // of the request, in logs
	trailers   bool   // whether the client takes trailers
	lookalikes bool   // whether a field has a name with an underscore
}

func newCall(g *Gateway) *call { return &call{g: g, made: http.Header{}} }

func (c *call) begin(w http.ResponseWriter, r *http.Request) {
	c.w, c.r = w, r
	c.id = w.Header().Get("X-Request-Id") // the request's own stays the client's
	c.arrive()
	c.exchange.Context = r.Context()
	c.exchange.Now = c.g.clock
	c.exchange.Forwarder, c.exchange.Observer = c, c.g.observer
	c.exchange.Request = policy.Request{Method: r.Method, Header: (*requestHeader)(c)}
	if r.ContentLength != 0 {
		c.body = &clientBody{ReadCloser: r.Body}
		c.exchange.Request.Body = policy.StreamedBody(c.body)
	}
	c.exchange.Response.Header = header(c.made)
}

// release closes what is open and prepares the call for reuse.
func (c *call) release() {
	c.closeBackend()
	if c.r.ContentLength != 0 {
		c.r.Body.Close() // a transport that still reads it must not outlive the handler
	}
	c.exchange.Reset()
	clear(c.made)
	*c = call{g: c.g, made: c.made, exchange: c.exchange, lookup: lookup{values: c.lookup.values[:0]}}
	c.g.calls.Put(c)
}

func (c *call) closeBackend() {
	if c.backend != nil {
		c.backend.Body.Close()
		c.backend = nil
	}
}

// healthPath answers whether the gateway is up (apim-rest.md Part 4).
const healthPath = "/status-0123456789abcdef"

// ServeHTTP serves one call.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == healthPath {
		g.serveHealth(w)
		return
	}
	c := g.calls.Get().(*call)
	defer c.release()
	c.begin(w, r)
	if err := g.serve(c); err != nil {
		g.logger.Error("call not served", "method", r.Method, "path", addr.Redacted(r.URL), "request", c.id, "error", err)
		e := internal
		if errors.Is(err, errNotLoaded) || errors.Is(err, errBusy) || errors.Is(err, apim.ErrUnavailable) {
			e = unavailable
			w.Header().Set("Retry-After", strconv.Itoa(arm.RetryAfter(err)))
		}
		policy.Merge().Refuse(&c.exchange, &e)
	}
	c.answer()
}

func (g *Gateway) serveHealth(w http.ResponseWriter) {
	if g.live.Load() == nil {
		http.Error(w, "Service is starting.", http.StatusServiceUnavailable)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Write([]byte("Service is running.\n"))
}

var errNotLoaded = errors.New("the configuration is not loaded yet")

// The errors that do not come from policies.
var (
	internal    = policy.Error{Status: http.StatusInternalServerError, Source: "configuration", Reason: "ConfigurationFailure", Message: "Internal server error"}
	unavailable = policy.Error{Status: http.StatusServiceUnavailable, Source: "configuration", Reason: "NotLoaded", Message: "Service is not available yet. Try again in a few seconds."}
	notFound    = policy.Error{Status: http.StatusNotFound, Source: "configuration", Reason: "OperationNotFound", Message: "Resource not found"}
)

// serve refuses a call for an address that is none, and runs the others.
func (g *Gateway) serve(c *call) error {
	var refusal *policy.Error
	if c.path, c.query, refusal = readTarget(c.r); refusal != nil {
		e := *refusal
		policy.Merge().Refuse(&c.exchange, &e)
		return nil
	}
	c.exchange.Request.RawQuery = c.query
	return g.run(c)
}

// run finds the operation, checks the key and runs the policies.
func (g *Gateway) run(c *call) error {
	if err := g.resolve(c); err != nil {
		return err
	}
	c.exchange.Request.Path = c.target.path
	r, found := c.match(c.r.Method)
	if !found {
		return g.unmatched(c, r)
	}
	if c.lookup.route != nil {
		c.exchange.Params = c.lookup.params(c.exchange.Params)
	}
	c.exchange.Backend = c.target.revision.backend
	p, refusal := g.authorize(c)
	c.admitBy(p)
	e, err := g.chain(c, r)
	if err != nil {
		return err
	}
	c.exchange.Operation = e.operation
	if refusal != nil {
		e.chain.Refuse(&c.exchange, refusal)
		return nil
	}
	e.chain.Run(&c.exchange)
	if failure := c.exchange.LastError; failure != nil && failure.Err != nil {
		g.logFailure(c, failure)
	}
	return nil
}

// admitBy records the product that admits the call: its policies apply.
func (c *call) admitBy(p *product) {
	c.product, c.exchange.Product = p, nil
	if p != nil {
		c.exchange.Product = &p.Product
	}
}

// logFailure logs what the client does not get to see.
func (g *Gateway) logFailure(c *call, e *policy.Error) {
	if e.Reason == clientGone {
		return
	}
	g.logger.Warn("call failed", "method", c.r.Method, "path", c.path, "request", c.id,
		"status", e.Status, "reason", e.Reason, "policy", e.Path, "scope", e.Scope, "error", e.Err)
}

// match finds the route for a method. If there is none, the route that stands
// for no operation has the policies of the known scopes.
func (c *call) match(method string) (r *route, found bool) {
	rev := c.target.revision
	if rev == nil {
		return c.snapshot.nowhere, false
	}
	c.lookup.method, c.lookup.query = method, c.query
	if c.lookup.find(&c.routes.root, c.target.path) {
		return c.lookup.route, true
	}
	return c.routes.any, rev.anyCall && method != http.MethodOptions
}

// unmatched answers a call without an operation: a preflight, or 404.
func (g *Gateway) unmatched(c *call, r *route) error {
	h := c.r.Header
	asked := h.Get("Access-Control-Request-Method")
	if c.r.Method == http.MethodOptions && asked != "" && h.Get("Origin") != "" {
		about, _ := c.match(asked)
		c.admitBy(g.preflightProduct(c))
		e, err := g.chain(c, about)
		if err != nil {
			return err
		}
		if e.chain.Preflight(&c.exchange) {
			return nil
		}
	}
	c.admitBy(nil)
	e, err := g.chain(c, r)
	if err != nil {
		return err
	}
	refusal := notFound
	e.chain.Refuse(&c.exchange, &refusal)
	return nil
}
