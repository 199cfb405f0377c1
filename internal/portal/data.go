package portal

import (
	"context"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/search"
	"github.com/portico-portal/portico/internal/widget"
)

// data is what widgets see of the service for one answer: the catalog, the site,
// the settings and the index, as one visitor sees them. The catalog notes what was read.
type data struct {
	*catalog.Reader
	p   *Portal
	req *request
}

var _ widget.Data = (*data)(nil)

func (p *Portal) data(req *request, v catalog.Visitor) *data {
	return &data{Reader: p.cfg.Catalog.Reader(v), p: p, req: req}
}

// Rules are what the portal lets people do.
func (d *data) Rules(ctx context.Context) (*widget.PortalRules, error) {
	d.Note(catalog.DepSettings)
	return d.p.rules(ctx)
}

// GatewayURL is where calls go.
func (d *data) GatewayURL() string { return d.p.cfg.GatewayURL }

// Menu is a menu of the site.
func (d *data) Menu(id string) []widget.MenuItem {
	return d.req.site.Menu(id, d.Visitor(), d.req.params.Path)
}

// Link resolves a content item to an address.
func (d *data) Link(targetID string) (string, bool) { return d.req.site.Link(d.Visitor(), targetID) }

// Search finds what the visitor may see.
func (d *data) Search(ctx context.Context, query string, limit int) ([]search.Hit, error) {
	visible := func(ref apim.Ref) bool { return d.p.cfg.Catalog.Visible(d.Visitor(), ref) }
	hits, err := d.p.cfg.Search.Query(ctx, query, visible, limit)
	if err != nil {
		return nil, err
	}
	pages, err := d.p.searchPages(ctx, d.req.site, d.Visitor())
	if err != nil {
		return nil, err
	}
	return append(hits, pages.Query(query, max(1, limit/4))...), nil
}
