package arm

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenString
	tokenNumber
	tokenDate
	tokenOpen
	tokenClose
	tokenComma
)

type token struct {
	kind tokenKind
	text string // decoded for strings
	at   int    // 0-based byte offset
}

// lexFilter splits a $filter expression. The last token is tokenEnd.
func lexFilter(s string) ([]token, error) {
	var tokens []token
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '(' || c == ')' || c == ',':
			kind := map[byte]tokenKind{'(': tokenOpen, ')': tokenClose, ',': tokenComma}[c]
			tokens = append(tokens, token{kind, string(c), i})
			i++
		case c == '\'':
			text, next, err := lexString(s, i)
			if err != nil {
				return nil, err
			}
			tokens = append(tokens, token{tokenString, text, i})
			i = next
		default:
			next := i
			for next < len(s) && !strings.ContainsRune(" \t\r\n(),'", rune(s[next])) {
				next++
			}
			t := token{classify(s[i:next]), s[i:next], i}
			if t.text == "datetime" && next < len(s) && s[next] == '\'' {
				text, end, err := lexString(s, next)
				if err != nil {
					return nil, err
				}
				t.kind, t.text, next = tokenDate, text, end
			}
			tokens = append(tokens, t)
			i = next
		}
	}
	return append(tokens, token{tokenEnd, "", len(s)}), nil
}

// lexString reads a quoted string at i; a doubled quote stands for one.
func lexString(s string, i int) (text string, next int, err error) {
	var b strings.Builder
	for j := i + 1; j < len(s); j++ {
		if s[j] != '\'' {
			b.WriteByte(s[j])
			continue
		}
		if j+1 < len(s) && s[j+1] == '\'' {
			b.WriteByte('\'')
			j++
			continue
		}
		return b.String(), j + 1, nil
	}
	return "", 0, filterError(i, "the string is not closed")
}

// classify determines the kind of an unquoted run of characters.
func classify(s string) tokenKind {
	if _, ok := parseTime(s); ok {
		return tokenDate
	}
	if c := s[0]; c >= '0' && c <= '9' || (c == '-' || c == '+' || c == '.') && len(s) > 1 {
		return tokenNumber
	}
	return tokenWord
}

// parseTime reads an ISO 8601 date or time; without a zone it is UTC.
func parseTime(s string) (time.Time, bool) {
	if len(s) < len("2006-01-02") || s[4] != '-' || s[0] < '0' || s[0] > '9' {
		return time.Time{}, false
	}
	s = strings.ToUpper(s)
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

func filterError(at int, format string, args ...any) error {
	return InvalidQuery("$filter", fmt.Sprintf("$filter, character %d: %s.", at+1, fmt.Sprintf(format, args...)))
}

// shown shortens a text that is quoted back to a client.
func shown(s string) string {
	if utf8.RuneCountInString(s) > 40 {
		return string([]rune(s)[:40]) + "…"
	}
	return s
}
