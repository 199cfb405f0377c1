package portal

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget"
)

// maxSitemap is how many addresses one sitemap may hold (sitemaps.org).
const maxSitemap = 50000

var xmlType = contentType("application/xml; charset=utf-8")

// guestPart is a part of the portal that is made for guests alone, whoever asks:
// it is what search engines and feed readers see.
func (p *Portal) guestPart(r *http.Request) (*part, error) {
	s, err := p.published()
	if err != nil {
		return nil, err
	}
	v := &visit{Visitor: catalog.Guest()}
	return &part{visit: v, data: p.data(s, v.Visitor, r.URL.EscapedPath()), in: widget.Render{Visitor: v.Visitor, Params: widget.Params{Path: r.URL.EscapedPath()}}}, nil
}

// listedPages are the addresses of the site's own pages that guests may find.
func (part *part) listedPages() []listedPage {
	var list []listedPage
	for _, page := range part.data.site.Pages(part.visit.Visitor) {
		if !slices.Contains(address.Personal, page.Permalink) && page.Permalink != address.NotFound && page.Permalink != address.Failed {
			list = append(list, listedPage{page.Permalink, page.Title, page.Description()})
		}
	}
	return list
}

type listedPage struct{ path, title, about string }

// addresses are all addresses that guests may find: pages, products, APIs, operations.
func (p *Portal) addresses(ctx context.Context, part *part) ([]string, error) {
	var list []string
	for _, page := range part.listedPages() {
		list = append(list, page.path)
	}
	products, err := part.data.Products(ctx)
	if err != nil {
		return nil, err
	}
	for _, product := range products {
		list = append(list, address.Product(product.ID))
	}
	apis, err := part.data.APIs(ctx)
	if err != nil {
		return nil, err
	}
	for _, api := range apis {
		list = append(list, address.API(api.ID))
		ops, err := part.data.Operations(ctx, api)
		if err != nil {
			return nil, err
		}
		for _, op := range ops {
			list = append(list, address.Operation(api.ID, op.ID))
		}
	}
	return list, nil
}

// serveSitemap lists every address for search engines; more than one sitemap
// may hold are split, and /sitemap.xml lists the parts.
func (p *Portal) serveSitemap(w http.ResponseWriter, r *http.Request) error {
	part, err := p.guestPart(r)
	if err != nil {
		return err
	}
	return p.keep(w, r, part, func(ctx context.Context) (*stored, error) {
		list, err := p.addresses(ctx, part)
		if err != nil {
			return nil, err
		}
		body, err := sitemap(p.cfg.PortalURL, list, r.PathValue("part"), maxSitemap)
		if err != nil {
			return nil, err
		}
		return newStored(body, revalidate, xmlType, fragmentPolicy), nil
	})
}

// sitemap is the part named n.xml of the addresses; "" is all of them, or the
// index when there are more than limit.
func sitemap(base string, addresses []string, name string, limit int) ([]byte, error) {
	parts := (len(addresses) + limit - 1) / limit
	switch {
	case name == "" && parts > 1:
		var list []string
		for n := range parts {
			list = append(list, address.SitemapPart(n+1))
		}
		return locations("sitemapindex", "sitemap", base, list), nil
	case name == "":
		return locations("urlset", "url", base, addresses), nil
	}
	n := address.ReadSitemapPart(name)
	if n < 1 || n > parts {
		return nil, apim.ErrNotFound
	}
	return locations("urlset", "url", base, addresses[(n-1)*limit:min(n*limit, len(addresses))]), nil
}

func locations(root, entry, base string, list []string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s<%s xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">", xml.Header, root)
	for _, path := range list {
		fmt.Fprintf(&b, "<%s><loc>", entry)
		xml.EscapeText(&b, []byte(base+path)) // a buffer takes everything
		fmt.Fprintf(&b, "</loc></%s>", entry)
	}
	fmt.Fprintf(&b, "</%s>", root)
	return b.Bytes()
}

// serveRobots tells search engines what they may read.
func (p *Portal) serveRobots(w http.ResponseWriter, r *http.Request) error {
	hidden, sitemap := address.NotIndexed, "\nSitemap: "+p.cfg.PortalURL+address.Sitemap+"\n"
	if p.required.Load() {
		hidden, sitemap = []string{address.Home}, ""
	}
	text := "User-agent: *\n"
	for _, path := range hidden {
		text += "Disallow: " + path + "\n"
	}
	text += sitemap
	return newStored([]byte(text), revalidate, contentType("text/plain; charset=utf-8")).serve(w, r, p.static)
}
