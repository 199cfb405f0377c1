package style

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// object is a JSON object of the stylesheet.
type object map[string]json.RawMessage

// child is a member that is an object; nil when it is none.
func (o object) child(name string) object {
	var c object
	_ = json.Unmarshal(o[name], &c) // another type: nothing to read
	return c
}

// text is a member that is a string or a number, as CSS writes it; numbers are pixels unless bare.
func (o object) text(name string, bare bool) string {
	var v any
	if json.Unmarshal(o[name], &v) != nil {
		return ""
	}
	switch v := v.(type) {
	case string:
		return value(v)
	case float64:
		if bare || v == 0 {
			return fmt.Sprintf("%g", v)
		}
		return fmt.Sprintf("%gpx", v)
	}
	return ""
}

// names are the members' names, sorted: output must not depend on a map's order.
func (o object) names() []string { return slices.Sorted(maps.Keys(o)) }

var harmful = regexp.MustCompile(`(?i)[;{}<>\\@]|/\*|url\(|expression\(|javascript:|image\(|image-set\(`)

// value is a CSS value without anything that could end it or load from elsewhere; "" when it has such.
func value(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 500 || harmful.MatchString(s) || strings.Count(s, "(") != strings.Count(s, ")") ||
		strings.Count(s, `"`)%2+strings.Count(s, "'")%2 > 0 || strings.ContainsAny(s, "\n\r") {
		return ""
	}
	return s
}

var identifier = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// reference is the custom property of colors/x, fonts/x, shadows/x; "" for "".
func reference(ref string) string {
	ref = strings.Trim(ref, "/")
	if ref == "" {
		return ""
	}
	return "var(--" + propertyName(ref) + ")"
}

func propertyName(ref string) string {
	return strings.Trim(identifier.ReplaceAllString(ref, "-"), "-")
}
