package arm

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Record is a resource decoded for $filter and $orderby: values by path, with
// strings in lower case, because both compare without regard to case.
type Record struct {
	values map[string]any // of properties, with "name" added where a field declares it
	list   []any          // the values of the fields the record was made for, in their order; may be nil
}

// NewRecord decodes properties. Only the named fields are kept; nil keeps all
// (content items, which are filtered by any path).
func NewRecord(name apim.Name, properties json.RawMessage, fields []string) (Record, error) {
	r := Record{values: map[string]any{}}
	if fields == nil {
		if err := json.Unmarshal(properties, &r.values); err != nil {
			return Record{}, fmt.Errorf("decode record %q: %w", name, err)
		}
		fold(r.values)
	} else {
		var members map[string]json.RawMessage
		if err := json.Unmarshal(properties, &members); err != nil {
			return Record{}, fmt.Errorf("decode record %q: %w", name, err)
		}
		for _, f := range fields {
			if m, ok := members[f]; ok {
				var v any
				if err := json.Unmarshal(m, &v); err != nil {
					return Record{}, fmt.Errorf("decode %s of record %q: %w", f, name, err)
				}
				r.values[f] = fold(v)
			}
		}
	}
	if _, own := r.values["name"]; !own || fields != nil {
		r.values["name"] = string(name.Key())
	}
	for _, f := range fields {
		r.list = append(r.list, r.values[f])
	}
	return r, nil
}

// RecordOf makes a record of decoded values, which it changes; a path such as
// "tag/id" is a map in a map.
func RecordOf(values map[string]any) Record {
	fold(values)
	return Record{values: values}
}

// fold lowers every string of a decoded JSON value, in place where it can.
func fold(v any) any {
	switch v := v.(type) {
	case string:
		return strings.ToLower(v)
	case apim.Name:
		return string(v.Key())
	case map[string]any:
		for k, e := range v {
			v[k] = fold(e)
		}
	case []any:
		for i, e := range v {
			v[i] = fold(e)
		}
	}
	return v
}

// value follows a path; nil if there is nothing.
func (r Record) value(path []string) any {
	v := r.values[path[0]]
	for _, p := range path[1:] {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[p]
	}
	return v
}

// Text is the value of a string field in lower case; "" if it is absent or not a string.
func (r Record) Text(field string) string {
	s, _ := r.values[field].(string)
	return s
}
