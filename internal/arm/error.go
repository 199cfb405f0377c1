package arm

import (
	"cmp"
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
)

// Error is an answer with an ARM error body (apim-rest.md §2.5).
type Error struct {
	Status  int
	Code    string
	Message string
	Target  string
	Details []Detail
	Header  http.Header // additional headers, such as Allow; may be nil
}

// Detail is one entry of an error's details.
type Detail struct {
	Code    string `json:"code"`
	Target  string `json:"target"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// MethodNotAllowed is 405 with the allowed methods.
func MethodNotAllowed(method string, allowed []string) *Error {
	list := strings.Join(allowed, ", ")
	return &Error{
		Status: http.StatusMethodNotAllowed, Code: "MethodNotAllowed",
		Message: method + " is not allowed here; allowed are " + list + ".",
		Header:  http.Header{"Allow": {list}},
	}
}

// InvalidQuery is 400 InvalidQueryParameterValue for one query parameter.
func InvalidQuery(name, message string) *Error {
	return detailed(http.StatusBadRequest, "InvalidQueryParameterValue", name, message)
}

// detailed is an error whose one detail says the same.
func detailed(status int, code, target, message string) *Error {
	return &Error{
		Status: status, Code: code, Message: message, Target: target,
		Details: []Detail{{Code: code, Target: target, Message: message}},
	}
}

// UnsupportedMediaType is 415 for a body that is not JSON.
func UnsupportedMediaType(contentType string) *Error {
	message := "The body must be application/json; it is " + contentType + "."
	return detailed(http.StatusUnsupportedMediaType, "UnsupportedMediaType", "Content-Type", message)
}

// sentinels maps the domain's error kinds to answers. InvalidError and
// ConflictError carry more and are mapped by [FromError].
var sentinels = []struct {
	is      error
	status  int
	code    string
	message string
}{
	{apim.ErrNotFound, http.StatusNotFound, "ResourceNotFound", "Resource not found."},
	{apim.ErrPreconditionFailed, http.StatusPreconditionFailed, "PreconditionFailed", "Resource was modified since last retrieval."},
	{apim.ErrConflict, http.StatusConflict, "Conflict", "The request conflicts with the present state of the resource."},
	{apim.ErrUnauthorized, http.StatusUnauthorized, "AuthenticationFailed", "A valid shared access token is needed in the Authorization header."},
	{apim.ErrForbidden, http.StatusForbidden, "AuthorizationFailed", "The token does not allow this."},
	{apim.ErrTooLarge, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "The request body is too large."},
	{apim.ErrTooSlow, http.StatusRequestTimeout, "RequestTimeout", "The request body came too slowly, or not at all."},
	{apim.ErrTooManyRequests, http.StatusTooManyRequests, "TooManyRequests", "Too many attempts. Wait a while, then try again."},
	{apim.ErrFull, http.StatusInsufficientStorage, "InsufficientStorage", "The disk of the service is full. Nothing was changed. Free some space, then try again."},
	{apim.ErrReadOnly, http.StatusInsufficientStorage, "InsufficientStorage", "The storage of the service is read-only. Nothing was changed. Make it writable, then try again."},
	{apim.ErrUnavailable, http.StatusServiceUnavailable, "ServiceUnavailable", "The database of the service cannot be reached at the moment. Try again in a few seconds."},
	{context.Canceled, 499, "ClientClosedRequest", "The client closed the request."},
	{context.DeadlineExceeded, http.StatusServiceUnavailable, "ServiceUnavailable", "The request took too long."},
}

// RetryAfter is the number of seconds after which to try again: what the error
// says, rounded up, or one; a database that is away gets a little more.
func RetryAfter(err error) int {
	var limited interface{ RetryIn() time.Duration }
	if errors.As(err, &limited) {
		return max(1, int(math.Ceil(limited.RetryIn().Seconds())))
	}
	if errors.Is(err, apim.ErrUnavailable) {
		return 5
	}
	return 1
}

// FromError turns any error into an answer. One it does not know becomes a 500
// that reveals nothing.
func FromError(err error) *Error {
	var answer *Error
	var invalid *apim.InvalidError
	var conflict *apim.ConflictError
	var large *apim.TooLargeError
	switch {
	case errors.As(err, &large):
		return detailed(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "body", large.Message)
	case errors.As(err, &answer):
		return answer
	case errors.As(err, &invalid):
		return fromInvalid(invalid)
	case errors.As(err, &conflict):
		return fromConflict(conflict)
	}
	for _, s := range sentinels {
		if errors.Is(err, s.is) {
			e := &Error{Status: s.status, Code: s.code, Message: s.message}
			if s.status == http.StatusTooManyRequests || s.status == http.StatusServiceUnavailable {
				e.Header = http.Header{"Retry-After": {strconv.Itoa(RetryAfter(err))}}
			}
			if s.status == http.StatusUnauthorized {
				e.Header = http.Header{"Www-Authenticate": {`SharedAccessSignature realm="management"`}}
			}
			return e
		}
	}
	return &Error{Status: http.StatusInternalServerError, Code: "InternalServerError", Message: "Something went wrong on our side."}
}

func fromInvalid(invalid *apim.InvalidError) *Error {
	e := &Error{Status: http.StatusBadRequest, Code: "ValidationError", Message: "One or more fields contain incorrect values:"}
	for _, v := range invalid.Violations {
		e.Details = append(e.Details, Detail{Code: "ValidationError", Target: v.Target, Message: v.Message})
	}
	return e
}

func fromConflict(conflict *apim.ConflictError) *Error {
	e := &Error{Status: http.StatusConflict, Code: conflict.Code, Message: conflict.Message, Target: conflict.Target}
	e.Code = cmp.Or(e.Code, "Conflict")
	if e.Target != "" {
		e.Details = []Detail{{Code: e.Code, Target: e.Target, Message: e.Message}}
	}
	return e
}

// Write sends the error.
func (e *Error) Write(w http.ResponseWriter) {
	for name, values := range e.Header {
		w.Header()[name] = values
	}
	w.Header().Set("x-ms-error-code", e.Code)
	var body struct {
		Error struct {
			Code    string   `json:"code"`
			Message string   `json:"message"`
			Target  string   `json:"target,omitempty"`
			Details []Detail `json:"details"`
		} `json:"error"`
	}
	body.Error.Code, body.Error.Message, body.Error.Target, body.Error.Details = e.Code, e.Message, e.Target, e.Details
	WriteJSON(w, e.Status, body)
}

// WriteJSON sends a value as JSON. A failed write means the client is gone.
func WriteJSON(w http.ResponseWriter, status int, value any) {
	data, err := encodeJSON(value)
	if err != nil {
		status, data = http.StatusInternalServerError, []byte(`{"error":{"code":"InternalServerError","message":"The answer could not be written.","details":null}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(data)
}
