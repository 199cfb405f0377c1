package address

import (
	"net/url"
	"slices"
	"strings"
)

// Template is a permalink split into segments, without escapes. A segment
// {name} is a variable. In a layout's template * stands for any segment or, at
// the end, for everything that follows.
type Template []string

// ParseTemplate splits a permalink, written as people write it or as an address.
func ParseTemplate(permalink string) Template {
	trimmed := strings.Trim(permalink, "/")
	if trimmed == "" {
		return Template{}
	}
	list := strings.Split(trimmed, "/")
	for i, s := range list {
		if u, err := url.PathUnescape(s); err == nil {
			list[i] = u
		}
	}
	return list
}

// variable is the name in {name}, or "".
func variable(segment string) string {
	if len(segment) > 2 && segment[0] == '{' && segment[len(segment)-1] == '}' {
		return segment[1 : len(segment)-1]
	}
	return ""
}

// HasVariables reports whether a segment is one.
func (t Template) HasVariables() bool {
	return slices.ContainsFunc(t, func(s string) bool { return variable(s) != "" })
}

// Fixed is the number of segments that are neither variables nor wildcards.
func (t Template) Fixed() int {
	n := 0
	for _, s := range t {
		if variable(s) == "" && s != "*" {
			n++
		}
	}
	return n
}

// Values are the variables of a permalink: api, operation, product, schema.
type Values map[string]string

// Match compares a page's permalink with the segments of an address. A variable
// matches any segment but "-", which is never a name. Fixed segments are
// compared without case.
func (t Template) Match(segments []string) (values Values, ok bool) {
	if len(t) != len(segments) {
		return nil, false
	}
	for i, want := range t {
		got := segments[i]
		if name := variable(want); name != "" {
			if got == "" || got == "-" {
				return nil, false
			}
			if values == nil {
				values = Values{}
			}
			values[name] = got
			continue
		}
		if !strings.EqualFold(want, got) {
			return nil, false
		}
	}
	return values, true
}

// Covers reports whether a layout's template applies to a page's permalink.
func (t Template) Covers(page Template) bool {
	for i, want := range t {
		if want == "*" && i == len(t)-1 {
			return len(page) > i
		}
		if i >= len(page) {
			return false
		}
		if want != "*" && variable(want) == "" && !strings.EqualFold(want, page[i]) {
			return false
		}
	}
	return len(t) == len(page)
}

// Segments splits an escaped path into its unescaped segments; ok is false if
// an escape is malformed. A trailing slash is ignored.
func Segments(escapedPath string) ([]string, bool) {
	trimmed := strings.TrimSuffix(strings.TrimPrefix(escapedPath, "/"), "/")
	if trimmed == "" {
		return nil, true
	}
	list := strings.Split(trimmed, "/")
	for i, s := range list {
		if !strings.Contains(s, "%") {
			continue
		}
		u, err := url.PathUnescape(s)
		if err != nil {
			return nil, false
		}
		list[i] = u
	}
	return list, true
}

// Path is the address of a template with its variables filled in, escaped as browsers do.
func (t Template) Path(values Values) string {
	if len(t) == 0 {
		return Home
	}
	var b strings.Builder
	for _, s := range t {
		b.WriteByte('/')
		if name := variable(s); name != "" {
			b.WriteString(url.PathEscape(values[name]))
			continue
		}
		b.WriteString(strings.ReplaceAll((&url.URL{Path: s}).EscapedPath(), "/", "%2F"))
	}
	return b.String()
}

// Shape is a template without its variables' names: two pages with the same shape collide.
func (t Template) Shape() string {
	var b strings.Builder
	for _, s := range t {
		b.WriteByte('/')
		if variable(s) != "" {
			s = "{}"
		}
		b.WriteString(strings.ToLower(s))
	}
	return b.String()
}
