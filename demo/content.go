package demo

import "github.com/portico-portal/portico/internal/apim"

// partners is the id of the demo's own group, versionSet that of the Tracking API's versions.
const (
	partners   = "partners"
	versionSet = apim.Ref("/apiVersionSets/tracking")
)

// demoAPI is how a description is published.
type demoAPI struct {
	id         apim.Name
	file, path string
	backend    string // below the backend's address
	version    string // "" outside the version set
	tag        string
	products   []apim.Ref
}

var everyProduct = []apim.Ref{"/products/starter", "/products/unlimited"}

// demoAPIs lists the APIs of the demo. The Depot API is in no product: only administrators see it.
var demoAPIs = []demoAPI{
	{id: "parcel", file: "parcel.yaml", path: "parcel", backend: "/parcel", tag: "Logistics", products: everyProduct},
	{id: "tracking", file: "tracking-v1.yaml", path: "tracking", backend: "/tracking/v1", version: "v1", tag: "Logistics", products: everyProduct},
	{id: "tracking-v2", file: "tracking-v2.yaml", path: "tracking", backend: "/tracking/v2", version: "v2", tag: "Logistics", products: everyProduct},
	{id: "echo", file: "echo.yaml", path: "echo", backend: "/echo", tag: "Tools", products: everyProduct},
	{id: "depot", file: "depot.yaml", path: "depot", backend: "/depot", tag: "Internal"},
}

// properties are those of a PUT of the API with its description.
func (a demoAPI) properties(backend, description string) map[string]any {
	p := map[string]any{
		"path": a.path, "serviceUrl": backend + a.backend, "protocols": []string{"http", "https"},
		"format": "openapi", "value": description, "translateRequiredQueryParameters": "query",
	}
	if a.version != "" {
		p["apiVersion"], p["apiVersionSetId"] = a.version, versionSet
	}
	return p
}

func demoProducts() map[apim.Name]*apim.Product {
	five := 5
	return map[apim.Name]*apim.Product{
		"starter": {
			DisplayName: "Starter", State: "published", SubscriptionsLimit: &five,
			Description: "Everything you need to try Meridian: all public APIs, up to 60 calls a minute. Subscribe and call at once.",
		},
		"unlimited": {
			DisplayName: "Unlimited", State: "published", ApprovalRequired: true,
			Description: "For shops that ship every day: all public APIs without a limit. We look at each request, usually within a working day.",
			Terms:       "Fair use: please tell us before you send more than a million calls a day.",
		},
	}
}

const starterPolicy = `<policies>
  <inbound>
    <base />
    <rate-limit calls="60" renewal-period="60" remaining-calls-header-name="X-RateLimit-Remaining" />
  </inbound>
  <backend><base /></backend>
  <outbound><base /></outbound>
  <on-error><base /></on-error>
</policies>
`

const echoPolicy = `<policies>
  <inbound>
    <base />
    <set-header name="X-Through" exists-action="override"><value>Portico</value></set-header>
  </inbound>
  <backend><base /></backend>
  <outbound><base /></outbound>
  <on-error><base /></on-error>
</policies>
`
