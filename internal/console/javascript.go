package console

import (
	"fmt"
	"strings"
)

// javaScript renders a module for browsers, Node.js and Deno.
func javaScript(c call) string {
	var out strings.Builder
	unsendable := len(c.body) > 0 && (c.method == "GET" || c.method == "HEAD")
	if unsendable {
		fmt.Fprintf(&out, "// fetch cannot send a body with %s; the body is left out.\n", c.method)
	}
	fmt.Fprintf(&out, "const response = await fetch(%s, {\n  method: %s,\n", javaScriptString(c.url), javaScriptString(c.method))
	if len(c.headers) > 0 {
		out.WriteString("  headers: {\n")
		for _, h := range c.headers {
			fmt.Fprintf(&out, "    %s: %s,\n", javaScriptKey(h.Name), javaScriptString(h.Value))
		}
		out.WriteString("  },\n")
	}
	if len(c.body) > 0 && !unsendable {
		fmt.Fprintf(&out, "  body: %s,\n", javaScriptBody(c))
	}
	out.WriteString("});\nconsole.log(response.status);\nconsole.log(await response.text());\n")
	return out.String()
}

func javaScriptBody(c call) string {
	text, ok := c.text()
	switch {
	case !ok:
		return fmt.Sprintf("Uint8Array.from(atob(%q), (c) => c.charCodeAt(0))", c.base64())
	case isBlock(text):
		return "`" + javaScriptBlock.Replace(text) + "`"
	}
	return javaScriptString(text)
}

// javaScriptKey is a property name. A plain __proto__ would set the prototype.
func javaScriptKey(name string) string {
	if name == "__proto__" {
		return `["__proto__"]`
	}
	return javaScriptString(name)
}

func javaScriptString(s string) string {
	return strings.ReplaceAll(javaScriptEscapes.quote(s), "</", `<\/`)
}

// javaScriptBlock escapes a template literal. Like strings, it may stand in a
// page's script element.
var javaScriptBlock = strings.NewReplacer(`\`, `\\`, "`", "\\`", "${", `\${`, "</", `<\/`)

var javaScriptEscapes = escapes{special: cSpecial(nil), other: utf16Escape}
