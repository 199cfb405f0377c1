package console

import (
	"fmt"
	"strings"
)

// swift renders a script for Swift 5.7 and later, on Apple systems and Linux.
func swift(c call) string {
	var out strings.Builder
	out.WriteString("import Foundation\n#if canImport(FoundationNetworking)\nimport FoundationNetworking\n#endif\n\n")
	fmt.Fprintf(&out, "var request = URLRequest(url: URL(string: %s)!)\nrequest.httpMethod = %s\n",
		swiftEscapes.quote(c.url), swiftEscapes.quote(c.method))
	for _, h := range c.headers {
		fmt.Fprintf(&out, "request.setValue(%s, forHTTPHeaderField: %s)\n", swiftEscapes.quote(h.Value), swiftEscapes.quote(h.Name))
	}
	if len(c.body) > 0 {
		fmt.Fprintf(&out, "request.httpBody = %s\n", swiftBody(c))
	}
	out.WriteString(`
let (data, response) = try await URLSession.shared.data(for: request)
print((response as! HTTPURLResponse).statusCode)
print(String(decoding: data, as: UTF8.self))
`)
	return out.String()
}

func swiftBody(c call) string {
	text, ok := c.text()
	switch {
	case !ok:
		return fmt.Sprintf("Data(base64Encoded: %q)!", c.base64())
	case isBlock(text):
		fence := strings.Repeat("#", longestRun(text, '#')+1) // neither """# nor \#( can occur inside
		return "Data(" + fence + "\"\"\"\n" + text + "\n\"\"\"" + fence + ".utf8)"
	}
	return "Data(" + swiftEscapes.quote(text) + ".utf8)"
}

var swiftEscapes = escapes{special: cSpecial(nil), other: braceEscape}
