package apidoc

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/portico-portal/portico/internal/apidoc/tree"
)

// objectWriter writes a JSON object member by member, in order.
type objectWriter struct{ b bytes.Buffer }

// add writes a member; a nil value is left out.
func (o *objectWriter) add(name string, value json.RawMessage) {
	if value == nil {
		return
	}
	separator := byte(',')
	if o.b.Len() == 0 {
		separator = '{'
	}
	o.b.WriteByte(separator)
	o.b.Write(encode(name))
	o.b.WriteByte(':')
	o.b.Write(value)
}

// text writes a string member unless it is empty.
func (o *objectWriter) text(name, value string) {
	if value != "" {
		o.add(name, encode(value))
	}
}

// members adds the members of an object except those named.
func (o *objectWriter) members(m tree.Members, without ...string) {
	for _, one := range m {
		if !slices.Contains(without, one.Name) {
			o.add(one.Name, one.Value.Raw())
		}
	}
}

// only adds those of the named members that an object has.
func (o *objectWriter) only(m tree.Members, names ...string) {
	for _, one := range m {
		if slices.Contains(names, one.Name) {
			o.add(one.Name, one.Value.Raw())
		}
	}
}

// holding is an object with one member.
func holding(name string, value json.RawMessage) json.RawMessage {
	var o objectWriter
	o.add(name, value)
	return o.raw()
}

// empty reports whether nothing was added.
func (o *objectWriter) empty() bool { return o.b.Len() == 0 }

// raw is the object.
func (o *objectWriter) raw() json.RawMessage {
	if o.empty() {
		return json.RawMessage(`{}`)
	}
	return append(bytes.Clone(o.b.Bytes()), '}')
}

// some is the object, or nil if nothing was added.
func (o *objectWriter) some() json.RawMessage {
	if o.empty() {
		return nil
	}
	return o.raw()
}

// arrayWriter writes a JSON array.
type arrayWriter struct{ b bytes.Buffer }

func (a *arrayWriter) add(value json.RawMessage) {
	separator := byte(',')
	if a.b.Len() == 0 {
		separator = '['
	}
	a.b.WriteByte(separator)
	a.b.Write(value)
}

func (a *arrayWriter) raw() json.RawMessage {
	if a.b.Len() == 0 {
		return json.RawMessage(`[]`)
	}
	return append(bytes.Clone(a.b.Bytes()), ']')
}

// some is the array, nil when nothing was added.
func (a *arrayWriter) some() json.RawMessage {
	if a.b.Len() == 0 {
		return nil
	}
	return a.raw()
}

// encode encodes a value as JSON without HTML escapes. It is only called with
// types that can always be encoded.
func encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return json.RawMessage(`null`)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
