package apim

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Violation is one broken rule of one field; it becomes an entry of an ARM
// error's `details` (apim-rest.md §2.5).
type Violation struct {
	Target  string // the field's wire name, dotted below the first level
	Message string // a sentence that says what is allowed
}

// Violations collects what is wrong with a resource.
type Violations struct {
	List   []Violation
	prefix string
}

// Addf records a violation of field.
func (v *Violations) Addf(field, format string, args ...any) {
	v.List = append(v.List, Violation{Target: v.prefix + field, Message: fmt.Sprintf(format, args...)})
}

// In calls f with field names prefixed by "name.".
func (v *Violations) In(name string, f func(v *Violations)) {
	sub := Violations{prefix: v.prefix + name + "."}
	f(&sub)
	v.List = append(v.List, sub.List...)
}

// Required reports an empty value.
func (v *Violations) Required(field, value string) bool {
	if strings.TrimSpace(value) == "" {
		v.Addf(field, "%s is required.", field)
		return false
	}
	return true
}

// Length reports a value longer than max characters.
func (v *Violations) Length(field, value string, max int) {
	if n := utf8.RuneCountInString(value); n > max {
		v.Addf(field, "%s must be at most %d characters long; it has %d.", field, max, n)
	}
}

// OneOf reports a value that is not among the allowed ones. Empty is allowed.
func (v *Violations) OneOf(field, value string, allowed ...string) {
	if value == "" {
		return
	}
	for _, a := range allowed {
		if value == a {
			return
		}
	}
	v.Addf(field, "%s must be one of %s; it is %q.", field, strings.Join(allowed, ", "), value)
}

// Err returns an *InvalidError when there are violations, else nil.
func (v *Violations) Err() error {
	if len(v.List) == 0 {
		return nil
	}
	return &InvalidError{Violations: v.List}
}
