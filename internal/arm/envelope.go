package arm

import "encoding/json"

// Envelope is one resource as clients see it (apim-rest.md §2.1).
type Envelope struct {
	ID         string          `json:"id"`
	Type       string          `json:"type"`
	Name       string          `json:"name"`
	Properties json.RawMessage `json:"properties"`
}

// List is one page of resources: envelopes, or for lists that are computed
// (reports, tag resources) what the reference says. Count is the size of the
// filtered set; NextLink is absent on the last page.
type List struct {
	Value    []any  `json:"value"`
	Count    int    `json:"count"`
	NextLink string `json:"nextLink,omitempty"`
}
