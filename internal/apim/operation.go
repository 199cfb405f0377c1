package apim

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strings"
)

// Operation is the properties of apis/operations (apim-rest.md §2.6).
type Operation struct {
	DisplayName        string      `json:"displayName"`
	Method             string      `json:"method"`                // upper case
	URLTemplate        string      `json:"urlTemplate"`           // below the API's path, with parameters in braces
	Description        string      `json:"description,omitempty"` // Markdown or HTML, untrusted
	TemplateParameters []Parameter `json:"templateParameters"`
	Request            *Request    `json:"request,omitempty"`
	Responses          []Response  `json:"responses"`
	Policies           string      `json:"policies,omitempty"` // a policy document; kept, not applied
}

// Request documents what an operation is sent.
type Request struct {
	Description     string           `json:"description,omitempty"`
	QueryParameters []Parameter      `json:"queryParameters"`
	Headers         []Parameter      `json:"headers"`
	Representations []Representation `json:"representations"`
}

// Response documents one answer of an operation.
type Response struct {
	StatusCode      int              `json:"statusCode"`
	Description     string           `json:"description,omitempty"`
	Headers         []Parameter      `json:"headers"`
	Representations []Representation `json:"representations"`
}

// Parameter is a template, query, header or form parameter.
type Parameter struct {
	Name         string             `json:"name"`
	Type         string             `json:"type"` // type name of JSON Schema, or as the client wrote it
	Description  string             `json:"description,omitempty"`
	DefaultValue string             `json:"defaultValue,omitempty"`
	Required     bool               `json:"required,omitempty"`
	Values       []string           `json:"values"`             // allowed values; empty: any
	SchemaID     string             `json:"schemaId,omitempty"` // name of a schema of the API
	TypeName     string             `json:"typeName,omitempty"` // definition in that schema
	Examples     map[string]Example `json:"examples,omitempty"`
}

// Representation is a body in one media type. SchemaID and TypeName point into the API's schemas.
type Representation struct {
	ContentType    string             `json:"contentType"`
	SchemaID       string             `json:"schemaId,omitempty"`       // name of a schema of the API
	TypeName       string             `json:"typeName,omitempty"`       // definition in that schema
	FormParameters []Parameter        `json:"formParameters,omitempty"` // for form media types
	Examples       map[string]Example `json:"examples,omitempty"`
}

// Example is a named example; Value is any JSON.
type Example struct {
	Summary       string          `json:"summary,omitempty"`
	Description   string          `json:"description,omitempty"`
	Value         json.RawMessage `json:"value,omitempty"`
	ExternalValue string          `json:"externalValue,omitempty"` // address of the value
}

// OperationExtra is what the wire model of an operation has no field for
// (design.md §4); it is stored in the document's extra column and shown by the
// portal and by exports. Values are kept as the description had them.
type OperationExtra struct {
	OperationID string            `json:"operationId,omitempty"` // as written in the description
	Order       int               `json:"order,omitempty"`       // place in the description, from 1; 0: after those that have one
	Deprecated  bool              `json:"deprecated,omitempty"`
	Summary     string            `json:"summary,omitempty"`  // when longer than DisplayName may be
	Security    json.RawMessage   `json:"security,omitempty"` // OpenAPI object, like the three below
	Callbacks   json.RawMessage   `json:"callbacks,omitempty"`
	Servers     json.RawMessage   `json:"servers,omitempty"`
	Cookies     []Parameter       `json:"cookies,omitempty"`
	Docs        json.RawMessage   `json:"externalDocs,omitempty"`
	Tags        []string          `json:"tags,omitempty"`       // display names, in order
	Parameters  []json.RawMessage `json:"parameters,omitempty"` // OpenAPI parameters with what Parameter cannot hold
	Inline      []string          `json:"inline,omitempty"`     // definitions made of the operation's own inline schemas
	// RequestBody and Responses are OpenAPI 3 objects with what the wire model has no
	// field for; responses that are no single status (default, 4XX) are here only, whole.
	RequestBody json.RawMessage            `json:"requestBody,omitempty"`
	Responses   json.RawMessage            `json:"responses,omitempty"`
	X           map[string]json.RawMessage `json:"x,omitempty"` // x- fields
}

// Default upper-cases the method and adds the lists that no answer omits.
func (o *Operation) Default() {
	o.Method = strings.ToUpper(o.Method)
	defaultParameters(&o.TemplateParameters)
	o.Request = cmp.Or(o.Request, &Request{})
	defaultParameters(&o.Request.QueryParameters)
	defaultParameters(&o.Request.Headers)
	orEmpty(&o.Request.Representations)
	orEmpty(&o.Responses)
	for i := range o.Responses {
		defaultParameters(&o.Responses[i].Headers)
		orEmpty(&o.Responses[i].Representations)
	}
}

func defaultParameters(list *[]Parameter) {
	orEmpty(list)
	for i := range *list {
		orEmpty(&(*list)[i].Values)
	}
}

// orEmpty replaces a nil list by an empty one, which answers show as [].
func orEmpty[T any](list *[]T) {
	if *list == nil {
		*list = []T{}
	}
}

var (
	methodToken      = regexp.MustCompile(`^[A-Z][A-Z0-9-]{0,19}$`)
	templateVariable = regexp.MustCompile(`\{([^{}]*)\}`)
)

// Validate checks the operation's own fields.
func (o *Operation) Validate(v *Violations) {
	v.Text("displayName", o.DisplayName, 300)
	if v.Required("method", o.Method) && !methodToken.MatchString(o.Method) {
		v.Addf("method", "method must be an HTTP method; it is %q.", o.Method)
	}
	if v.Required("urlTemplate", o.URLTemplate) {
		v.Length("urlTemplate", o.URLTemplate, 1000)
		if strings.Count(o.URLTemplate, "{") != strings.Count(o.URLTemplate, "}") {
			v.Addf("urlTemplate", "urlTemplate has unbalanced braces: %q.", o.URLTemplate)
		}
	}
	declared := map[string]bool{}
	for _, p := range o.TemplateParameters {
		declared[p.Name] = true
	}
	for _, name := range TemplateVariables(o.URLTemplate) {
		if !declared[name] && name != "*" {
			v.Addf("templateParameters", "templateParameters must declare %q, which urlTemplate uses.", name)
		}
	}
	for _, r := range o.Responses {
		if r.StatusCode < 100 || r.StatusCode > 599 {
			v.Addf("responses", "statusCode must be from 100 to 599; it is %d.", r.StatusCode)
		}
	}
}

// Route is what no two operations of an API share: method and template.
func (o *Operation) Route() string { return strings.ToUpper(o.Method) + " " + o.URLTemplate }

// Operations is the kind of /apis/operations.
var Operations = &Kind{
	Path: "apis/operations", Verbs: CRUD, New: func() Resource { return new(Operation) }, Workspace: true,
	Filter: Fields{"name", "displayName", "method", "description", "urlTemplate"},
	Raw:    []string{"value"},
	Links:  []Link{tagLinks},
}

// TemplateVariables returns the names between braces in a URL template, in order.
func TemplateVariables(template string) []string {
	var names []string
	for _, m := range templateVariable.FindAllStringSubmatch(template, -1) {
		names = append(names, m[1])
	}
	return names
}
