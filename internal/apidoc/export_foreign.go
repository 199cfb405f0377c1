package apidoc

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/store"
)

// ExportAs writes the description of a stored API in any format; blobs hold the
// originals, server is the address to call. The error is an *apim.InvalidError
// if the API has no such form, and apim.ErrNotFound if it does not exist.
func ExportAs(ctx context.Context, tx *store.Tx, blobs blob.Store, api apim.Ref, format Format, server string) ([]byte, error) {
	switch format {
	case OpenAPI, OpenAPIJSON:
		return Export(ctx, tx, api, format, server)
	case SwaggerJSON:
		return exportSwagger(ctx, tx, api, server)
	case WADL:
		return exportWADL(ctx, tx, api, server)
	case GraphQL:
		return exportGraphQL(tx, api)
	}
	return exportOriginal(ctx, tx, blobs, api, format, server)
}

// exportGraphQL is the schema definition of a GraphQL API.
func exportGraphQL(tx *store.Tx, api apim.Ref) ([]byte, error) {
	var s apim.Schema
	_, err := tx.Decode(api.Child("schemas", "graphql"), &s)
	if errors.Is(err, apim.ErrNotFound) {
		return nil, noSuchForm(GraphQL)
	}
	if err != nil {
		return nil, err
	}
	if s.Document == nil {
		return nil, noSuchForm(GraphQL)
	}
	return []byte(s.Document.Value), nil
}

func noSuchForm(format Format) error {
	return apim.Invalid("format", fmt.Sprintf("The API has no description in the format %s: it was not imported from one.", format))
}

// exportOriginal returns the description that an API was imported from, in a
// format that is kept but never written: WSDL, OData metadata, .proto.
func exportOriginal(ctx context.Context, tx *store.Tx, blobs blob.Store, api apim.Ref, format Format, server string) ([]byte, error) {
	doc, err := tx.Get(api)
	if err != nil {
		return nil, err
	}
	extra, err := ReadExtra(doc.Extra)
	if err != nil {
		return nil, fmt.Errorf("decode %s: %w", api, err)
	}
	if extra.Source != format || extra.Original == "" {
		return nil, noSuchForm(format)
	}
	body, _, err := blobs.Get(ctx, extra.Original)
	if err != nil {
		return nil, fmt.Errorf("read the original of %s: %w", api, err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err == nil && format == WSDL {
		data = WithAddress(data, server)
	}
	return data, err
}

// exportWADL writes WADL: resources with their methods, parameters and media types.
func exportWADL(ctx context.Context, tx *store.Tx, api apim.Ref, server string) ([]byte, error) {
	x, err := load(tx, api)
	if err != nil {
		return nil, fmt.Errorf("export %s: %w", api, err)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	resources := wadlResources{Base: strings.TrimSuffix(server, "/") + "/"}
	byPath := map[string]*wadlResource{}
	for _, o := range x.operations {
		path, _, _ := strings.Cut(o.op.URLTemplate, "?")
		r := byPath[path]
		if r == nil {
			r = &wadlResource{Path: path}
			byPath[path] = r
			resources.Resource = append(resources.Resource, r)
		}
		r.add(o, path)
	}
	slices.SortFunc(resources.Resource, func(a, b *wadlResource) int { return strings.Compare(a.Path, b.Path) })
	for _, r := range resources.Resource {
		slices.SortFunc(r.Method, func(a, b *wadlMethod) int { return strings.Compare(a.Name, b.Name) })
	}
	data, err := xml.MarshalIndent(wadl{
		XMLName: xml.Name{Space: "http://wadl.dev.java.net/2009/02", Local: "application"},
		Doc:     newWADLDoc(x.api.DisplayName, x.api.Description), Resources: []wadlResources{resources},
	}, "", "  ")
	return append([]byte(xml.Header), append(data, '\n')...), err
}

func newWADLDoc(title, text string) []wadlDoc {
	return []wadlDoc{{Title: title, Text: strings.TrimSpace(text)}}
}

func (r *wadlResource) add(o *exported, path string) {
	m := &wadlMethod{Name: o.op.Method, ID: o.id, Doc: newWADLDoc(o.op.DisplayName, o.op.Description)}
	for _, p := range o.op.TemplateParameters {
		if strings.Contains(path, "{"+p.Name+"}") {
			if !slices.ContainsFunc(r.Param, func(other wadlParam) bool { return other.Name == p.Name }) {
				r.Param = append(r.Param, newWADLParam(&p, "template", true))
			}
			continue
		}
		m.Request.Param = append(m.Request.Param, newWADLParam(&p, "query", true))
	}
	if q := o.op.Request; q != nil {
		for _, p := range q.QueryParameters {
			m.Request.Param = append(m.Request.Param, newWADLParam(&p, "query", p.Required))
		}
		for _, p := range q.Headers {
			m.Request.Param = append(m.Request.Param, newWADLParam(&p, "header", p.Required))
		}
		m.Request.Representation = wadlRepresentations(q.Representations)
	}
	for _, res := range o.op.Responses {
		m.Response = append(m.Response, wadlResponse{Status: fmt.Sprint(res.StatusCode), Representation: wadlRepresentations(res.Representations)})
	}
	r.Method = append(r.Method, m)
}

func newWADLParam(p *apim.Parameter, style string, required bool) wadlParam {
	out := wadlParam{Name: p.Name, Style: style, Type: "xsd:" + xsdType(p.Type), Required: required}
	for _, v := range p.Values {
		out.Option = append(out.Option, wadlOption{v})
	}
	return out
}

func xsdType(kind string) string {
	switch kind {
	case "integer", "boolean":
		return kind
	case "number":
		return "decimal"
	}
	return "string"
}

func wadlRepresentations(all []apim.Representation) []wadlRepresentation {
	media := map[string]bool{}
	for _, r := range all {
		media[r.ContentType] = true
	}
	var out []wadlRepresentation
	for _, m := range slices.Sorted(maps.Keys(media)) {
		out = append(out, wadlRepresentation{m})
	}
	return out
}
