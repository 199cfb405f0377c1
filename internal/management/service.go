package management

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/settings"
	"github.com/portico-portal/portico/internal/store"
)

func serviceRoutes() []*route {
	table := []*route{
		read("", "", getService),
		routeOf(http.MethodPut, "", "", writeService),
		routeOf(http.MethodPatch, "", "", writeService),
		routeOf(http.MethodDelete, "", "", deleteService),
		read("skus", "skus", listServiceSKUs),
		read("regions", "regions", listRegions),
		read("networkstatus", "networkstatus", listNetworkStatus),
		read("locations/{}/networkstatus", "locations/networkstatus", getNetworkStatus),
		post("getssotoken", "getssotoken", getSSOToken),
		read("firstContents", "firstContents", getFirstContents),
		routeOf(http.MethodDelete, "firstContents", "firstContents", deleteFirstContents),
	}
	return append(table, outerRoutes()...)
}

// outerRoutes are the real answers at addresses above the service (apim-rest.md §2.9).
func outerRoutes() []*route {
	table := []*route{
		read(inGroup+"service", "", listServices),
		read(inSubscription+"service", "", listServices),
		read(inSubscription+"skus", "skus", listSKUs),
		read("providers/Microsoft.ApiManagement/operations", "operations", listOperations),
		post(inSubscription+"checkNameAvailability", "checkNameAvailability", checkNameAvailability),
	}
	for _, rt := range table {
		rt.outer = true
	}
	return table
}

// serviceSettings are the service's settings, and their tag.
func (h *handler) serviceSettings(tx *store.Tx) (*settings.Service, error) {
	return settings.ReadService(tx, settings.Service{PublisherName: h.Service.PublisherName, PublisherEmail: h.Service.PublisherEmail, ETag: "portico"})
}

// getService answers GET of the service itself (apim-rest.md §2.6).
func getService(c *call) (*answer, error) {
	return ok(c.service())
}

func (c *call) service() (map[string]any, error) {
	now, err := view(c, c.serviceSettings)
	if err != nil {
		return nil, err
	}
	properties, err := c.serviceProperties(now)
	if err != nil {
		return nil, err
	}
	id := cmp.Or(c.address.ID(""), "/")
	return map[string]any{
		"id": id, "name": c.Service.Name, "type": "Microsoft.ApiManagement/service", "location": c.Service.Location,
		"etag": now.ETag, "tags": now.Tags, "sku": map[string]any{"name": "Developer", "capacity": 1}, "properties": properties,
	}, nil
}

func (c *call) serviceProperties(now *settings.Service) (json.RawMessage, error) {
	s := c.Service
	host := func(kind, url string) map[string]any {
		return map[string]any{"type": kind, "hostName": hostOf(url), "negotiateClientCertificate": false, "defaultSslBinding": kind == "Proxy"}
	}
	stored, err := json.Marshal(now)
	if err != nil {
		return nil, err
	}
	stored = arm.Complete(stored, apim.ServiceAlways)
	return withMembers(stored, map[string]any{
		"gatewayUrl": s.GatewayURL, "developerPortalUrl": s.PortalURL, "portalUrl": s.PortalURL,
		"managementApiUrl": s.ManagementURL, "dataApiUrl": s.DataAPIURL,
		"provisioningState": "Succeeded", "targetProvisioningState": "", "developerPortalStatus": "Enabled",
		"hostnameConfigurations": []any{
			host("Proxy", s.GatewayURL), host("DeveloperPortal", s.PortalURL), host("Management", s.ManagementURL),
		},
		"apiVersionConstraint": map[string]any{},
		"virtualNetworkType":   "None", "publicNetworkAccess": "Enabled", "platformVersion": "undetermined",
	})
}

// serviceBody is a PUT or PATCH of the service.
type serviceBody struct {
	Location   string             `json:"location"`
	Tags       *map[string]string `json:"tags"`
	SKU        *serviceSKU        `json:"sku"`
	Properties json.RawMessage    `json:"properties"`
}

type serviceSKU struct {
	Name     string `json:"name"`
	Capacity *int   `json:"capacity"`
}

// writeService answers PUT and PATCH of the service.
func writeService(c *call) (*answer, error) {
	if err := c.existed(); err != nil {
		return nil, err
	}
	raw, err := c.body()
	if err != nil {
		return nil, err
	}
	if raw == nil {
		return nil, apim.Invalid("body", "A JSON body with properties is required.")
	}
	var body serviceBody
	if err := arm.Unmarshal(raw, &body); err != nil {
		return nil, err
	}
	if body.Properties == nil {
		body.Properties = json.RawMessage("{}")
	}
	if body.Properties, err = arm.WithoutNulls(body.Properties, nil); err != nil {
		return nil, err
	}
	findings, err := c.checkFixed(&body)
	if err != nil {
		return nil, err
	}
	err = c.Store.Update(c.r.Context(), c.actor(), func(tx *store.Tx) error {
		next := &settings.Service{Tags: map[string]string{}} // what a PUT leaves out returns to the configured values
		if c.r.Method == http.MethodPatch {
			if next, err = c.serviceSettings(tx); err != nil {
				return err
			}
		}
		if err := arm.Unmarshal(body.Properties, next); err != nil {
			return err
		}
		if body.Tags != nil {
			next.Tags = *body.Tags
		}
		if err := settings.PutService(tx, next); err != nil {
			return err
		}
		return tx.Found(settings.ServiceRef, findings)
	})
	if err != nil {
		return nil, err
	}
	a, err := getService(c)
	if err == nil {
		a.findings = findings
	}
	return a, err
}

// checkFixed refuses changes to what a self-hosted instance takes from its
// configuration. A client may send it back unchanged, in any case. Members that
// the service does not know are findings.
func (c *call) checkFixed(body *serviceBody) (findings []apim.Finding, err error) {
	shown, err := c.service()
	if err != nil {
		return nil, err
	}
	var v apim.Violations
	const fixed = "%s cannot be changed here: a self-hosted instance takes it from its configuration."
	if body.SKU != nil {
		if name := body.SKU.Name; name != "" && !strings.EqualFold(name, "Developer") {
			v.Addf("sku.name", "sku.name is Developer on every self-hosted instance; it is %q.", name)
		}
		if n := body.SKU.Capacity; n != nil && *n != 1 {
			v.Addf("sku.capacity", "sku.capacity is 1 on every self-hosted instance; it is %d.", *n)
		}
	}
	if body.Location != "" && plainLocation(body.Location) != plainLocation(c.Service.Location) {
		v.Addf("location", fixed, "location")
	}
	var sent, have map[string]json.RawMessage
	if err := arm.Unmarshal(body.Properties, &sent); err != nil {
		return nil, err
	}
	if err := json.Unmarshal(shown["properties"].(json.RawMessage), &have); err != nil {
		return nil, err
	}
	for _, field := range slices.Sorted(maps.Keys(sent)) {
		unknown := arm.UnknownMember(field, sent[field], new(settings.Service))
		switch {
		case unknown == "" || sameJSON(sent[field], have[field]):
		case have[field] != nil:
			v.Addf(field, fixed, field)
		default:
			findings = append(findings, apim.Finding{
				Severity: apim.SeverityWarning, Code: apim.UnknownMember, Target: string(settings.ServiceRef), Path: "/" + field,
				Message: unknown + " is no member that the service knows; it is not kept.",
			})
		}
	}
	return findings, v.Err()
}

// plainLocation is a region's name as it is compared: clients write it with and
// without blanks, in any case.
func plainLocation(s string) string { return strings.ToLower(strings.ReplaceAll(s, " ", "")) }

// sameJSON reports whether two values are the same but for the case of letters.
func sameJSON(a, b json.RawMessage) bool {
	var x, y any
	if b == nil || json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	one, err1 := json.Marshal(x)
	two, err2 := json.Marshal(y)
	return err1 == nil && err2 == nil && strings.EqualFold(string(one), string(two))
}

// deleteService answers DELETE of the service: it deletes everything and
// provisions the service again. The operator must have allowed it.
func deleteService(c *call) (*answer, error) {
	if c.Erase == nil {
		return nil, &apim.ConflictError{Code: "OperationNotAllowed",
			Message: "Deleting the service deletes everything in it. Start the instance with --allow-erase to allow that."}
	}
	if err := c.Erase(c.r.Context(), c.actor()); err != nil {
		return nil, err
	}
	return deleted(true), nil
}

// listServices answers GET of the services there are: this one.
func listServices(c *call) (*answer, error) {
	segments := c.address.Segments
	resourceGroup := "default"
	if len(segments) > 3 && apim.IsResourceGroup(segments[:4]) {
		resourceGroup = segments[3]
	}
	c.address = arm.Address{Service: c.Service.Name, Prefix: apim.ServiceID(segments[1], resourceGroup, string(c.Service.Name))}
	body, err := c.service()
	if err != nil {
		return nil, err
	}
	return listOf(body), nil
}

func listOf(values ...any) *answer {
	return &answer{status: http.StatusOK, body: arm.List{Value: values, Count: len(values)}}
}

// listServiceSKUs answers GET of the SKUs the service can have: the one it has.
func listServiceSKUs(*call) (*answer, error) {
	return listOf(map[string]any{
		"resourceType": "Microsoft.ApiManagement/service", "sku": map[string]string{"name": "Developer"},
		"capacity": map[string]any{"minimum": 1, "maximum": 1, "default": 1, "scaleType": "none"},
	}), nil
}

// listSKUs answers GET of the SKUs of a subscription.
func listSKUs(c *call) (*answer, error) {
	return listOf(map[string]any{
		"resourceType": "service", "name": "Developer", "locations": []string{c.Service.Location},
		"capacity": map[string]any{"minimum": 1, "maximum": 1, "default": 1, "scaleType": "None"},
	}), nil
}

// listRegions answers GET of the regions the service runs in.
func listRegions(c *call) (*answer, error) {
	return listOf(map[string]any{"name": c.Service.Location, "isMasterRegion": true, "isDeleted": false}), nil
}

// networkStatus is the state of what the instance depends on: its store.
func (c *call) networkStatus() map[string]any {
	status, problem := "success", ""
	if err := c.Store.View(c.r.Context(), func(*store.Tx) error { return nil }); err != nil {
		status, problem = "failure", "The database does not answer."
	}
	now := c.Store.Now()
	return map[string]any{
		"dnsServers": []string{},
		"connectivityStatus": []any{map[string]any{
			"name": c.Store.Dialect(), "status": status, "error": problem, "lastUpdated": now, "lastStatusChange": now,
			"resourceType": "Database", "isOptional": false,
		}},
	}
}

func listNetworkStatus(c *call) (*answer, error) {
	return ok([]any{map[string]any{"location": c.Service.Location, "networkStatus": c.networkStatus()}}, nil)
}

func getNetworkStatus(c *call) (*answer, error) {
	if plainLocation(c.address.Segments[1]) != plainLocation(c.Service.Location) {
		return nil, apim.ErrNotFound
	}
	return &answer{status: http.StatusOK, body: c.networkStatus()}, nil
}

// listOperations answers GET of the provider's operations: the actions of this
// API, from the routes themselves.
func listOperations(c *call) (*answer, error) {
	l, err := c.listing(nil, false)
	if err != nil {
		return nil, err
	}
	seen := map[access.Action]bool{}
	var all []any
	for _, rt := range routes() {
		if seen[rt.action] {
			continue
		}
		seen[rt.action] = true
		resource, verb := splitAction(rt.action)
		all = append(all, map[string]any{
			"name": rt.action, "origin": "user",
			"display": map[string]string{
				"provider": "Microsoft API Management", "resource": resource, "operation": verb, "description": verb + " " + resource,
			},
		})
	}
	return page(c, l, all, func(v any) (any, error) { return v, nil })
}

// splitAction splits an action into the type below the service and the operation.
func splitAction(a access.Action) (resource, verb string) {
	text := strings.TrimPrefix(string(a), "Microsoft.ApiManagement/")
	i := strings.LastIndexByte(text, '/')
	return text[:max(i, 0)], text[i+1:]
}

var serviceName = regexp.MustCompile(`^[A-Za-z](?:[A-Za-z0-9-]{0,48}[A-Za-z0-9])?$`)

// checkNameAvailability answers whether a service could have a name: it must be
// valid and not this instance's.
func checkNameAvailability(c *call) (*answer, error) {
	raw, err := c.body()
	if err != nil {
		return nil, err
	}
	var in struct {
		Name string `json:"name"`
	}
	if raw != nil {
		if err := arm.Unmarshal(raw, &in); err != nil {
			return nil, err
		}
	}
	if in.Name == "" {
		return nil, apim.Invalid("name", "name is required.")
	}
	out := map[string]any{"nameAvailable": true, "reason": "Valid", "message": ""}
	switch {
	case !serviceName.MatchString(in.Name):
		out = map[string]any{"nameAvailable": false, "reason": "Invalid",
			"message": "A service's name begins with a letter, ends with a letter or digit, and has letters, digits and hyphens, at most 50."}
	case c.Service.Name.Same(apim.Name(in.Name)):
		out = map[string]any{"nameAvailable": false, "reason": "AlreadyExists", "message": fmt.Sprintf("%q is the name of this instance.", in.Name)}
	}
	return &answer{status: http.StatusOK, body: out}, nil
}
