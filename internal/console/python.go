package console

import (
	"fmt"
	"strings"
)

// python renders a program for Python 3 and its standard library.
func python(c call) string {
	var out strings.Builder
	body, encoded := pythonBody(c)
	if encoded {
		out.WriteString("import base64\n")
	}
	out.WriteString("import urllib.error\nimport urllib.request\n\n")
	fmt.Fprintf(&out, "request = urllib.request.Request(\n    %s,\n    method=%s,\n", pythonEscapes.quote(c.url), pythonEscapes.quote(c.method))
	if len(c.headers) > 0 {
		out.WriteString("    headers={\n")
		for _, h := range c.headers {
			fmt.Fprintf(&out, "        %s: %s,\n", pythonEscapes.quote(h.Name), pythonEscapes.quote(h.Value))
		}
		out.WriteString("    },\n")
	}
	if body != "" {
		fmt.Fprintf(&out, "    data=%s,\n", body)
	}
	out.WriteString(`)
try:
    with urllib.request.urlopen(request) as response:
        print(response.status)
        print(response.read().decode(errors="replace"))
except urllib.error.HTTPError as error:
    print(error.code)
    print(error.read().decode(errors="replace"))
`)
	return out.String()
}

// pythonBody is the expression of the body, "" when there is none.
func pythonBody(c call) (expression string, encoded bool) {
	if len(c.body) == 0 {
		return "", false
	}
	text, ok := c.text()
	switch {
	case !ok:
		return fmt.Sprintf("base64.b64decode(%q)", c.base64()), true
	case isBlock(text):
		return `"""` + pythonBlock(text) + `""".encode()`, false
	}
	return pythonEscapes.quote(text) + ".encode()", false
}

// pythonBlock escapes text between three double quotes.
func pythonBlock(text string) string {
	text = strings.ReplaceAll(text, `\`, `\\`)
	text = strings.ReplaceAll(text, `"""`, `\"\"\"`)
	if strings.HasSuffix(text, `"`) {
		text = strings.TrimSuffix(text, `"`) + `\"`
	}
	return text
}

var pythonEscapes = escapes{special: cSpecial(nil), other: longEscape}
