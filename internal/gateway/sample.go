package gateway

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/policy"
)

// samples are the documented answers for mock-response: one for each
// representation, with its example "default" or else the first by name.
func samples(responses []apim.Response) []policy.Sample {
	var list []policy.Sample
	for _, response := range responses {
		if len(response.Representations) == 0 {
			list = append(list, policy.Sample{Status: response.StatusCode})
		}
		for _, rep := range response.Representations {
			list = append(list, policy.Sample{
				Status: response.StatusCode, ContentType: rep.ContentType, Body: exampleBody(rep),
			})
		}
	}
	return list
}

func exampleBody(rep apim.Representation) []byte {
	example, ok := rep.Examples["default"]
	if !ok {
		names := slices.Sorted(maps.Keys(rep.Examples))
		if len(names) == 0 {
			return nil
		}
		example = rep.Examples[names[0]]
	}
	value := bytes.TrimSpace(example.Value)
	var text string
	if json.Unmarshal(value, &text) != nil {
		return value
	}
	if isJSONType(rep.ContentType) && !holdsJSON(text) {
		return value // the example is a JSON string
	}
	return []byte(text)
}

// holdsJSON reports whether a string is the text of an object or array, as
// examples often are.
func holdsJSON(text string) bool {
	text = strings.TrimSpace(text)
	return (strings.HasPrefix(text, "{") || strings.HasPrefix(text, "[")) && json.Valid([]byte(text))
}

func isJSONType(contentType string) bool {
	media, _, _ := strings.Cut(contentType, ";")
	media = strings.ToLower(strings.TrimSpace(media))
	return strings.HasSuffix(media, "/json") || strings.HasSuffix(media, "+json")
}
