package management

import (
	"strings"
	"testing"
)

// TestTheServiceIsWrittenAsItsResources: what a client sends back in another
// case, or as null, is not a change; another value is refused by name.
func TestTheServiceIsWrittenAsItsResources(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, method, body, refused string }{
		{"an enumeration in another case", "PATCH", `{"properties":{"virtualNetworkType":"none","publicNetworkAccess":"ENABLED","developerPortalStatus":"enabled"}}`, ""},
		{"the SKU in another case", "PATCH", `{"sku":{"name":"developer","capacity":1}}`, ""},
		{"null for what is fixed, unknown and set", "PATCH", `{"sku":null,"tags":null,"properties":{"virtualNetworkType":null,"colour":null,"publisherName":null,"apiVersionConstraint":{"minApiVersion":null}}}`, ""},
		{"the same with PUT", "PUT", `{"properties":{"virtualNetworkType":null,"publisherName":"A","publisherEmail":"a@b.example","customProperties":null}}`, ""},
		{"another value", "PATCH", `{"properties":{"virtualNetworkType":"External"}}`, "virtualNetworkType"},
		{"another SKU", "PATCH", `{"sku":{"name":"Premium"}}`, "sku.name"},
		{"more capacity", "PATCH", `{"sku":{"name":"Developer","capacity":2}}`, "sku.capacity"},
		{"no publisher", "PUT", `{"properties":{"publisherName":null,"publisherEmail":"a@b.example"}}`, "publisherName"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			before := s.do("PUT", "/", `{"properties":{"publisherName":"Us","publisherEmail":"us@b.example"}}`).want(200).properties()
			r := s.do(c.method, "/", c.body)
			if c.refused != "" {
				if _, targets := r.want(400).failure(); targets != c.refused {
					t.Errorf("refused for %q: %s", targets, r.body)
				}
				return
			}
			after := r.want(200).properties()
			for _, name := range []string{"virtualNetworkType", "publicNetworkAccess", "developerPortalStatus"} {
				if before[name] != after[name] {
					t.Errorf("%s is %v, was %v", name, after[name], before[name])
				}
			}
			if strings.Contains(r.body, "null") || c.method == "PATCH" && after["publisherName"] != before["publisherName"] {
				t.Errorf("the service is %s", r.body)
			}
		})
	}
}
