package console

import (
	"fmt"
	"strings"
)

// rawHTTP renders the HTTP/1.1 message. Lines end with a line feed, as people read them.
func rawHTTP(c call) string {
	host, target := c.target()
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s HTTP/1.1\nHost: %s\n", c.method, target, host)
	for _, h := range c.headers {
		out.WriteString(strings.TrimRight(h.Name+": "+h.Value, " ") + "\n")
	}
	if len(c.body) == 0 {
		return out.String()
	}
	fmt.Fprintf(&out, "Content-Length: %d\n\n", len(c.body))
	if text, ok := c.text(); ok {
		out.WriteString(strings.TrimRight(text, "\n") + "\n")
	} else {
		fmt.Fprintf(&out, "(%d bytes of binary data)\n", len(c.body))
	}
	return out.String()
}
