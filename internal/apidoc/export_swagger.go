package apidoc

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// object is a JSON object.
type object = map[string]any

// exportSwagger writes Swagger 2 from the OpenAPI 3 export. What Swagger cannot
// express (cookies, callbacks, links, several schemas for one body) is left
// out.
func exportSwagger(ctx context.Context, tx *store.Tx, api apim.Ref, server string) ([]byte, error) {
	text, err := Export(ctx, tx, api, OpenAPIJSON, server)
	if err != nil {
		return nil, err
	}
	text = []byte(strings.ReplaceAll(string(text), `"`+componentRef, `"`+definitionRef))
	var doc object
	if err := json.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("read the export of %s: %w", api, err)
	}
	out := object{"swagger": "2.0", "info": swaggerInfo(members(doc["info"])), "paths": swaggerPaths(doc["paths"])}
	if u, err := url.Parse(server); err == nil && u.Host != "" {
		out["host"], out["schemes"] = u.Host, []string{u.Scheme}
		if u.Path != "" {
			out["basePath"] = u.Path
		}
	}
	take(out, doc, "tags", "externalDocs", "security")
	for name, v := range doc {
		if name == "x-ms-paths" {
			out[name] = swaggerPaths(v)
		} else if strings.HasPrefix(name, "x-") {
			out[name] = v
		}
	}
	components := members(doc["components"])
	if schemas := members(components["schemas"]); len(schemas) > 0 {
		out["definitions"] = schemas
	}
	if schemes := swaggerSecurity(members(components["securitySchemes"])); len(schemes) > 0 {
		out["securityDefinitions"] = schemes
	}
	return json.MarshalIndent(out, "", "  ")
}

// swaggerInfo is info without members that Swagger does not know.
func swaggerInfo(info object) object {
	out := object{}
	for name, v := range info {
		switch name {
		case "title", "version", "description", "termsOfService", "contact":
			out[name] = v
		case "license":
			license := maps.Clone(members(v))
			delete(license, "identifier")
			out[name] = license
		default:
			if strings.HasPrefix(name, "x-") {
				out[name] = v
			}
		}
	}
	return out
}

// take copies those of the named members that an object has.
func take(to, from object, names ...string) {
	for _, name := range names {
		if from[name] != nil {
			to[name] = from[name]
		}
	}
}

func members(v any) object {
	m, _ := v.(object)
	return m
}

func swaggerPaths(v any) object {
	paths := object{}
	for path, item := range members(v) {
		methods := object{}
		for name, op := range members(item) {
			if m := members(op); m != nil && name != "trace" {
				methods[name] = swaggerOperation(m)
			}
		}
		paths[path] = methods
	}
	return paths
}

func swaggerOperation(op object) object {
	out := object{}
	take(out, op, "operationId", "summary", "description", "tags", "deprecated", "externalDocs", "security")
	var parameters []any
	list, _ := op["parameters"].([]any)
	for _, p := range list {
		if one := members(p); one != nil && one["in"] != "cookie" {
			parameters = append(parameters, flattened(one, "name", "in", "required", "description"))
		}
	}
	if body := members(op["requestBody"]); body != nil {
		content := members(body["content"])
		parameters = append(parameters, swaggerBody(body, content))
		out["consumes"] = slices.Sorted(maps.Keys(content))
	}
	if len(parameters) > 0 {
		out["parameters"] = parameters
	}
	responses, produces := object{}, map[string]bool{}
	for status, r := range members(op["responses"]) {
		responses[status] = swaggerResponse(members(r), produces)
	}
	out["responses"] = responses
	if len(produces) > 0 {
		out["produces"] = slices.Sorted(maps.Keys(produces))
	}
	return out
}

func swaggerBody(body, content object) object {
	out := object{"name": "body", "in": "body", "schema": schemaIn(content)}
	take(out, body, "required", "description")
	return out
}

// schemaIn is the schema of the first media type with one, since a body has
// only one in Swagger.
func schemaIn(content object) any {
	for _, media := range slices.Sorted(maps.Keys(content)) {
		if s := members(content[media])["schema"]; s != nil {
			return s
		}
	}
	return object{}
}

func swaggerResponse(r object, produces map[string]bool) object {
	out := object{"description": r["description"]}
	if out["description"] == nil {
		out["description"] = ""
	}
	content := members(r["content"])
	examples := object{}
	for media, v := range content {
		produces[media] = true
		if example := members(v)["example"]; example != nil {
			examples[media] = example
		}
	}
	if s := schemaIn(content); len(content) > 0 && len(members(s)) > 0 {
		out["schema"] = s
	}
	if len(examples) > 0 {
		out["examples"] = examples
	}
	headers := object{}
	for name, h := range members(r["headers"]) {
		headers[name] = flattened(members(h), "description")
	}
	if len(headers) > 0 {
		out["headers"] = headers
	}
	return out
}

// simpleSchema are the members of a schema that parameters have in Swagger.
var simpleSchema = []string{
	"type", "format", "items", "enum", "default", "minimum", "maximum", "minLength", "maxLength", "pattern", "minItems", "maxItems", "uniqueItems",
}

// flattened is a parameter or header with the members of its schema moved up to it.
func flattened(p object, own ...string) object {
	out := object{}
	take(out, p, own...)
	take(out, members(p["schema"]), simpleSchema...)
	if _, ok := out["type"].(string); !ok {
		out["type"] = "string"
	}
	if out["type"] == "array" {
		out["collectionFormat"] = "multi"
		if out["in"] != "query" {
			out["collectionFormat"] = "csv"
		}
		if items := members(out["items"]); items == nil || items["type"] == nil {
			out["items"] = object{"type": "string"}
		}
	}
	if out["type"] == "object" {
		out["type"] = "string"
	}
	return out
}

// swaggerSecurity are the security schemes that Swagger has.
func swaggerSecurity(schemes object) object {
	out := object{}
	for name, v := range schemes {
		s := members(v)
		switch {
		case s["type"] == "apiKey" && s["in"] != "cookie":
			out[name] = s
		case s["type"] == "http" && s["scheme"] == "basic":
			out[name] = object{"type": "basic"}
		case s["type"] == "oauth2":
			if flow := swaggerFlow(members(s["flows"])); flow != nil {
				out[name] = flow
			}
		}
	}
	return out
}

// swaggerFlow is the first flow of an OAuth 2 scheme, since a scheme has only
// one in Swagger.
func swaggerFlow(flows object) object {
	for _, f := range []struct{ name, old string }{
		{"authorizationCode", "accessCode"}, {"implicit", "implicit"}, {"clientCredentials", "application"}, {"password", "password"},
	} {
		flow := members(flows[f.name])
		if flow == nil {
			continue
		}
		out := object{"type": "oauth2", "flow": f.old, "scopes": flow["scopes"]}
		take(out, flow, "authorizationUrl", "tokenUrl")
		return out
	}
	return nil
}
