package apim

import "strings"

// Kinds lists every kind, parents before children. Routes, paging, ETags,
// filters, error bodies and the export format follow from it.
var Kinds = []*Kind{
	Workspaces,
	APIs, Operations, APISchemas, Releases, TagDescriptions, Resolvers, APIWikis,
	APIIssues, IssueComments, IssueAttachments,
	VersionSets,
	Products, ProductAPILinks, ProductGroupLinks, ProductWikis,
	Groups, Users, Subscriptions,
	Tags, TagAPILinks, TagOperationLinks, TagProductLinks,
	ServicePolicies, APIPolicies, OperationPolicies, ProductPolicies, ResolverPolicies,
	PolicyFragments, PolicyRestrictions,
	NamedValues, Backends, Certificates, Caches, GlobalSchemas,
	Loggers, Diagnostics, APIDiagnostics,
	AuthorizationServers, OpenIDConnectProviders, IdentityProviders,
	ContentTypes, ContentItems, PortalRevisions, PortalConfigs, PortalSettings,
	Portals, PortalContentTypes, PortalContentItems,
	NotificationKinds, RecipientEmails, RecipientUsers, Templates,
	Documentations, TenantAccesses,
}

// KindByPath returns the kind of a collection path such as "apis/operations" in any case, or nil.
func KindByPath(path string) *Kind {
	return kindsByPath[strings.ToLower(path)]
}

// kindsByPath has them by path in lower case.
var kindsByPath = func() map[string]*Kind {
	byPath := map[string]*Kind{}
	for _, k := range Kinds {
		byPath[strings.ToLower(k.Path)] = k
	}
	return byPath
}()
