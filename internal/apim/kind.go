package apim

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Resource is the `properties` object of one stored resource.
type Resource interface {
	// Default fills in what a PUT left out.
	Default()
	// Validate adds one violation for each field that breaks a rule.
	Validate(v *Violations)
}

// Verbs is the set of methods a kind's entity answers.
type Verbs uint8

// The verbs of an entity. Lists answer GET always.
const (
	Head Verbs = 1 << iota
	Get
	Put
	Patch
	Delete

	// CRUD is what most kinds answer.
	CRUD = Head | Get | Put | Patch | Delete
)

// Has reports whether v contains all of w.
func (v Verbs) Has(w Verbs) bool { return v&w == w }

// Fields are the names a $filter may use on a collection.
type Fields []string

// Link is an association collection below a kind: rows of the link table, no
// document of its own. Reference: apim-rest.md §2.2 "Associations".
type Link struct {
	// Collection is the path segment, such as "apis" in /products/{id}/apis.
	Collection string
	// To is the kind path of the other side, such as "apis".
	To string
	// Name is the link kind in the store. Rows are always stored in one
	// direction (see LinkKinds); Reverse marks the collection that reads them backwards.
	Name    LinkKind
	Reverse bool
	// ReadOnly collections answer GET only (such as /apis/{id}/products).
	ReadOnly bool
	// ETag: members answer HEAD and GET with an ETag and body (tags do), rather than 204 without.
	ETag bool
	// Filter are the $filter fields of the list.
	Filter Fields
}

// LinkKind names a kind of association in the store.
type LinkKind string

// The associations. The first-named side is the row's from.
const (
	ProductAPI   LinkKind = "product-api"
	ProductGroup LinkKind = "product-group"
	GroupUser    LinkKind = "group-user"
	// TagLink rows run from the tagged resource (API, operation or product) to the tag.
	TagLink LinkKind = "tagged"
	// CurrentRevision rows run from /apis/x to /apis/x;rev=n: which revision the alias means.
	CurrentRevision LinkKind = "current"
	// Rows of a subscription run to its owner and to the product or API of its
	// scope. Package subscription keeps them equal to the document.
	SubscriptionOwner LinkKind = "subscription-owner"
	SubscriptionScope LinkKind = "subscription-scope"
)

// Kind declares all that can be known of a resource kind without I/O.
type Kind struct {
	// Path is the collection path with the parents' collections, without names:
	// "products", "apis/operations", "apis/operations/policies".
	Path string
	// Type is the ARM type below Microsoft.ApiManagement/service/. Empty: Path.
	Type string
	// New makes empty properties. Nil: the properties are kept exactly as they came (content items).
	New func() Resource
	// Verbs are the entity's methods.
	Verbs Verbs
	// Singleton is the only name an entity may have ("policy", "access"); empty: any valid name.
	Singleton string
	// Fixed entities exist from the start and are not created by PUT (tenant/access).
	Fixed bool
	// PutNeedsIfMatch as apim-rest.md §2.2 says of tenant/{accessName}.
	PutNeedsIfMatch bool
	// PutAlways201 as portalRevisions must (apim-rest.md §0.8).
	PutAlways201 bool
	// ShortID: ids in answers never carry the ARM prefix (contentTypes, contentItems).
	ShortID bool
	// MaxName is the longest name in characters; 0: 80.
	MaxName int
	// AnyName lets the name hold any character but / ? # and control characters.
	AnyName bool
	// Filter lists the fields $filter may use; FilterAny allows any path inside properties.
	Filter    Fields
	FilterAny bool
	// Secrets are properties kept in the secret store and returned only by listSecrets.
	Secrets []string
	// Refs are properties that hold resource ids. They are stored short and
	// shown in the form of the request.
	Refs []string
	// Large: a PUT may carry an API description or its schemas, up to 64 MB.
	Large bool
	// Provisions: answers carry provisioningState, always Succeeded (apim-rest.md §2.4).
	Provisions bool
	// Links are the association collections below an entity.
	Links []Link
	// Actions are POST actions on an entity (listSecrets, regeneratePrimaryKey, ...).
	Actions []string
}

// Parent is the kind path of the parent, "" at service level.
func (k *Kind) Parent() string {
	i := strings.LastIndexByte(k.Path, '/')
	return k.Path[:max(i, 0)]
}

// ValidName tells whether an entity of the kind may be created with a name.
func (k *Kind) ValidName(name string) bool {
	longest := k.MaxName
	if longest == 0 {
		longest = 80
	}
	forbidden := "/?#"
	if !k.AnyName {
		forbidden = `/?#*&+:<>%\"~ `
	}
	if k.Singleton != "" {
		return name == k.Singleton
	}
	return name != "" && name != "-" && name != "." && name != ".." &&
		utf8.RuneCountInString(name) <= longest &&
		!strings.ContainsAny(name, forbidden) && !strings.ContainsFunc(name, unicode.IsControl)
}

// ARMType is the value of `type` in an envelope.
func (k *Kind) ARMType() string {
	t := k.Type
	if t == "" {
		t = k.Path
	}
	return "Microsoft.ApiManagement/service/" + t
}
