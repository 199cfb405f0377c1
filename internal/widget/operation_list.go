package widget

import (
	"context"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/catalog"
)

// smallAPI is how many operations are listed in full; of a larger API only the
// group of the current operation is, and the others load when opened.
const smallAPI = 80

// OperationList lists an API's operations by tag.
type OperationList struct {
	GroupByTag     bool      `json:"defaultGroupByTagToEnabled" label:"Grouped by tag"`
	ShowPath       bool      `json:"defaultShowUrlPath" label:"Paths instead of names"`
	TogglePath     bool      `json:"showToggleUrlPath" label:"Visitors may switch to paths"`
	AllExpanded    bool      `json:"defaultAllGroupTagsExpanded" label:"All groups open"`
	AllowSelection bool      `json:"allowSelection" label:"Mark the current one"`
	Wrap           bool      `json:"wrapText" label:"Wrap long names"`
	Details        Hyperlink `json:"detailsPageHyperlink" label:"Page of an operation"`
}

var operationList = Widget{
	Type: "operationList", Label: "API: operations", Defaults: OperationList{GroupByTag: true, AllowSelection: true},
	Needs:  Needs{API: true},
	Island: "portico-operations", CSS: []string{"reference"},
	Query: []string{"group", "q", "show"},
	Load:  loadOperationList,
}

type operationListView struct {
	API      *catalog.API
	Versions []versionLink
	Groups   []operationGroup
	Total    int
	Query    string
	Found    int
	Current  string // id of the operation, lower case
	ShowPath bool
	Toggle   string // address with paths instead of names, or the other way round; "" when visitors may not
	Wrap     bool
	Flat     bool        // no groups
	Types    []graphType // of a GraphQL API, in place of operations
	Socket   bool        // a WebSocket API: there are no operations
}

type operationGroup struct {
	ID, Name   string
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

func loadOperationList(ctx context.Context, in *Input) (any, error) {
	api, err := in.Data.API(ctx, in.Params.API)
	if err != nil {
		return nil, err
	}
	ops, err := in.Data.Operations(ctx, api)
	if err != nil {
		return nil, err
	}
	p := props[OperationList](in)
	v := operationListView{
		API: api, Versions: in.versions(ctx, api), Total: len(ops), Current: strings.ToLower(in.Params.Operation),
		Query: strings.TrimSpace(in.Query().Get("q")), ShowPath: p.ShowPath, Wrap: p.Wrap, Flat: !p.GroupByTag, Socket: api.Type == "websocket",
	}
	if api.Type == "graphql" {
		v.Types, err = in.graphTypes(ctx, api)
		return v, err
	}
	if p.TogglePath {
		v.toggle(in)
	}
	matching := filterOperations(ops, v.Query)
	v.Found = len(matching)
	groups := operationGroups(matching)
	if v.Flat && len(matching) > 0 {
		groups = []catalog.Group{{Operations: matching}}
	}
	for i, g := range groups {
		v.Groups = append(v.Groups, v.group(in, g, i == 0, p.AllExpanded || v.Flat || len(ops) <= smallAPI))
	}
	if !p.AllowSelection {
		v.unmark()
	}
	return v, nil
}

// toggle takes names or paths as the address asks for.
func (v *operationListView) toggle(in *Input) {
	if show := in.Query().Get("show"); show != "" {
		v.ShowPath = show == "paths"
	}
	v.Toggle = in.Params.Path + "?show=" + map[bool]string{true: "names", false: "paths"}[v.ShowPath]
}

// group is one group as it is listed; open tells whether every group is.
func (v *operationListView) group(in *Input, g catalog.Group, first, open bool) operationGroup {
	name := g.Tag.Name
	if name == "" {
		name = in.T("operations.untagged")
	}
	og := operationGroup{ID: g.Tag.ID, Name: name, Count: len(g.Operations), Load: address.GroupPart(v.API.ID, g.Tag.ID), Href: address.Group(v.API.ID, g.Tag.ID)}
	asked := in.Query().Has("group")
	og.Open = open || v.holds(g) || v.Query != "" || asked && strings.EqualFold(in.Query().Get("group"), g.Tag.ID) ||
		first && v.Current == "" && !asked
	if og.Open {
		og.Operations = v.items(aroundCurrent(g.Operations, v.Current))
		og.More = len(g.Operations) - len(og.Operations)
	}
	return og
}

// unmark leaves no operation marked as the current one.
func (v *operationListView) unmark() {
	for _, g := range v.Groups {
		for i := range g.Operations {
			g.Operations[i].Current = false
		}
	}
}

func (v operationListView) holds(g catalog.Group) bool {
	for _, o := range g.Operations {
		if v.Current != "" && strings.ToLower(o.ID) == v.Current {
			return true
		}
	}
	return false
}

func (v operationListView) items(ops []*catalog.Operation) []operationItem {
	out := make([]operationItem, 0, len(ops))
	for _, o := range ops {
		item := operationItem{
			Method: o.Method, Label: o.Name, Href: address.Operation(v.API.ID, o.ID),
			Current: v.Current != "" && strings.ToLower(o.ID) == v.Current, Deprecated: o.Deprecated,
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
		hay := strings.ToLower(o.Method + " " + o.Name + " " + o.URLTemplate + " " + o.ID)
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

// OperationGroup answers [address.GroupPart]: with ?group={tag id} the operations of one
// group, with ?q={text} those that match, grouped; both as the list shows them.
func OperationGroup(ctx context.Context, r Render) ([]byte, error) {
	in := r.input()
	in.Props = &OperationList{GroupByTag: true, AllowSelection: true}
	q := in.Query()
	view, err := loadOperationList(ctx, in)
	if err != nil {
		return nil, err
	}
	v := view.(operationListView)
	if q.Get("q") == "" {
		var one []operationGroup
		for _, g := range v.Groups {
			if strings.EqualFold(g.ID, q.Get("group")) {
				one = append(one, g)
			}
		}
		v.Groups = one
	}
	return execute("operation_groups", frame{Input: in, V: v})
}
