package arm

import (
	"encoding/json"
	"strconv"

	"github.com/portico-portal/portico/internal/apim"
)

// Envelope is one resource as clients see it (apim-rest.md §2.1).
type Envelope struct {
	ID         string          `json:"id"`
	Type       string          `json:"type"`
	Name       apim.Name       `json:"name"`
	Properties json.RawMessage `json:"properties"`
}

// List is one page of resources: envelopes or, for computed lists (reports, tag
// resources), what the reference says. Count is the size of the filtered set;
// NextLink is absent on the last page.
type List struct {
	Value    []any  `json:"value"`
	Count    int    `json:"count"`
	NextLink string `json:"nextLink,omitempty"`
}

// encodeJSON is json.Marshal, except that the properties in lists are written
// unchanged: they are JSON already, and checking them again is most of the
// work.
func encodeJSON(value any) ([]byte, error) {
	l, ok := value.(List)
	if !ok {
		return json.Marshal(value)
	}
	b := append(make([]byte, 0, 1024*(1+len(l.Value))), `{"value":[`...)
	for i, v := range l.Value {
		if i > 0 {
			b = append(b, ',')
		}
		if e, ok := v.(Envelope); ok && len(e.Properties) > 0 {
			b = e.append(b)
			continue
		}
		item, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		b = append(b, item...)
	}
	b = append(b, `],"count":`...)
	b = strconv.AppendInt(b, int64(l.Count), 10)
	if l.NextLink != "" {
		b = append(b, `,"nextLink":`...)
		b = appendText(b, l.NextLink)
	}
	return append(b, '}'), nil
}

func (e *Envelope) append(b []byte) []byte {
	for _, member := range []struct{ name, text string }{{`{"id":`, e.ID}, {`,"type":`, e.Type}, {`,"name":`, string(e.Name)}} {
		b = append(b, member.name...)
		b = appendText(b, member.text)
	}
	b = append(b, `,"properties":`...)
	return append(append(b, e.Properties...), '}')
}

// appendText appends a JSON string.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			text, _ := json.Marshal(s) // strings can always be encoded
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
