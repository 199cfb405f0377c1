package apim

import (
	"errors"
	"strings"
)

// The kinds of failure, distinguished with errors.Is.
// The HTTP packages map them to ARM bodies, pages and gateway answers.
var (
	ErrNotFound           = errors.New("not found")
	ErrConflict           = errors.New("conflict")
	ErrPreconditionFailed = errors.New("precondition failed")
	ErrForbidden          = errors.New("forbidden")
	ErrUnauthorized       = errors.New("unauthorized")
	ErrTooLarge           = errors.New("too large")
	ErrTooManyRequests    = errors.New("too many requests")
)

// IfAbsent gives ErrNotFound another meaning.
func IfAbsent(err, means error) error {
	if errors.Is(err, ErrNotFound) {
		return means
	}
	return err
}

// OrNone takes ErrNotFound for the answer that there is nothing: the zero value.
func OrNone[T any](found T, err error) (T, error) {
	if errors.Is(err, ErrNotFound) {
		return *new(T), nil
	}
	return found, err
}

// InvalidError says which fields of an input are wrong. It maps to 400 ValidationError.
type InvalidError struct{ Violations []Violation }

// Error joins the violations, each naming its field once.
func (e *InvalidError) Error() string {
	parts := make([]string, len(e.Violations))
	for i, v := range e.Violations {
		parts[i] = v.Message
		if !strings.Contains(v.Message, v.Target) {
			parts[i] = v.Target + ": " + v.Message
		}
	}
	return strings.Join(parts, "; ")
}

// Invalid is an InvalidError of one field.
func Invalid(field, message string) error {
	return &InvalidError{Violations: []Violation{{Target: field, Message: message}}}
}

// ConflictError is ErrConflict with a sentence for the client.
type ConflictError struct {
	Code    string // ARM error code; empty: "Conflict"
	Target  string
	Message string
}

func (e *ConflictError) Error() string { return e.Message }

// Is makes errors.Is(err, ErrConflict) true.
func (e *ConflictError) Is(target error) bool { return target == ErrConflict }

// TooLargeError is ErrTooLarge with a sentence that names the limit.
type TooLargeError struct{ Message string }

func (e *TooLargeError) Error() string { return e.Message }

// Is makes errors.Is(err, ErrTooLarge) true.
func (e *TooLargeError) Is(target error) bool { return target == ErrTooLarge }
