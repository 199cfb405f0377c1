package portal

import (
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget"
)

// maxFeed is how many entries a feed has.
const maxFeed = 100

// feed is an Atom feed (RFC 4287).
type feed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Links   []feedLink  `xml:"link"`
	Author  string      `xml:"author>name"`
	Entries []feedEntry `xml:"entry"`
}

type feedLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type feedEntry struct {
	ID      string   `xml:"id"`
	Title   string   `xml:"title"`
	Updated string   `xml:"updated"`
	Link    feedLink `xml:"link"`
	Content string   `xml:"content"`

	created time.Time
}

// serveChanges is the feed of what was released of any API that guests see.
func (p *Portal) serveChanges(w http.ResponseWriter, r *http.Request) error {
	part, err := p.guestPart(r)
	if err != nil {
		return err
	}
	return p.keep(w, r, part, func(ctx context.Context) (*stored, error) {
		apis, err := part.data.APIs(ctx)
		if err != nil {
			return nil, err
		}
		return p.feed(ctx, part, part.data.site.Title, address.Home, r.URL.Path, apis)
	})
}

// serveChangesOfAPI is the feed of an API's change log.
func (p *Portal) serveChangesOfAPI(w http.ResponseWriter, r *http.Request) error {
	part, err := p.part(w, r)
	if err != nil {
		return err
	}
	api, err := part.data.API(r.Context(), part.in.Params.API)
	if err != nil {
		return err
	}
	return p.keep(w, r, part, func(ctx context.Context) (*stored, error) {
		part.data.reads(api.Deps()...)
		return p.feed(ctx, part, api.Name, address.Changelog(api.ID), r.URL.EscapedPath(), []*catalog.API{api})
	})
}

func (p *Portal) feed(ctx context.Context, part *part, title, page, self string, apis []*catalog.API) (*stored, error) {
	f := feed{
		ID: p.cfg.PortalURL + self, Title: title, Author: part.data.site.Title,
		Links: []feedLink{{Rel: "self", Href: p.cfg.PortalURL + self}, {Href: p.cfg.PortalURL + page}},
	}
	for _, api := range apis {
		releases, err := part.data.Releases(ctx, api)
		if err != nil {
			return nil, err
		}
		for _, release := range releases {
			f.Entries = append(f.Entries, p.entry(api, release))
		}
	}
	slices.SortStableFunc(f.Entries, func(a, b feedEntry) int { return b.created.Compare(a.created) })
	f.Entries = f.Entries[:min(len(f.Entries), maxFeed)]
	f.Updated = time.Unix(0, 0).UTC().Format(time.RFC3339)
	if len(f.Entries) > 0 {
		f.Updated = f.Entries[0].Updated
	}
	body, err := xml.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("feed: %w", err)
	}
	return newStored(append([]byte(xml.Header), body...), revalidate, contentType("application/atom+xml; charset=utf-8"), fragmentPolicy), nil
}

func (p *Portal) entry(api *catalog.API, release widget.Release) feedEntry {
	address := p.cfg.PortalURL + address.Release(api.ID, release.ID)
	title := api.Name
	if release.Revision != "" {
		title += ", revision " + release.Revision
	}
	return feedEntry{
		ID: address, Title: title, Updated: release.Updated.UTC().Format(time.RFC3339), Link: feedLink{Href: address},
		Content: release.Notes, created: release.Created,
	}
}
