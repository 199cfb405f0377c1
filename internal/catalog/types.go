package catalog

import (
	"slices"

	"github.com/portico-portal/portico/internal/apim"
)

// Visitor is whoever asks for a page.
type Visitor struct {
	UserID apim.Name       // "" for a guest
	Groups []apim.PublicID // keys, sorted
	Admin  bool
	Locale string
}

// Guest is a visitor who is not signed in: in Guests only.
func Guest() Visitor { return Visitor{Groups: []apim.PublicID{apim.Guests}} }

// In reports whether the visitor is in one of the groups, which are keys.
func (v Visitor) In(groups []apim.PublicID) bool {
	return slices.ContainsFunc(groups, func(g apim.PublicID) bool { return slices.Contains(v.Groups, g) })
}

// API is the current revision of an API. It is shared: do not change it.
type API struct {
	ID           apim.PublicID // as created
	Name         string        // display name
	Path         string        // below the gateway's address
	Version      string
	VersionSetID apim.PublicID // "" outside version sets
	Type         string        // http, soap, websocket, graphql, ...
	Summary      string        // plain text, at most 160 characters
	Props        *apim.API
	Ref          apim.Ref // /apis/x
	Revision     apim.Ref // /apis/x;rev=n, below which operations and schemas lie
	VersionSet   *apim.VersionSet
	Tags         []Tag           // of the API itself, by name
	Products     []apim.PublicID // of the products that hold it, published or not
	Operations   int

	groups []apim.PublicID // of the published products that hold it
}

// Tag is a label.
type Tag struct {
	ID   apim.PublicID
	Name string
}

// Product is a set of APIs. It is shared: do not change it.
type Product struct {
	ID     apim.PublicID
	Name   string // display name
	Props  *apim.Product
	Ref    apim.Ref
	APIs   []apim.PublicID // of the APIs in the catalog it holds
	Groups []apim.PublicID // keys of those it is linked to, sorted
}

// Operation is an entry of an API's operation list.
type Operation struct {
	ID                        apim.Name
	Name, Method, URLTemplate string
	Tags                      []Tag // in the description's order
	Deprecated                bool
}

// OperationDetail is all that is known of an operation.
type OperationDetail struct {
	Operation
	Props *apim.Operation
	Extra *apim.OperationExtra // never nil
	Ref   apim.Ref             // below the API's revision
}

// Group is the operations of an API that have the same first tag.
type Group struct {
	Tag        Tag // the zero Tag: operations without one
	Operations []*Operation
}

// Groups splits operations by their first tag, tags in order of appearance,
// operations without a tag last.
func Groups(ops []*Operation) []Group {
	var groups []Group
	index := map[apim.PublicID]int{}
	var untagged []*Operation
	for _, op := range ops {
		if len(op.Tags) == 0 {
			untagged = append(untagged, op)
			continue
		}
		tag := op.Tags[0]
		i, ok := index[tag.ID]
		if !ok {
			i = len(groups)
			index[tag.ID] = i
			groups = append(groups, Group{Tag: tag})
		}
		groups[i].Operations = append(groups[i].Operations, op)
	}
	if len(untagged) > 0 {
		groups = append(groups, Group{Operations: untagged})
	}
	return groups
}
