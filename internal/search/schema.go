package search

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// schemaMark separates an API revision's key from the name of a definition.
const schemaMark = "/-/schemas/"

// schemaKey is the key of a definition's document. Names keep their case.
func schemaKey(revision, name string) string { return revision + schemaMark + name }

func splitSchemaKey(key string) (revision, name string, ok bool) {
	return strings.Cut(key, schemaMark)
}

// schemaDocument is a named definition of an API's current revision.
func (r *reader) schemaDocument(key, revision, name string) (*document, error) {
	info, err := r.api(aliasOf(revision))
	if err != nil {
		return nil, err
	}
	part, ok := r.parts[key]
	if !ok || info.revision != revision {
		return nil, apim.ErrNotFound
	}
	var s struct {
		Title, Description string
		Properties         map[string]json.RawMessage
	}
	_ = json.Unmarshal(part, &s) // true and other definitions that are no object have nothing to say
	text := plainText(s.Description)
	return &document{
		key: key, class: classSchema, ref: revision, api: aliasOf(revision), apiID: info.id,
		name: name, title: name, apiTitle: info.title(), names: []string{s.Title},
		body: strings.Join(append(slices.Sorted(maps.Keys(s.Properties)), text), " "), text: cutText(text, maxText),
	}, nil
}
