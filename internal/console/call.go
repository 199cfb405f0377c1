package console

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// call is a Request that HTTP/1.1 can carry: method and header names are
// tokens, header values and the URL printable ASCII.
type call struct {
	Method  string
	URL     string
	Headers []Header // names differ, also without regard to case
	Body    []byte
}

// clean repairs a request as [Request] documents.
func clean(r Request) call {
	c := call{Method: strings.ToUpper(r.Method), URL: cleanURL(r.URL), Body: r.Body}
	if !isToken(c.Method) {
		c.Method = "GET"
	}
	headers := r.Headers
	if len(c.Body) > 0 && !slices.ContainsFunc(headers, func(h Header) bool { return h.is("Content-Type") && cleanValue(h.Value) != "" }) {
		headers = append(slices.Clip(headers), Header{"Content-Type", cmp.Or(strings.TrimSpace(r.ContentType), "application/octet-stream")})
	}
	c.Headers = joined(headers)
	return c
}

// is reports whether the header has a name, which may come in any case.
func (h Header) is(name string) bool { return strings.EqualFold(h.Name, name) }

// joined are headers that can be sent: those of one name are one.
func joined(headers []Header) []Header {
	var out []Header
	values := map[string][]string{}
	for _, h := range headers {
		key := strings.ToLower(h.Name)
		if !isToken(h.Name) || setByClient(h.Name) {
			continue
		}
		if values[key] == nil {
			out = append(out, Header{Name: h.Name})
		}
		values[key] = append(values[key], cleanValue(h.Value))
	}
	for i, h := range out {
		separator := ", "
		if h.is("Cookie") {
			separator = "; "
		}
		out[i].Value = strings.Join(values[strings.ToLower(h.Name)], separator)
	}
	return out
}

// Header returns the value of a header, "" when it is absent.
func (c call) Header(name string) string {
	for _, h := range c.Headers {
		if h.is(name) {
			return h.Value
		}
	}
	return ""
}

// HeadersWithout are all headers but one.
func (c call) HeadersWithout(name string) []Header {
	return slices.DeleteFunc(slices.Clone(c.Headers), func(h Header) bool { return h.is(name) })
}

// HasContentHeaders reports whether a header belongs to the content.
func (c call) HasContentHeaders() bool {
	return slices.ContainsFunc(c.Headers, func(h Header) bool { return withContent(h.Name) })
}

// withContent reports whether .NET keeps a header with the content.
func withContent(name string) bool {
	name = strings.ToLower(name)
	return strings.HasPrefix(name, "content-") || name == "allow" || name == "expires" || name == "last-modified"
}

// IsText reports whether the body can stand in a sample as text; else it is encoded.
func (c call) IsText() bool { return utf8.Valid(c.Body) && !bytes.ContainsRune(c.Body, 0) }

// Text is the body as text.
func (c call) Text() string { return string(c.Body) }

// Base64 is the body for languages' decoders.
func (c call) Base64() string { return base64.StdEncoding.EncodeToString(c.Body) }

// Host is where the request goes; "" when its URL is none.
func (c call) Host() string {
	host, _ := c.target()
	return host
}

// Target is the request target of HTTP/1.1.
func (c call) Target() string {
	_, target := c.target()
	return target
}

func (c call) target() (host, target string) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" {
		return "", c.URL
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
	return !strings.ContainsFunc(s, func(r rune) bool { return !isVisible(r) && r != '\n' && r != '\t' })
}

func isVisible(r rune) bool { return r != utf8.RuneError && unicode.IsPrint(r) }
