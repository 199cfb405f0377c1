package apim

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

// KindByPath returns the kind of a collection path such as "apis/operations", or nil.
func KindByPath(path string) *Kind {
	for _, k := range Kinds {
		if k.Path == path {
			return k
		}
	}
	return nil
}

// Fields of $filter that several kinds have (apim-rest.md §2.3).
var (
	nameFilter         = Fields{"name", "displayName", "description"}
	titleFilter        = Fields{"name", "displayName"}
	onlyName           = Fields{"name"}
	issuePartFilter    = Fields{"name", "userId"}
	subscriptionFilter = Fields{"name", "displayName", "stateComment", "ownerId", "scope", "userId", "productId", "state"}
)

var tagLinks = Link{Collection: "tags", To: "tags", Name: TagLink, ETag: true, Filter: titleFilter}

// APIs and what is below one.
var (
	APIs = &Kind{
		Path: "apis", Verbs: CRUD, New: func() Resource { return new(API) },
		MaxName: 256, Large: true, Provisions: true, Workspace: true, Refs: []string{"apiVersionSetId", "sourceApiId"},
		Filter: Fields{"name", "displayName", "description", "serviceUrl", "path", "isCurrent"},
		Links: []Link{
			{Collection: "products", To: "products", Name: ProductAPI, Reverse: true, ReadOnly: true, Filter: titleFilter},
			tagLinks,
		},
	}
	Operations = &Kind{
		Path: "apis/operations", Verbs: CRUD, New: func() Resource { return new(Operation) }, Workspace: true,
		Filter: Fields{"name", "displayName", "method", "description", "urlTemplate"},
		Links:  []Link{tagLinks},
	}
	APISchemas = &Kind{
		Path: "apis/schemas", Verbs: CRUD &^ Patch, New: func() Resource { return new(Schema) }, Workspace: true,
		Filter: Fields{"name", "contentType"}, Large: true, Provisions: true,
	}
	Releases = &Kind{
		Path: "apis/releases", Verbs: CRUD, OnAlias: true, New: func() Resource { return new(Release) }, Workspace: true,
		Filter: Fields{"name", "notes"}, Refs: []string{"apiId"},
	}
	TagDescriptions = &Kind{
		Path: "apis/tagDescriptions", Verbs: CRUD &^ Patch, OnAlias: true, New: func() Resource { return new(TagDescription) },
		Filter: titleFilter, Refs: []string{"tagId"},
	}
	Resolvers = &Kind{
		Path: "apis/resolvers", Verbs: CRUD, New: func() Resource { return new(Resolver) },
		Filter: Fields{"name", "displayName", "path", "description"},
	}
	APIWikis = &Kind{
		Path: "apis/wikis", Verbs: CRUD, OnAlias: true, Singleton: "default", New: func() Resource { return new(Wiki) }, Filter: onlyName,
	}
	APIIssues = &Kind{
		Path: "apis/issues", Verbs: CRUD, OnAlias: true, New: func() Resource { return new(Issue) }, MaxName: 256,
		Filter: IssueFilter, Refs: []string{"userId", "apiId"},
	}
	IssueComments = &Kind{
		Path: "apis/issues/comments", Verbs: CRUD &^ Patch, OnAlias: true, New: func() Resource { return new(IssueComment) }, MaxName: 256,
		Filter: issuePartFilter, Refs: []string{"userId"},
	}
	IssueAttachments = &Kind{
		Path: "apis/issues/attachments", Verbs: CRUD &^ Patch, OnAlias: true, New: func() Resource { return new(IssueAttachment) }, MaxName: 256,
		Filter: issuePartFilter,
	}
	VersionSets = &Kind{
		Path: "apiVersionSets", Verbs: CRUD, New: func() Resource { return new(VersionSet) }, Workspace: true,
		Filter: nameFilter,
	}

	// IssueFilter are the $filter fields of issues, below an API or not.
	IssueFilter = Fields{"name", "apiId", "title", "description", "authorName", "userId", "state"}
)

// Products, people and their subscriptions.
var (
	Workspaces = &Kind{
		Path: "workspaces", Verbs: CRUD, New: func() Resource { return new(Workspace) }, Filter: nameFilter,
	}
	Products = &Kind{
		Path: "products", Verbs: CRUD, New: func() Resource { return new(Product) }, MaxName: 256, Workspace: true,
		Filter: Fields{"name", "displayName", "description", "terms", "state"},
		Links: []Link{
			{Collection: "apis", To: "apis", Name: ProductAPI, Filter: Fields{"name", "displayName", "description", "serviceUrl", "path"}},
			{Collection: "groups", To: "groups", Name: ProductGroup, Filter: nameFilter},
			{Collection: "subscriptions", To: "subscriptions", Name: SubscriptionScope, Reverse: true, ReadOnly: true, Filter: subscriptionFilter},
			tagLinks,
		},
	}
	ProductAPILinks = &Kind{
		Path: "products/apiLinks", Verbs: Get | Put | Delete, New: func() Resource { return new(APILink) }, Workspace: true,
		Filter: Fields{"name", "apiId"}, Refs: []string{"apiId"},
		LinkNames: &LinkNames{Name: ProductAPI, Field: "apiId", To: "apis"},
	}
	ProductGroupLinks = &Kind{
		Path: "products/groupLinks", Verbs: Get | Put | Delete, New: func() Resource { return new(GroupLink) }, Workspace: true,
		Filter: Fields{"name", "groupId"}, Refs: []string{"groupId"},
		LinkNames: &LinkNames{Name: ProductGroup, Field: "groupId", To: "groups"},
	}
	ProductWikis = &Kind{
		Path: "products/wikis", Verbs: CRUD, Singleton: "default", New: func() Resource { return new(Wiki) }, Filter: onlyName,
	}
	Groups = &Kind{
		Path: "groups", Verbs: CRUD, New: func() Resource { return new(Group) }, MaxName: 256, Workspace: true,
		Filter: Fields{"name", "displayName", "description", "externalId"},
		Links: []Link{{
			Collection: "users", To: "users", Name: GroupUser, Workspace: true,
			Filter: Fields{"name", "firstName", "lastName", "email", "note", "registrationDate"},
		}},
	}
	Users = &Kind{
		Path: "users", Verbs: CRUD, New: func() Resource { return new(User) },
		Filter: Fields{"name", "firstName", "lastName", "email", "note", "state", "registrationDate"},
		Links: []Link{
			{Collection: "groups", To: "groups", Name: GroupUser, Reverse: true, ReadOnly: true, Filter: nameFilter},
			{Collection: "subscriptions", To: "subscriptions", Name: SubscriptionOwner, Reverse: true, ReadOnly: true, ETag: true, Filter: subscriptionFilter},
		},
		Actions: []string{"token", "generateSsoUrl", "confirmations/password/send"},
	}
	Subscriptions = &Kind{
		Path: "subscriptions", Verbs: CRUD, New: func() Resource { return new(Subscription) }, MaxName: 256, Workspace: true,
		Filter:  subscriptionFilter,
		Refs:    []string{"ownerId", "scope"},
		Secrets: []string{"primaryKey", "secondaryKey"},
		Actions: []string{"listSecrets", "regeneratePrimaryKey", "regenerateSecondaryKey"},
	}
	Tags = &Kind{
		Path: "tags", Verbs: CRUD, New: func() Resource { return new(Tag) }, Workspace: true,
		Filter: titleFilter,
	}
	TagAPILinks = &Kind{
		Path: "tags/apiLinks", Verbs: Get | Put | Delete, New: func() Resource { return new(APILink) }, Workspace: true,
		Filter: Fields{"name", "apiId"}, Refs: []string{"apiId"},
		LinkNames: &LinkNames{Name: TagLink, Field: "apiId", To: "apis", Reverse: true},
	}
	TagOperationLinks = &Kind{
		Path: "tags/operationLinks", Verbs: Get | Put | Delete, New: func() Resource { return new(OperationLink) }, Workspace: true,
		Filter: Fields{"name", "operationId"}, Refs: []string{"operationId"},
		LinkNames: &LinkNames{Name: TagLink, Field: "operationId", To: "apis/operations", Reverse: true},
	}
	TagProductLinks = &Kind{
		Path: "tags/productLinks", Verbs: Get | Put | Delete, New: func() Resource { return new(ProductLink) }, Workspace: true,
		Filter: Fields{"name", "productId"}, Refs: []string{"productId"},
		LinkNames: &LinkNames{Name: TagLink, Field: "productId", To: "products", Reverse: true},
	}
)

// Policies and what they use.
var (
	newPolicy       = func() Resource { return new(Policy) }
	policyVerbs     = CRUD &^ Patch
	ServicePolicies = &Kind{Path: "policies", Verbs: policyVerbs, Singleton: "policy", New: newPolicy, Workspace: true}
	APIPolicies     = &Kind{Path: "apis/policies", Verbs: policyVerbs, Singleton: "policy", New: newPolicy, Workspace: true}
	ProductPolicies = &Kind{Path: "products/policies", Verbs: policyVerbs, Singleton: "policy", New: newPolicy, Workspace: true}

	OperationPolicies = &Kind{Path: "apis/operations/policies", Verbs: policyVerbs, Singleton: "policy", New: newPolicy, Workspace: true}
	ResolverPolicies  = &Kind{Path: "apis/resolvers/policies", Verbs: policyVerbs, Singleton: "policy", New: newPolicy}

	PolicyFragments = &Kind{
		Path: "policyFragments", Verbs: policyVerbs, New: func() Resource { return new(PolicyFragment) }, Workspace: true,
		Filter: Fields{"name", "description", "value"}, Provisions: true, Actions: []string{"listReferences"},
	}
	PolicyRestrictions = &Kind{
		Path: "policyRestrictions", Verbs: CRUD, New: func() Resource { return new(PolicyRestriction) }, FreeDelete: true,
	}
	NamedValues = &Kind{
		Path: "namedValues", Verbs: CRUD, New: func() Resource { return new(NamedValue) }, MaxName: 256, Workspace: true,
		Filter: Fields{"name", "displayName", "tags"}, Provisions: true,
		Secrets: []string{"value"}, SecretIf: func(r Resource) bool { return r.(*NamedValue).Secret },
		Actions: []string{"listValue", "refreshSecret"},
	}
	Backends = &Kind{
		Path: "backends", Verbs: CRUD, New: func() Resource { return new(Backend) }, Workspace: true,
		Filter: Fields{"name", "title", "url"}, Actions: []string{"reconnect"},
	}
	Certificates = &Kind{
		Path: "certificates", Verbs: CRUD &^ Patch, New: func() Resource { return new(Certificate) }, Workspace: true,
		Filter: Fields{"name", "subject", "thumbprint", "expirationDate"}, Secrets: []string{"data", "password"},
		Actions: []string{"refreshSecret"},
	}
	Caches = &Kind{Path: "caches", Verbs: CRUD, New: func() Resource { return new(Cache) }}

	GlobalSchemas = &Kind{
		Path: "schemas", Verbs: CRUD &^ Patch, New: func() Resource { return new(GlobalSchema) }, Workspace: true,
		Filter: onlyName, Large: true, Provisions: true,
	}
	Loggers = &Kind{
		Path: "loggers", Verbs: CRUD, New: func() Resource { return new(Logger) }, MaxName: 256, Workspace: true,
		Filter: Fields{"name", "description", "loggerType", "resourceId"},
	}
	Diagnostics = &Kind{
		Path: "diagnostics", Verbs: CRUD, New: func() Resource { return new(Diagnostic) }, Workspace: true,
		Filter: onlyName, Refs: []string{"loggerId"},
	}
	APIDiagnostics = &Kind{
		Path: "apis/diagnostics", Verbs: CRUD, OnAlias: true, New: func() Resource { return new(Diagnostic) }, Workspace: true,
		Filter: onlyName, Refs: []string{"loggerId"},
	}
	AuthorizationServers = &Kind{
		Path: "authorizationServers", Verbs: CRUD, New: func() Resource { return new(AuthorizationServer) }, MaxName: 256,
		Filter: titleFilter, Secrets: []string{"clientSecret", "resourceOwnerUsername", "resourceOwnerPassword"},
		Actions: []string{"listSecrets"},
	}
	OpenIDConnectProviders = &Kind{
		Path: "openidConnectProviders", Verbs: CRUD, New: func() Resource { return new(OpenIDConnectProvider) }, MaxName: 256,
		Filter: titleFilter, Secrets: []string{"clientSecret"}, Actions: []string{"listSecrets"},
	}
	IdentityProviders = &Kind{
		Path: "identityProviders", Verbs: CRUD, New: func() Resource { return new(IdentityProvider) },
		Names:   []string{"facebook", "google", "microsoft", "twitter", "aad", "aadB2C"},
		Secrets: []string{"clientSecret"}, Actions: []string{"listSecrets"},
	}
)

// The portal's site and settings.
var (
	ContentTypes = &Kind{
		Path: "contentTypes", Verbs: CRUD &^ Patch, New: func() Resource { return new(ContentType) },
		ShortID: true, MaxName: 250, AnyName: true, FilterAny: true,
	}
	ContentItems = &Kind{
		Path: "contentTypes/contentItems", Verbs: CRUD &^ Patch,
		ShortID: true, MaxName: 250, AnyName: true, FilterAny: true,
	}
	// Portals are further sites of one service, with content of their own (beyond
	// API Management); the site where existing clients look is none of them.
	Portals = &Kind{
		Path: "portals", Verbs: CRUD, New: func() Resource { return new(Portal) }, Filter: titleFilter,
	}
	PortalContentTypes = &Kind{
		Path: "portals/contentTypes", Verbs: CRUD &^ Patch, New: func() Resource { return new(ContentType) },
		ShortID: true, MaxName: 250, AnyName: true, FilterAny: true,
	}
	PortalContentItems = &Kind{
		Path: "portals/contentTypes/contentItems", Verbs: CRUD &^ Patch,
		ShortID: true, MaxName: 250, AnyName: true, FilterAny: true,
	}
	PortalRevisions = &Kind{
		Path: "portalRevisions", Verbs: Head | Get | Put | Patch, New: func() Resource { return new(PortalRevision) },
		PutAlways201: true, Filter: Fields{"name", "description", "isCurrent"},
	}
	PortalConfigs = &Kind{
		Path: "portalconfigs", Verbs: Head | Get | Put | Patch, New: func() Resource { return new(PortalConfig) },
		Singleton: "default", Fixed: true, PutNeedsIfMatch: true, Actions: []string{"listDelegationSecrets", "listMediaContentSecrets"},
	}
	PortalSettings = &Kind{
		Path: "portalsettings", Verbs: Head | Get | Put | Patch, Fixed: true, PatchNoContent: true,
		ByName: map[string]func() Resource{
			"signin":     func() Resource { return new(SigninSettings) },
			"signup":     func() Resource { return new(SignupSettings) },
			"delegation": func() Resource { return new(DelegationSettings) },
		},
		Secrets: []string{"validationKey", "validationSecondaryKey"}, Actions: []string{"listSecrets"},
	}
	NotificationKinds = &Kind{
		Path: "notifications", Verbs: Get | Put, New: func() Resource { return new(Notification) },
		Fixed: true, NoBody: true, Names: notificationNames(), Workspace: true,
	}
	RecipientEmails = &Kind{
		Path: "notifications/recipientEmails", Verbs: Head | Put | Delete, New: func() Resource { return new(RecipientEmail) },
		Member: true, NoBody: true, AnyName: true, MaxName: 254, Workspace: true,
	}
	RecipientUsers = &Kind{
		Path: "notifications/recipientUsers", Verbs: Head | Put | Delete, New: func() Resource { return new(RecipientUser) },
		Member: true, NoBody: true, Workspace: true, Refs: []string{"userId"},
	}
	Templates = &Kind{
		Path: "templates", Verbs: CRUD, New: func() Resource { return new(EmailTemplate) }, Fixed: true,
		Names: templateNames(), Filter: onlyName,
	}
	Documentations = &Kind{
		Path: "documentations", Verbs: CRUD, New: func() Resource { return new(Documentation) }, MaxName: 256,
		Filter: Fields{"name", "title"},
	}
	TenantAccesses = &Kind{
		Path: "tenant", Verbs: Head | Get | Put | Patch, New: func() Resource { return new(TenantAccess) },
		Fixed: true, PutNeedsIfMatch: true, Names: []string{"access", "gitAccess"},
		Secrets: []string{"primaryKey", "secondaryKey"},
		Actions: []string{
			"listSecrets", "regeneratePrimaryKey", "regenerateSecondaryKey",
			"git/regeneratePrimaryKey", "git/regenerateSecondaryKey",
		},
	}
)
