package policy

import (
	"strings"
	"unicode/utf8"
)

// element is one element of a policy document. Offsets are bytes of the source.
type element struct {
	name     string
	offset   int // of the name
	attrs    []attribute
	children []*element
	text     string // character data directly inside, decoded
	textAt   int    // offset of the first character other than white space
	inner    string // source between the tags
}

type attribute struct {
	name, value string
	offset      int
}

// span is a part of the source with one decoded value.
type span struct {
	start, end int
	quote      byte // of an attribute; 0 for text
	value      string
}

// scanner reads the subset of XML used in policy documents: no DTD, no entities
// but the predefined ones. In raw form, expressions are unescaped, quotes and
// angle brackets included, so an ordinary XML parser cannot read it.
type scanner struct {
	*faults
	off      int
	raw      bool
	open     []string // names of the open elements
	elements int
	spans    []span
}

// scan reads a whole document; ok is false if faults were recorded.
func (s *scanner) scan() (root *element, ok bool) {
	if len(s.src) > maxBytes {
		return nil, s.fail(0, "the document has %d bytes; at most %d are allowed.", len(s.src), maxBytes)
	}
	if !s.checkCharacters() || !s.skipMisc() {
		return nil, false
	}
	if !strings.HasPrefix(s.src[s.off:], "<") {
		return nil, s.fail(s.off, "a policy document starts with the element 'policies'.")
	}
	if root, ok = s.element(); !ok || !s.skipMisc() {
		return nil, false
	}
	if s.off < len(s.src) {
		return nil, s.fail(s.off, "nothing may follow the element '%s'.", root.name)
	}
	return root, s.expressionsEnd()
}

// expressionsEnd checks that no expression is cut off, which the raw form could
// not express.
func (s *scanner) expressionsEnd() bool {
	for _, sp := range s.spans {
		for rest := sp.value; ; {
			i := findExpression(rest)
			if i < 0 {
				break
			}
			end, ok := expressionEnd(rest, i)
			if !ok {
				return s.fail(sp.start, "the expression does not end.")
			}
			rest = rest[end:]
		}
	}
	return true
}

// fail records a syntax fault in the innermost open element; it returns false.
func (s *scanner) fail(offset int, format string, args ...any) bool {
	name := "policies"
	if len(s.open) > 0 {
		name = s.open[len(s.open)-1]
	}
	s.at(name, offset, format, args...)
	return false
}

func (s *scanner) checkCharacters() bool {
	for i := 0; i < len(s.src); {
		r, size := utf8.DecodeRuneInString(s.src[i:])
		if r == utf8.RuneError && size == 1 {
			return s.fail(i, "the text is not valid UTF-8.")
		}
		if !isChar(r) {
			return s.fail(i, "the character U+%04X is not allowed in XML.", r)
		}
		i += size
	}
	return true
}

func isChar(r rune) bool {
	return r >= 0x20 && r < 0xD800 || r == '\t' || r == '\n' || r == '\r' || r >= 0xE000 && r != 0xFFFE && r != 0xFFFF && r <= utf8.MaxRune
}

// skipMisc skips white space, comments and processing instructions.
func (s *scanner) skipMisc() bool {
	for {
		s.space()
		rest := s.src[s.off:]
		switch {
		case strings.HasPrefix(rest, "<!--"):
			if !s.skipPast("-->", "comment") {
				return false
			}
		case strings.HasPrefix(rest, "<?"):
			if !s.skipPast("?>", "processing instruction") {
				return false
			}
		case strings.HasPrefix(rest, "<!"):
			return s.fail(s.off, "document type declarations are not allowed.")
		default:
			return true
		}
	}
}

func (s *scanner) space() {
	for s.off < len(s.src) && strings.IndexByte(" \t\r\n", s.src[s.off]) >= 0 {
		s.off++
	}
}

func (s *scanner) skipPast(end, what string) bool {
	i := strings.Index(s.src[s.off:], end)
	if i < 0 {
		return s.fail(s.off, "the %s does not end.", what)
	}
	s.off += i + len(end)
	return true
}

// element reads the next element, whose "<" comes next.
func (s *scanner) element() (*element, bool) {
	s.off++
	el := &element{offset: s.off, textAt: -1}
	if el.name = s.name(); el.name == "" {
		return nil, s.fail(s.off, "an element name must follow '<'.")
	}
	if s.elements++; s.elements > maxElements {
		return nil, s.fail(el.offset, "the document has more than %d elements.", maxElements)
	}
	if len(s.open) >= maxDepth {
		return nil, s.fail(el.offset, "elements are nested deeper than %d.", maxDepth)
	}
	s.open = append(s.open, el.name)
	closed, ok := s.attributes(el)
	if ok && !closed {
		ok = s.content(el)
	}
	if !ok {
		return nil, false
	}
	s.open = s.open[:len(s.open)-1]
	return el, true
}

func (s *scanner) name() string {
	start := s.off
	for s.off < len(s.src) && isNameByte(s.src[s.off], s.off == start) {
		s.off++
	}
	return s.src[start:s.off]
}

func isNameByte(c byte, first bool) bool {
	letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == ':' || c >= 0x80
	return letter || !first && (c >= '0' && c <= '9' || c == '-' || c == '.')
}

// attributes reads up to the end of the start tag; closed reports "/>".
func (s *scanner) attributes(el *element) (closed, ok bool) {
	for {
		before := s.off
		s.space()
		rest := s.src[s.off:]
		switch {
		case strings.HasPrefix(rest, ">"):
			s.off++
			return false, true
		case strings.HasPrefix(rest, "/>"):
			s.off += 2
			return true, true
		case rest == "":
			return false, s.fail(el.offset, "the start tag does not end.")
		case s.off == before:
			return false, s.fail(s.off, "white space or '>' is expected.")
		}
		if !s.attribute(el) {
			return false, false
		}
	}
}

func (s *scanner) attribute(el *element) bool {
	a := attribute{offset: s.off, name: s.name()}
	if a.name == "" {
		return s.fail(s.off, "an attribute name is expected.")
	}
	for _, other := range el.attrs {
		if other.name == a.name {
			return s.fail(a.offset, "the attribute '%s' is repeated.", a.name)
		}
	}
	if len(el.attrs) == maxAttributes {
		return s.fail(a.offset, "an element may have %d attributes; '%s' has more.", maxAttributes, el.name)
	}
	s.space()
	if !strings.HasPrefix(s.src[s.off:], "=") {
		return s.fail(s.off, "'=' must follow the attribute name '%s'.", a.name)
	}
	s.off++
	s.space()
	if s.off >= len(s.src) || s.src[s.off] != '"' && s.src[s.off] != '\'' {
		return s.fail(s.off, "the value of the attribute '%s' must be in quotes.", a.name)
	}
	quote := s.src[s.off]
	s.off++
	start := s.off
	value, ok := s.characters(quote)
	if !ok {
		return false
	}
	s.spans = append(s.spans, span{start, s.off, quote, value})
	s.off++
	a.value = value
	el.attrs = append(el.attrs, a)
	return true
}

// characters reads and decodes up to the stop byte, which stays unread: the
// quote of an attribute, or '<' for text.
func (s *scanner) characters(stop byte) (string, bool) {
	var b strings.Builder
	for s.off < len(s.src) {
		c := s.src[s.off]
		switch {
		case c == stop:
			return b.String(), true
		case c == '<':
			return "", s.fail(s.off, "'<' must be written &lt; in a value.")
		case c == '&':
			if !s.entity(&b) {
				return "", false
			}
		case s.raw && startsExpression(s.src[s.off:]):
			end, ok := expressionEnd(s.src, s.off)
			if !ok {
				return "", s.fail(s.off, "the expression does not end.")
			}
			b.WriteString(s.src[s.off:end])
			s.off = end
		default:
			b.WriteByte(c)
			s.off++
		}
	}
	if stop == '<' {
		return "", s.fail(s.off, "the end tag of '%s' is missing.", s.open[len(s.open)-1])
	}
	return "", s.fail(s.off, "the value of an attribute does not end.")
}

// content reads up to and including the end tag of el.
func (s *scanner) content(el *element) bool {
	start := s.off
	for {
		rest := s.src[s.off:]
		switch {
		case strings.HasPrefix(rest, "</"):
			el.inner = s.src[start:s.off]
			return s.endTag(el)
		case strings.HasPrefix(rest, "<![CDATA["):
			at := s.off
			if !s.skipPast("]]>", "CDATA section") {
				return false
			}
			el.addText(s.src[at+len("<![CDATA["):s.off-len("]]>")], at)
		case strings.HasPrefix(rest, "<!"), strings.HasPrefix(rest, "<?"):
			if !s.skipMisc() {
				return false
			}
		case strings.HasPrefix(rest, "<"):
			child, ok := s.element()
			if !ok {
				return false
			}
			el.children = append(el.children, child)
		default:
			at := s.off
			text, ok := s.characters('<')
			if !ok {
				return false
			}
			s.spans = append(s.spans, span{at, s.off, 0, text})
			el.addText(text, at)
		}
	}
}

func (el *element) addText(text string, at int) {
	if el.textAt < 0 && strings.TrimSpace(text) != "" {
		el.textAt = at + len(text) - len(strings.TrimLeft(text, " \t\r\n"))
	}
	el.text += text
}

func (s *scanner) endTag(el *element) bool {
	at := s.off
	s.off += len("</")
	if name := s.name(); name != el.name {
		return s.fail(at, "the end tag '%s' does not match the start tag '%s'.", name, el.name)
	}
	s.space()
	if !strings.HasPrefix(s.src[s.off:], ">") {
		return s.fail(s.off, "'>' is expected.")
	}
	s.off++
	return true
}
