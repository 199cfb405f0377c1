package apim

import (
	"slices"
	"strings"
)

// serviceSegments come before a resource's own in a full id; "" stands for any name.
var serviceSegments = [...]string{"subscriptions", "", "resourceGroups", "", "providers", "Microsoft.ApiManagement", "service", ""}

// ServiceID is the full id of a service.
func ServiceID(subscription, group, service string) string {
	segments := serviceSegments
	segments[1], segments[3], segments[7] = subscription, group, service
	return "/" + strings.Join(segments[:], "/")
}

// CutServiceSegments splits the segments of an id into those of the service,
// none in the short form, and those of the resource.
func CutServiceSegments(segments []string) (service, resource []string) {
	if len(segments) < len(serviceSegments) {
		return nil, segments
	}
	for i, want := range serviceSegments {
		if want == "" && segments[i] == "" || want != "" && !strings.EqualFold(segments[i], want) {
			return nil, segments
		}
	}
	return segments[:len(serviceSegments)], segments[len(serviceSegments):]
}

// IsResourceGroup reports whether segments are those of a resource group, in
// which services are: /subscriptions/{x}/resourceGroups/{y}.
func IsResourceGroup(segments []string) bool {
	return len(segments) == 4 && strings.EqualFold(segments[0], serviceSegments[0]) && strings.EqualFold(segments[2], serviceSegments[2])
}

// CutService splits an id into the service's, "" in the short form, and the
// resource's, "" when it is the service's alone.
func CutService(id string) (service string, ref Ref) {
	before, segments := CutServiceSegments(strings.Split(strings.TrimPrefix(id, "/"), "/"))
	if before != nil {
		service = "/" + strings.Join(before, "/")
	}
	if short := strings.Trim(strings.Join(segments, "/"), "/"); short != "" {
		ref = Ref("/" + short)
	}
	return service, ref
}

// ParseRef reads an id of either form: what clients write into properties such
// as ownerId, scope or apiVersionSetId.
func ParseRef(id string) Ref {
	_, ref := CutService(id)
	return ref
}

// PublicID is the name by which people and portal addresses know a resource:
// "x", and "w~x" for the resource x of the workspace w. Names hold no "~".
type PublicID string

const workspaceMark = "~"

// Same reports whether both ids mean the same resource.
func (id PublicID) Same(o PublicID) bool { return id.Key() == o.Key() }

// Key is the id in lower case: by it ids are looked up and compared.
func (id PublicID) Key() PublicID { return PublicID(strings.ToLower(string(id))) }

// Spelling is a value, which may come in any case, as it stands among some; ok is
// false when it is none of them.
func Spelling[S ~string](value S, among ...S) (spelling S, ok bool) {
	i := slices.IndexFunc(among, func(s S) bool { return strings.EqualFold(string(s), string(value)) })
	if i < 0 {
		return value, false
	}
	return among[i], true
}

// Name is the last part of an id: what tells a resource from those beside it.
type Name string

// Same reports whether both names mean the same resource.
func (n Name) Same(o Name) bool { return n.Key() == o.Key() }

// Key is the name in lower case: by it names are looked up and compared.
func (n Name) Key() Name { return Name(strings.ToLower(string(n))) }

// PublicID is the inverse of [PublicID.Ref].
func (r Ref) PublicID() PublicID {
	if w := r.Workspace(); w != "" {
		return PublicID(w + workspaceMark + r.Name())
	}
	return PublicID(r.Name())
}

// Ref is the resource of a kind that the id means.
func (id PublicID) Ref(kind *Kind) Ref {
	w, name, ok := strings.Cut(string(id), workspaceMark)
	if !ok {
		return Ref("").Child(kind.Path, Name(id))
	}
	return WorkspaceRef(Name(w)).Child(kind.Path, Name(name))
}
