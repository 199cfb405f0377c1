package arm

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// WarningHeader carries the findings about a request that was done, so that the
// body keeps its shape. It is a list of structured fields (RFC 9651), at most
// maxWarnings and then the number of the others:
//
//	Portico-Warning: warning;code=UnknownMember;target="/products/p";path="/colour";message="..."
//
// Texts are strings, or display strings when they hold more than ASCII.
const WarningHeader = "Portico-Warning"

const (
	maxWarnings       = 20
	maxWarningMessage = 300 // in bytes; proxies limit headers
)

// WriteWarnings adds findings to a response's header.
func WriteWarnings(h http.Header, findings []apim.Finding) {
	for i, f := range findings {
		if i == maxWarnings {
			h.Add(WarningHeader, strconv.Itoa(len(findings)-i))
			return
		}
		h.Add(WarningHeader, warning(f))
	}
}

func warning(f apim.Finding) string {
	var b strings.Builder
	b.WriteString(string(f.Severity))
	if f.Code != "" {
		b.WriteString(";code=" + string(f.Code))
	}
	if len(f.Message) > maxWarningMessage {
		f.Message = strings.ToValidUTF8(f.Message[:maxWarningMessage], "") + "…"
	}
	for _, p := range []struct{ name, value string }{{"target", f.Target}, {"path", f.Path}, {"message", f.Message}} {
		if p.value != "" {
			b.WriteString(";" + p.name + "=" + fieldText(p.value))
		}
	}
	if f.Line > 0 {
		fmt.Fprintf(&b, ";line=%d", f.Line)
	}
	return b.String()
}

// fieldText writes a text as a string or as a display string.
func fieldText(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > 0x7e }) {
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
	}
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > 0x7e || c == '"' || c == '%' {
			fmt.Fprintf(&b, "%%%02x", c)
		} else {
			b.WriteByte(c)
		}
	}
	return `%"` + b.String() + `"`
}

// Warnings reads the findings in a response's header, and how many more there
// are. What is not understood is dropped, with the rest of its line.
func Warnings(h http.Header) (findings []apim.Finding, more int) {
	for _, line := range h.Values(WarningHeader) {
		r := fieldReader{line}
		for ok := true; ok; ok = r.skip(",") {
			first := r.bare()
			if n, err := strconv.Atoi(first); err == nil {
				more += n
				continue
			}
			f := apim.Finding{Severity: apim.Severity(first)}
			if first == "" || !r.parameters(&f) {
				break
			}
			findings = append(findings, f)
		}
	}
	return findings, more
}

// fieldReader reads the structured fields written by fieldText and warning.
type fieldReader struct{ rest string }

// skip skips a separator and the blanks around it.
func (r *fieldReader) skip(separator string) bool {
	rest, ok := strings.CutPrefix(strings.TrimLeft(r.rest, " \t"), separator)
	if ok {
		r.rest = strings.TrimLeft(rest, " \t")
	}
	return ok
}

// bare reads a token, a key or a number.
func (r *fieldReader) bare() string {
	end := strings.IndexAny(r.rest, "=;, \t\"")
	if end < 0 {
		end = len(r.rest)
	}
	word := r.rest[:end]
	r.rest = r.rest[end:]
	return word
}

func (r *fieldReader) parameters(f *apim.Finding) bool {
	for r.skip(";") {
		name := r.bare()
		if !r.skip("=") {
			return false
		}
		value, ok := r.value()
		if !ok {
			return false
		}
		switch name {
		case "code":
			f.Code = apim.Code(value)
		case "target":
			f.Target = value
		case "path":
			f.Path = value
		case "message":
			f.Message = value
		case "line":
			f.Line, _ = strconv.Atoi(value)
		}
	}
	return true
}

// value reads the value of a parameter.
func (r *fieldReader) value() (string, bool) {
	_, display := strings.CutPrefix(r.rest, `%"`)
	text, ok := strings.CutPrefix(strings.TrimPrefix(r.rest, "%"), `"`)
	if !ok {
		return r.bare(), true
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			r.rest = text[i+1:]
			if !display {
				return b.String(), true
			}
			value, err := url.PathUnescape(b.String())
			return value, err == nil
		case c == '\\' && !display && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}
