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
)

// maxFeed is how many entries a feed has.
const maxFeed = 100

// atomFeed is an Atom feed (RFC 4287).
type atomFeed struct {
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
	return p.sendToAll(w, r, func(ctx context.Context, d *data) (*answer, error) {
		return p.renderFeed(ctx, d, d.req.site.Title, address.Home, d.APIs()...)
	})
}

// serveChangesOfAPI is the feed of an API's change log.
func (p *Portal) serveChangesOfAPI(w http.ResponseWriter, r *http.Request) error {
	req, err := p.part(w, r)
	if err != nil {
		return err
	}
	return p.sendPart(w, r, req, func(ctx context.Context, d *data) (*answer, error) {
		api, err := d.API(req.params.API)
		if err != nil {
			return nil, err
		}
		return p.renderFeed(ctx, d, api.Name, address.Changelog(api.ID), api)
	})
}

// renderFeed renders the releases of APIs; page is where people read them.
func (p *Portal) renderFeed(ctx context.Context, d *data, title, page string, apis ...*catalog.API) (*answer, error) {
	self := p.cfg.PortalURL + d.req.address
	f := atomFeed{
		ID: self, Title: title, Author: d.req.site.Title,
		Links: []feedLink{{Rel: "self", Href: self}, {Href: p.cfg.PortalURL + page}},
	}
	for _, api := range apis {
		releases, err := d.Releases(ctx, api)
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
	return newAnswer(append([]byte(xml.Header), body...), revalidate, contentType("application/atom+xml; charset=utf-8"), fragmentPolicy), nil
}

func (p *Portal) entry(api *catalog.API, release catalog.Release) feedEntry {
	link := p.cfg.PortalURL + address.Release(api.ID, release.ID)
	title := api.Name
	if release.Revision != "" {
		title += ", revision " + release.Revision
	}
	return feedEntry{
		ID: link, Title: title, Updated: release.Updated.UTC().Format(time.RFC3339), Link: feedLink{Href: link},
		Content: release.Notes, created: release.Created,
	}
}
