package apim

import (
	"fmt"
	"net/url"
	"regexp"
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

// Check is the violations that rules (a resource's Validate) find, as an error.
func Check(rules func(v *Violations)) error {
	var v Violations
	rules(&v)
	return v.Err()
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

// Text reports a value that is empty or longer than max characters.
func (v *Violations) Text(field, value string, max int) {
	if v.Required(field, value) {
		v.Length(field, value, max)
	}
}

// OneOf reads an enumeration in any case: it brings the value to the spelling
// that it has among the allowed ones, and reports any other. Empty is allowed.
func (v *Violations) OneOf(field string, value *string, allowed ...string) {
	var ok bool
	if *value, ok = Spelling(*value, allowed...); !ok && *value != "" {
		v.Addf(field, "%s must be one of %s; it is %q.", field, strings.Join(allowed, ", "), *value)
	}
}

// At calls f with field names prefixed by "name[i].".
func (v *Violations) At(name string, i int, f func(v *Violations)) {
	v.In(fmt.Sprintf("%s[%d]", name, i), f)
}

// EachOf is OneOf for each of some values.
func (v *Violations) EachOf(field string, values []string, allowed ...string) {
	for i := range values {
		v.OneOf(fmt.Sprintf("%s[%d]", field, i), &values[i], allowed...)
	}
}

// URL reports a value that is not an absolute http or https address. Empty is
// allowed, and so is one that begins with a named value: {{host}}/path.
func (v *Violations) URL(field, value string) {
	if value == "" || strings.HasPrefix(value, "{{") {
		return
	}
	u, err := url.Parse(value)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		v.Addf(field, "%s must be an absolute http or https address; it is %q.", field, value)
	}
}

var iso8601Duration = regexp.MustCompile(`^P(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$`)

// Duration reports a value that is not an ISO 8601 duration. Empty is allowed.
func (v *Violations) Duration(field, value string) {
	if value == "" {
		return
	}
	if !iso8601Duration.MatchString(value) || strings.HasSuffix(value, "P") || strings.HasSuffix(value, "T") {
		v.Addf(field, "%s must be an ISO 8601 duration such as PT1H; it is %q.", field, value)
	}
}

// Err returns an *InvalidError when there are violations, else nil.
func (v *Violations) Err() error {
	if len(v.List) == 0 {
		return nil
	}
	return &InvalidError{Violations: v.List}
}
