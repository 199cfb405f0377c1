package management

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
)

// route is one method of one address. Every route has an action that the caller
// must be granted; a test checks this.
type route struct {
	method  string
	pattern string // segments, "{}" for a name; collections in any case
	action  access.Action
	owners  bool // only for callers who may assign roles at the service, too
	handle  func(*call) (*answer, error)

	kind      *apim.Kind // nil for the service
	link      *apim.Link
	action0   string // name of a POST action
	workspace bool   // below /workspaces/{id}
	outer     bool   // not below a service: the address names no entity of it
}

// routes makes the whole table: the routes of the kinds, and all others.
func routes() []*route {
	var table []*route
	for _, k := range apim.Kinds {
		for _, below := range places(k.Workspace) {
			table = append(table, kindRoutes(k, below)...)
		}
		for i := range k.Links {
			for _, below := range places(k.Workspace && k.Links[i].Workspace) {
				table = append(table, linkRoutes(k, &k.Links[i], below)...)
			}
		}
	}
	return append(table, specialRoutes()...)
}

// Routes are the methods and patterns of all routes, with {} for a name, for
// tests that must know all of them.
func Routes() []string {
	var list []string
	for _, rt := range routes() {
		list = append(list, rt.method+" /"+rt.pattern)
	}
	return list
}

// place is where a kind's collection stands: below the service or a workspace.
type place struct {
	prefix    string // of patterns
	resource  string // of actions
	workspace bool
}

func places(workspace bool) []place {
	all := []place{{}}
	if workspace {
		all = append(all, place{prefix: "workspaces/{}/", resource: "workspaces/", workspace: true})
	}
	return all
}

// collectionPattern is "apis/{}/operations".
func collectionPattern(k *apim.Kind) string {
	return strings.Join(strings.Split(k.Path, "/"), "/{}/")
}

// entityPattern is "apis/{}/operations/{}".
func entityPattern(k *apim.Kind) string { return collectionPattern(k) + "/{}" }

// verbs are an entity's methods with what access they need and who handles them.
var verbs = []struct {
	verb   apim.Verbs
	method string
	action string
	handle func(*call) (*answer, error)
	named  func(*call) (*answer, error) // of an association with names
}{
	{apim.Head, http.MethodHead, access.Read, headEntity, nil},
	{apim.Get, http.MethodGet, access.Read, getEntity, getNamedLink},
	{apim.Put, http.MethodPut, access.Write, putEntity, putNamedLink},
	{apim.Patch, http.MethodPatch, access.Write, patchEntity, nil},
	{apim.Delete, http.MethodDelete, access.Delete, deleteEntity, deleteNamedLink},
}

func kindRoutes(k *apim.Kind, below place) []*route {
	resource := below.resource + k.Path
	list := listKind
	if k.LinkNames != nil {
		list = listNamedLinks
	}
	table := []*route{{
		method: http.MethodGet, pattern: below.prefix + collectionPattern(k),
		action: access.ActionOf(resource, access.Read), handle: list,
	}}
	for _, v := range verbs {
		if !k.Verbs.Has(v.verb) {
			continue
		}
		handle := v.handle
		if k.LinkNames != nil {
			handle = v.named
		}
		table = append(table, &route{
			method: v.method, pattern: below.prefix + entityPattern(k),
			action: access.ActionOf(resource, v.action), handle: handle, owners: k.Owners && v.action != access.Read,
		})
	}
	for _, name := range k.Actions {
		table = append(table, &route{
			method: http.MethodPost, pattern: below.prefix + entityPattern(k) + "/" + name, action0: name,
			action: access.ActionOf(resource, name+"/action"), handle: doAction, owners: k.Owners,
		})
	}
	for _, rt := range table {
		rt.kind, rt.workspace = k, below.workspace
	}
	return table
}

func linkRoutes(k *apim.Kind, l *apim.Link, below place) []*route {
	list := below.prefix + entityPattern(k) + "/" + l.Collection
	member := list + "/{}"
	of := below.resource + k.Path + "/" + l.Collection
	table := []*route{
		{method: http.MethodGet, pattern: list, action: access.ActionOf(of, access.Read), handle: listLinks},
	}
	if !l.ReadOnly {
		table = append(table,
			&route{method: http.MethodHead, pattern: member, action: access.ActionOf(of, access.Read), handle: headLink},
			&route{method: http.MethodPut, pattern: member, action: access.ActionOf(of, access.Write), handle: putLink},
			&route{method: http.MethodDelete, pattern: member, action: access.ActionOf(of, access.Delete), handle: deleteLink},
		)
	}
	if l.ETag {
		table = append(table, &route{method: http.MethodGet, pattern: member, action: access.ActionOf(of, access.Read), handle: getLink})
	}
	for _, rt := range table {
		rt.kind, rt.link, rt.workspace = k, l, below.workspace
	}
	return table
}

// node is one segment of the route tree.
type node struct {
	literals map[apim.Name]*node // by the key of the segment
	name     *node               // any segment
	methods  map[string]*route
}

func newRouter(table []*route) *node {
	root := &node{}
	for _, rt := range table {
		n := root
		for seg := range strings.SplitSeq(rt.pattern, "/") {
			if seg != "" {
				n = n.child(seg)
			}
		}
		if n.methods == nil {
			n.methods = map[string]*route{}
		}
		n.methods[rt.method] = rt
	}
	return root
}

func (n *node) child(seg string) *node {
	if seg == "{}" {
		if n.name == nil {
			n.name = &node{}
		}
		return n.name
	}
	if n.literals == nil {
		n.literals = map[apim.Name]*node{}
	}
	key := apim.Name(seg).Key()
	if n.literals[key] == nil {
		n.literals[key] = &node{}
	}
	return n.literals[key]
}

// find returns the route, apim.ErrNotFound, or 405 with the allowed methods.
func (n *node) find(method string, segments []string) (*route, error) {
	found := n.walk(segments)
	if found == nil {
		return nil, apim.ErrNotFound
	}
	if rt := found.methods[method]; rt != nil {
		return rt, nil
	}
	return nil, arm.MethodNotAllowed(method, append(slices.Sorted(maps.Keys(found.methods)), http.MethodOptions))
}

// walk follows segments, literals before names, to a node with routes.
func (n *node) walk(segments []string) *node {
	if len(segments) == 0 {
		if n.methods == nil {
			return nil
		}
		return n
	}
	if next := n.literals[apim.Name(segments[0]).Key()]; next != nil {
		if found := next.walk(segments[1:]); found != nil {
			return found
		}
	}
	if n.name != nil {
		return n.name.walk(segments[1:])
	}
	return nil
}
