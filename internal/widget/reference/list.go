package reference

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
)

// smallAPI is how many operations are listed in full; of a larger API only the
// group of the current operation is, and the others load when opened.
const smallAPI = 80

// ListLook is how the operations of an API are listed.
type ListLook struct {
	ByTag       bool   // in groups
	Paths       bool   // instead of names
	Toggle      string // the address of the page, when visitors may choose between names and paths
	AllOpen     bool   // every group unfolded
	MarkCurrent bool
	Wrap        bool // long names
}

// ListQuery is what of the list is asked for.
type ListQuery struct {
	Current apim.Name  // the operation of the page
	Query   url.Values // q: words; group: the group to unfold; show: names or paths
}

// List is what operation_list.tmpl shows.
type List struct {
	API      *catalog.API
	Versions []Version
	Groups   []operationGroup
	Total    int
	Query    string
	Found    int
	Current  apim.Name // the operation of the page
	ShowPath bool
	Toggle   string // address with paths instead of names, or the other way round; "" when visitors may not
	Wrap     bool
	Flat     bool        // no groups
	Types    []graphType // of a GraphQL API, in place of operations
	Socket   bool        // a WebSocket API: there are no operations

	reader *Reader
	asked  url.Values
}

type operationGroup struct {
	ID         apim.PublicID
	Name       string
	Open       bool
	Count      int
	Operations []operationItem // nil: loaded when opened
	More       int             // left out of a very long list
	Load       string          // address of the fragment
	Href       string          // the same without script
}

type operationItem struct {
	Method, Label, Href string
	Current, Deprecated bool
}

// List lists the operations of the API.
func (r *Reader) List(ctx context.Context, look ListLook, asked ListQuery) (*List, error) {
	ops, err := r.Data.Operations(ctx, r.API)
	if err != nil {
		return nil, err
	}
	v := &List{
		API: r.API, Versions: r.Versions(), Total: len(ops), Current: asked.Current,
		Query: strings.TrimSpace(asked.Query.Get("q")), ShowPath: look.Paths, Wrap: look.Wrap, Flat: !look.ByTag, Socket: r.API.Type == "websocket",
		reader: r, asked: asked.Query,
	}
	if r.API.Type == "graphql" {
		v.Types, err = r.graphTypes(ctx)
		return v, err
	}
	if look.Toggle != "" {
		v.toggle(look.Toggle)
	}
	matching := filterOperations(ops, v.Query)
	v.Found = len(matching)
	groups := operationGroups(matching)
	if v.Flat && len(matching) > 0 {
		groups = []catalog.Group{{Operations: matching}}
	}
	for i, g := range groups {
		v.Groups = append(v.Groups, v.group(g, i == 0, look.AllOpen || v.Flat || len(ops) <= smallAPI))
	}
	if !look.MarkCurrent {
		v.unmark()
	}
	return v, nil
}

// Only leaves the group that is asked for; searching, all that have something.
func (v *List) Only() {
	if v.asked.Get("q") == "" {
		asked := apim.PublicID(v.asked.Get(address.QueryGroup))
		v.Groups = slices.DeleteFunc(v.Groups, func(g operationGroup) bool { return !g.ID.Same(asked) })
	}
}

func (v *List) toggle(path string) {
	if show := v.asked.Get("show"); show != "" {
		v.ShowPath = show == "paths"
	}
	v.Toggle = path + "?show=" + map[bool]string{true: "names", false: "paths"}[v.ShowPath]
}

// group is one group as it is listed; open reports whether every group is.
func (v *List) group(g catalog.Group, first, open bool) operationGroup {
	name := cmp.Or(g.Tag.Name, v.reader.Words.T("operations.untagged"))
	og := operationGroup{ID: g.Tag.ID, Name: name, Count: len(g.Operations), Load: address.GroupPart(v.API.ID, g.Tag.ID), Href: address.Group(v.API.ID, g.Tag.ID)}
	asked := v.asked.Has("group")
	og.Open = open || v.holds(g) || v.Query != "" || asked && g.Tag.ID.Same(apim.PublicID(v.asked.Get(address.QueryGroup))) ||
		first && v.Current == "" && !asked
	if og.Open {
		og.Operations = v.items(aroundCurrent(g.Operations, v.Current))
		og.More = len(g.Operations) - len(og.Operations)
	}
	return og
}

// unmark leaves no operation marked as the current one.
func (v *List) unmark() {
	for _, g := range v.Groups {
		for i := range g.Operations {
			g.Operations[i].Current = false
		}
	}
}

func (v List) holds(g catalog.Group) bool {
	return slices.ContainsFunc(g.Operations, func(o *catalog.Operation) bool { return o.ID.Same(v.Current) })
}

func (v List) items(ops []*catalog.Operation) []operationItem {
	out := make([]operationItem, 0, len(ops))
	for _, o := range ops {
		item := operationItem{
			Method: o.Method, Label: o.Name, Href: address.Operation(v.API.ID, o.ID),
			Current: o.ID.Same(v.Current), Deprecated: o.Deprecated,
		}
		if v.ShowPath || item.Label == "" {
			item.Label = o.URLTemplate
		}
		out = append(out, item)
	}
	return out
}

// filterOperations keeps those whose name, path or method has every word.
func filterOperations(ops []*catalog.Operation, text string) []*catalog.Operation {
	words := strings.Fields(strings.ToLower(text))
	if len(words) == 0 {
		return ops
	}
	var out []*catalog.Operation
	for _, o := range ops {
		hay := strings.ToLower(o.Method + " " + o.Name + " " + o.URLTemplate + " " + string(o.ID))
		all := true
		for _, w := range words {
			all = all && strings.Contains(hay, w)
		}
		if all {
			out = append(out, o)
		}
	}
	return out
}
