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
	API         *catalog.API
	Feed        string
	Releases    []releaseRow
	Page, Pages int
	Prev, Next  string
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
	v := historyView{API: api, Feed: address.Feed(api.ID), Pages: max(1, (len(all)+releasesPerPage-1)/releasesPerPage)}
	n, _ := strconv.Atoi(in.Query().Get(address.QueryPage))
	v.Page = min(max(n, 1), v.Pages)
	from := (v.Page - 1) * releasesPerPage
	for _, r := range all[from:min(from+releasesPerPage, len(all))] {
		v.Releases = append(v.Releases, releaseRow{r.ID, date(r.Created), r.Revision, prose.Below(2, r.Notes)})
	}
	at := func(page int) string { return address.ChangelogPage(api.ID, page) }
	if v.Page > 1 {
		v.Prev = at(v.Page - 1)
	}
	if v.Page < v.Pages {
		v.Next = at(v.Page + 1)
	}
	in.describe(2, in.T("history.title", "api", api.Name), in.T("history.about", "api", api.Name))
	return v, nil
}
