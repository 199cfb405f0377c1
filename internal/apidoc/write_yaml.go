package apidoc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"

	"github.com/portico-portal/portico/internal/apidoc/tree"
)

// writeYAML writes a JSON object as YAML in block style and keeps the order of
// members. It is written by hand because the library's encoder takes a hundred
// times the text in memory, and anybody may ask for an export.
func writeYAML(text json.RawMessage) []byte {
	var w yamlWriter
	root := tree.Derived(text, tree.Node{}).Root()
	if w.value(root, -2); root.Kind() == tree.Object {
		return append(bytes.TrimPrefix(w.b.Bytes(), []byte("\n")), '\n')
	}
	return append(bytes.TrimPrefix(w.b.Bytes(), []byte(" ")), '\n')
}

type yamlWriter struct{ b bytes.Buffer }

// value writes what follows "key:" or "-" at an indentation.
func (w *yamlWriter) value(n tree.Node, indent int) {
	switch n.Kind() {
	case tree.Object:
		if members := n.Members(); len(members) > 0 {
			w.members(members, indent+2, false)
			return
		}
		w.b.WriteString(" {}")
	case tree.Array:
		if items := n.Items(); len(items) > 0 {
			w.items(items, indent+2, false)
			return
		}
		w.b.WriteString(" []")
	case tree.String:
		w.b.WriteByte(' ')
		w.text(n.Text(), indent+2)
	default:
		w.b.WriteByte(' ')
		w.b.Write(n.Raw())
	}
}

// members writes an object; sameLine puts the first member on the present line.
func (w *yamlWriter) members(all tree.Members, indent int, sameLine bool) {
	for i, m := range all {
		if i > 0 || !sameLine {
			w.line(indent)
		}
		key := scalar(m.Name)
		if len(key) > maxSimpleKey {
			w.b.WriteString("? " + key)
			w.line(indent)
		} else {
			w.b.WriteString(key)
		}
		w.b.WriteByte(':')
		w.value(m.Value, indent)
	}
}

// maxSimpleKey is well below the 1,024 characters after which YAML wants "? key".
const maxSimpleKey = 500

func (w *yamlWriter) items(all []tree.Node, indent int, sameLine bool) {
	for i, item := range all {
		if i > 0 || !sameLine {
			w.line(indent)
		}
		w.b.WriteByte('-')
		members, items := item.Members(), item.Items()
		switch {
		case len(members) > 0:
			w.b.WriteByte(' ')
			w.members(members, indent+2, true)
		case len(items) > 0:
			w.b.WriteByte(' ')
			w.items(items, indent+2, true)
		default:
			w.value(item, indent)
		}
	}
}

func (w *yamlWriter) line(indent int) {
	w.b.WriteByte('\n')
	for range indent {
		w.b.WriteByte(' ')
	}
}

// text writes a string; if it has several lines, as a block, if a block can hold it.
func (w *yamlWriter) text(s string, indent int) {
	if !blockable(s) {
		w.b.WriteString(scalar(s))
		return
	}
	body := strings.TrimRight(s, "\n")
	switch len(s) - len(body) {
	case 0:
		w.b.WriteString("|-")
	case 1:
		w.b.WriteByte('|')
	default:
		w.b.WriteString("|+")
	}
	for line := range strings.SplitSeq(body, "\n") {
		if line == "" {
			w.b.WriteByte('\n')
			continue
		}
		w.line(indent)
		w.b.WriteString(line)
	}
	for range len(s) - len(body) - 1 {
		w.b.WriteByte('\n')
	}
}

// blockable reports whether a string is several lines of printable text whose
// first one shows the indentation.
func blockable(s string) bool {
	if !strings.Contains(s, "\n") || s[0] == '\n' || s[0] == ' ' {
		return false
	}
	for line := range strings.SplitSeq(s, "\n") {
		if line != "" && strings.TrimSpace(line) == "" || strings.ContainsFunc(line, unprintable) {
			return false
		}
	}
	return true
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }

// scalar is a string on one line, unquoted if nothing could mistake it for something else.
func scalar(s string) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case !unprintable(r):
			b.WriteRune(r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			fmt.Fprintf(&b, `\U%08X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// words are unquoted scalars that YAML 1.1 or 1.2 does not read as text.
var words = map[string]bool{
	"null": true, "true": true, "false": true, "yes": true, "no": true, "on": true, "off": true, "y": true, "n": true,
}

func isPlain(s string) bool {
	if s == "" || words[strings.ToLower(s)] {
		return false
	}
	if c := s[0]; c != '/' && c != '$' && c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
		return false
	}
	last := s[len(s)-1]
	return last != ' ' && last != ':' && !strings.Contains(s, ": ") && !strings.Contains(s, " #") &&
		!strings.ContainsFunc(s, unprintable)
}
