package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"unicode/utf8"

	"github.com/portico-portal/portico/internal/apim"
)

// Limits bound what a document may cost.
type Limits struct {
	Bytes     int // of the text as given
	Depth     int // of objects and arrays in one another
	Aliases   int // of YAML, each use counted
	Parts     int // commas and braces of JSON: a bound of its values
	YAMLParts int // lines, commas and braces of YAML: about what its parser makes nodes of
	Expanded  int // bytes of a YAML document as JSON, aliases resolved
}

// Document is a JSON document, or a YAML document as JSON.
type Document struct {
	text  []byte
	lines []lineMark              // of YAML: where each value was, by offset in text
	index map[int]map[string]Node // members of large objects, by the object's offset

	root   Node // once asked for
	origin Node // of a derived document: where it stands for places
}

// lineMark says that the text from offset on comes from a line, from 1.
type lineMark struct{ offset, line int }

// Parse checks a document and wraps it. A document that begins with an object
// whose first character after the brace is a quote is JSON, any other YAML.
// Errors are *apim.InvalidError, whose target is line:column, and apim.ErrTooLarge.
func Parse(data []byte, limits Limits) (*Document, error) {
	if len(data) > limits.Bytes {
		return nil, apim.TooLarge("A description may have %d MB.", limits.Bytes>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if at := invalidUTF8(data); at >= 0 {
		return nil, invalidAt(data, at, "the text is not UTF-8.")
	}
	if !IsJSON(data) {
		return parseYAML(data, limits)
	}
	if n := count(data, ",{["); n > limits.Parts {
		return nil, apim.TooLarge("A description may have %d commas and braces; this has %d.", limits.Parts, n)
	}
	if at := tooDeep(data, limits.Depth); at >= 0 {
		return nil, invalidAt(data, at, fmt.Sprintf("objects and arrays are nested deeper than %d.", limits.Depth))
	}
	if !json.Valid(data) {
		return nil, syntaxError(data)
	}
	return &Document{text: data}, nil
}

// IsJSON reports whether a document is taken for JSON rather than YAML.
func IsJSON(data []byte) bool {
	data = bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), " \t\r\n")
	if len(data) == 0 || data[0] != '{' {
		return false
	}
	rest := bytes.TrimLeft(data[1:], " \t\r\n")
	return len(rest) == 0 || rest[0] == '"' || rest[0] == '}'
}

// Root is the outermost value.
func (d *Document) Root() Node {
	if d.root.doc == nil {
		if from := skipSpace(d.text, 0); from < len(d.text) {
			d.root = Node{d, from, skipValue(d.text, from)}
		}
	}
	return d.root
}

// Derived wraps text made from a part of another document; all of it has that
// part's place. The text must be valid JSON.
func Derived(text []byte, from Node) *Document { return &Document{text: text, origin: from} }

// Refs are the distinct values of all members named $ref whose value is a
// string, wherever they stand, in order.
func (d *Document) Refs() []string {
	var all []string
	seen := map[string]bool{}
	for i := 0; ; {
		j := bytes.Index(d.text[i:], quotedRef)
		if j < 0 {
			return all
		}
		i = skipSpace(d.text, i+j+len(quotedRef))
		if i >= len(d.text) || d.text[i] != ':' {
			continue
		}
		if i = skipSpace(d.text, i+1); d.text[i] != '"' {
			continue
		}
		end := skipString(d.text, i)
		if !seen[string(d.text[i:end])] {
			seen[string(d.text[i:end])] = true
			all = append(all, unquote(d.text[i:end]))
		}
		i = end
	}
}

var quotedRef = []byte(`"$ref"`)

// line is the line of the original document that an offset of the text comes from.
func (d *Document) line(offset int) int {
	if d.origin.doc != nil {
		return d.origin.Line()
	}
	if d.lines == nil {
		return 1 + bytes.Count(d.text[:offset], []byte{'\n'})
	}
	i := sort.Search(len(d.lines), func(i int) bool { return d.lines[i].offset > offset })
	if i == 0 {
		return 1
	}
	return d.lines[i-1].line
}

// pointer is the JSON pointer to the value that starts at an offset.
func (d *Document) pointer(offset int) string {
	if d.origin.doc != nil {
		return d.origin.Pointer()
	}
	path := ""
	for n := d.Root(); n.from < offset; {
		step, child := n.childAt(offset)
		if child.doc == nil {
			break
		}
		path += "/" + step
		n = child
	}
	return path
}

// count is how many of the characters a text has.
func count(data []byte, characters string) int {
	n := 0
	for i := range len(characters) {
		n += bytes.Count(data, []byte{characters[i]})
	}
	return n
}

func invalidUTF8(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

func syntaxError(data []byte) error {
	var raw json.RawMessage
	var syntax *json.SyntaxError
	if err := json.Unmarshal(data, &raw); errors.As(err, &syntax) {
		return invalidAt(data, int(syntax.Offset), "not JSON: "+syntax.Error()+".")
	}
	return apim.Invalid("1:1", "not JSON.")
}

// invalidAt is an error at an offset of a text: its target is line:column, from 1.
func invalidAt(data []byte, offset int, message string) error {
	before := data[:min(max(offset, 0), len(data))]
	line := 1 + bytes.Count(before, []byte{'\n'})
	column := 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return apim.Invalid(fmt.Sprintf("%d:%d", line, column), message)
}
