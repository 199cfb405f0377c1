package arm

import (
	"bytes"
	"encoding/json"
)

// MergePatch applies an RFC 7396 merge patch. Values that the patch does not
// touch keep their bytes.
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
		if bytes.Equal(bytes.TrimSpace(change), []byte("null")) {
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
