package apim

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Resource is the `properties` object of one stored resource.
type Resource interface {
	// Validate adds one violation for each field that breaks a rule.
	Validate(v *Violations)
}

// Default fills in what a PUT left out, in a resource that has defaults.
func Default(r Resource) {
	if r, has := r.(interface{ Default() }); has {
		r.Default()
	}
}

// orBool is the default of a switch that may be left out.
func orBool(on **bool, otherwise bool) {
	if *on == nil {
		*on = &otherwise
	}
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

// Fields that several kinds have (apim-rest.md §2.3).
var (
	nameFilter  = Fields{"name", "displayName", "description"}
	titleFilter = Fields{"name", "displayName"}
	onlyName    = Fields{"name"}
)

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
	// Workspace: entities in a workspace have the association too.
	Workspace bool
	// ETag: members answer HEAD and GET with an ETag and a body, as tags do, rather than 204.
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

// Kind declares everything about a resource kind that needs no I/O.
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
	// Singleton is the only name an entity may have ("policy", "default"); empty: any valid name.
	Singleton Name
	// ByName are the only names an entity may have, where each has properties of
	// its own (portalsettings). New is nil then.
	ByName map[Name]func() Resource
	// Names are the only names an entity may have, in any case; nil: any valid name.
	Names []Name
	// Workspace: the kind exists below /workspaces/{id} too (apim-rest.md §2.10).
	Workspace bool
	// Fixed entities exist from the start and are not created by PUT (tenant/access).
	Fixed bool
	// OnAlias: below an API, the entity belongs to the API, not to one of its revisions.
	OnAlias bool
	// PatchNoContent: PATCH answers 204 (portalsettings).
	PatchNoContent bool
	// Delete204Since is the api-version from which DELETE always answers 204: SDKs
	// generated from it accept only 202 and 204.
	Delete204Since string
	// NoBody: the address of a PUT says everything; the body may be missing.
	NoBody bool
	// Member: entities are associations with something that is not a resource (a
	// recipient's address): HEAD answers 204, and If-Match means nothing (apim-rest.md §2.2).
	Member bool
	// LinkNames, if not nil, makes the kind a view of links whose members have their own
	// names and bodies (products/apiLinks). The rows are the truth, documents hold the names.
	LinkNames *LinkNames
	// PutAlways201: PUT answers 201 also on replacing, as for portalRevisions (apim-rest.md §0.8).
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
	// Owners: its secrets open everything, so changing an entity, and every action on
	// one, is for callers who may assign roles.
	Owners bool
	// Secrets are properties kept in the secret store and returned only by listSecrets.
	Secrets []string
	// Credentials are secrets inside members, as paths in which * is every member
	// ("credentials.header.*"). They are kept in the secret store too, and shown to
	// whoever may write the entity, since tools read them back; others see masks.
	Credentials []string
	// SecretIf reports whether the secrets of a resource are secret; nil: always (namedValues).
	SecretIf func(Resource) bool
	// Refs are properties that hold resource ids. They are stored short and
	// shown in the form of the request.
	Refs []string
	// Large: a PUT may carry an API description or its schemas, up to 64 MB.
	Large bool
	// Always are members of properties that no answer omits, since clients rely on
	// them (as-code.md). Only members that the struct may omit are listed.
	Always []Member
	// Also are members that a body may carry although the struct has none: those a
	// behaviour reads, and those that answers show.
	Also []string
	// Idle says why the kind has no effect yet; "" if it has one.
	Idle string
	// Raw are members whose values are documents: what is null in them is data.
	Raw []string
	// Links are the association collections below an entity.
	Links []Link
	// Actions are POST actions on an entity (listSecrets, regeneratePrimaryKey, ...).
	Actions []string
}

// Refuser is a resource that may hold settings which ask for what is not built:
// what they restrict or hand over is refused, for everybody.
type Refuser interface {
	// Refused lists those that are set: the JSON pointer, and a sentence that says
	// what is refused.
	Refused() []Finding
}

// Idler is a resource that may hold settings without effect.
type Idler interface {
	// Idle lists the JSON pointers of those that are set.
	Idle() []string
}

// Member is a member of properties and its value if none was given.
type Member struct{ Name, JSON string }

// provisioned is the state of everything that a request completes (apim-rest.md §2.4).
var provisioned = Member{"provisioningState", `"Succeeded"`}

// ServiceAlways are the members that no answer about the service itself omits.
var ServiceAlways = []Member{{"customProperties", `{}`}, {"disableGateway", `false`}}

// LinkNames is an association collection whose members have names of their own:
// /products/{id}/apiLinks/{name} with {"apiId": ...}. It shows the same rows as
// the older /products/{id}/apis.
type LinkNames struct {
	Name    LinkKind
	Field   string // of the body: apiId, operationId, productId, groupId
	To      string // kind path of the other side
	Reverse bool   // the row runs from the other side to the entity (tags)
}

// Properties makes empty properties for an entity's name; nil for kinds that are kept as they come.
func (k *Kind) Properties(name Name) Resource {
	if spelling, ok := k.Spell(name); ok && k.ByName != nil {
		return k.ByName[spelling]()
	}
	if k.New == nil {
		return nil
	}
	return k.New()
}

// Spell returns the spelling of a name, which may come in any case, in a closed
// set; ok is false when the kind has one and the name is not in it.
func (k *Kind) Spell(name Name) (spelling Name, ok bool) {
	if k.Singleton == "" && k.ByName == nil && k.Names == nil {
		return name, true
	}
	return Spelling(name, slices.AppendSeq(append([]Name{k.Singleton}, k.Names...), maps.Keys(k.ByName))...)
}

// Parent is the kind path of the parent, "" at service level.
func (k *Kind) Parent() string {
	i := strings.LastIndexByte(k.Path, '/')
	return k.Path[:max(i, 0)]
}

// ValidName reports whether an entity of the kind may be created with a name.
func (k *Kind) ValidName(name Name) bool {
	longest := cmp.Or(k.MaxName, 80)
	forbidden := "/?#"
	if !k.AnyName {
		forbidden = `/?#*&+:<>%\"~ `
	}
	if _, ok := k.Spell(name); !ok {
		return false
	}
	return name != "" && name != "-" && name != "." && name != ".." &&
		utf8.RuneCountInString(string(name)) <= longest &&
		!strings.ContainsAny(string(name), forbidden) && !strings.ContainsFunc(string(name), unicode.IsControl)
}

// ARMType is the value of `type` in an envelope; in a workspace, of its twin there.
func (k *Kind) ARMType(workspace bool) string {
	t := cmp.Or(k.Type, k.Path)
	if workspace {
		t = workspaces + "/" + t
	}
	return "Microsoft.ApiManagement/service/" + t
}
