package policy

import (
	"context"
	"encoding/json"
	"net/url"
	"time"
)

// Exchange is one call on its way through a chain. Policies change Request
// until it is forwarded and Response after; the gateway owns the rest.
type Exchange struct {
	Context context.Context
	Now     func() time.Time

	Request  Request
	Response Response

	Operation    *Operation // nil while none matched
	Params       []Param    // what the operation's template matched
	Subscription string     // key of the subscription; "" for a call without one
	Product      *Product   // by which the call was let in, and whose policies hold; nil for none
	Backend      *Endpoint  // where the request goes; never changed, only replaced

	Forwarder Forwarder
	Observer  Observer // nil: nobody looks
	LastError *Error   // set while and after on-error runs

	always   []Field // for the response, whoever makes it
	corsDone bool    // a cors policy has matched this call

	// Where the policy that runs stands.
	scope   *Scope
	section string
	path    string
}

// Product is what policies and observers may know of a product.
type Product struct {
	ID   string // its key
	Name string // its display name
}

// Endpoint is where requests are sent.
type Endpoint struct {
	ID  string // of the backend that policies name; "" for a bare address
	URL *url.URL
}

// Observer sees a call pass through its policies, for traces and usage.
type Observer interface {
	// Ran is called after each policy that has run. One that holds others comes
	// after them.
	Ran(ex *Exchange, o Outcome)
}

// Outcome is what became of a call at one policy.
type Outcome struct {
	Scope   *Scope
	Section string
	Path    string // of the policy within its section: "return-response[1]/set-header[2]"
	Policy  string // the element's name
	Stop    bool   // the policy ended the call with a response
	Err     *Error // nil when it did not fail
}

// Request is what will be forwarded.
type Request struct {
	Method string
	// Path is below the API's address and begins with "/" or is empty. It is
	// escaped exactly as the client sent it; RawQuery too.
	Path     string
	RawQuery string
	Header   Header
	Body     Body
}

// Response is what will be answered.
type Response struct {
	Status int
	Reason string // "" for the standard phrase
	Header Header
	Body   Body
}

// Header is the fields of a message. Names are given in canonical form
// ("Content-Type"). The request's "Host" is among them.
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

// Field is a header field to set, or to add when Add.
type Field struct {
	Name   string
	Values []string
	Add    bool
}

// Param is the value of a template parameter, escaped as it came.
type Param struct {
	Name, Value string
	Query       bool // it came from the query, so that "+" means a space
}

// Operation is what policies may know of the operation that is called.
type Operation struct {
	ID          string
	Method      string
	URLTemplate string
	// QueryParams are the query parameters that the template names.
	QueryParams []string
	// Samples are the documented answers; present only for chains that use
	// mock-response (see Chain.Uses).
	Samples []Sample
}

// Sample is an example of a documented answer.
type Sample struct {
	Status      int
	ContentType string // "" when the answer has no body
	Body        []byte
}

// Forwarder sends the exchange's request to its backend and sets Response.
// Its errors should be *Error.
type Forwarder interface {
	Forward(ex *Exchange, how Forwarding) error
}

// Forwarding is how a request is forwarded.
type Forwarding struct {
	// Timeout is how long the backend may take until its header has come; 0: the forwarder's default.
	Timeout         time.Duration
	FollowRedirects bool
}

// The two statuses that chains answer by themselves.
const (
	statusOK            = 200
	statusInternalError = 500
)

// Respond starts a response that a policy makes, in place of any there is.
func (ex *Exchange) Respond(status int) {
	ex.Response.Status = status
	ex.Response.Reason = ""
	ex.Response.Body.Replace(nil)
	ex.Response.Header.Clear()
}

// respondError makes the response of an error.
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

// Reset makes the exchange ready for another call; slices keep their memory.
func (ex *Exchange) Reset() {
	*ex = Exchange{Params: ex.Params[:0], always: ex.always[:0]}
}

// finish adds what the response carries whoever made it.
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

	Scope, Section, Path string // where the policy stands, when one failed
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
