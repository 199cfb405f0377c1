package widget

import (
	"cmp"
	"context"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/search"
)

// How many hits the page and the suggestions ask for.
const (
	searchLimit  = 60
	suggestLimit = 12
)

var searchResults = Widget{
	Type: "search-results", Label: "Search: results", Defaults: struct{}{}, Fragment: true,
	CSS: []string{"list", "reference"}, Query: []string{"q", "fragment"}, Load: loadSearchResults,
}

type searchView struct {
	Query    string
	Total    int
	Groups   []hitGroup
	Fragment bool
	Everyone string // the page with all hits
}

type hitGroup struct {
	Kind, Title string
	Hits        []hitRow
}

type hitRow struct {
	search.Hit
	Href string
}

func loadSearchResults(ctx context.Context, in *Input) (any, error) {
	v := searchView{Query: strings.TrimSpace(in.Query().Get("q")), Fragment: in.Query().Get("fragment") != ""}
	v.Everyone = address.Found(v.Query)
	if v.Query == "" {
		return v, nil
	}
	limit := searchLimit
	if v.Fragment {
		limit = suggestLimit
	}
	hits, err := in.Data.Search(ctx, v.Query, limit)
	if err != nil {
		return nil, err
	}
	v.Total = len(hits)
	for _, kind := range []string{search.KindAPI, search.KindOperation, search.KindProduct, search.KindSchema, search.KindPage} {
		g := hitGroup{Kind: kind, Title: in.T("search." + kind)}
		for _, h := range hits {
			if href := hitHref(h); h.Kind == kind && href != "" {
				g.Hits = append(g.Hits, hitRow{h, href})
			}
		}
		if g.Hits != nil {
			v.Groups = append(v.Groups, g)
		}
	}
	in.describe(1, in.T("search.title", "query", v.Query), "")
	return v, nil
}

func hitHref(h search.Hit) string {
	switch h.Kind {
	case search.KindAPI:
		return address.API(h.APIID)
	case search.KindOperation:
		return address.Operation(h.APIID, h.Ref.Name())
	case search.KindProduct:
		return address.Product(h.Ref.PublicID())
	case search.KindSchema:
		return address.Schema(h.APIID, h.Name)
	case search.KindPage:
		return h.Path
	}
	return ""
}

var problem = Widget{
	Type: "problem", Label: "What went wrong", Defaults: struct{}{}, CSS: []string{"home"},
	Load: loadProblem,
}

type problemView struct {
	Status                int
	Title, Text, ID, Back string
}

func loadProblem(_ context.Context, in *Input) (any, error) {
	v := problemView{Status: in.Problem.Status, ID: in.Problem.RequestID, Back: address.Home}
	v.Status = cmp.Or(v.Status, 404)
	key := "problem.500"
	if v.Status == 404 {
		key = "problem.404"
	}
	v.Title, v.Text = in.T(key+".title"), in.T(key+".text")
	return v, nil
}
