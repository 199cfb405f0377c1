package gateway

import (
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/policy"
)

// What a byte of a request target is (RFC 9112 §3.2, RFC 3986). Browsers send
// []{}|^` as they are; they mean nothing to parsers of targets and pass.
const (
	plainByte   = iota
	escapedByte // passes escaped
	queryByte   // passes in a query
	badByte
)

// targetBytes is the class of each byte.
var targetBytes = func() (classes [256]byte) {
	for b := range classes {
		switch {
		case b <= ' ' || b == 0x7f || b == '#':
			classes[b] = badByte
		case b == '\\':
			classes[b] = queryByte // some servers read it as "/"
		case b >= 0x80 || b == '"' || b == '<' || b == '>':
			classes[b] = escapedByte
		}
	}
	return classes
}()

var (
	badTarget = policy.Error{Status: http.StatusBadRequest, Source: "configuration", Reason: "BadRequest",
		Message: "The address of the request is not valid: escape spaces, control characters, # and \\ as %XX."}
	badPath = policy.Error{Status: http.StatusBadRequest, Source: "configuration", Reason: "PathNotAllowed",
		Message: "The path of the request must not hold dot segments."}
)

// readTarget is the path and query of a request as received, with what RFC 3986
// wants escaped escaped, or why no API is asked: a target is refused before
// anything is matched, so that a refusal is never read as a miss.
func readTarget(r *http.Request) (path, query string, refusal *policy.Error) {
	path, query, ok := rawTarget(r)
	if !ok || !valid(&path, false) || !valid(&query, true) {
		return "", "", &badTarget
	}
	if hasDotSegment(path) {
		return "", "", &badPath
	}
	return path, query, nil
}

// checkRewritten holds a target that policies have made, perhaps with text that
// the client sent, to the rules of those that arrive.
func (c *call) checkRewritten(r *policy.Request) *policy.Error {
	refusal := badPath
	refusal.Source = "forward-request"
	switch {
	case r.Path == c.target.path && r.RawQuery == c.query:
		return nil
	case !valid(&r.Path, false) || !valid(&r.RawQuery, true):
		refusal.Reason, refusal.Message = badTarget.Reason, badTarget.Message
		return &refusal
	case hasDotSegment(r.Path):
		return &refusal
	}
	return nil
}

// rawTarget is the path and query of a request exactly as received. It is not
// ok for a form of target that its method does not allow.
func rawTarget(r *http.Request) (path, query string, ok bool) {
	uri := r.RequestURI
	if uri == "" { // not from a server
		uri = r.URL.RequestURI()
	}
	switch {
	case r.Method == http.MethodConnect:
		return "", "", false
	case uri == "*":
		return "", "", r.Method == http.MethodOptions
	case !strings.HasPrefix(uri, "/"): // absolute form
		_, rest, found := strings.Cut(uri, "://")
		if !found {
			return "", "", false
		}
		uri = ""
		if i := strings.IndexAny(rest, "/?"); i >= 0 {
			uri = rest[i:]
		}
	}
	path, query, _ = strings.Cut(uri, "?")
	return path, query, true
}

// valid reports whether a path or query may pass, and escapes what needs it.
func valid(text *string, query bool) bool {
	var worst byte
	for i := 0; i < len(*text); i++ {
		b := (*text)[i]
		if b == '%' && !query && (i+2 >= len(*text) || !isHex((*text)[i+1]) || !isHex((*text)[i+2])) {
			return false
		}
		worst = max(worst, targetBytes[b])
	}
	switch {
	case worst == badByte || worst == queryByte && !query:
		return false
	case worst != plainByte:
		*text = escapeTarget(*text)
	}
	return true
}

func isHex(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'f'
}

func escapeTarget(text string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; targetBytes[c] == escapedByte {
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// hasDotSegment reports whether some server could read a segment of the escaped
// path as "." or "..": escaped, before a ";" parameter, or beside a backslash.
func hasDotSegment(path string) bool {
	if strings.IndexByte(path, '.') < 0 && strings.IndexByte(path, '%') < 0 {
		return false
	}
	for segment := range strings.SplitSeq(path, "/") {
		if strings.IndexByte(segment, '%') >= 0 {
			segment = overlong.Replace(unescape(segment))
		}
		for piece := range strings.FieldsFuncSeq(segment, func(r rune) bool { return r == '/' || r == '\\' }) {
			if isDots(piece) {
				return true
			}
		}
	}
	return false
}

// overlong are the characters of a dot segment in an encoding that is too long
// to be UTF-8, and which some decoders take.
var overlong = strings.NewReplacer(
	"\xc0\xae", ".", "\xe0\x80\xae", ".", "\xf0\x80\x80\xae", ".",
	"\xc0\xaf", "/", "\xe0\x80\xaf", "/", "\xf0\x80\x80\xaf", "/",
	"\xc1\x9c", `\`, "\xe0\x81\x9c", `\`, "\xf0\x80\x81\x9c", `\`)

// isDots reports whether a segment is "." or ".." once a server has cut what
// does not belong to the name of a file.
func isDots(piece string) bool {
	if i := strings.IndexAny(piece, ";?#\x00"); i >= 0 {
		piece = piece[:i]
	}
	piece = strings.TrimSpace(piece)
	return piece == "." || piece == ".."
}
