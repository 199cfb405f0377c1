package mail

import (
	"html"
	"regexp"
	"strings"
)

// parameter is $Name, ${Name}, $!Name or $!{Name} in a template.
var parameter = regexp.MustCompile(`\$!?(?:\{([A-Za-z][A-Za-z0-9]*)\}|([A-Za-z][A-Za-z0-9]*))`)

// Fill puts values into a text. Parameters without a value stay as they are.
func Fill(text string, values map[string]string) string {
	return parameter.ReplaceAllStringFunc(text, func(match string) string {
		name := strings.Trim(match, "$!{}")
		if v, ok := values[name]; ok {
			return v
		}
		return match
	})
}

// FillXHTML is Fill for XHTML: values are escaped.
func FillXHTML(text string, values map[string]string) string {
	escaped := make(map[string]string, len(values))
	for name, v := range values {
		escaped[name] = html.EscapeString(v)
	}
	return Fill(text, escaped)
}

// oneLine makes a value safe for a header.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
