package apidoc

import (
	"context"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
)

// The formats that are not OpenAPI (apim-rest.md §3.1).
const (
	WADL    Format = "wadl-xml"
	WSDL    Format = "wsdl"
	OData   Format = "odata"
	GRPC    Format = "grpc"
	GraphQL Format = "graphql" // a schema definition
)

// protobufSchema is the content type of a .proto file as a schema (apim-rest.md §3.1).
const protobufSchema = "text/protobuf"

// foreignTypes are the types of APIs imported from these formats.
var foreignTypes = map[Format]string{WADL: "http", WSDL: "soap", OData: "odata", GRPC: "grpc", GraphQL: "graphql"}

// Source is a description as given.
type Source struct {
	Data     []byte
	Format   Format   // "": OpenAPI or Swagger
	Selector Selector // of a WSDL document
	// Type is what the client wants the API to be: a WSDL document makes an API of
	// the type soap, or http, which turns SOAP into REST.
	Type                   string
	TranslateRequiredQuery string // as in Options
}

// Read reads a description of any format. Errors are *apim.InvalidError and apim.ErrTooLarge.
func Read(ctx context.Context, in Source) (*Description, error) {
	d, err := readFormat(ctx, &in)
	if err == nil {
		d.Format = in.Format
	}
	return d, err
}

func readFormat(ctx context.Context, in *Source) (*Description, error) {
	switch in.Format {
	case "", OpenAPI, OpenAPIJSON, SwaggerJSON:
		return Parse(ctx, in.Data, Options{TranslateRequiredQuery: in.TranslateRequiredQuery})
	case GraphQL:
		if err := CheckGraphQL("value", string(in.Data)); err != nil {
			return nil, err
		}
		return &Description{Type: "graphql", SchemaID: "graphql", Original: in.Data,
			Schema: &apim.Schema{ContentType: apim.GraphQLSchema, Document: &apim.SchemaDocument{Value: string(in.Data)}}}, nil
	case WADL, WSDL, OData, GRPC:
		return readForeign(ctx, in)
	}
	return nil, apim.Invalid("format", fmt.Sprintf("format must be openapi, openapi+json, swagger-json, wadl-xml, wsdl, odata, grpc or graphql; it is %q.", in.Format))
}

// readForeign outlines a description in terms of OpenAPI and reads the outline.
func readForeign(ctx context.Context, in *Source) (*Description, error) {
	o, policies, err := outlineOf(ctx, in)
	if err != nil {
		return nil, err
	}
	text, err := o.openAPI()
	if err != nil {
		return nil, err
	}
	d, err := Parse(ctx, text, Options{TranslateRequiredQuery: in.TranslateRequiredQuery})
	if err != nil {
		return nil, fmt.Errorf("read the outline of the description: %w", err)
	}
	d.Type, d.Original, d.Policies = foreignTypes[in.Format], in.Data, map[string]string{}
	if in.Format == WSDL && policies != nil {
		d.Type = "http"
	}
	if in.Format == GRPC {
		d.SchemaID = "protobuf"
		d.Schema = &apim.Schema{ContentType: protobufSchema, Document: &apim.SchemaDocument{Value: string(in.Data)}}
	}
	for i := range d.Operations {
		if p := policies[d.Operations[i].DisplayName]; p != "" {
			d.Policies[d.Operations[i].ID] = p
		}
	}
	d.Extra.Source, d.Extra.OpenAPI = in.Format, ""
	return d, nil
}

// outlineOf outlines a description; policies, by operation, are those that turn SOAP into REST.
func outlineOf(ctx context.Context, in *Source) (o *outline, policies map[string]string, err error) {
	switch in.Format {
	case WADL:
		o, err = fromWADL(in.Data)
	case OData:
		o, err = fromOData(in.Data)
	case GRPC:
		o, err = fromProto(ctx, in.Data)
	default:
		w, service, err := readWSDL(in.Data, in.Selector)
		if err != nil {
			return nil, nil, err
		}
		if in.Type == "http" {
			o := service.rest(w)
			return o, service.policies(w, o), nil
		}
		return service.passThrough(), nil, nil
	}
	return o, nil, err
}
