package portal

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"
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

	Created time.Time `xml:"-"`
}

// serveChanges is the feed of what was released of any API that guests see.
func (p *Portal) serveChanges(w http.ResponseWriter, r *http.Request) error {
	return p.sendToAll(w, r, func(ctx context.Context, d *data) (*answer, error) {
		var all []feedEntry
		for _, ids := range shelves(d.APIs()) {
			text, err := p.piece(ctx, d, address.Changes, ids, func(ctx context.Context, d *data) ([]byte, error) {
				entries, err := p.entries(ctx, d, ids...)
				if err != nil {
					return nil, err
				}
				return json.Marshal(entries)
			})
			if err != nil {
				return nil, err
			}
			var entries []feedEntry
			if err := json.Unmarshal(text, &entries); err != nil {
				return nil, fmt.Errorf("feed: %w", err)
			}
			all = append(all, entries...)
		}
		return p.renderFeed(d, d.req.site.Title, address.Home, newest(all))
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
		entries, err := p.entries(ctx, d, string(api.ID))
		if err != nil {
			return nil, err
		}
		return p.renderFeed(d, api.Name, address.Changelog(api.ID), entries)
	})
}

// entries are the newest releases of APIs.
func (p *Portal) entries(ctx context.Context, d *data, ids ...string) ([]feedEntry, error) {
	var list []feedEntry
	for _, api := range d.named(ids) {
		releases, err := d.Releases(ctx, api)
		if err != nil {
			return nil, err
		}
		for _, release := range releases {
			list = append(list, p.entry(api, release))
		}
	}
	return newest(list), nil
}

// newest are the entries that a feed has of a list.
func newest(list []feedEntry) []feedEntry {
	slices.SortStableFunc(list, func(a, b feedEntry) int {
		return cmp.Or(b.Created.Compare(a.Created), strings.Compare(a.ID, b.ID))
	})
	return list[:min(len(list), maxFeed)]
}

// renderFeed renders releases; page is where people read them.
func (p *Portal) renderFeed(d *data, title, page string, entries []feedEntry) (*answer, error) {
	self := p.cfg.PortalURL + d.req.address
	f := atomFeed{
		ID: self, Title: title, Author: d.req.site.Title,
		Links: []feedLink{{Rel: "self", Href: self}, {Href: p.cfg.PortalURL + page}}, Entries: entries,
	}
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
		Content: release.Notes, Created: release.Created,
	}
}
