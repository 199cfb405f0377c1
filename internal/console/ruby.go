package console

import (
	"fmt"
	"strings"
)

// ruby renders a program for Ruby and its standard library.
func ruby(c call) string {
	var out strings.Builder
	fmt.Fprintf(&out, "require \"net/http\"\n\nuri = URI(%s)\n", rubyEscapes.quote(c.url))
	out.WriteString("request = " + rubyRequest(c) + "\n")
	for _, h := range c.headers {
		fmt.Fprintf(&out, "request[%s] = %s\n", rubyEscapes.quote(h.Name), rubyEscapes.quote(h.Value))
	}
	if len(c.body) > 0 {
		out.WriteString(rubyBody(c))
	}
	out.WriteString(`
response = Net::HTTP.start(uri.hostname, uri.port, use_ssl: uri.scheme == "https") do |http|
  http.request(request)
end
puts response.code
puts response.body
`)
	return out.String()
}

// rubyRequest makes the request object; methods without a class of their own use the generic one.
func rubyRequest(c call) string {
	switch c.method {
	case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE":
		return "Net::HTTP::" + c.method[:1] + strings.ToLower(c.method[1:]) + ".new(uri)"
	}
	return fmt.Sprintf("Net::HTTPGenericRequest.new(%s, %t, true, uri)", rubyEscapes.quote(c.method), len(c.body) > 0)
}

// rubyBody is the statement that sets the body.
func rubyBody(c call) string {
	text, ok := c.text()
	switch {
	case !ok:
		return fmt.Sprintf("request.body = %q.unpack1(\"m\")\n", c.base64())
	case isBlock(text):
		end := "BODY"
		for strings.Contains(text, end) {
			end += "_"
		}
		return "request.body = <<'" + end + "'.chomp\n" + text + "\n" + end + "\n"
	}
	return "request.body = " + rubyEscapes.quote(text) + "\n"
}

// rubyEscapes: # begins an interpolation before {, $ and @, and may be escaped anywhere.
var rubyEscapes = escapes{special: cSpecial(map[rune]string{'#': `\#`}), other: braceEscape}
