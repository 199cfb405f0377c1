package demo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxBody is the longest body the backend reads, in bytes.
const maxBody = 4 << 20

// Backend returns a handler that answers every operation of the descriptions,
// below /parcel, /tracking/v1, /tracking/v2, /depot and /echo. What is changed
// is kept in memory until the handler is dropped; its answers depend on nothing
// but the requests before.
func Backend() http.Handler {
	mux := http.NewServeMux()
	newParcels().routes(mux)
	newTracking().routes(mux)
	newDepots().routes(mux)
	handle(mux, "/", func(_ http.ResponseWriter, r *http.Request) error {
		return notFound("There is no operation %s %s.", r.Method, r.URL.Path)
	})
	echo := served(serveEcho)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The echo shows paths as they arrive; the mux would redirect to clean ones.
		if rest, ok := strings.CutPrefix(r.URL.Path, "/echo"); ok && (rest == "" || rest[0] == '/') {
			echo.ServeHTTP(w, r)
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// problem is an answer of RFC 9457.
type problem struct {
	Type   string       `json:"type"`
	Title  string       `json:"title"`
	Status int          `json:"status"`
	Detail string       `json:"detail,omitempty"`
	Errors []fieldError `json:"errors,omitempty"`
}

// fieldError says what is wrong with one field of a body, such as parcels[0].weight.
type fieldError struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

func (p *problem) Error() string { return p.Title + ": " + p.Detail }

func newProblem(status int, detail string, args ...any) *problem {
	title := http.StatusText(status)
	return &problem{
		Type:   "https://meridian.example/problems/" + strings.ReplaceAll(strings.ToLower(title), " ", "-"),
		Title:  title,
		Status: status,
		Detail: fmt.Sprintf(detail, args...),
	}
}

func notFound(detail string, args ...any) error {
	return newProblem(http.StatusNotFound, detail, args...)
}
func badRequest(detail string, args ...any) error {
	return newProblem(http.StatusBadRequest, detail, args...)
}
func conflict(detail string, args ...any) error {
	return newProblem(http.StatusConflict, detail, args...)
}

// operation answers a request; its errors become problems. The body of the
// request is in memory.
type operation func(http.ResponseWriter, *http.Request) error

// handle registers an operation.
func handle(mux *http.ServeMux, pattern string, o operation) { mux.Handle(pattern, served(o)) }

// served is the handler of an operation.
func served(o operation) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			err = newProblem(http.StatusRequestEntityTooLarge, "The body is larger than %d bytes.", tooLarge.Limit)
		case err != nil:
			err = badRequest("The body could not be read: %v.", err)
		default:
			r.Body = io.NopCloser(bytes.NewReader(body))
			err = o(w, r)
		}
		if err != nil {
			writeProblem(w, err)
		}
	})
}

func writeProblem(w http.ResponseWriter, err error) {
	var p *problem
	if !errors.As(err, &p) {
		p = newProblem(http.StatusInternalServerError, "The demo backend failed: %v.", err)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the client is gone when this fails
}

// writeJSON answers with v.
func writeJSON(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the client is gone when this fails
	return nil
}

// readJSON reads a JSON object into v; unknown fields are allowed.
func readJSON(r *http.Request, v any) error {
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, v)
	}
	var mismatch *json.UnmarshalTypeError
	switch {
	case errors.As(err, &mismatch):
		return invalid([]fieldError{{Field: mismatch.Field, Message: "must not be a " + mismatch.Value}})
	case err != nil:
		return badRequest("The body is not JSON: %v.", err)
	}
	return nil
}

// invalid is the problem of a body that breaks rules; nil when it breaks none.
func invalid(list []fieldError) error {
	if len(list) == 0 {
		return nil
	}
	p := newProblem(http.StatusUnprocessableEntity, "%d fields are wrong.", len(list))
	if len(list) == 1 {
		p.Detail = "1 field is wrong."
	}
	p.Errors = list
	return p
}

// checks collects what is wrong with a body.
type checks struct{ list []fieldError }

// that records the message unless ok.
func (c *checks) that(ok bool, field, message string) {
	if !ok {
		c.list = append(c.list, fieldError{field, message})
	}
}

// oneOf records a value that is not allowed.
func (c *checks) oneOf(field, value string, allowed ...string) {
	c.that(slices.Contains(allowed, value), field, "must be one of "+strings.Join(allowed, ", "))
}

func (c *checks) err() error { return invalid(c.list) }

// queryInt reads a whole number between low and high.
func queryInt(r *http.Request, name string, fallback, low, high int) (int, error) {
	text := r.URL.Query().Get(name)
	if text == "" {
		return fallback, nil
	}
	return number(name, text, low, high)
}

// number parses a whole number between low and high.
func number(name, text string, low, high int) (int, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < low || n > high {
		return 0, badRequest("%s must be a whole number from %d to %d; it is %q.", name, low, high, text)
	}
	return n, nil
}
