package apim

import "strings"

// Ref is the service-relative id of a resource as written, such as
// "/apis/Echo;rev=2/operations/get". Compare with Same.
type Ref string

// Key is the id in lower case: what storage, links, scopes and authorisation use.
func (r Ref) Key() Key { return Key(strings.ToLower(string(r))) }

// Key is a ref in lower case, by which it is stored, linked and looked up.
type Key string

// Ref is the key as a ref: the resource's id, though not as it was written.
func (k Key) Ref() Ref { return Ref(k) }

// Parent is the key of [Ref.Parent].
func (k Key) Parent() Key { return Key(k.Ref().Parent()) }

// Home is the key of [Ref.Home].
func (k Key) Home() Key { return Key(k.Ref().Home()) }

// Alias is the key of [Ref.Alias].
func (k Key) Alias() Key { return Key(k.Ref().Alias()) }

// Name is the last segment.
func (r Ref) Name() Name { return Name(r)[strings.LastIndexByte(string(r), '/')+1:] }

// Same reports whether both refs mean the same resource.
func (r Ref) Same(o Ref) bool { return r.Key() == o.Key() }

// Is reports whether the ref is that of an entity of the kind.
func (r Ref) Is(kind *Kind) bool {
	return r.Kind() == kind && r.declared() != ""
}

// declared is an entity's ref with its collections spelled as declared; "" if
// there is no such kind.
func (r Ref) declared() Ref {
	kind := r.Kind()
	home := r.Home()
	if kind == nil || home != "" && !kind.Workspace {
		return ""
	}
	collections := strings.Split(kind.Path, "/")
	segments := strings.Split(string(r[len(home):]), "/")[1:]
	if len(segments) != 2*len(collections) {
		return ""
	}
	for i, collection := range collections {
		if segments[2*i+1] == "" {
			return ""
		}
		home = home.Child(collection, Name(segments[2*i+1]))
	}
	return home
}

// Child appends a collection and a name.
func (r Ref) Child(collection string, name Name) Ref { return r + Ref("/"+collection+"/"+string(name)) }

// Parent is the id without its last collection and name; "" at service level.
func (r Ref) Parent() Ref {
	s := string(r)
	for range 2 {
		i := strings.LastIndexByte(s, '/')
		if i < 0 {
			return ""
		}
		s = s[:i]
	}
	return Ref(s)
}

// Kind is the kind of the resource, by its collections alone; nil when there is none.
func (r Ref) Kind() *Kind { return KindByPath(r.KindPath()) }

// KindPath is the collection path without names: "apis/operations". The
// workspace prefix is not part of it.
func (r Ref) KindPath() string {
	parts := strings.Split(strings.TrimPrefix(string(r), "/"), "/")
	if len(parts) > 2 && strings.EqualFold(parts[0], workspaces) {
		parts = parts[2:]
	}
	var kinds []string
	for i := 0; i < len(parts); i += 2 {
		kinds = append(kinds, parts[i])
	}
	return strings.Join(kinds, "/")
}

const workspaces = "workspaces"

// Workspace is the workspace's name, or "".
func (r Ref) Workspace() Name {
	collection, below, _ := strings.Cut(strings.TrimPrefix(string(r), "/"), "/")
	name, _, ok := strings.Cut(below, "/")
	if !ok || !strings.EqualFold(collection, workspaces) {
		return ""
	}
	return Name(name)
}

// Home is /workspaces/{id} of a ref in a workspace, else "".
func (r Ref) Home() Ref {
	if w := r.Workspace(); w != "" {
		return WorkspaceRef(w)
	}
	return ""
}

// API is the API's own part of a ref at or below one, else "".
func (r Ref) API() Ref {
	const collection = "/apis/"
	start := len(r.Home())
	below := string(r[start:])
	if len(below) <= len(collection) || !strings.EqualFold(below[:len(collection)], collection) {
		return ""
	}
	name, _, _ := strings.Cut(below[len(collection):], "/")
	return r[:start+len(collection)+len(name)]
}

// Revision is the ref of an API's revision.
func (r Ref) Revision(revision string) Ref { return r.Alias() + revisionMark + Ref(revision) }

// revisionMark is between an API's id and its revision.
const revisionMark = ";rev="

// Alias is the ref with the API in place of its revision.
func (r Ref) Alias() Ref {
	api := r.API()
	name := api.Name()
	id, revision := SplitRevision(name)
	if revision == "" {
		return r
	}
	return api[:len(api)-len(name)+len(id)] + r[len(api):]
}

// WorkspaceRef is /workspaces/{id}.
func WorkspaceRef(id Name) Ref { return Ref("").Child(workspaces, id) }

// APIRef is /apis/{id}: the alias of the current revision.
func APIRef(id Name) Ref { return Ref("/apis/" + id) }

// RevisionRef is /apis/{id};rev={n}: where a revision is stored.
func RevisionRef(id Name, revision string) Ref { return APIRef(id).Revision(revision) }

// OperationRef is an operation below an API revision's ref.
func OperationRef(api Ref, id Name) Ref { return api.Child("operations", id) }

// ProductRef is /products/{id}.
func ProductRef(id Name) Ref { return Ref("/products/" + id) }

// GroupRef is /groups/{id}.
func GroupRef(id Name) Ref { return Ref("/groups/" + id) }

// UserRef is /users/{id}.
func UserRef(id Name) Ref { return Ref("/users/" + id) }

// SubscriptionRef is /subscriptions/{id}.
func SubscriptionRef(id Name) Ref { return Ref("/subscriptions/" + id) }

// TagRef is /tags/{id}.
func TagRef(id Name) Ref { return Ref("/tags/" + id) }

// PortalRevisionRef is /portalRevisions/{id}.
func PortalRevisionRef(id Name) Ref { return Ref("/portalRevisions/" + id) }

// ContentRef is /contentTypes/{type}/contentItems/{id}.
func ContentRef(contentType, id Name) Ref {
	return Ref("/contentTypes/" + contentType + "/contentItems/" + id)
}

// SplitRevision splits an API name "x;rev=2" into "x" and "2"; without a revision the second is "".
func SplitRevision(name Name) (id Name, revision string) {
	if i := strings.Index(string(name.Key()), revisionMark); i >= 0 {
		return name[:i], string(name[i+len(revisionMark):])
	}
	return name, ""
}
