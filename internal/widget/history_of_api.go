package widget

import (
	"context"
	"html/template"
	"strconv"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget/prose"
)

// releasesPerPage is how many releases a page of the change log holds.
const releasesPerPage = 50

// HistoryOfAPI is the change log of an API.
type HistoryOfAPI struct {
	Details Hyperlink `json:"detailsPageHyperlink" label:"Page of an API"`
}

var historyOfAPI = Widget{
	Type: "historyOfApi", Label: "API: change log", Defaults: HistoryOfAPI{}, Needs: Needs{API: true},
	CSS: []string{"reference", "list"}, Query: []string{"page"}, Load: loadHistoryOfAPI,
}

type historyView struct {
	API        *catalog.API
	Feed       string
	Releases   []releaseRow
	Prev, Next string
	paging
}

// paging is the page of a list that the query asks for.
type paging struct {
	Page, Pages int // from 1
	from, to    int // what is on it
}

// paging is that of a list of total entries, size of them on a page.
func (in *Input) paging(total, size int) paging {
	p := paging{Pages: max(1, (total+size-1)/size)}
	n, _ := strconv.Atoi(in.Query().Get(address.QueryPage))
	p.Page = min(max(n, 1), p.Pages)
	p.from, p.to = (p.Page-1)*size, min(p.Page*size, total)
	return p
}

type releaseRow struct {
	ID, Date, Revision string
	Notes              template.HTML
}

func loadHistoryOfAPI(ctx context.Context, in *Input) (any, error) {
	api, err := in.Data.API(in.Params.API)
	if err != nil {
		return nil, err
	}
	all, err := in.Data.Releases(ctx, api)
	if err != nil {
		return nil, err
	}
	v := historyView{API: api, Feed: address.Feed(api.ID), paging: in.paging(len(all), releasesPerPage)}
	for _, r := range all[v.from:v.to] {
		v.Releases = append(v.Releases, releaseRow{r.ID, date(r.Created), r.Revision, prose.Below(2, r.Notes)})
	}
	if v.Page > 1 {
		v.Prev = address.ChangelogPage(api.ID, v.Page-1)
	}
	if v.Page < v.Pages {
		v.Next = address.ChangelogPage(api.ID, v.Page+1)
	}
	in.describe(2, in.T("history.title", "api", api.Name), in.T("history.about", "api", api.Name))
	return v, nil
}
