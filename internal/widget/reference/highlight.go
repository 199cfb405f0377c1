package reference

import (
	"bytes"
	"encoding/json"
	"html/template"
	"strings"

	"github.com/portico-portal/portico/internal/console"
)

// maxExample is how many bytes of an example a page shows.
const maxExample = 6000

// highlight marks up a sample with four classes: k (keyword, name), s (string),
// n (number), c (comment).
func highlight(tokens []console.Token) template.HTML {
	var w marker
	for _, t := range tokens {
		if t.Kind == console.Body && json.Valid([]byte(t.Text)) {
			w.flush()
			w.out.WriteString(string(highlightJSON(t.Text)))
			continue
		}
		w.add(tokenClasses[t.Kind], t.Text)
	}
	w.flush()
	return template.HTML(strings.TrimRight(w.out.String(), "\n"))
}

var tokenClasses = map[console.TokenKind]string{console.Word: "k", console.String: "s", console.Comment: "c"}

// escapeText escapes text between tags; quotes mean nothing there.
var escapeText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\x00", "\ufffd").Replace

// marker writes text in spans, neighbours of one class in one span.
type marker struct {
	out   strings.Builder
	class string
	run   strings.Builder
}

func (w *marker) add(class, text string) {
	if class != w.class && strings.TrimSpace(text) != "" {
		w.flush()
		w.class = class
	}
	w.run.WriteString(text)
}

func (w *marker) flush() {
	text := escapeText(w.run.String())
	w.run.Reset()
	if w.class == "" || text == "" {
		w.out.WriteString(text)
		return
	}
	trimmed := strings.TrimRight(text, " \n\t")
	w.out.WriteString("<i class=" + w.class + ">" + trimmed + "</i>" + text[len(trimmed):])
}

// highlightExample is an example of a body, cut when it is long.
func highlightExample(raw json.RawMessage, contentType string) template.HTML {
	text := bodyText(raw)
	if mediaKind(contentType) == kindForm {
		var lines []string
		for _, m := range members(raw) {
			for _, f := range flatten(m.Name, m.Value) {
				lines = append(lines, f.Name+"="+f.Value)
			}
		}
		text = strings.Join(lines, "\n")
	}
	if json.Valid(raw) && len(raw) > 0 && raw[0] != '"' && mediaKind(contentType) != kindForm {
		if len(text) > maxExample {
			text = bodyText(shorten(raw))
		}
		return highlightJSON(cut(text, maxExample))
	}
	return template.HTML(escapeText(cut(text, maxExample)))
}

// cut ends a long text at a line.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	text = strings.ToValidUTF8(text[:limit], "")
	if i := strings.LastIndexByte(text, '\n'); i > 0 {
		text = text[:i]
	}
	return text + "\n…"
}

// shorten leaves one element in every list of a JSON value.
func shorten(raw json.RawMessage) json.RawMessage {
	var list []json.RawMessage
	if raw[0] == '[' && json.Unmarshal(raw, &list) == nil && len(list) > 0 {
		return append(append(json.RawMessage("["), shorten(list[0])...), ']')
	}
	object := members(raw)
	if object == nil {
		return raw
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range object {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(m.Name)
		b.Write(name)
		b.WriteByte(':')
		b.Write(shorten(m.Value))
	}
	b.WriteByte('}')
	return b.Bytes()
}

// highlightJSON marks up indented JSON: names k, strings s, the rest n. It is
// not a parser: what it is given is valid, or cut at a line.
func highlightJSON(text string) template.HTML {
	var out strings.Builder
	for i, l := range strings.Split(text, "\n") {
		if i > 0 {
			out.WriteByte('\n')
		}
		indent := len(l) - len(strings.TrimLeft(l, " "))
		out.WriteString(l[:indent])
		l = l[indent:]
		if name, rest, ok := cutName(l); ok {
			out.WriteString("<i class=k>" + escapeText(name) + "</i>: ")
			l = rest
		}
		value := strings.TrimSuffix(l, ",")
		class := "n"
		switch {
		case value == "" || strings.ContainsAny(value[:1], "{}[]…"):
			class = ""
		case value[0] == '"':
			class = "s"
		}
		if class == "" {
			out.WriteString(escapeText(l))
			continue
		}
		out.WriteString("<i class=" + class + ">" + escapeText(value) + "</i>" + l[len(value):])
	}
	return template.HTML(out.String())
}

// cutName splits `"name": value`.
func cutName(l string) (name, rest string, ok bool) {
	if l == "" || l[0] != '"' {
		return "", l, false
	}
	for i := 1; i < len(l); i++ {
		switch l[i] {
		case '\\':
			i++
		case '"':
			rest, ok = strings.CutPrefix(l[i+1:], ": ")
			return l[:i+1], rest, ok
		}
	}
	return "", l, false
}
