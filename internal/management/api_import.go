package management

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// importFormats are what properties.format may be (apim-rest.md §3.1).
var importFormats = []string{string(apidoc.OpenAPI), string(apidoc.OpenAPIJSON), string(apidoc.SwaggerJSON)}

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
	}
	if err := arm.Unmarshal(properties, &sent); err != nil {
		return nil, err
	}
	if sent.Format == nil && sent.Value == nil {
		return nil, nil
	}
	var v apim.Violations
	if !apim.APIs.ValidName(plainName(apim.APIs, c.ref)) {
		v.Addf("name", "%q is not a valid name for an API.", c.ref.Name())
	}
	switch {
	case sent.Format == nil || *sent.Format == "":
		v.Addf("format", "format is required with value.")
	case !slices.Contains(importFormats, *sent.Format):
		v.Addf("format", "format must be one of %s; it is %q.", strings.Join(importFormats, ", "), *sent.Format)
	}
	if sent.Value == nil || *sent.Value == "" {
		v.Addf("value", "value is required with format.")
	}
	if sent.Path == nil {
		v.Addf("path", "path is required; it may be empty.")
	}
	v.OneOf("translateRequiredQueryParameters", sent.Query, apidoc.RequiredInTemplate, apidoc.RequiredInQuery)
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
	return &apidoc.Import{
		Home: c.home(), APIID: c.ref.Name(), Path: api.Path, DisplayName: api.DisplayName, ServiceURL: api.ServiceURL,
		Data: []byte(*sent.Value), Format: apidoc.Format(*sent.Format), API: api, Admit: c.admitImport,
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
