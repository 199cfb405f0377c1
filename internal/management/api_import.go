package management

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/outbound"
	"github.com/portico-portal/portico/internal/store"
)

// importFormats are what properties.format may be (apim-rest.md §3.1), and what
// each is; the others are links to the same.
var importFormats = map[string]apidoc.Format{
	"openapi": apidoc.OpenAPI, "openapi-link": apidoc.OpenAPI,
	"openapi+json": apidoc.OpenAPIJSON, "openapi+json-link": apidoc.OpenAPIJSON,
	"swagger-json": apidoc.SwaggerJSON, "swagger-link-json": apidoc.SwaggerJSON, "swagger-link": apidoc.SwaggerJSON,
	"wadl-xml": apidoc.WADL, "wadl-link-json": apidoc.WADL,
	"wsdl": apidoc.WSDL, "wsdl-link": apidoc.WSDL,
	"odata": apidoc.OData, "odata-link": apidoc.OData,
	"grpc": apidoc.GRPC, "grpc-link": apidoc.GRPC,
	"graphql": apidoc.GraphQL, "graphql-link": apidoc.GraphQL,
}

// fetch gets what a link names: a description, or of a GraphQL endpoint its schema.
func (c *call) fetch(format, address string) ([]byte, error) {
	if c.Outbound == nil {
		return nil, apim.Invalid("format", "This instance fetches no links; put the description itself.")
	}
	if format != "graphql-link" {
		return outbound.Fetch(c.r.Context(), c.Outbound, "value", address, arm.MaxDescriptionBody)
	}
	if data, err := outbound.Fetch(c.r.Context(), c.Outbound, "value", address, arm.MaxDescriptionBody); err == nil && apidoc.CheckGraphQL("value", string(data)) == nil {
		return data, nil
	}
	query, err := json.Marshal(map[string]string{"query": apidoc.IntrospectionQuery})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(c.r.Context(), http.MethodPost, address, bytes.NewReader(query))
	if err != nil {
		return nil, apim.Invalid("value", "value must be the address of a GraphQL endpoint or schema.")
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := outbound.Do(c.Outbound, r, "value", arm.MaxDescriptionBody)
	if err != nil {
		return nil, err
	}
	text, err := apidoc.SDLOfIntrospection(answer)
	return []byte(text), err
}

// importAPI answers a PUT that carries a description: package apidoc stores the
// API, its operations and schemas in one transaction of its own.
func importAPI(c *call, properties json.RawMessage) (*answer, error) {
	in, err := c.readImport(properties)
	if in == nil || err != nil {
		return nil, err
	}
	result, err := c.Importer.Import(c.r.Context(), c.actor(), *in)
	if err != nil {
		return nil, fmt.Errorf("import %s: %w", c.ref, err)
	}
	doc, err := c.document()
	if err != nil {
		return nil, err
	}
	status := http.StatusOK
	if result.Created {
		status = http.StatusCreated
	}
	return c.entity(status, doc)
}

// readImport returns nil when the body holds no description.
func (c *call) readImport(properties json.RawMessage) (*apidoc.Import, error) {
	var sent struct {
		Format *string `json:"format"`
		Value  *string `json:"value"`
		Path   *string `json:"path"`
		Query  string  `json:"translateRequiredQueryParameters"`
		Type   string  `json:"apiType"`

		Selector apidoc.Selector `json:"wsdlSelector"`
	}
	if err := arm.Unmarshal(properties, &sent); err != nil {
		return nil, err
	}
	if sent.Format == nil && sent.Value == nil {
		return nil, nil
	}
	if sent.Format != nil {
		*sent.Format = strings.ToLower(*sent.Format)
	}
	var v apim.Violations
	if !apim.APIs.ValidName(plainName(apim.APIs, c.ref)) {
		v.Addf("name", "%q is not a valid name for an API.", c.ref.Name())
	}
	switch {
	case sent.Format == nil || *sent.Format == "":
		v.Addf("format", "format is required with value.")
	case importFormats[*sent.Format] == "":
		v.Addf("format", "format must be one of %s; it is %q.", strings.Join(slices.Sorted(maps.Keys(importFormats)), ", "), *sent.Format)
	}
	if sent.Value == nil || *sent.Value == "" {
		v.Addf("value", "value is required with format.")
	}
	if sent.Path == nil {
		v.Addf("path", "path is required; it may be empty.")
	}
	v.OneOf("translateRequiredQueryParameters", &sent.Query, apidoc.RequiredInTemplate, apidoc.RequiredInQuery)
	if err := v.Err(); err != nil {
		return nil, err
	}
	if sent.Query == "" {
		sent.Query = apidoc.RequiredInTemplate
	}
	short, err := shortRefs(apim.APIs, c.home(), properties)
	if err != nil {
		return nil, err
	}
	api := new(apim.API)
	if err := arm.Unmarshal(short, api); err != nil {
		return nil, err
	}
	if api.Type == "" {
		api.Type = sent.Type
	}
	data := []byte(*sent.Value)
	if strings.Contains(*sent.Format, "link") {
		if data, err = c.fetch(*sent.Format, *sent.Value); err != nil {
			return nil, err
		}
	}
	return &apidoc.Import{
		Home: c.home(), APIID: c.ref.Name(), Path: api.Path, DisplayName: api.DisplayName, ServiceURL: api.ServiceURL,
		Data: data, Format: importFormats[*sent.Format], Selector: sent.Selector, API: api, Admit: c.admitImport,
		TranslateRequiredQuery: sent.Query,
	}, nil
}

// admitImport checks the ETag inside the import's transaction.
func (c *call) admitImport(old *store.Document) error {
	if old != nil {
		return c.match.Check(old.ETag)
	}
	return c.match.CheckAbsent()
}
