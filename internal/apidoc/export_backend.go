package apidoc

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apidoc/tree"
)

// gatewayExtensions begin the names of extensions that tell other gateways where
// an API's backend is.
var gatewayExtensions = []string{
	"x-amazon-apigateway-", "x-apigateway-", "x-backend", "x-envoy-", "x-google-backend", "x-google-endpoints", "x-ibm-configuration",
	"x-kong-", "x-ms-parameterized-host", "x-servers", "x-tyk-", "x-wso2-", "x-yc-apigateway-",
}

// withoutBackends takes from a description that is written for callers what
// would name a backend: extensions for gateways, and extensions and servers of
// callbacks and links that hold the host of a backend. Texts stay as their author wrote them.
func (x *exporter) withoutBackends(text json.RawMessage) json.RawMessage {
	w := backendFilter{hosts: x.backendHosts()}
	if !w.tells(text) {
		return text
	}
	var o objectWriter
	for _, m := range tree.Derived(text, tree.Node{}).Root().Members() {
		if m.Name == "servers" { // ours
			o.add(m.Name, m.Value.Raw())
		} else if !w.drops(m, false) {
			o.add(m.Name, w.value(m.Value, false))
		}
	}
	return o.raw()
}

// backendHosts are the hosts at which the API, or an operation, is served behind the gateway.
func (x *exporter) backendHosts() (hosts [][]byte) {
	addresses := []string{x.api.ServiceURL}
	add := func(servers json.RawMessage) {
		if len(servers) > 0 {
			for _, s := range tree.Derived(servers, tree.Node{}).Root().Items() {
				addresses = append(addresses, serverURL(s.Members()))
			}
		}
	}
	add(x.extra.Servers)
	for _, o := range x.operations {
		add(o.extra.Servers)
	}
	slices.Sort(addresses)
	for _, address := range slices.Compact(addresses) {
		if u, err := url.Parse(address); err == nil && u.Host != "" {
			hosts = append(hosts, []byte(strings.ToLower(u.Host)))
		}
	}
	return hosts
}

// backendFilter copies a description without what names one of the hosts.
type backendFilter struct{ hosts [][]byte }

// tells reports whether a text may name a backend.
func (f *backendFilter) tells(text json.RawMessage) bool {
	folded := bytes.ToLower(text)
	names := func(part []byte) bool { return bytes.Contains(folded, part) }
	return slices.ContainsFunc(f.hosts, names) ||
		slices.ContainsFunc(gatewayExtensions, func(name string) bool { return names([]byte(`"` + name)) })
}

// drops reports whether a member goes; the members of a map are named by the description.
func (f *backendFilter) drops(m tree.Member, inMap bool) bool {
	name := strings.ToLower(m.Name)
	switch {
	case inMap:
		return false
	case strings.HasPrefix(name, "x-"):
		return name != "x-ms-paths" && f.tells(append(encode(name), m.Value.Raw()...))
	case name == "servers" || name == "server":
		return f.tells(m.Value.Raw())
	}
	return false
}

// authored are the members of a description whose own members are named by its author.
var authored = []string{"properties", "patternProperties", "schemas", "headers", "examples", "example", "default", "enum", "const"}

func (f *backendFilter) object(n tree.Node, inMap bool) json.RawMessage {
	var w objectWriter
	for _, m := range n.Members() {
		if !f.drops(m, inMap) {
			w.add(m.Name, f.value(m.Value, !inMap && slices.Contains(authored, m.Name)))
		}
	}
	return w.raw()
}

func (f *backendFilter) value(n tree.Node, inMap bool) json.RawMessage {
	switch n.Kind() {
	case tree.Object:
		if f.tells(n.Raw()) {
			return f.object(n, inMap)
		}
	case tree.Array:
		var a arrayWriter
		for _, item := range n.Items() {
			a.add(f.value(item, false))
		}
		return a.raw()
	}
	return n.Raw()
}
