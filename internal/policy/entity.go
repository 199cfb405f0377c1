package policy

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

var entities = map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`, "apos": "'"}

// entity decodes the next reference.
func (s *scanner) entity(b *strings.Builder) bool {
	const longest = 12
	rest := s.src[s.off+1:]
	end := strings.IndexByte(rest[:min(len(rest), longest)], ';')
	if end < 0 {
		return s.fail(s.off, "'&' must be written &amp; in a value.")
	}
	name := rest[:end]
	text, ok := entities[name]
	if digits, is := strings.CutPrefix(name, "#"); is {
		text, ok = character(digits)
	}
	if !ok {
		return s.fail(s.off, "the entity '&%s;' is not known; only lt, gt, amp, quot, apos and character numbers are.", name)
	}
	b.WriteString(text)
	s.off += end + 2
	return true
}

func character(digits string) (string, bool) {
	base := 10
	if hex, is := strings.CutPrefix(digits, "x"); is {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || !isChar(rune(n)) {
		return "", false
	}
	return string(rune(n)), true
}

// escape writes a value for use in text, or in an attribute with the quote.
func escape(value string, quote byte) string {
	pairs := []string{"&", "&amp;", "<", "&lt;", ">", "&gt;"}
	switch quote {
	case '"':
		pairs = append(pairs, `"`, "&quot;")
	case '\'':
		pairs = append(pairs, "'", "&apos;")
	}
	return strings.NewReplacer(pairs...).Replace(value)
}
