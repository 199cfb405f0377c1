package policy

import "strings"

// startsExpression reports whether a policy expression, @(...) or @{...}, begins here.
func startsExpression(s string) bool {
	return strings.HasPrefix(s, "@(") || strings.HasPrefix(s, "@{")
}

// findExpression returns the offset of the first expression in a decoded value, or -1.
func findExpression(value string) int {
	a, b := strings.Index(value, "@("), strings.Index(value, "@{")
	if a < 0 || b >= 0 && b < a {
		return b
	}
	return a
}

// expressionEnd returns the offset after the expression that starts at start.
// Expressions are C#: brackets balance, except inside strings, characters and comments.
func expressionEnd(src string, start int) (end int, ok bool) {
	opening := src[start+1]
	closing := byte(')')
	if opening == '{' {
		closing = '}'
	}
	depth := 0
	for i := start + 1; i < len(src); {
		switch c := src[i]; {
		case c == opening:
			depth++
			i++
		case c == closing:
			i++
			if depth--; depth == 0 {
				return i, true
			}
		default:
			if i = skipToken(src, i); i < 0 {
				return 0, false
			}
		}
	}
	return 0, false
}

// skipToken skips one string, character, comment or plain byte; -1 if it does not end.
func skipToken(src string, i int) int {
	rest := src[i:]
	switch {
	case strings.HasPrefix(rest, `@"`), strings.HasPrefix(rest, `$@"`), strings.HasPrefix(rest, `@$"`):
		return skipVerbatim(src, i+strings.IndexByte(rest, '"')+1)
	case rest[0] == '"', rest[0] == '\'':
		return skipQuoted(src, i+1, rest[0])
	case strings.HasPrefix(rest, "//"):
		return after(src, i, "\n")
	case strings.HasPrefix(rest, "/*"):
		return after(src, i+2, "*/")
	}
	return i + 1
}

func after(src string, i int, mark string) int {
	n := strings.Index(src[i:], mark)
	if n < 0 {
		return -1
	}
	return i + n + len(mark)
}

func skipQuoted(src string, i int, quote byte) int {
	for ; i < len(src); i++ {
		switch src[i] {
		case '\\':
			i++
		case quote:
			return i + 1
		}
	}
	return -1
}

// skipVerbatim skips a @"..." string, in which "" is a quote.
func skipVerbatim(src string, i int) int {
	for ; i < len(src); i++ {
		if src[i] != '"' {
			continue
		}
		if strings.HasPrefix(src[i+1:], `"`) {
			i++
			continue
		}
		return i + 1
	}
	return -1
}
