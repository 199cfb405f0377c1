package apim

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
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
	ErrTooSlow            = errors.New("the body of the request came too slowly")
	ErrTooManyRequests    = errors.New("too many requests")
	ErrFull               = errors.New("the disk is full; nothing can be stored until there is room")
	ErrReadOnly           = errors.New("the storage is read-only; nothing can be stored until it takes writes again")
	ErrUnavailable        = errors.New("the database cannot be reached")
)

// Unwritable reports whether an error means that nothing can be stored at
// present, while what is stored can be read.
func Unwritable(err error) bool { return errors.Is(err, ErrFull) || errors.Is(err, ErrReadOnly) }

// DiskError adds ErrFull or ErrReadOnly to an error of the file system that means it.
func DiskError(err error) error {
	for _, known := range []struct {
		errno syscall.Errno
		means error
	}{
		{syscall.ENOSPC, ErrFull}, {syscall.EDQUOT, ErrFull},
		{syscall.EROFS, ErrReadOnly}, {syscall.EACCES, ErrReadOnly}, {syscall.EPERM, ErrReadOnly},
	} {
		if errors.Is(err, known.errno) {
			return fmt.Errorf("%w: %w", known.means, err)
		}
	}
	return err
}

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

// TooLarge is an error of a sentence that names the limit.
func TooLarge(format string, args ...any) error {
	return &TooLargeError{fmt.Sprintf(format, args...)}
}

// Is makes errors.Is(err, ErrTooLarge) true.
func (e *TooLargeError) Is(target error) bool { return target == ErrTooLarge }
