package apim

import "encoding/json"

// The content types of apis/schemas (apim-rest.md §3.1).
const (
	OpenAPIComponents  = "application/vnd.oai.openapi.components+json"
	SwaggerDefinitions = "application/vnd.ms-azure-apim.swagger.definitions+json"
	GraphQLSchema      = "application/vnd.ms-azure-apim.graphql.schema"
)

// Schema is the properties of apis/schemas: the definitions of one API revision.
type Schema struct {
	ContentType       string          `json:"contentType"` // see the constants above
	Document          *SchemaDocument `json:"document,omitempty"`
	ProvisioningState string          `json:"provisioningState,omitempty"` // written by the service
}

// SchemaDocument holds the definitions: Components for OpenAPI 3 (`{"schemas":{...}}`),
// Definitions for Swagger 2, Value for text formats.
type SchemaDocument struct {
	Value       string          `json:"value,omitempty"`
	Definitions json.RawMessage `json:"definitions,omitempty"`
	Components  json.RawMessage `json:"components,omitempty"`
}

// Default does nothing: a schema has no optional fields with a value.
func (s *Schema) Default() { s.ProvisioningState = "" }

// Validate requires a content type.
func (s *Schema) Validate(v *Violations) { v.Required("contentType", s.ContentType) }

// APISchemas is the kind of /apis/schemas.
var APISchemas = &Kind{
	Path: "apis/schemas", Verbs: CRUD &^ Patch, New: func() Resource { return new(Schema) }, Workspace: true,
	Filter: Fields{"name", "contentType"}, Large: true, Always: []Member{provisioned}, Raw: []string{"components", "definitions"},
}

// Parts returns the named definitions of a schema document, each as its JSON:
// components.schemas.* or definitions.*. Other formats have none.
func (s *Schema) Parts() (map[string]json.RawMessage, error) {
	if s.Document == nil {
		return nil, nil
	}
	parts := map[string]json.RawMessage{}
	if s.Document.Components != nil {
		var c struct {
			Schemas map[string]json.RawMessage `json:"schemas"`
		}
		if err := json.Unmarshal(s.Document.Components, &c); err != nil {
			return nil, Invalid("document.components", "components must be an object whose schemas is an object.")
		}
		for k, v := range c.Schemas {
			parts[k] = v
		}
	}
	if s.Document.Definitions != nil {
		if err := json.Unmarshal(s.Document.Definitions, &parts); err != nil {
			return nil, Invalid("document.definitions", "definitions must be an object.")
		}
	}
	return parts, nil
}

// GlobalSchema is a schema of the service that policies and APIs refer to.
type GlobalSchema struct {
	SchemaType  string          `json:"schemaType"` // xml, json
	Description string          `json:"description,omitempty"`
	Value       json.RawMessage `json:"value,omitempty"`    // of the type xml: the text
	Document    json.RawMessage `json:"document,omitempty"` // of the type json: the schema
}

// Validate checks the type, and that the schema is there.
func (s *GlobalSchema) Validate(v *Violations) {
	if !v.Required("schemaType", s.SchemaType) {
		return
	}
	v.OneOf("schemaType", &s.SchemaType, "xml", "json")
	switch {
	case s.SchemaType == "json" && s.Document == nil && s.Value == nil:
		v.Addf("document", "document is required for a schema of the type json.")
	case s.SchemaType == "xml" && s.Value == nil:
		v.Addf("value", "value is required for a schema of the type xml.")
	}
}

// GlobalSchemas is the kind of /schemas.
var GlobalSchemas = &Kind{
	Path: "schemas", Verbs: CRUD &^ Patch, New: func() Resource { return new(GlobalSchema) }, Workspace: true,
	Filter: onlyName, Large: true, Always: []Member{provisioned}, Raw: []string{"document", "value"},
}
