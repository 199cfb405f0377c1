package search

import (
	"html"
	"strings"
)

// plainText removes the marks of HTML and Markdown from a description and joins
// its lines. It is for reading and indexing, not for safety: whatever shows it
// must escape it.
func plainText(s string) string {
	s = cutText(s, 4*maxBody)
	var b strings.Builder
	b.Grow(len(s))
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '<':
			if end := tagEnd(s[i:]); end > 0 {
				b.WriteByte(' ')
				i += end
				continue
			}
			b.WriteByte(c)
		case c == ']' && i+1 < len(s) && s[i+1] == '(':
			if end := strings.IndexByte(s[i:], ')'); end > 0 && end < 500 {
				i += end // the address of a Markdown link
			}
		case c == '`' || c == '*' || c == '[' || c == ']' || c == '#' && (i == 0 || s[i-1] == '\n' || s[i-1] == '#'):
		default:
			b.WriteByte(c)
		}
		i++
	}
	return strings.Join(strings.Fields(html.UnescapeString(b.String())), " ")
}

// tagEnd is the length of the HTML tag or comment at the start of s, or 0.
func tagEnd(s string) int {
	if len(s) < 2 || !(s[1] == '/' || s[1] == '!' || 'a' <= s[1]|0x20 && s[1]|0x20 <= 'z') {
		return 0
	}
	end := strings.IndexByte(s, '>')
	if end < 0 || end > 2000 {
		return 0
	}
	return end + 1
}
