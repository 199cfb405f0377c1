package site

import (
	"net/url"
	"slices"
	"strings"
)

// template is a permalink split into segments. A segment {name} is a variable,
// * in a layout's template stands for any segment, at the end for all that follow.
type template []string

func parseTemplate(permalink string) template {
	trimmed := strings.Trim(permalink, "/")
	if trimmed == "" {
		return template{}
	}
	return strings.Split(trimmed, "/")
}

// variable is the name in {name}, or "".
func variable(segment string) string {
	if len(segment) > 2 && segment[0] == '{' && segment[len(segment)-1] == '}' {
		return segment[1 : len(segment)-1]
	}
	return ""
}

func (t template) hasVariables() bool {
	return slices.ContainsFunc(t, func(s string) bool { return variable(s) != "" })
}

// fixed counts the segments that are neither variable nor wildcard.
func (t template) fixed() int {
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

// match compares a page's permalink with the segments of an address. A
// variable takes any segment but "-", which is never a name. Fixed segments
// compare without case; exact is false when the case differs.
func (t template) match(segments []string) (values Values, exact, ok bool) {
	if len(t) != len(segments) {
		return nil, false, false
	}
	exact = true
	for i, want := range t {
		got := segments[i]
		if name := variable(want); name != "" {
			if got == "" || got == "-" {
				return nil, false, false
			}
			if values == nil {
				values = Values{}
			}
			values[name] = got
			continue
		}
		if !strings.EqualFold(want, got) {
			return nil, false, false
		}
		exact = exact && want == got
	}
	return values, exact, true
}

// covers tells whether a layout's template fits a page's permalink.
func (t template) covers(page template) bool {
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

// segments splits an escaped path into its unescaped segments; false when an
// escape is broken. A slash at the end means nothing.
func segments(escapedPath string) ([]string, bool) {
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

// path is the address of a template with its variables filled in.
func (t template) path(values Values) string {
	if len(t) == 0 {
		return "/"
	}
	var b strings.Builder
	for _, s := range t {
		b.WriteByte('/')
		if name := variable(s); name != "" {
			s = url.PathEscape(values[name])
		}
		b.WriteString(s)
	}
	return b.String()
}

// reserved are the first segments of addresses that are not the site's; a page
// there is never reached (design.md §7). "-" may not be a segment at all,
// except in the schema page's own permalink.
var reserved = []string{"mapi", "developer", "send", "console", "assets", "content", "admin", "healthz", "readyz", "metrics"}

// unreachable tells why no address leads to a permalink, or "".
func unreachable(permalink string) string {
	t := parseTemplate(permalink)
	switch {
	case !strings.HasPrefix(permalink, "/"):
		return "its permalink does not begin with /"
	case strings.Contains(permalink, "//"), strings.Contains(permalink, ".."), strings.ContainsAny(permalink, "\\~?#"):
		return "its permalink holds //, .., ~, \\, ? or #"
	case len(t) > 0 && slices.Contains(reserved, strings.ToLower(t[0])):
		return "addresses below /" + t[0] + " are not pages"
	}
	return ""
}

// unusual tells what is wrong with a permalink that addresses do lead to, by the
// rules of editors (portal-wire.md §3.6), or "".
func unusual(permalink string) string {
	switch {
	case strings.Contains(permalink, "/."):
		return "one of its segments begins with a dot"
	case len(permalink) > 1 && strings.HasSuffix(permalink, "/"), strings.HasSuffix(permalink, "."):
		return "it ends with / or a dot"
	}
	return ""
}
