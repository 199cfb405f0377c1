package policy

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// Exchange is one call on its way through a chain. Policies change Request
// until it is forwarded, and Response afterwards; the gateway owns the rest.
type Exchange struct {
	Context context.Context
	Now     func() time.Time

	Request  Request
	Response Response

	Operation    *Operation // nil if none matched
	Params       []Param    // matched by the operation's template
	Subscription string     // key of the subscription; "" for a call without one
	Product      *Product   // the product that admits the call and whose policies apply; nil: none
	Backend      *Endpoint  // where the request goes; never changed, only replaced

	Forwarder Forwarder
	Observer  Observer // nil: none
	LastError *Error   // set while and after on-error runs

	always   []Field // for the response, whoever makes it
	corsDone bool    // whether a cors policy has matched the call

	// The place of the policy that runs.
	scope   *Scope
	section string
	path    string
}

// Product is what policies and observers may know about a product.
type Product struct {
	ID   string // its key
	Name string // its display name
}

// Endpoint is where requests are sent.
type Endpoint struct {
	ID  string // of the backend named by policies; "" for a bare address
	URL *url.URL
}

// Observer watches a call run through its policies, for traces and usage.
type Observer interface {
	// Ran is called after each policy that has run; for one that contains
	// others, after those.
	Ran(ex *Exchange, o Outcome)
}

// Outcome is the result of one policy for one call.
type Outcome struct {
	Scope   *Scope
	Section string
	Path    string // of the policy within its section: "return-response[1]/set-header[2]"
	Policy  string // the element's name
	Stop    bool   // whether the policy ended the call with a response
	Err     *Error // nil if it did not fail
}

// Request is the request to be forwarded.
type Request struct {
	Method string
	// Path is the path below the API's address; it begins with "/" or is empty.
	// Both it and RawQuery are escaped exactly as the client sent them.
	Path     string
	RawQuery string
	Header   Header
	Body     Body
}

// Response is the answer to be sent.
type Response struct {
	Status int
	Reason string // "" for the standard phrase
	Header Header
	Body   Body
}

// Header is the fields of a message. Names are in canonical form
// ("Content-Type"). The request's "Host" is one of them.
type Header interface {
	Get(name string) string
	Values(name string) []string
	// Set replaces the field. It keeps values, which the caller must not change
	// afterwards and must have clipped to its length.
	Set(name string, values []string)
	Add(name, value string)
	Del(name string)
	Clear()
}

// Field is a header field to set or, with Add, to add.
type Field struct {
	Name   string
	Values []string
	Add    bool
}

// Param is the value of a template parameter, escaped as it came.
type Param struct {
	Name, Value string
	Query       bool // whether it is from the query, where "+" means a space
}

// Operation is what policies may know about the operation that is called.
type Operation struct {
	ID          apim.Name
	Method      string
	URLTemplate string
	// QueryParams are the query parameters in the template.
	QueryParams []string
	// Samples are the documented answers, only for chains that use
	// mock-response (see Chain.Uses).
	Samples []Sample
}

// Sample is an example of a documented answer.
type Sample struct {
	Status      int
	ContentType string // "" if the answer has no body
	Body        []byte
}

// Forwarder sends the exchange's request to its backend and sets Response.
// Its errors should be *Error.
type Forwarder interface {
	Forward(ex *Exchange, how Forwarding) error
}

// Forwarding is how a request is forwarded.
type Forwarding struct {
	// Timeout is how long the backend may take to send its header; 0: the
	// forwarder's default.
	Timeout         time.Duration
	FollowRedirects bool
}

// The two statuses that chains answer with themselves.
const (
	statusOK            = 200
	statusInternalError = 500
)

// Respond starts a response made by a policy, replacing any other.
func (ex *Exchange) Respond(status int) {
	ex.Response.Status = status
	ex.Response.Reason = ""
	ex.Response.Body.Replace(nil)
	ex.Response.Header.Clear()
}

// respondError makes the response for an error.
func (ex *Exchange) respondError(e *Error) {
	ex.LastError = e
	ex.Respond(e.Status)
	ex.Response.Header.Set("Content-Type", jsonType)
	for _, f := range e.Headers {
		ex.Response.Header.Set(f.Name, f.Values)
	}
	ex.Response.Body.Replace(e.Body())
}

var jsonType = []string{"application/json"}

// Reset prepares the exchange for another call; slices keep their memory.
func (ex *Exchange) Reset() {
	*ex = Exchange{Params: ex.Params[:0], always: ex.always[:0]}
}

// finish adds what every response carries, whoever made it.
func (ex *Exchange) finish() {
	for _, f := range ex.always {
		if !f.Add {
			ex.Response.Header.Set(f.Name, f.Values)
			continue
		}
		for _, v := range f.Values {
			ex.Response.Header.Add(f.Name, v)
		}
	}
	ex.always = ex.always[:0]
}

// Error ends a call in the on-error section (apim-rest.md Part 4, LastError).
type Error struct {
	Status  int
	Source  string // the policy, or "authorization", "configuration", ...
	Reason  string // such as SubscriptionKeyInvalid
	Message string // for the client
	Headers []Field
	Err     error // the cause; never shown to the client

	Scope, Section, Path string // where the policy stands, if one failed
}

func (e *Error) Error() string { return e.Source + ": " + e.Reason + ": " + e.Message }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Body is the answer's body: {"statusCode": n, "message": "..."}.
func (e *Error) Body() []byte { return errorBody(e.Status, e.Message) }

func errorBody(status int, message string) []byte {
	text, _ := json.Marshal(message)
	code, _ := json.Marshal(status)
	b := make([]byte, 0, 40+len(text))
	b = append(b, `{ "statusCode": `...)
	b = append(b, code...)
	b = append(b, `, "message": `...)
	b = append(b, text...)
	return append(b, " }"...)
}
