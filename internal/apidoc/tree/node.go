package tree

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// Node is a value of a document. The zero Node is the absent value, on which
// every method works.
type Node struct {
	doc      *Document
	from, to int
}

// Kind is what a value is.
type Kind byte

// The kinds.
const (
	Absent Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// Kind returns the kind of value that n is.
func (n Node) Kind() Kind {
	if n.doc == nil {
		return Absent
	}
	switch n.doc.text[n.from] {
	case '{':
		return Object
	case '[':
		return Array
	case '"':
		return String
	case 't', 'f':
		return Bool
	case 'n':
		return Null
	}
	return Number
}

// Exists reports whether n is present; null is.
func (n Node) Exists() bool { return n.doc != nil }

// Raw is the text of n: nil when absent. It must not be changed.
func (n Node) Raw() json.RawMessage {
	if n.doc == nil {
		return nil
	}
	return json.RawMessage(n.doc.text[n.from:n.to:n.to])
}

// Compact is a copy of n's text without space between tokens; nil when absent.
func (n Node) Compact() json.RawMessage {
	if n.doc == nil {
		return nil
	}
	var b bytes.Buffer
	b.Grow(n.to - n.from)
	if err := json.Compact(&b, n.Raw()); err != nil {
		return nil // never: the document is valid
	}
	return b.Bytes()
}

// Size is the length of n's text in bytes.
func (n Node) Size() int { return n.to - n.from }

// Text is the content of a string; "" of anything else.
func (n Node) Text() string {
	if n.Kind() != String {
		return ""
	}
	return unquote(n.Raw())
}

// Literal is a value in one string: a string's content, anything else as compact JSON, "" when absent.
func (n Node) Literal() string {
	if n.Kind() == String {
		return n.Text()
	}
	return string(n.Compact())
}

// True reports whether n is the literal true.
func (n Node) True() bool { return n.Kind() == Bool && n.doc.text[n.from] == 't' }

// Line is the line of n in the document as it was given, from 1; 0 when absent.
func (n Node) Line() int {
	if n.doc == nil {
		return 0
	}
	return n.doc.line(n.from)
}

// Pointer is the JSON pointer (RFC 6901) to n.
func (n Node) Pointer() string {
	if n.doc == nil {
		return ""
	}
	return n.doc.pointer(n.from)
}

// String is the pointer, for messages.
func (n Node) String() string { return n.Pointer() }

// Member is a member of an object.
type Member struct {
	Name  string
	Value Node
}

// Members are the members of an object, in order.
type Members []Member

// Get is the value of the last member of that name, as JSON readers commonly have it.
func (m Members) Get(name string) Node {
	for i := len(m) - 1; i >= 0; i-- {
		if m[i].Name == name {
			return m[i].Value
		}
	}
	return Node{}
}

// Members are the members of n; none when n is not an object.
func (n Node) Members() Members {
	var all Members
	n.each(func(quoted []byte, value Node) bool {
		all = append(all, Member{unquote(quoted), value})
		return true
	})
	return all
}

// each calls fn for the members of an object until it returns false.
func (n Node) each(fn func(quoted []byte, value Node) bool) {
	if n.Kind() != Object {
		return
	}
	text := n.doc.text
	for i := skipSpace(text, n.from+1); text[i] == '"'; {
		end := skipString(text, i)
		from := skipSpace(text, skipSpace(text, end)+1)
		to := skipValue(text, from)
		if !fn(text[i:end], Node{n.doc, from, to}) {
			return
		}
		if i = skipSpace(text, to); text[i] == ',' {
			i = skipSpace(text, i+1)
		}
	}
}

// Ref is the string that the member $ref of an object has; "" without one.
func (n Node) Ref() string {
	ref := ""
	n.each(func(quoted []byte, value Node) bool {
		if bytes.Equal(quoted, quotedRef) {
			ref = value.Text()
		}
		return true
	})
	return ref
}

// Items are the elements of an array; none when n is not an array.
func (n Node) Items() []Node {
	if n.Kind() != Array {
		return nil
	}
	var all []Node
	text := n.doc.text
	for i := skipSpace(text, n.from+1); text[i] != ']'; {
		to := skipValue(text, i)
		all = append(all, Node{n.doc, i, to})
		if i = skipSpace(text, to); text[i] == ',' {
			i = skipSpace(text, i+1)
		}
	}
	return all
}

// indexed is the size from which an object's members are kept for later look-ups.
const indexed = 1 << 10

// Get is the member of an object, or the element of an array by its number; else
// the absent Node. Objects are meant to be read once with Members; Get is for
// look-ups from elsewhere.
func (n Node) Get(name string) Node {
	if k := n.Kind(); k != Object && k != Array {
		return Node{}
	}
	if n.Size() < indexed {
		return n.children()[name]
	}
	if n.doc.index == nil {
		n.doc.index = map[int]map[string]Node{}
	}
	known, ok := n.doc.index[n.from]
	if !ok {
		known = n.children()
		n.doc.index[n.from] = known
	}
	return known[name]
}

// children are the values of an object or array by the last step of their pointers.
func (n Node) children() map[string]Node {
	all := map[string]Node{}
	n.each(func(quoted []byte, value Node) bool {
		all[unquote(quoted)] = value
		return true
	})
	for i, item := range n.Items() {
		all[strconv.Itoa(i)] = item
	}
	return all
}

// At follows a JSON pointer from n; absent when there is nothing.
func (n Node) At(pointer string) Node {
	if pointer == "" {
		return n
	}
	if pointer[0] != '/' {
		return Node{}
	}
	for step := range strings.SplitSeq(pointer[1:], "/") {
		n = n.Get(unescape.Replace(step))
	}
	return n
}

var (
	unescape = strings.NewReplacer("~1", "/", "~0", "~")
	escape   = strings.NewReplacer("~", "~0", "/", "~1")
)

// EscapeStep writes a name as a step of a JSON pointer.
func EscapeStep(name string) string { return escape.Replace(name) }

// UnescapeStep reads a step of a JSON pointer.
func UnescapeStep(step string) string { return unescape.Replace(step) }

// childAt is the child whose text holds an offset, and its step in a pointer.
func (n Node) childAt(offset int) (step string, child Node) {
	for i, c := range n.Items() {
		if c.from <= offset && offset < c.to {
			return strconv.Itoa(i), c
		}
	}
	n.each(func(quoted []byte, value Node) bool {
		if value.from <= offset && offset < value.to {
			step, child = EscapeStep(unquote(quoted)), value
		}
		return value.to <= offset
	})
	return step, child
}

// unquote is the content of a JSON string.
func unquote(quoted []byte) string {
	inner := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner)
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return string(inner) // never: the document is valid
	}
	return s
}
