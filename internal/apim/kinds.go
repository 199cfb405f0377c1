package apim

var (
	nameFilter         = Fields{"name", "displayName", "description"}
	subscriptionFilter = Fields{"name", "displayName", "stateComment", "ownerId", "scope", "userId", "productId", "state"}
)

// Kinds lists every kind, parents before children. Routes, paging, ETags,
// filters, error bodies and the export format follow from it.
var Kinds = []*Kind{
	APIs, Operations, APISchemas, VersionSets,
	Products, Groups, Users, Subscriptions, Tags,
	ServicePolicies, APIPolicies, OperationPolicies, ProductPolicies,
	ContentTypes, ContentItems, PortalRevisions, TenantAccesses,
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

var tagLinks = Link{Collection: "tags", To: "tags", Name: TagLink, ETag: true, Filter: Fields{"name", "displayName"}}

// The kinds.
var (
	APIs = &Kind{
		Path: "apis", Verbs: CRUD, New: func() Resource { return new(API) },
		MaxName: 256, Large: true, Provisions: true, Refs: []string{"apiVersionSetId", "sourceApiId"},
		Filter: Fields{"name", "displayName", "description", "serviceUrl", "path", "isCurrent"},
		Links: []Link{
			{Collection: "products", To: "products", Name: ProductAPI, Reverse: true, ReadOnly: true, Filter: Fields{"name", "displayName"}},
			tagLinks,
		},
	}
	Operations = &Kind{
		Path: "apis/operations", Verbs: CRUD, New: func() Resource { return new(Operation) },
		Filter: Fields{"name", "displayName", "method", "description", "urlTemplate"},
		Links:  []Link{tagLinks},
	}
	APISchemas = &Kind{
		Path: "apis/schemas", Verbs: CRUD &^ Patch, New: func() Resource { return new(Schema) },
		Filter: Fields{"name", "contentType"}, Large: true, Provisions: true,
	}
	VersionSets = &Kind{
		Path: "apiVersionSets", Type: "apiVersionSets", Verbs: CRUD, New: func() Resource { return new(VersionSet) },
		Filter: nameFilter,
	}
	Products = &Kind{
		Path: "products", Verbs: CRUD, New: func() Resource { return new(Product) }, MaxName: 256,
		Filter: Fields{"name", "displayName", "description", "terms", "state"},
		Links: []Link{
			{Collection: "apis", To: "apis", Name: ProductAPI, Filter: Fields{"name", "displayName", "description", "serviceUrl", "path"}},
			{Collection: "groups", To: "groups", Name: ProductGroup, Filter: nameFilter},
			{Collection: "subscriptions", To: "subscriptions", Name: SubscriptionScope, Reverse: true, ReadOnly: true, Filter: subscriptionFilter},
			tagLinks,
		},
	}
	Groups = &Kind{
		Path: "groups", Verbs: CRUD, New: func() Resource { return new(Group) }, MaxName: 256,
		Filter: Fields{"name", "displayName", "description", "externalId"},
		Links: []Link{
			{Collection: "users", To: "users", Name: GroupUser, Filter: Fields{"name", "firstName", "lastName", "email", "note", "registrationDate"}},
		},
	}
	Users = &Kind{
		Path: "users", Verbs: CRUD, New: func() Resource { return new(User) },
		Filter: Fields{"name", "firstName", "lastName", "email", "note", "state", "registrationDate"},
		Links: []Link{
			{Collection: "groups", To: "groups", Name: GroupUser, Reverse: true, ReadOnly: true, Filter: nameFilter},
			{Collection: "subscriptions", To: "subscriptions", Name: SubscriptionOwner, Reverse: true, ReadOnly: true, ETag: true, Filter: subscriptionFilter},
		},
		Actions: []string{"token"},
	}
	Subscriptions = &Kind{
		Path: "subscriptions", Verbs: CRUD, New: func() Resource { return new(Subscription) }, MaxName: 256,
		Filter:  subscriptionFilter,
		Refs:    []string{"ownerId", "scope"},
		Secrets: []string{"primaryKey", "secondaryKey"},
		Actions: []string{"listSecrets", "regeneratePrimaryKey", "regenerateSecondaryKey"},
	}
	Tags = &Kind{
		Path: "tags", Verbs: CRUD, New: func() Resource { return new(Tag) },
		Filter: Fields{"name", "displayName"},
	}

	newPolicy       = func() Resource { return new(Policy) }
	policyVerbs     = CRUD &^ Patch
	ServicePolicies = &Kind{Path: "policies", Verbs: policyVerbs, Singleton: "policy", New: newPolicy}
	APIPolicies     = &Kind{Path: "apis/policies", Verbs: policyVerbs, Singleton: "policy", New: newPolicy}
	ProductPolicies = &Kind{Path: "products/policies", Verbs: policyVerbs, Singleton: "policy", New: newPolicy}

	OperationPolicies = &Kind{Path: "apis/operations/policies", Verbs: policyVerbs, Singleton: "policy", New: newPolicy}

	ContentTypes = &Kind{
		Path: "contentTypes", Verbs: CRUD &^ Patch, New: func() Resource { return new(ContentType) },
		ShortID: true, MaxName: 250, AnyName: true, FilterAny: true,
	}
	ContentItems = &Kind{
		Path: "contentTypes/contentItems", Verbs: CRUD &^ Patch,
		ShortID: true, MaxName: 250, AnyName: true, FilterAny: true,
	}
	PortalRevisions = &Kind{
		Path: "portalRevisions", Verbs: Head | Get | Put | Patch, New: func() Resource { return new(PortalRevision) },
		PutAlways201: true, Filter: Fields{"name", "description", "isCurrent"},
	}
	TenantAccesses = &Kind{
		Path: "tenant", Verbs: Head | Get | Put | Patch, New: func() Resource { return new(TenantAccess) },
		Fixed: true, PutNeedsIfMatch: true,
		Secrets: []string{"primaryKey", "secondaryKey"},
		Actions: []string{"listSecrets", "regeneratePrimaryKey", "regenerateSecondaryKey"},
	}
)
