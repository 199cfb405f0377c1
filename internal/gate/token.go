package gate

import "strings"

// language is what a tokenizer must know of a language with brackets.
type language struct {
	remark string // begins a comment to the end of the line
	block  bool   // has comments between /* and */
	quotes string // characters that begin a string
	triple bool   // has strings between """
}

// token is a name or number, a string, or one other character.
type token struct {
	text   string
	offset int
	line   int
	quoted bool
}

// scanner divides a text into tokens, comments among them.
type scanner struct {
	language
	text    string
	at      int
	line    int
	begin   int // of the line
	current token
}

// next moves to the next token; false at the end.
func (s *scanner) next() bool {
	for s.at < len(s.text) && s.text[s.at] <= ' ' {
		s.skip(1)
	}
	if s.at >= len(s.text) {
		return false
	}
	from, line := s.at, s.line
	quoted := s.advance()
	s.current = token{s.text[from:s.at], from, line, quoted}
	return true
}

// skip moves over n bytes and counts the lines among them.
func (s *scanner) skip(n int) {
	passed := s.text[s.at:min(s.at+n, len(s.text))]
	s.line += strings.Count(passed, "\n")
	if i := strings.LastIndexByte(passed, '\n'); i >= 0 {
		s.begin = s.at + i + 1
	}
	s.at += len(passed)
}

// advance moves over one token and reports whether it is a string.
func (s *scanner) advance() (quoted bool) {
	rest := s.text[s.at:]
	switch c := rest[0]; {
	case strings.HasPrefix(rest, s.remark):
		s.skip(until(rest, "\n", 1, 0))
	case s.block && strings.HasPrefix(rest, "/*"):
		s.skip(until(rest, "*/", 2, 2))
	case s.triple && strings.HasPrefix(rest, `"""`):
		s.skip(until(rest, `"""`, 3, 3))
		return true
	case strings.IndexByte(s.quotes, c) >= 0:
		s.skip(quotedLength(rest))
		return true
	case isWord(c):
		n := 1
		for n < len(rest) && isWord(rest[n]) {
			n++
		}
		s.skip(n)
	default:
		s.skip(1)
	}
	return false
}

// until is the length of text up to an end that begins at from or later, and with it.
func until(text, end string, from, with int) int {
	if from > len(text) {
		return len(text)
	}
	if i := strings.Index(text[from:], end); i >= 0 {
		return from + i + with
	}
	return len(text)
}

// quotedLength is the length of a string, which ends at its line's end at the latest.
func quotedLength(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '\n':
			return i
		case text[0]:
			return i + 1
		}
	}
	return len(text)
}

func isWord(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80
}
