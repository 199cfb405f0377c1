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

// route is one method of one address. Every route has an action, which the
// caller must be granted; a test holds this.
type route struct {
	method  string
	pattern string // segments, "{}" for a name; collections in any case
	action  access.Action
	handle  func(*call) (*answer, error)

	kind    *apim.Kind // nil for the service
	link    *apim.Link
	action0 string // name of a POST action
}

// routes makes the whole table from the kinds.
func routes() []*route {
	table := []*route{
		{method: http.MethodGet, pattern: "", action: access.ActionOf("", access.Read), handle: getService},
	}
	for _, k := range apim.Kinds {
		table = append(table, kindRoutes(k)...)
		for i := range k.Links {
			table = append(table, linkRoutes(k, &k.Links[i])...)
		}
	}
	return table
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
}{
	{apim.Head, http.MethodHead, access.Read, headEntity},
	{apim.Get, http.MethodGet, access.Read, getEntity},
	{apim.Put, http.MethodPut, access.Write, putEntity},
	{apim.Patch, http.MethodPatch, access.Write, patchEntity},
	{apim.Delete, http.MethodDelete, access.Delete, deleteEntity},
}

func kindRoutes(k *apim.Kind) []*route {
	table := []*route{{
		method: http.MethodGet, pattern: collectionPattern(k), kind: k,
		action: access.ActionOf(k.Path, access.Read), handle: listKind,
	}}
	for _, v := range verbs {
		if k.Verbs.Has(v.verb) {
			table = append(table, &route{
				method: v.method, pattern: entityPattern(k), kind: k,
				action: access.ActionOf(k.Path, v.action), handle: v.handle,
			})
		}
	}
	for _, name := range k.Actions {
		table = append(table, &route{
			method: http.MethodPost, pattern: entityPattern(k) + "/" + name, kind: k, action0: name,
			action: access.ActionOf(k.Path, name+"/action"), handle: doAction,
		})
	}
	return table
}

func linkRoutes(k *apim.Kind, l *apim.Link) []*route {
	list := entityPattern(k) + "/" + l.Collection
	member := list + "/{}"
	of := k.Path + "/" + l.Collection
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
		rt.kind, rt.link = k, l
	}
	return table
}

// node is one segment of the route tree.
type node struct {
	literals map[string]*node // by lower-case segment
	name     *node            // any segment
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
		n.literals = map[string]*node{}
	}
	key := strings.ToLower(seg)
	if n.literals[key] == nil {
		n.literals[key] = &node{}
	}
	return n.literals[key]
}

// find returns the route; apim.ErrNotFound, or 405 with what is allowed.
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
	if next := n.literals[strings.ToLower(segments[0])]; next != nil {
		if found := next.walk(segments[1:]); found != nil {
			return found
		}
	}
	if n.name != nil {
		return n.name.walk(segments[1:])
	}
	return nil
}
