package console

import (
	"encoding/base64"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// call is a Request that HTTP/1.1 can carry: method and header names are
// tokens, header values and the URL printable ASCII.
type call struct {
	method  string
	url     string
	headers []Header // names differ, also without regard to case
	body    []byte
}

// clean repairs a request as [Request] documents.
func clean(r Request) call {
	c := call{method: strings.ToUpper(r.Method), url: cleanURL(r.URL), body: r.Body}
	if !isToken(c.method) {
		c.method = "GET"
	}
	for _, h := range r.Headers {
		c.add(h.Name, h.Value)
	}
	if len(c.body) > 0 && c.header("Content-Type") == "" {
		contentType := r.ContentType
		if strings.TrimSpace(contentType) == "" {
			contentType = "application/octet-stream"
		}
		c.add("Content-Type", contentType)
	}
	return c
}

// add appends a header, or joins it to the one of the same name.
func (c *call) add(name, value string) {
	if !isToken(name) || setByClient(name) {
		return
	}
	value = cleanValue(value)
	for i, h := range c.headers {
		if strings.EqualFold(h.Name, name) {
			separator := ", "
			if strings.EqualFold(name, "Cookie") {
				separator = "; "
			}
			c.headers[i].Value += separator + value
			return
		}
	}
	c.headers = append(c.headers, Header{Name: name, Value: value})
}

// header returns the value of a header, "" when it is absent.
func (c call) header(name string) string {
	for _, h := range c.headers {
		if strings.EqualFold(h.Name, name) {
			return h.Value
		}
	}
	return ""
}

// text returns the body as text; false when it is binary and must be encoded.
func (c call) text() (string, bool) {
	if !utf8.Valid(c.body) || strings.ContainsRune(string(c.body), 0) {
		return "", false
	}
	return string(c.body), true
}

// base64 is the body for languages' decoders.
func (c call) base64() string { return base64.StdEncoding.EncodeToString(c.body) }

// target is the request target of HTTP/1.1 and the host it goes to.
func (c call) target() (host, target string) {
	u, err := url.Parse(c.url)
	if err != nil || u.Host == "" {
		return "", c.url
	}
	return u.Host, u.RequestURI()
}

// setByClient lists what HTTP clients write themselves and many refuse to be given.
func setByClient(name string) bool {
	switch strings.ToLower(name) {
	case "connection", "content-length", "expect", "host", "keep-alive", "proxy-connection",
		"te", "trailer", "transfer-encoding", "upgrade":
		return true
	}
	return false
}

// isToken reports whether s is a token of RFC 9110 §5.6.2.
func isToken(s string) bool {
	for _, b := range []byte(s) {
		if !isAlphanumeric(b) && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(b)) {
			return false
		}
	}
	return s != ""
}

func isAlphanumeric(b byte) bool {
	return b >= '0' && b <= '9' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z'
}

// cleanValue makes a header value printable ASCII without blanks at the ends.
func cleanValue(value string) string {
	var out strings.Builder
	for _, b := range []byte(value) {
		switch {
		case b < 0x20 || b == 0x7f:
			out.WriteByte(' ')
		case b > 0x7f:
			percent(&out, b)
		default:
			out.WriteByte(b)
		}
	}
	return strings.TrimSpace(out.String())
}

// cleanURL percent-encodes what RFC 3986 does not allow in a URL, and the quote
// and brackets, which clients treat differently. The host's brackets stay.
func cleanURL(raw string) string {
	raw, _, _ = strings.Cut(raw, "#")
	rest := 0
	if i := strings.Index(raw, "://"); i >= 0 {
		rest = len(raw)
		if j := strings.IndexAny(raw[i+3:], "/?"); j >= 0 {
			rest = i + 3 + j
		}
	}
	var out strings.Builder
	for i, b := range []byte(raw) {
		switch {
		case isAlphanumeric(b) || strings.IndexByte("-._~!$&()*+,;=:@/?", b) >= 0,
			i < rest && (b == '[' || b == ']'),
			b == '%' && isEscape(raw[i:]):
			out.WriteByte(b)
		default:
			percent(&out, b)
		}
	}
	return out.String()
}

// isEscape reports whether s begins with % and two hexadecimal digits.
func isEscape(s string) bool {
	return len(s) >= 3 && strings.Trim(s[1:3], "0123456789abcdefABCDEF") == ""
}

func percent(out *strings.Builder, b byte) {
	const digits = "0123456789ABCDEF"
	out.WriteByte('%')
	out.WriteByte(digits[b>>4])
	out.WriteByte(digits[b&15])
}

// isPlain reports whether every character is visible, a space, a tab or a line
// feed: only then may text stand in a literal that shows it as it is.
// Invisible and direction-changing characters are always escaped, so that a
// sample says what it does.
func isPlain(s string) bool {
	for _, r := range s {
		if !isVisible(r) && r != '\n' && r != '\t' {
			return false
		}
	}
	return true
}

func isVisible(r rune) bool { return r != utf8.RuneError && unicode.IsPrint(r) }
