package reference

import (
	"bytes"
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// keywords are those of a JSON Schema (OpenAPI 3.0, 3.1, Swagger 2) that are
// shown. Members of a wrong type are left out, not an error: descriptions are
// other people's.
type keywords struct {
	Ref                  string            `json:"$ref"`
	Type                 typeNames         `json:"type"`
	Format               string            `json:"format"`
	ContentMediaType     string            `json:"contentMediaType"`
	Title                string            `json:"title"`
	Description          string            `json:"description"`
	Properties           json.RawMessage   `json:"properties"` // in order
	Required             []string          `json:"required"`
	Items                json.RawMessage   `json:"items"`
	AdditionalProperties json.RawMessage   `json:"additionalProperties"`
	OneOf                []json.RawMessage `json:"oneOf"`
	AnyOf                []json.RawMessage `json:"anyOf"`
	AllOf                []json.RawMessage `json:"allOf"`
	Enum                 []json.RawMessage `json:"enum"`
	Const                json.RawMessage   `json:"const"`
	Default              json.RawMessage   `json:"default"`
	Example              json.RawMessage   `json:"example"`
	Examples             json.RawMessage   `json:"examples"`
	Minimum              json.Number       `json:"minimum"`
	Maximum              json.Number       `json:"maximum"`
	ExclusiveMinimum     json.RawMessage   `json:"exclusiveMinimum"` // true, or the number
	ExclusiveMaximum     json.RawMessage   `json:"exclusiveMaximum"`
	MultipleOf           json.Number       `json:"multipleOf"`
	MinLength            *int              `json:"minLength"`
	MaxLength            *int              `json:"maxLength"`
	Pattern              string            `json:"pattern"`
	MinItems             *int              `json:"minItems"`
	MaxItems             *int              `json:"maxItems"`
	UniqueItems          bool              `json:"uniqueItems"`
	MinProperties        *int              `json:"minProperties"`
	MaxProperties        *int              `json:"maxProperties"`
	Nullable             bool              `json:"nullable"`
	ReadOnly             bool              `json:"readOnly"`
	WriteOnly            bool              `json:"writeOnly"`
	Deprecated           bool              `json:"deprecated"`
}

// typeNames is one type name or, from OpenAPI 3.1, several.
type typeNames []string

// UnmarshalJSON reads a string or an array of strings; anything else is no type.
func (t *typeNames) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*t = typeNames{one}
		return nil
	}
	var many []string
	if json.Unmarshal(data, &many) == nil {
		*t = many
	}
	return nil
}

// parseKeywords reads a schema; true, false and what is no object are a schema without keywords.
func parseKeywords(raw json.RawMessage) *keywords {
	k := new(keywords)
	_ = json.Unmarshal(raw, k) // what has a wrong type is left out
	if i := slices.Index(k.Type, "null"); i >= 0 {
		k.Nullable, k.Type = true, slices.Delete(k.Type, i, i+1)
	}
	return k
}

// isObject reports whether the schema is of an object.
func (k *keywords) isObject() bool {
	return len(k.Properties) > 0 || slices.Contains(k.Type, "object")
}

// isArray reports whether the schema is of an array.
func (k *keywords) isArray() bool { return len(k.Items) > 0 || slices.Contains(k.Type, "array") }

// isNull reports whether the schema admits only null.
func isNull(raw json.RawMessage) bool {
	var k struct {
		Type typeNames         `json:"type"`
		Enum []json.RawMessage `json:"enum"`
	}
	_ = json.Unmarshal(raw, &k)
	return len(k.Type) == 1 && k.Type[0] == "null" || len(k.Enum) == 1 && string(k.Enum[0]) == "null"
}

// member is a name and value of a JSON object.
type member struct {
	Name  string
	Value json.RawMessage
}

// members are those of a JSON object in the order they stand; nil when it is none.
func members(raw json.RawMessage) []member {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	var out []member
	for dec.More() {
		t, err := dec.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return out
		}
		var value json.RawMessage
		if dec.Decode(&value) != nil {
			return out
		}
		out = append(out, member{name, value})
	}
	return out
}

// reference matches the $ref members of a schema, at any depth.
var reference = regexp.MustCompile(`"\$ref"\s*:\s*"#/(?:components/schemas|definitions)/([^"]+)"`)

// references are the names of the definitions a schema refers to.
func references(raw json.RawMessage) []string {
	var names []string
	seen := map[string]bool{}
	for _, m := range reference.FindAllSubmatch(raw, -1) {
		if name := unescapePointer(string(m[1])); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	return names
}

// refName is the definition a $ref names; "" when it points elsewhere.
func refName(ref string) string {
	for _, prefix := range []string{"#/components/schemas/", "#/definitions/"} {
		if name, ok := strings.CutPrefix(ref, prefix); ok {
			return unescapePointer(name)
		}
	}
	return ""
}

func unescapePointer(s string) string {
	s = pointerUnescape.Replace(s)
	if u, err := url.PathUnescape(s); err == nil {
		return u
	}
	return s
}

func escapePointer(s string) string { return pointerEscape.Replace(s) }

// The escapes of JSON pointers (RFC 6901 §3).
var (
	pointerEscape   = strings.NewReplacer("~", "~0", "/", "~1")
	pointerUnescape = strings.NewReplacer("~1", "/", "~0", "~")
)

// lookUpPointer is the value at a JSON pointer (RFC 6901); false when there is none.
func lookUpPointer(raw json.RawMessage, pointer string) (json.RawMessage, bool) {
	if pointer == "" {
		return raw, true
	}
	if pointer[0] != '/' {
		return nil, false
	}
	for _, step := range strings.Split(pointer[1:], "/") {
		step = pointerUnescape.Replace(step)
		var object map[string]json.RawMessage
		var array []json.RawMessage
		if json.Unmarshal(raw, &object) == nil {
			value, ok := object[step]
			if !ok {
				return nil, false
			}
			raw = value
			continue
		}
		i, err := strconv.Atoi(step)
		if json.Unmarshal(raw, &array) != nil || err != nil || i < 0 || i >= len(array) {
			return nil, false
		}
		raw = array[i]
	}
	return raw, true
}

// compact is a JSON value on one line; a string without its quotes.
func compact(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil && len(raw) > 0 && raw[0] == '"' {
		return s
	}
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return ""
	}
	return b.String()
}
