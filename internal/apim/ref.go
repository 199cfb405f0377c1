package apim

import "strings"

// Ref is the service-relative id of a resource as written, such as
// "/apis/Echo;rev=2/operations/get". Compare with Key.
type Ref string

// Key is the id in lower case: what storage, links, scopes and authorisation use.
func (r Ref) Key() string { return strings.ToLower(string(r)) }

// Name is the last segment.
func (r Ref) Name() string { return string(r)[strings.LastIndexByte(string(r), '/')+1:] }

// PublicName is the name by which people and portal addresses know a resource:
// w~x for the resource x of the workspace w, else its name.
func (r Ref) PublicName() string {
	if w := r.Workspace(); w != "" {
		return w + "~" + r.Name()
	}
	return r.Name()
}

// Child appends a collection and a name.
func (r Ref) Child(collection, name string) Ref { return r + Ref("/"+collection+"/"+name) }

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

// KindPath is the collection path without names: "apis/operations". The
// workspace prefix is not part of it.
func (r Ref) KindPath() string {
	parts := strings.Split(strings.TrimPrefix(string(r), "/"), "/")
	if len(parts) > 2 && strings.EqualFold(parts[0], "workspaces") {
		parts = parts[2:]
	}
	var kinds []string
	for i := 0; i < len(parts); i += 2 {
		kinds = append(kinds, parts[i])
	}
	return strings.Join(kinds, "/")
}

// Workspace is the workspace's name, or "".
func (r Ref) Workspace() string {
	parts := strings.SplitN(strings.TrimPrefix(string(r), "/"), "/", 3)
	if len(parts) > 2 && strings.EqualFold(parts[0], "workspaces") {
		return parts[1]
	}
	return ""
}

// Home is /workspaces/{id} of a ref in a workspace, else "".
func (r Ref) Home() Ref {
	if w := r.Workspace(); w != "" {
		return WorkspaceRef(w)
	}
	return ""
}

// WorkspaceRef is /workspaces/{id}.
func WorkspaceRef(id string) Ref { return Ref("/workspaces/" + id) }

// APIRef is /apis/{id}: the alias of the current revision.
func APIRef(id string) Ref { return Ref("/apis/" + id) }

// RevisionRef is /apis/{id};rev={n}: where a revision is stored.
func RevisionRef(id, revision string) Ref { return Ref("/apis/" + id + ";rev=" + revision) }

// OperationRef is an operation below an API revision's ref.
func OperationRef(api Ref, id string) Ref { return api.Child("operations", id) }

// ProductRef is /products/{id}.
func ProductRef(id string) Ref { return Ref("/products/" + id) }

// GroupRef is /groups/{id}.
func GroupRef(id string) Ref { return Ref("/groups/" + id) }

// UserRef is /users/{id}.
func UserRef(id string) Ref { return Ref("/users/" + id) }

// SubscriptionRef is /subscriptions/{id}.
func SubscriptionRef(id string) Ref { return Ref("/subscriptions/" + id) }

// TagRef is /tags/{id}.
func TagRef(id string) Ref { return Ref("/tags/" + id) }

// ContentRef is /contentTypes/{type}/contentItems/{id}.
func ContentRef(contentType, id string) Ref {
	return Ref("/contentTypes/" + contentType + "/contentItems/" + id)
}

// SplitRevision splits an API name "x;rev=2" into "x" and "2"; the revision is "" when not named.
func SplitRevision(name string) (id, revision string) {
	if i := strings.Index(strings.ToLower(name), ";rev="); i >= 0 {
		return name[:i], name[i+len(";rev="):]
	}
	return name, ""
}
