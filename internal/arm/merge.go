package arm

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
)

// MergePatch applies an RFC 7396 merge patch. Values that the patch does not
// touch stay byte for byte the same.
func MergePatch(target, patch json.RawMessage) (json.RawMessage, error) {
	changes, ok := object(patch)
	if !ok {
		return patch, nil
	}
	members, ok := object(target)
	if !ok {
		members = map[string]json.RawMessage{}
	}
	for name, change := range changes {
		if isNull(change) {
			delete(members, name)
			continue
		}
		merged, err := MergePatch(members[name], change)
		if err != nil {
			return nil, err
		}
		members[name] = merged
	}
	return json.Marshal(members)
}

// object decodes one level of a JSON object; ok is false for any other value.
func object(data json.RawMessage) (members map[string]json.RawMessage, ok bool) {
	if trimmed := bytes.TrimSpace(data); len(trimmed) == 0 || trimmed[0] != '{' {
		return nil, false
	}
	return members, json.Unmarshal(data, &members) == nil
}

func isNull(data json.RawMessage) bool { return string(bytes.TrimSpace(data)) == "null" }

// WithoutNulls removes nulls at every level, since null means absent on the
// wire. The members in raw hold documents and stay unchanged.
func WithoutNulls(data json.RawMessage, raw []string) (json.RawMessage, error) {
	if !bytes.Contains(data, []byte("null")) {
		return data, nil
	}
	var list []json.RawMessage
	if json.Unmarshal(data, &list) == nil {
		list = slices.DeleteFunc(list, isNull)
		for i := range list {
			var err error
			if list[i], err = WithoutNulls(list[i], raw); err != nil {
				return nil, err
			}
		}
		return json.Marshal(list)
	}
	members, ok := object(data)
	if !ok {
		return data, nil
	}
	for name, value := range members {
		switch {
		case isNull(value):
			delete(members, name)
		case !slices.Contains(raw, name):
			var err error
			if members[name], err = WithoutNulls(value, raw); err != nil {
				return nil, err
			}
		}
	}
	return json.Marshal(members)
}

// Complete adds the members that an object lacks. It decodes the object only if
// one of them may be present.
func Complete(data json.RawMessage, members []apim.Member) json.RawMessage {
	var have map[string]json.RawMessage
	for _, m := range members {
		if bytes.Contains(data, []byte(`"`+m.Name+`"`)) && have == nil {
			have, _ = object(data)
		}
		if _, ok := have[m.Name]; !ok {
			data = appendMember(data, m)
		}
	}
	return data
}

// appendMember adds a member at the end of an object.
func appendMember(data json.RawMessage, m apim.Member) json.RawMessage {
	data = bytes.TrimSpace(data)
	open := slices.Clip(bytes.TrimRight(data[:len(data)-1], " \t\r\n"))
	if len(open) > 1 {
		open = append(open, ',')
	}
	return append(open, `"`+m.Name+`":`+m.JSON+"}"...)
}
