package portal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/widget"
)

// maxSitemap is how many addresses one sitemap may hold (sitemaps.org).
const maxSitemap = 50000

var xmlType = contentType("application/xml; charset=utf-8")

// sendToAll sends what render makes for guests, whoever asks: it is what search
// engines and feed readers see.
func (p *Portal) sendToAll(w http.ResponseWriter, r *http.Request, render render) error {
	s, err := p.sites.published()
	if err != nil {
		return err
	}
	guest, path := catalog.Guest(), r.URL.EscapedPath()
	req := &request{visit: &visit{Visitor: guest}, site: s, address: path, shared: guest, params: widget.Params{Path: path}}
	return p.sendLarge(w, r, req, p.files, render)
}

// listedPages are the site's own pages that may be found.
func (d *data) listedPages() []*site.Page {
	return slices.DeleteFunc(d.req.site.Pages(d.Visitor()), func(page *site.Page) bool {
		return page.Is(address.Personal...) || page.Is(address.NotFound, address.Failed)
	})
}

// addresses are all addresses that guests may find: pages, products, APIs, operations.
func (p *Portal) addresses(ctx context.Context, d *data) ([]string, error) {
	var list []string
	for _, page := range d.listedPages() {
		list = append(list, page.Address())
	}
	for _, product := range d.Products() {
		list = append(list, address.Product(product.ID))
	}
	for _, ids := range shelves(d.APIs()) {
		text, err := p.piece(ctx, d, address.Sitemap, ids, func(ctx context.Context, d *data) ([]byte, error) {
			return d.addressesOf(ctx, ids)
		})
		if err != nil {
			return nil, err
		}
		list = append(list, strings.Fields(string(text))...)
	}
	return list, nil
}

// shelves splits APIs so that one that comes or goes changes one of the lists.
func shelves(apis []*catalog.API) [][]string {
	out := make([][]string, 64)
	for _, api := range apis {
		sum := sha256.Sum256([]byte(api.ID.Key()))
		n := int(sum[0]) % len(out)
		out[n] = append(out[n], string(api.ID))
	}
	return slices.DeleteFunc(out, func(ids []string) bool { return len(ids) == 0 })
}

// named are the APIs of ids that have not gone in the meantime.
func (d *data) named(ids []string) (list []*catalog.API) {
	for _, id := range ids {
		if api, err := d.API(apim.PublicID(id)); err == nil {
			list = append(list, api)
		}
	}
	return list
}

// addressesOf are those of APIs and their operations, one a line.
func (d *data) addressesOf(ctx context.Context, ids []string) ([]byte, error) {
	var b bytes.Buffer
	for _, api := range d.named(ids) {
		ops, err := d.Operations(ctx, api)
		if err != nil {
			return nil, err
		}
		fmt.Fprintln(&b, address.API(api.ID))
		for _, op := range ops {
			fmt.Fprintln(&b, address.Operation(api.ID, op.ID))
		}
	}
	return b.Bytes(), nil
}

// serveSitemap lists every address for search engines; more than one sitemap
// may hold are split, and /sitemap.xml lists the parts.
func (p *Portal) serveSitemap(w http.ResponseWriter, r *http.Request) error {
	return p.sendToAll(w, r, func(ctx context.Context, d *data) (*answer, error) {
		list, err := p.addresses(ctx, d)
		if err != nil {
			return nil, err
		}
		body, err := sitemap(p.cfg.PortalURL, list, r.PathValue("part"), maxSitemap)
		if err != nil {
			return nil, err
		}
		return newAnswer(body, revalidate, xmlType, fragmentPolicy), nil
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
	if p.requiresSignIn() {
		hidden, sitemap = []string{address.Home}, ""
	}
	text := "User-agent: *\n"
	for _, path := range hidden {
		text += "Disallow: " + path + "\n"
	}
	text += sitemap
	return newAnswer([]byte(text), revalidate, contentType("text/plain; charset=utf-8")).send(w, r, p.static)
}
