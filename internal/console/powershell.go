package console

import (
	"fmt"
	"regexp"
	"strings"
)

// powerShell renders a script for PowerShell 7.
func powerShell(c call) string {
	var out strings.Builder
	arguments := []string{"Uri = " + powerShellString(c.url), powerShellMethod(c.method)}
	var headers []string
	for _, h := range c.headers {
		if strings.EqualFold(h.Name, "Content-Type") && len(c.body) > 0 {
			arguments = append(arguments, "ContentType = "+powerShellString(h.Value))
			continue
		}
		headers = append(headers, "        "+powerShellString(h.Name)+" = "+powerShellString(h.Value)+"\n")
	}
	if len(headers) > 0 {
		arguments = append(arguments, "Headers = @{\n"+strings.Join(headers, "")+"    }")
	}
	if len(c.body) > 0 {
		arguments = append(arguments, "Body = "+powerShellBody(c))
	}
	arguments = append(arguments, "SkipHeaderValidation = $true", "SkipHttpErrorCheck = $true")
	out.WriteString("$request = @{\n")
	for _, a := range arguments {
		out.WriteString("    " + a + "\n")
	}
	out.WriteString("}\n$response = Invoke-WebRequest @request\n$response.StatusCode\n$response.Content\n")
	return out.String()
}

// powerShellMethod: methods it has no name for are custom ones.
func powerShellMethod(method string) string {
	switch method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "MERGE":
		return "Method = " + powerShellString(method)
	}
	return "CustomMethod = " + powerShellString(method)
}

// powerShellBody is an expression of type byte[], so that the text is sent as UTF-8.
func powerShellBody(c call) string {
	text, ok := c.text()
	switch {
	case !ok:
		return "[Convert]::FromBase64String(" + powerShellString(c.base64()) + ")"
	case isBlock(text) && !powerShellEnd.MatchString(text):
		return "[Text.Encoding]::UTF8.GetBytes(@'\n" + text + "\n'@)"
	}
	return "[Text.Encoding]::UTF8.GetBytes(" + powerShellString(text) + ")"
}

// powerShellEnd is what closes a here-string. Typographic quotes are quotes to PowerShell.
var powerShellEnd = regexp.MustCompile(`(?m)^\s*['\x{2018}-\x{201b}]@`)

// powerShellString quotes s; between single quotes PowerShell expands nothing.
func powerShellString(s string) string {
	if isPlain(s) {
		return "'" + powerShellQuotes.Replace(s) + "'"
	}
	return powerShellEscapes.quote(s)
}

var powerShellQuotes = strings.NewReplacer("'", "''", "\u2018", "\u2018\u2018", "\u2019", "\u2019\u2019",
	"\u201a", "\u201a\u201a", "\u201b", "\u201b\u201b")

var powerShellEscapes = escapes{
	special: map[rune]string{
		'`': "``", '"': "`\"", '$': "`$", '\n': "`n", '\r': "`r", '\t': "`t",
		'\u201c': "`\u201c", '\u201d': "`\u201d", '\u201e': "`\u201e",
	},
	other: func(r rune) string { return fmt.Sprintf("`u{%x}", r) },
}
