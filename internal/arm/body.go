package arm

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// Limits of a request body (design.md §4 "In memory").
const (
	MaxBody            = 4 << 20
	MaxDescriptionBody = 64 << 20 // for a PUT with an API description
	MaxDepth           = 200
)

// ReadJSON reads a body of at most limit bytes and checks media type, depth and
// syntax: what it returns is one well-formed JSON value, or nil for an empty
// body.
func ReadJSON(r *http.Request, limit int64) (json.RawMessage, error) {
	if r.ContentLength > limit {
		return nil, tooLarge(limit)
	}
	data, err := io.ReadAll(io.LimitReader(r.Body, limit+1))
	if errors.Is(err, apim.ErrTooSlow) {
		return nil, err
	}
	if err != nil {
		return nil, apim.Invalid("body", "The body could not be read to its end.")
	}
	if int64(len(data)) > limit {
		return nil, tooLarge(limit)
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, nil
	}
	if err := checkMediaType(r.Header.Get("Content-Type")); err != nil {
		return nil, err
	}
	if err := checkShape(data); err != nil {
		return nil, err
	}
	if err := checkSyntax(data); err != nil {
		return nil, err
	}
	return data, nil
}

func tooLarge(limit int64) error {
	return detailed(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge", "body", fmt.Sprintf("The body must be at most %d bytes.", limit))
}

func checkMediaType(contentType string) error {
	if contentType == "" {
		return nil
	}
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil || !(strings.HasSuffix(t, "/json") || strings.HasSuffix(t, "+json")) {
		return UnsupportedMediaType(contentType)
	}
	return nil
}

// checkShape counts brackets outside strings before anything is decoded, and
// refuses U+0000, which PostgreSQL cannot store as text.
func checkShape(data []byte) error {
	depth, inString := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case inString && c == '\\':
			if bytes.HasPrefix(data[i:], []byte(`\u0000`)) {
				return apim.Invalid("body", fmt.Sprintf("The JSON holds the character U+0000 (at %s).", place(data, i)))
			}
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '{' || c == '[':
			if depth++; depth > MaxDepth {
				return apim.Invalid("body", fmt.Sprintf("The JSON is nested deeper than %d levels (at %s).", MaxDepth, place(data, i)))
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}

func checkSyntax(data []byte) error {
	var raw json.RawMessage
	err := json.Unmarshal(data, &raw)
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return apim.Invalid("body", fmt.Sprintf("The body is not valid JSON: %s (at %s).", syntax, place(data, int(syntax.Offset)-1)))
	}
	return err
}

// place is a 1-based line and column.
func place(data []byte, offset int) string {
	offset = max(0, min(offset, len(data)))
	before := data[:offset]
	return fmt.Sprintf("line %d, column %d", bytes.Count(before, []byte("\n"))+1, offset-bytes.LastIndexByte(before, '\n'))
}

// Unmarshal decodes well-formed JSON into v, a pointer to a struct. The error
// for a value of the wrong type names the field.
func Unmarshal(data json.RawMessage, v any) error {
	err := json.Unmarshal(data, v)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &wrong):
		field := cmp.Or(wrong.Field, "body")
		return apim.Invalid(field, fmt.Sprintf("%s must be %s, not %s.", field, kindWord(wrong.Type), wrong.Value))
	}
	field := findBadField(data, reflect.TypeOf(v).Elem())
	return apim.Invalid(field, fmt.Sprintf("%s has a wrong value: %v.", field, err))
}

// findBadField finds the member that cannot be decoded, for errors of
// UnmarshalJSON methods (dates), which do not name it.
func findBadField(data json.RawMessage, t reflect.Type) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil {
		return "body"
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		one, err := json.Marshal(map[string]json.RawMessage{name: members[name]})
		if err == nil && json.Unmarshal(one, reflect.New(t).Interface()) != nil {
			return name
		}
	}
	return "body"
}

// UnknownMember returns the name of a member, at any depth, for which v, a
// pointer to a struct, has no field; "" if there is none.
func UnknownMember(name string, value json.RawMessage, v any) string {
	one, err := json.Marshal(map[string]json.RawMessage{name: value})
	if err != nil || isNull(value) {
		return ""
	}
	d := json.NewDecoder(bytes.NewReader(one))
	d.DisallowUnknownFields()
	_, unknown, _ := strings.Cut(fmt.Sprint(d.Decode(v)), `unknown field "`) // the error has no type of its own
	return strings.TrimSuffix(unknown, `"`)
}

func kindWord(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "an array"
	case reflect.Map, reflect.Struct:
		return "an object"
	default:
		return "a whole number"
	}
}

// Properties takes the properties out of an envelope; if they are missing or
// null it returns "{}".
func Properties(body json.RawMessage) (json.RawMessage, error) {
	if body == nil {
		return nil, apim.Invalid("body", "A JSON body with properties is required.")
	}
	var envelope struct {
		Properties json.RawMessage `json:"properties"`
	}
	if err := Unmarshal(body, &envelope); err != nil {
		return nil, err
	}
	if envelope.Properties == nil || string(envelope.Properties) == "null" {
		return json.RawMessage("{}"), nil
	}
	if _, ok := object(envelope.Properties); !ok {
		return nil, apim.Invalid("properties", "properties must be an object.")
	}
	return envelope.Properties, nil
}
