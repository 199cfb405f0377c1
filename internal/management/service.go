package management

import (
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
)

// getService answers GET of the service itself (apim-rest.md §2.6).
func getService(c *call) (*answer, error) {
	s := c.Service
	host := func(kind, url string) map[string]any {
		return map[string]any{"type": kind, "hostName": hostOf(url), "negotiateClientCertificate": false, "defaultSslBinding": kind == "Proxy"}
	}
	properties := map[string]any{
		"publisherName": s.PublisherName, "publisherEmail": s.PublisherEmail,
		"gatewayUrl": s.GatewayURL, "developerPortalUrl": s.PortalURL, "portalUrl": s.PortalURL,
		"managementApiUrl": s.ManagementURL, "dataApiUrl": s.DataAPIURL,
		"provisioningState": "Succeeded", "targetProvisioningState": "", "developerPortalStatus": "Enabled",
		"hostnameConfigurations": []any{
			host("Proxy", s.GatewayURL), host("DeveloperPortal", s.PortalURL), host("Management", s.ManagementURL),
		},
		"apiVersionConstraint": map[string]any{"minApiVersion": nil},
		"virtualNetworkType":   "None", "publicNetworkAccess": "Enabled", "platformVersion": "undetermined",
	}
	id := c.address.ID(apim.Ref(""))
	if id == "" {
		id = "/"
	}
	return &answer{status: http.StatusOK, body: map[string]any{
		"id": id, "name": s.Name, "type": "Microsoft.ApiManagement/service", "location": s.Location,
		"etag": "portico", "tags": map[string]string{},
		"sku":        map[string]any{"name": "Developer", "capacity": 1},
		"properties": properties,
	}}, nil
}
