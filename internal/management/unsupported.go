package management

import (
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/arm"
)

// The operations that belong to a service run by Azure, or that are not built
// yet. Each answers 501 with the reason, since an empty answer would be wrong.
const (
	whyGateway    = "The gateway is part of this instance; no other gateways can be registered."
	whyCredential = "This instance does not keep credentials of third-party services for the gateway."
	whyPrivate    = "Private endpoints belong to Azure's network. Put a self-hosted instance behind your own network's access rules."
	whyGit        = "This instance has no Git repository of its configuration. Use the management API to read and write it."
	whyNetwork    = "The network of a self-hosted instance is managed outside of it."
	whyBackup     = "Backup and restore are not built yet. Copy the data folder, or back the database up, while the instance is stopped."
	whyPlatform   = "A self-hosted instance runs on no Azure compute platform that it could migrate from."
	whyWorkspace  = "Workspaces of a self-hosted instance share its gateway; there are no gateways to link them to."
	whyDeleted    = "A self-hosted instance that is deleted is gone for good; there is no list of deleted services."
	whyDomain     = "A self-hosted instance takes any host name that leads to it; no ownership has to be proved."
	whyOperation  = "Operations of a self-hosted instance end before they are answered: there is none to ask about."
)

// unsupported lists methods, patterns below the service, and the reason.
var unsupported = []struct{ methods, pattern, why string }{
	{"POST", "applynetworkconfigurationupdates", whyNetwork},
	{"GET", "authorizationProviders", whyCredential},
	{"GET PUT DELETE", "authorizationProviders/{}", whyCredential},
	{"GET", "authorizationProviders/{}/authorizations", whyCredential},
	{"GET PUT DELETE", "authorizationProviders/{}/authorizations/{}", whyCredential},
	{"GET", "authorizationProviders/{}/authorizations/{}/accessPolicies", whyCredential},
	{"GET PUT DELETE", "authorizationProviders/{}/authorizations/{}/accessPolicies/{}", whyCredential},
	{"POST", "authorizationProviders/{}/authorizations/{}/confirmConsentCode", whyCredential},
	{"POST", "authorizationProviders/{}/authorizations/{}/getLoginLinks", whyCredential},
	{"POST", "backup", whyBackup},
	{"POST", "restore", whyBackup},
	{"GET", "gateways", whyGateway},
	{"HEAD GET PUT PATCH DELETE", "gateways/{}", whyGateway},
	{"GET", "gateways/{}/apis", whyGateway},
	{"HEAD PUT DELETE", "gateways/{}/apis/{}", whyGateway},
	{"GET", "gateways/{}/certificateAuthorities", whyGateway},
	{"HEAD GET PUT DELETE", "gateways/{}/certificateAuthorities/{}", whyGateway},
	{"GET", "gateways/{}/hostnameConfigurations", whyGateway},
	{"HEAD GET PUT DELETE", "gateways/{}/hostnameConfigurations/{}", whyGateway},
	{"POST", "gateways/{}/generateToken", whyGateway},
	{"POST", "gateways/{}/invalidateDebugCredentials", whyGateway},
	{"POST", "gateways/{}/listDebugCredentials", whyGateway},
	{"POST", "gateways/{}/listKeys", whyGateway},
	{"POST", "gateways/{}/listTrace", whyGateway},
	{"POST", "gateways/{}/regenerateKey", whyGateway},
	{"POST", "connectivityCheck", whyNetwork},
	{"POST", "migrateToStv2", whyPlatform},
	{"GET", "outboundNetworkDependenciesEndpoints", whyNetwork},
	{"GET", "privateEndpointConnections", whyPrivate},
	{"GET PUT DELETE", "privateEndpointConnections/{}", whyPrivate},
	{"GET", "privateLinkResources", whyPrivate},
	{"GET", "privateLinkResources/{}", whyPrivate},
	{"POST", "tenant/{}/deploy", whyGit},
	{"POST", "tenant/{}/save", whyGit},
	{"POST", "tenant/{}/validate", whyGit},
	{"GET", "tenant/{}/syncState", whyGit},
	{"GET", "workspaceLinks", whyWorkspace},
	{"GET", "workspaceLinks/{}", whyWorkspace},

	{"GET", inGroup + "gateways", whyGateway},
	{"GET PUT PATCH DELETE", inGroup + "gateways/{}", whyGateway},
	{"GET", inGroup + "gateways/{}/configConnections", whyGateway},
	{"GET PUT DELETE", inGroup + "gateways/{}/configConnections/{}", whyGateway},
	{"GET", inGroup + "gateways/{}/skus", whyGateway},
	{"GET", inSubscription + "gateways", whyGateway},
	{"GET", inSubscription + "deletedservices", whyDeleted},
	{"POST", inSubscription + "getDomainOwnershipIdentifier", whyDomain},
	{"GET DELETE", inSubscription + "locations/{}/deletedservices/{}", whyDeleted},
	{"GET", inSubscription + "locations/{}/operationResults/{}", whyOperation},
	{"GET", inSubscription + "locations/{}/operationStatuses/{}", whyOperation},
}

// The prefixes of addresses above a service.
const (
	inSubscription = "subscriptions/{}/providers/Microsoft.ApiManagement/"
	inGroup        = "subscriptions/{}/resourceGroups/{}/providers/Microsoft.ApiManagement/"
)

func unsupportedRoutes() []*route {
	var table []*route
	for _, u := range unsupported {
		_, resource, outer := strings.Cut(u.pattern, "Microsoft.ApiManagement/")
		if !outer {
			resource = u.pattern
		}
		resource = strings.ReplaceAll(strings.TrimSuffix(resource, "/{}"), "/{}/", "/")
		for method := range strings.FieldsSeq(u.methods) {
			table = append(table, &route{
				method: method, pattern: u.pattern, outer: outer, action: access.ActionOf(resource, actionVerbs[method]),
				handle: func(*call) (*answer, error) { return nil, notSupported(u.why) },
			})
		}
	}
	return table
}

// actionVerbs are the last words of actions by method.
var actionVerbs = map[string]string{
	http.MethodGet: access.Read, http.MethodHead: access.Read, http.MethodPut: access.Write,
	http.MethodPatch: access.Write, http.MethodDelete: access.Delete, http.MethodPost: "action",
}

func notSupported(why string) error {
	return &arm.Error{Status: http.StatusNotImplemented, Code: "NotSupportedSelfHosted", Message: why}
}
