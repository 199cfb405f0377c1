package gateway

import (
	"cmp"
	"net/url"
	"strings"
)

// template is a parsed urlTemplate of an operation: literal segments, segments
// with {variables}, at the end perhaps a wildcard (/* or {*rest}), and the query
// parameters that a call must have.
type template struct {
	segments []pattern
	wildcard bool
	query    []queryPattern
	names    []string // of the variables, in order; the wildcard's is "*" when it has none
}

// pattern is one segment: text, variable, text, ..., text. One text is a literal.
type pattern []string

func (p pattern) literal() bool  { return len(p) == 1 }
func (p pattern) variable() bool { return len(p) == 3 && p[0] == "" && p[2] == "" }

// weight orders patterns: more text is more specific.
func (p pattern) weight() int {
	n := 0
	for i := 0; i < len(p); i += 2 {
		n += len(p[i])
	}
	return n
}

// queryPattern is a required query parameter and the pattern of its value.
type queryPattern struct {
	name  string
	value pattern
}

func parseTemplate(text string) template {
	var t template
	path, query, _ := strings.Cut(text, "?")
	path = strings.TrimPrefix(path, "/")
	if path != "" {
		t.parsePath(strings.Split(path, "/"))
	}
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil {
			name = plain
		}
		t.query = append(t.query, queryPattern{name, t.pattern(value)})
	}
	return t
}

func (t *template) parsePath(segments []string) {
	last := len(segments) - 1
	for i, segment := range segments {
		if i == last && (segment == "*" || strings.HasPrefix(segment, "{*") && strings.HasSuffix(segment, "}")) {
			t.wildcard = true
			name := strings.Trim(segment, "{*}")
			name = cmp.Or(name, "*")
			t.names = append(t.names, name)
			return
		}
		p := t.pattern(segment)
		if p.literal() {
			p[0] = unescape(p[0])
		}
		t.segments = append(t.segments, p)
	}
}

// pattern cuts a segment or value at its variables, whose names it records.
func (t *template) pattern(s string) pattern {
	var p pattern
	for {
		text, rest, found := strings.Cut(s, "{")
		name, after, closed := strings.Cut(rest, "}")
		if !found || !closed {
			return append(p, s)
		}
		p = append(p, text, name)
		t.names = append(t.names, strings.TrimPrefix(name, "*"))
		s = after
	}
}

// match compares an escaped segment or value and appends the values of its
// variables. Each variable takes at least one character, the earlier ones as
// few as possible.
func (p pattern) match(s string, values []string) ([]string, bool) {
	if !strings.HasPrefix(s, p[0]) {
		return values, false
	}
	s = s[len(p[0]):]
	for i := 2; i < len(p); i += 2 {
		text := p[i]
		at := len(s) - len(text) // the last text ends the segment
		if i < len(p)-1 {
			at = indexAfterFirst(s, text)
		}
		if at < 1 || !strings.HasPrefix(s[at:], text) {
			return values, false
		}
		values = append(values, s[:at])
		s = s[at+len(text):]
	}
	return values, s == ""
}

// indexAfterFirst is strings.Index that leaves out the first character.
func indexAfterFirst(s, sub string) int {
	if s == "" {
		return -1
	}
	if i := strings.Index(s[1:], sub); i >= 0 {
		return i + 1
	}
	return -1
}

// unescape decodes percent escapes; if one is malformed it returns the text unchanged.
func unescape(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}
