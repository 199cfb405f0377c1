package console

import (
	"fmt"
	"strings"
)

// cSharp renders a top-level program for .NET 7 and later.
func cSharp(c call) string {
	var out strings.Builder
	out.WriteString("using System.Net.Http;\nusing System.Text;\n\nusing var client = new HttpClient();\n")
	fmt.Fprintf(&out, "using var request = new HttpRequestMessage(new HttpMethod(%s), %s);\n",
		cSharpEscapes.quote(c.method), cSharpEscapes.quote(c.url))
	content := len(c.body) > 0
	for _, h := range c.headers {
		if isContentHeader(h.Name) {
			content = true
			continue
		}
		fmt.Fprintf(&out, "request.Headers.TryAddWithoutValidation(%s, %s);\n", cSharpEscapes.quote(h.Name), cSharpEscapes.quote(h.Value))
	}
	if content {
		fmt.Fprintf(&out, "request.Content = new ByteArrayContent(%s);\n", cSharpBody(c))
	}
	for _, h := range c.headers {
		if isContentHeader(h.Name) {
			fmt.Fprintf(&out, "request.Content.Headers.TryAddWithoutValidation(%s, %s);\n", cSharpEscapes.quote(h.Name), cSharpEscapes.quote(h.Value))
		}
	}
	out.WriteString(`
using var response = await client.SendAsync(request);
Console.WriteLine((int)response.StatusCode);
Console.WriteLine(await response.Content.ReadAsStringAsync());
`)
	return out.String()
}

// isContentHeader tells which headers .NET keeps with the content.
func isContentHeader(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "content-") || name == "allow" || name == "expires" || name == "last-modified"
}

// cSharpBody is an expression of type byte[].
func cSharpBody(c call) string {
	text, ok := c.text()
	switch {
	case len(c.body) == 0:
		return "Array.Empty<byte>()"
	case !ok:
		return fmt.Sprintf("Convert.FromBase64String(%q)", c.base64())
	case isBlock(text):
		fence := strings.Repeat(`"`, max(3, longestRun(text, '"')+1))
		return "Encoding.UTF8.GetBytes(" + fence + "\n" + text + "\n" + fence + ")"
	}
	return "Encoding.UTF8.GetBytes(" + cSharpEscapes.quote(text) + ")"
}

var cSharpEscapes = escapes{special: cSpecial(nil), other: longEscape}
