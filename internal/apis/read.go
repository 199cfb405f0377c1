package apis

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apidoc"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/outbound"
	"github.com/portico-portal/portico/internal/store"
)

// Service writes APIs. It reads one description at a time to bound memory.
type Service struct {
	Store *store.Store
	Blobs blob.Store
	// Patience is how long a request waits for others' descriptions; 0: two minutes.
	Patience time.Duration

	turns turns
}

// Request is a request to write an API.
type Request struct {
	Ref        apim.Ref        // the API, /apis/x, or a revision of it, /apis/x;rev=2; also in a workspace
	Properties json.RawMessage // as in a PUT, with or without a description
	Products   []apim.Ref      // products to add the API to
	// Outbound fetches a description given by link; nil: links are refused.
	Outbound *http.Client
}

// Input is what an API is written from.
type Input struct {
	Properties  json.RawMessage // without the description
	Description *apidoc.Description
	Products    []apim.Ref

	done func()
}

// Close lets the next description be read.
func (in *Input) Close() {
	if in != nil && in.done != nil {
		in.done()
	}
}

// Write reads a request and carries it out in one transaction, which also
// records the findings in the API's history.
func (s *Service) Write(ctx context.Context, actor store.Actor, r Request) (*Result, error) {
	in, err := s.Read(ctx, r)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	result, err := store.Write(ctx, s.Store, actor, func(tx *store.Tx) (*Result, error) {
		at, err := Locate(tx, r.Ref, in.Properties)
		if err != nil {
			return nil, err
		}
		result, err := Put(tx, at, in)
		if err != nil {
			return nil, err
		}
		return result, tx.Found(result.Document.Ref, result.Findings)
	})
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", r.Ref, err)
	}
	return result, nil
}

// formats maps the values of properties.format (apim-rest.md §3.1) to the
// format of the text; those ending in -link hold a link to it.
var formats = map[string]apidoc.Format{
	"openapi": apidoc.OpenAPI, "openapi-link": apidoc.OpenAPI,
	"openapi+json": apidoc.OpenAPIJSON, "openapi+json-link": apidoc.OpenAPIJSON,
	"swagger-json": apidoc.SwaggerJSON, "swagger-link-json": apidoc.SwaggerJSON, "swagger-link": apidoc.SwaggerJSON,
	"wadl-xml": apidoc.WADL, "wadl-link-json": apidoc.WADL,
	"wsdl": apidoc.WSDL, "wsdl-link": apidoc.WSDL,
	"odata": apidoc.OData, "odata-link": apidoc.OData,
	"grpc": apidoc.GRPC, "grpc-link": apidoc.GRPC,
	"graphql": apidoc.GraphQL, "graphql-link": apidoc.GraphQL,
}

// described are the members of a request that describe its description.
type described struct {
	Format   *string         `json:"format"`
	Value    *string         `json:"value"`
	Selector apidoc.Selector `json:"wsdlSelector"`
	Query    string          `json:"translateRequiredQueryParameters"`
	Type     string          `json:"type"`
	APIType  string          `json:"apiType"`
	Path     *string         `json:"path"`
	Source   string          `json:"sourceApiId"`
}

// Read does what is slow about a request, before the transaction. Errors:
// *apim.InvalidError and apim.ErrTooLarge. The caller closes the input.
func (s *Service) Read(ctx context.Context, r Request) (*Input, error) {
	var sent described
	if err := arm.Unmarshal(r.Properties, &sent); err != nil {
		return nil, err
	}
	in := &Input{Properties: r.Properties, Products: r.Products}
	if sent.Format == nil && sent.Value == nil {
		return in, nil
	}
	if err := sent.check(r.Ref); err != nil {
		return nil, err
	}
	var err error
	if in.Properties, err = plain(r.Properties); err != nil {
		return nil, err
	}
	if in.done, err = s.turns.wait(ctx, s.Patience); err != nil {
		return nil, err
	}
	if in.Description, err = s.describe(ctx, r.Outbound, &sent); err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}

// check finds what is wrong before the description is read.
func (d *described) check(ref apim.Ref) error {
	var v apim.Violations
	id, _ := apim.SplitRevision(ref.Name())
	checkName(&v, id)
	if d.Format != nil {
		*d.Format = strings.ToLower(*d.Format)
	}
	switch {
	case d.Format == nil || *d.Format == "":
		v.Addf("format", "format is required with value.")
	case formats[*d.Format] == "":
		v.Addf("format", "format must be one of %s; it is %q.", strings.Join(slices.Sorted(maps.Keys(formats)), ", "), *d.Format)
	}
	if d.Value == nil || *d.Value == "" {
		v.Addf("value", "value is required with format.")
	}
	if d.Path == nil && d.Source == "" {
		v.Addf("path", pathRequired)
	}
	v.OneOf("translateRequiredQueryParameters", &d.Query, apidoc.RequiredInTemplate, apidoc.RequiredInQuery)
	return v.Err()
}

// Describing are the members of properties that say what the description is.
func Describing() []string {
	return []string{"format", "value", "wsdlSelector", "translateRequiredQueryParameters"}
}

// plain returns the properties without the description, and without empty ones,
// which are left to the description.
func plain(properties json.RawMessage) (json.RawMessage, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(properties, &members); err != nil {
		return nil, fmt.Errorf("decode properties: %w", err)
	}
	for _, name := range Describing() {
		delete(members, name)
	}
	maps.DeleteFunc(members, func(name string, value json.RawMessage) bool {
		text := string(bytes.TrimSpace(value))
		return name != "path" && (text == `""` || text == "null" || text == "[]")
	})
	return json.Marshal(members)
}

// describe reads the description that a request holds or links to.
func (s *Service) describe(ctx context.Context, client *http.Client, sent *described) (*apidoc.Description, error) {
	source := apidoc.Source{
		Data: []byte(*sent.Value), Format: formats[*sent.Format], Selector: sent.Selector,
		Type: sent.Type, TranslateRequiredQuery: sent.Query,
	}
	source.Type = cmp.Or(source.Type, sent.APIType)
	source.TranslateRequiredQuery = cmp.Or(source.TranslateRequiredQuery, apidoc.RequiredInTemplate)
	if strings.Contains(*sent.Format, "link") {
		var err error
		if source.Data, err = fetch(ctx, client, *sent.Format, *sent.Value); err != nil {
			return nil, err
		}
	}
	d, err := apidoc.Read(ctx, source)
	if err != nil {
		return nil, err
	}
	return d, d.Keep(ctx, s.Blobs)
}

// fetch gets the description at a link or, for a GraphQL endpoint, its schema.
func fetch(ctx context.Context, client *http.Client, format, address string) ([]byte, error) {
	if client == nil {
		return nil, apim.Invalid("format", "This instance fetches no links; put the description itself.")
	}
	data, err := outbound.Fetch(ctx, client, "value", address, arm.MaxDescriptionBody)
	if format != "graphql-link" || err == nil && apidoc.CheckGraphQL("value", string(data)) == nil {
		return data, err
	}
	query, err := json.Marshal(map[string]string{"query": apidoc.IntrospectionQuery})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(query))
	if err != nil {
		return nil, apim.Invalid("value", "value must be the address of a GraphQL endpoint or schema.")
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := outbound.Do(client, r, "value", arm.MaxDescriptionBody)
	if err != nil {
		return nil, err
	}
	text, err := apidoc.SDLOfIntrospection(answer)
	return []byte(text), err
}
