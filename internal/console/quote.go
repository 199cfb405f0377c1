package console

import (
	"fmt"
	"maps"
	"strings"
	"unicode/utf16"
)

// escapes describes the string literals of one language.
type escapes struct {
	special map[rune]string     // characters with an escape of their own, the quote among them
	other   func(r rune) string // any character that is not visible
	keep    func(r rune) bool   // nil: every visible character stands for itself
}

// escape writes s as the inside of a literal.
func (e escapes) escape(s string) string {
	var out strings.Builder
	for _, r := range s {
		special, ok := e.special[r]
		switch {
		case ok:
			out.WriteString(special)
		case isVisible(r) && (e.keep == nil || e.keep(r)):
			out.WriteRune(r)
		default:
			out.WriteString(e.other(r))
		}
	}
	return out.String()
}

// quote writes s as a literal between double quotes.
func (e escapes) quote(s string) string { return `"` + e.escape(s) + `"` }

// cSpecial are the escapes that C and its descendants share.
func cSpecial(more map[rune]string) map[rune]string {
	special := map[rune]string{'\\': `\\`, '"': `\"`, '\n': `\n`, '\r': `\r`, '\t': `\t`}
	maps.Copy(special, more)
	return special
}

// utf16Escape writes \uXXXX, twice for characters beyond the first plane.
func utf16Escape(r rune) string {
	if r < 0x10000 {
		return fmt.Sprintf(`\u%04x`, r)
	}
	high, low := utf16.EncodeRune(r)
	return fmt.Sprintf(`\u%04x\u%04x`, high, low)
}

// longEscape writes \uXXXX, or \UXXXXXXXX beyond the first plane.
func longEscape(r rune) string {
	if r < 0x10000 {
		return fmt.Sprintf(`\u%04x`, r)
	}
	return fmt.Sprintf(`\U%08x`, r)
}

// braceEscape writes \u{X}.
func braceEscape(r rune) string { return fmt.Sprintf(`\u{%x}`, r) }

// isBlock reports whether text is best shown over several lines as it is.
func isBlock(s string) bool { return strings.Contains(s, "\n") && isPlain(s) }

// longestRun is the length of the longest run of b in s.
func longestRun(s string, b byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		run++
		if s[i] != b {
			run = 0
		}
		longest = max(longest, run)
	}
	return longest
}
