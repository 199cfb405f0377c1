package apidoc

import (
	"encoding/json"
	"strings"

	"github.com/portico-portal/portico/internal/apidoc/tree"
	"github.com/portico-portal/portico/internal/apim"
)

// Format names the form of a description on the wire (apim-rest.md §3.1).
type Format string

// The formats. A reader takes any of them for any: what a text is, it says itself.
const (
	OpenAPI     Format = "openapi"      // OpenAPI 3 as YAML or JSON
	OpenAPIJSON Format = "openapi+json" // OpenAPI 3 as JSON
	SwaggerJSON Format = "swagger-json" // Swagger 2 as JSON
)

// Where required query parameters go (apim-rest.md §3.2, translateRequiredQueryParameters).
const (
	RequiredInQuery    = "query"    // they stay query parameters: the default here
	RequiredInTemplate = "template" // they become part of the URL template: the default of the management API
)

// Options of reading a description.
type Options struct {
	TranslateRequiredQuery string // RequiredInQuery when empty
}

// Description is the content of a document, in terms of package apim.
type Description struct {
	Title, Version, Text string
	ServiceURL           string   // the first https server, else the first http one; "" when none is absolute
	Protocols            []string // of the servers; may be empty
	Contact              *apim.Contact
	License              *apim.License
	TermsOfServiceURL    string
	Type                 string `json:",omitempty"` // of the API: soap, graphql, ...; "": http
	Operations           []Operation
	Policies             map[string]string `json:",omitempty"` // documents of operations, by id: of SOAP that becomes REST
	SchemaID             apim.Name         // "" when there are no schemas
	Schema               *apim.Schema      // components or definitions, inline schemas of bodies among them
	Tags                 []Tag             // declared ones first, then others that operations name
	Extra                APIExtra
	Warnings             []apim.Finding
	Original             []byte // the document as given
	Format               Format `json:"-"` // of Original, as it was named

	prepared []prepared // the operations as they are stored
}

// Operation is one operation and its resource name.
type Operation struct {
	ID string
	apim.Operation
	Extra apim.OperationExtra
}

// Tag is a tag as a description declares or uses it.
type Tag struct{ Name, Description string }

// APIExtra is what the wire model of an API has no field for. It is stored in
// the extra column of the API's document.
type APIExtra struct {
	Original        string                     `json:"original,omitempty"` // blob name of the text as given
	Source          Format                     `json:"source,omitempty"`   // what that text is, when not OpenAPI
	OpenAPI         string                     `json:"openapi,omitempty"`  // version of the format, as written
	Version         string                     `json:"version,omitempty"`  // info.version
	Summary         string                     `json:"summary,omitempty"`  // info.summary
	Servers         json.RawMessage            `json:"servers,omitempty"`
	Security        json.RawMessage            `json:"security,omitempty"`
	SecuritySchemes json.RawMessage            `json:"securitySchemes,omitempty"` // by name
	Docs            json.RawMessage            `json:"externalDocs,omitempty"`
	Tags            json.RawMessage            `json:"tags,omitempty"`     // as declared, with descriptions
	Webhooks        json.RawMessage            `json:"webhooks,omitempty"` // OpenAPI 3.1
	X               map[string]json.RawMessage `json:"x,omitempty"`        // x- fields of the document
	InfoX           map[string]json.RawMessage `json:"infoX,omitempty"`    // x- fields of info
}

// ReadExtra decodes the extra column of an API's document; an absent one is empty.
func ReadExtra(raw json.RawMessage) (APIExtra, error) {
	var e APIExtra
	if len(raw) == 0 {
		return e, nil
	}
	err := json.Unmarshal(raw, &e)
	return e, err
}

// Detect guesses the format of a text without reading all of it.
func Detect(data []byte) Format {
	if !tree.IsJSON(data) {
		return OpenAPI
	}
	if strings.Contains(string(data[:min(len(data), 4096)]), `"swagger"`) {
		return SwaggerJSON
	}
	return OpenAPIJSON
}

// The two places of named schemas.
const (
	componentRef  = "#/components/schemas/"
	definitionRef = "#/definitions/"
)

// RefName is the schema that a $ref names: "X" for "#/components/schemas/X" and
// "#/definitions/X"; "" if it points elsewhere.
func RefName(ref string) string {
	for _, prefix := range []string{componentRef, definitionRef} {
		if name, ok := strings.CutPrefix(ref, prefix); ok && !strings.Contains(name, "/") {
			return unescapeFragment(name)
		}
	}
	return ""
}
