package portal

import (
	"context"
	"slices"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/cache"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/search"
	"github.com/portico-portal/portico/internal/site"
)

// searchCacheBytes bounds the indexes of pages that are kept.
const searchCacheBytes = 16 << 20

// searchPages is the index of the pages that a visitor may see, with what the
// visitor may read of them; made once for each audience of a published site.
func (p *Portal) searchPages(ctx context.Context, s shown, v catalog.Visitor) (*search.Pages, error) {
	key, keep := p.sites.key(&request{site: s, shared: v, groups: searchGroups(s.Site)})
	if !keep {
		return search.NewPages(readable(s.Site, v)), nil
	}
	return p.pageIndexes.Load(ctx, key, func(context.Context) (cache.Made[*search.Pages], error) {
		made := search.NewPages(readable(s.Site, v))
		return cache.Made[*search.Pages]{Value: made, Bytes: made.Bytes()}, nil
	})
}

// searchGroups are the groups that decide which pages are found.
func searchGroups(s *site.Site) []apim.PublicID {
	return append(slices.Clone(s.Groups()), s.TextGroups()...)
}

// readable are the site's pages as the visitor may read them.
func readable(s *site.Site, v catalog.Visitor) []search.Page {
	var list []search.Page
	for _, page := range s.Pages(v) {
		if page.Is(address.Personal...) {
			continue
		}
		list = append(list, search.Page{
			Address: page.Address(), Title: page.Title, Description: page.Description(), Keywords: page.Keywords(), Text: page.Text(v),
		})
	}
	return list
}
