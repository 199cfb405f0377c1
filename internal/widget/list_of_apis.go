package widget

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
)

// apisPerPage is how many APIs a page of the list holds.
const apisPerPage = 50

// ListOfAPIs lists the APIs a visitor may see. The address holds its state:
// q, tag, type, version (each may stand several times), view, group, page.
type ListOfAPIs struct {
	View            string    `json:"itemStyleView" label:"Shown as"` // list, tiles, dropdown
	AllowSelection  bool      `json:"allowSelection" label:"Mark the current one"`
	AllowViewSwitch bool      `json:"allowViewSwitching" label:"Visitors may switch"`
	Filters         string    `json:"filtersPosition" label:"Filters"` // popup, sidebar, none
	ShowType        bool      `json:"showApiType" label:"Show the type"`
	GroupByTag      bool      `json:"defaultGroupByTagToEnabled" label:"Grouped by tag"`
	Details         Hyperlink `json:"detailsPageHyperlink" label:"Page of an API"`
}

var listOfAPIs = Widget{
	Type: "listOfApis", Label: "APIs: list",
	Defaults: ListOfAPIs{View: viewList, AllowViewSwitch: true, Filters: "popup", ShowType: true},
	Fragment: true, CSS: []string{"list"},
	Query: []string{"q", "tag", "type", "version", "view", "group", "page"},
	Load:  loadListOfAPIs,
}

type apiList struct {
	Path       string
	Query      string
	Facets     []facet
	Groups     []apiGroup
	Total      int // that match
	All        int // that there are
	Tiles      bool
	Chooser    *chooser // shown instead of the list
	Sidebar    bool     // the filters stand beside the list
	Filters    bool
	ByTag      bool
	Filtered   bool
	ShowType   bool
	Switch     bool
	Clear      string
	ViewHref   string
	GroupHref  string
	Prev, Next string
	paging
	SignIn string // for guests
}

type apiGroup struct {
	Tag  string
	APIs []apiRow
}

type apiRow struct {
	*catalog.API
	Href, TypeName string // TypeName "": not shown
	Current        bool
	NewWindow      bool
}

type facet struct {
	Title, Name string
	Values      []facetValue
}

type facetValue struct {
	Value, Label string
	Count        int
	On           bool
}

func loadListOfAPIs(_ context.Context, in *Input) (any, error) {
	all := in.Data.APIs()
	p, q := props[ListOfAPIs](in), in.Query()
	if p.View == viewDropdown {
		return apiList{Chooser: in.apiChooser(all)}, nil
	}
	v := apiList{
		Path: in.Params.Path, Query: strings.TrimSpace(q.Get("q")), All: len(all), ShowType: p.ShowType,
		Switch: p.AllowViewSwitch, Tiles: p.View == viewTiles, ByTag: p.GroupByTag, Sidebar: p.Filters == "sidebar", Filters: p.Filters != "none",
	}
	if view := q.Get("view"); view != "" {
		v.Tiles = view == "tiles"
	}
	if group := q.Get("group"); group != "" {
		v.ByTag = group == "tag"
	}
	matching := filterAPIs(all, q)
	v.Total = len(matching)
	v.Filtered = v.Query != "" || len(q["tag"])+len(q["type"])+len(q["version"]) > 0
	if p.Filters != "none" {
		v.Facets = in.facets(all, q)
	}
	v.page(in, matching)
	v.addresses(q)
	if in.Visitor.UserID == "" {
		v.SignIn = address.SignInFor(address.APIs)
	}
	return v, nil
}

// filterAPIs keeps what the query's text and facets admit: values of one facet
// are alternatives, facets are joined by and.
func filterAPIs(all []*catalog.API, q url.Values) []*catalog.API {
	var out []*catalog.API
	for _, a := range all {
		if matchesText(a, q.Get("q")) && matchesFacets(a, q, "") {
			out = append(out, a)
		}
	}
	return out
}

func matchesText(a *catalog.API, text string) bool {
	hay := strings.ToLower(a.Name + " " + a.Summary + " " + a.Path)
	for _, t := range a.Tags {
		hay += " " + strings.ToLower(t.Name)
	}
	return !slices.ContainsFunc(strings.Fields(strings.ToLower(text)), func(word string) bool { return !strings.Contains(hay, word) })
}

// facetValues are an API's values of a facet.
func facetValues(a *catalog.API, name string) (values []facetValue) {
	switch {
	case name == "tag":
		for _, t := range a.Tags {
			values = append(values, facetValue{Value: string(t.ID), Label: t.Name})
		}
	case name == "type":
		values = []facetValue{{Value: a.Type, Label: a.Type}}
	case a.Version != "":
		values = []facetValue{{Value: a.Version, Label: a.Version}}
	}
	return values
}

var facetNames = []string{"type", "tag", "version"}

// matchesFacets reports whether every facet but one admits the API.
func matchesFacets(a *catalog.API, q url.Values, except string) bool {
	for _, name := range facetNames {
		if wanted := q[name]; name != except && len(wanted) > 0 {
			if !slices.ContainsFunc(facetValues(a, name), func(v facetValue) bool { return slices.Contains(wanted, v.Value) }) {
				return false
			}
		}
	}
	return true
}

// facets counts, for each value, the APIs it would leave with the other facets as they are.
func (in *Input) facets(all []*catalog.API, q url.Values) []facet {
	const most = 15
	var out []facet
	for _, name := range facetNames {
		values := map[string]*facetValue{}
		for _, a := range all {
			for _, v := range facetValues(a, name) {
				fv := values[v.Value]
				if fv == nil {
					fv = &v
					fv.On = slices.Contains(q[name], v.Value)
					if name == "type" {
						fv.Label = in.typeName(v.Value)
					}
					values[v.Value] = fv
				}
				if matchesText(a, q.Get("q")) && matchesFacets(a, q, name) {
					fv.Count++
				}
			}
		}
		f := facet{Title: in.T("apis." + name), Name: name}
		for _, fv := range values {
			f.Values = append(f.Values, *fv)
		}
		slices.SortFunc(f.Values, func(a, b facetValue) int {
			if a.On != b.On {
				return map[bool]int{true: -1, false: 1}[a.On]
			}
			return cmp.Or(b.Count-a.Count, strings.Compare(strings.ToLower(a.Label), strings.ToLower(b.Label)))
		})
		f.Values = f.Values[:min(len(f.Values), most)]
		if len(f.Values) > 1 || len(f.Values) == 1 && f.Values[0].On {
			out = append(out, f)
		}
	}
	return out
}

// typeName is an API type for people.
func (in *Input) typeName(t string) string {
	key := "type." + strings.ToLower(t)
	if name := in.T(key); name != key {
		return name
	}
	return t
}

// page cuts the page asked for and groups it.
func (v *apiList) page(in *Input, matching []*catalog.API) {
	v.paging = in.paging(len(matching), apisPerPage)
	if v.ByTag {
		slices.SortStableFunc(matching, func(a, b *catalog.API) int {
			return strings.Compare(firstTag(a), firstTag(b))
		})
	}
	for _, a := range matching[v.from:v.to] {
		tag := ""
		if v.ByTag {
			if tag = strings.TrimSuffix(firstTag(a), "\uffff"); tag == "" {
				tag = in.T("apis.untagged")
			}
		}
		if len(v.Groups) == 0 || v.Groups[len(v.Groups)-1].Tag != tag {
			v.Groups = append(v.Groups, apiGroup{Tag: tag})
		}
		g := &v.Groups[len(v.Groups)-1]
		row, p := in.apiRow(a), props[ListOfAPIs](in)
		row.Current = p.AllowSelection && a.ID.Same(in.Params.API)
		row.NewWindow = p.Details.Target == "_blank"
		if !v.ShowType {
			row.TypeName = ""
		}
		g.APIs = append(g.APIs, row)
	}
}

func (in *Input) apiRow(a *catalog.API) apiRow {
	return apiRow{API: a, Href: address.API(a.ID), TypeName: in.typeName(a.Type)}
}

// apiChooser is the list as one control.
func (in *Input) apiChooser(all []*catalog.API) *chooser {
	c := in.chooser("apis.choose", address.APIs)
	for _, a := range all {
		label := a.Name
		if a.Version != "" {
			label += " " + a.Version
		}
		c.add(label, address.API(a.ID), a.ID.Same(in.Params.API))
	}
	return c.close()
}

// firstTag orders APIs by tag, untagged ones last.
func firstTag(a *catalog.API) string {
	if len(a.Tags) == 0 {
		return "\uffff"
	}
	return a.Tags[0].Name
}

// addresses are those of the other views and pages.
func (v *apiList) addresses(q url.Values) {
	with := func(name, value string, drop ...string) string {
		c := url.Values{}
		for k, values := range q {
			if !slices.Contains(drop, k) && k != "fragment" {
				c[k] = values
			}
		}
		if value != "" {
			c.Set(name, value)
		}
		if s := c.Encode(); s != "" {
			return v.Path + "?" + s
		}
		return v.Path
	}
	v.Clear = with("", "", "q", "tag", "type", "version", "page")
	v.ViewHref = with("view", map[bool]string{true: "list", false: "tiles"}[v.Tiles], "view")
	v.GroupHref = with("group", map[bool]string{true: "none", false: "tag"}[v.ByTag], "group", "page")
	if v.Page > 1 {
		v.Prev = with("page", strconv.Itoa(v.Page-1), "page")
	}
	if v.Page < v.Pages {
		v.Next = with("page", strconv.Itoa(v.Page+1), "page")
	}
}

// FeaturedAPIs shows a few APIs as cards: the named ones, or the first.
type FeaturedAPIs struct {
	APIs  []apim.PublicID `json:"apis" label:"APIs"`
	Count int             `json:"count" label:"How many"`
}

var featuredAPIs = Widget{
	Type: "featured-apis", Label: "APIs: a few as cards", Defaults: FeaturedAPIs{Count: 6},
	CSS: []string{"list"}, Load: loadFeaturedAPIs,
}

func loadFeaturedAPIs(_ context.Context, in *Input) (any, error) {
	all := in.Data.APIs()
	p := props[FeaturedAPIs](in)
	var rows []apiRow
	for _, a := range all {
		if len(p.APIs) == 0 || slices.ContainsFunc(p.APIs, a.ID.Same) {
			rows = append(rows, in.apiRow(a))
		}
	}
	if len(p.APIs) == 0 {
		rows = rows[:min(len(rows), max(p.Count, 1))]
	}
	return rows, nil
}
