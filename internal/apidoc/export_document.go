package apidoc

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// document writes the whole description as compact JSON.
func (x *exporter) document(ctx context.Context, servers []string) (json.RawMessage, error) {
	var o objectWriter
	version := "3.0.3"
	if isVersion(x.extra.OpenAPI, "3.1") {
		version = x.extra.OpenAPI
	}
	o.text("openapi", version)
	o.add("info", x.info())
	o.add("externalDocs", x.extra.Docs)
	o.add("servers", serversOf(servers))
	o.add("tags", x.extra.Tags)
	o.add("security", x.security(x.extra.Security))
	paths, others, err := x.paths(ctx)
	if err != nil {
		return nil, err
	}
	o.add("paths", paths)
	o.add("x-ms-paths", others)
	if isVersion(version, "3.1") {
		o.add("webhooks", x.extra.Webhooks)
	}
	o.add("components", x.components(paths, others))
	addAll(&o, x.extra.X)
	return o.raw(), nil
}

func (x *exporter) info() json.RawMessage {
	var o objectWriter
	o.text("title", x.api.DisplayName)
	if isVersion(x.extra.OpenAPI, "3.1") {
		o.text("summary", x.extra.Summary)
	}
	o.text("description", x.api.Description)
	o.text("termsOfService", x.api.TermsOfServiceURL)
	if c := x.api.Contact; c != nil && *c != (apim.Contact{}) {
		o.add("contact", encode(c))
	}
	if l := x.api.License; l != nil && l.Name != "" {
		o.add("license", encode(l))
	}
	o.text("version", cmp.Or(x.extra.Version, x.api.APIVersion, "1"))
	addAll(&o, x.extra.InfoX)
	return o.raw()
}

// addAll adds members in the order of their names.
func addAll(o *objectWriter, members map[string]json.RawMessage) {
	for _, name := range sortedNames(members) {
		o.add(name, members[name])
	}
}

func serversOf(addresses []string) json.RawMessage {
	var a arrayWriter
	for _, address := range addresses {
		a.add(holding("url", encode(address)))
	}
	return a.some()
}

// The names of the schemes for a subscription key (apim-rest.md §3.4).
const (
	keyHeaderScheme = "apiKeyHeader"
	keyQueryScheme  = "apiKeyQuery"
)

// security adds the subscription key to what the backend requires.
func (x *exporter) security(written json.RawMessage) json.RawMessage {
	if !x.api.NeedsSubscription() {
		return written
	}
	var all []map[string][]string
	if json.Unmarshal(written, &all) != nil || len(all) == 0 {
		all = []map[string][]string{{}}
	}
	var a arrayWriter
	for _, one := range all {
		_, byHeader := one[keyHeaderScheme]
		_, byQuery := one[keyQueryScheme]
		if byHeader || byQuery {
			a.add(encode(one))
			continue
		}
		for _, scheme := range []string{keyHeaderScheme, keyQueryScheme} {
			both := map[string][]string{scheme: {}}
			maps.Copy(both, one)
			a.add(encode(both))
		}
	}
	return a.raw()
}

// components writes the definitions and security schemes. A definition made of
// an inline schema stands where it came from, unless something refers to it.
func (x *exporter) components(written ...json.RawMessage) json.RawMessage {
	texts := slices.Clone(written)
	for _, one := range x.parts.schema {
		if !x.inline[one.name] {
			texts = append(texts, one.raw)
		}
	}
	used := referred(texts)
	var o, schemas objectWriter
	for _, one := range x.parts.schema {
		if !x.inline[one.name] || used[one.name] {
			schemas.add(one.name, one.raw)
		}
	}
	o.add("schemas", schemas.some())
	o.add("securitySchemes", x.securitySchemes())
	return o.some()
}

func (x *exporter) securitySchemes() json.RawMessage {
	var o objectWriter
	own := derivedMembers(x.extra.SecuritySchemes)
	o.members(own)
	if !x.api.NeedsSubscription() {
		return o.some()
	}
	header, query := x.api.KeyNames()
	for _, s := range []struct{ scheme, in, name string }{
		{keyHeaderScheme, "header", header}, {keyQueryScheme, "query", query},
	} {
		if own.Get(s.scheme).Exists() {
			continue
		}
		var scheme objectWriter
		scheme.text("type", "apiKey")
		scheme.text("name", s.name)
		scheme.text("in", s.in)
		o.add(s.scheme, scheme.raw())
	}
	return o.some()
}

// paths writes the operations by path. Those whose template is not an OpenAPI
// path are written by template, as x-ms-paths.
func (x *exporter) paths(ctx context.Context) (paths, others json.RawMessage, err error) {
	type item struct {
		methods objectWriter
		used    map[string]bool
	}
	lists := [2]map[string]*item{{}, {}}
	order := [2][]string{}
	add := func(list int, path, method string, operation json.RawMessage) bool {
		one := lists[list][path]
		if one == nil {
			one = &item{used: map[string]bool{}}
			lists[list][path] = one
			order[list] = append(order[list], path)
		}
		if one.used[method] {
			return false
		}
		one.used[method] = true
		one.methods.add(method, operation)
		return true
	}
	for _, op := range x.operations {
		if err := ctx.Err(); err != nil {
			return nil, nil, err
		}
		method := strings.ToLower(op.op.Method)
		path, plain := splitTemplate(&op.op)
		if !methods[method] {
			continue // OpenAPI has no place for it
		}
		operation := x.operation(op)
		if !plain || !add(0, path, method, operation) {
			add(1, op.op.URLTemplate, method, operation)
		}
	}
	var out [2]objectWriter
	for list, names := range order {
		for _, path := range names {
			out[list].add(path, lists[list][path].methods.raw())
		}
	}
	return out[0].raw(), out[1].some(), nil
}

// splitTemplate is the path of a URL template; plain is false if its query is
// more than parameters (name={name}).
func splitTemplate(op *apim.Operation) (path string, plain bool) {
	path, query, found := strings.Cut(op.URLTemplate, "?")
	if !found {
		return path, true
	}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if value != "{"+name+"}" || strings.Contains(path, value) {
			return op.URLTemplate, false
		}
	}
	return path, true
}
