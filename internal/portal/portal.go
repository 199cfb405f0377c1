package portal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/portico-portal/portico/internal/cache"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/search"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/store"
)

// Portal serves the portal's surface.
type Portal struct {
	cfg         Config
	site        atomic.Pointer[site.Site] // the published one; nil before the first publish
	pages       *cache.Cache[pageKey, *stored]
	pageIndexes *cache.Cache[pageKey, *search.Pages]
	assets      *assets
	common      []header // of pages
	static      []header // of files
	cookie      string
	secure      bool
	routes      http.Handler

	required atomic.Bool              // visitors must sign in
	origins  atomic.Pointer[[]string] // which other origins may read what guests see

	rendered atomic.Int64
}

// Rendered is how many answers were made rather than taken from the cache.
func (p *Portal) Rendered() int64 { return p.rendered.Load() }

// New is a portal over a started catalog. It reads the published site and from
// then on follows the catalog's changes.
func New(cfg Config) (*Portal, error) {
	if cfg.CacheBytes == 0 {
		cfg.CacheBytes = defaultCacheBytes
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.PortalURL = strings.TrimSuffix(cfg.PortalURL, "/")
	cfg.GatewayURL = strings.TrimSuffix(cfg.GatewayURL, "/")
	p := &Portal{
		cfg: cfg, pages: cache.New[pageKey, *stored](cfg.CacheBytes),
		pageIndexes: cache.New[pageKey, *search.Pages](searchCacheBytes),
		secure:      strings.HasPrefix(cfg.PortalURL, "https://"), cookie: cookieName,
	}
	if p.secure {
		p.cookie = "__Host-" + cookieName
	}
	p.common = securityHeaders(p.secure)
	p.static = fileHeaders(p.common)
	var err error
	if p.assets, err = newAssets(cfg.Assets); err != nil {
		return nil, fmt.Errorf("front-end assets: %w", err)
	}
	if p.routes, err = p.newRoutes(); err != nil {
		return nil, err
	}
	cfg.Catalog.OnStale(p.evict)
	cfg.Catalog.OnChange(p.follow)
	cfg.Catalog.OnChange(p.followRequire)
	if err := p.loadRequire(context.Background()); err != nil {
		return nil, fmt.Errorf("settings of the portal: %w", err)
	}
	if err := p.loadSite(context.Background()); err != nil {
		return nil, err
	}
	return p, nil
}

// evict drops pages made from what changed.
func (p *Portal) evict(deps []string) {
	if deps == nil {
		p.pages.Clear()
		return
	}
	p.pages.Evict(deps...)
}

// follow switches to another site when one was published.
func (p *Portal) follow(changes []store.Change) {
	published := changes == nil
	for _, ch := range changes {
		published = published || strings.HasPrefix(ch.Key, "/portalrevisions/")
	}
	if !published {
		return
	}
	if err := p.loadSite(context.Background()); err != nil {
		p.cfg.Logger.Error("the published site cannot be read; the one before stays", "error", err)
	}
}

// loadSite reads the current portal revision, unless it is the one being served.
func (p *Portal) loadSite(ctx context.Context) error {
	var items []site.Item
	var pinned map[string]string
	name := ""
	err := p.cfg.Store.View(ctx, func(tx *store.Tx) (err error) {
		if name, err = tx.CurrentPortalRevision(); err != nil || name == "" {
			return err
		}
		if s := p.site.Load(); s != nil && s.Revision == name {
			return errServed
		}
		items, pinned, err = site.Published(tx, name)
		return err
	})
	if errors.Is(err, errServed) || err == nil && name == "" {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the published site: %w", err)
	}
	next := site.Read(items, site.Options{Revision: name, Script: p.assets.script, Pinned: pinned})
	if err := p.keepStylesheet(ctx, next); err != nil {
		p.cfg.Logger.Error("pages of this site lose their looks after the next publish", "error", err)
	}
	p.site.Store(next)
	p.pages.Clear()
	p.pageIndexes.Clear()
	return nil
}

var errServed = errors.New("this revision is being served")

// ServeHTTP answers a request: a kept page at once, anything else by its route.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s := p.kept(r); s != nil {
		if err := s.serve(w, r, p.common); err != nil {
			p.fail(w, r, err)
		}
		return
	}
	p.shareWith(w, r)
	p.routes.ServeHTTP(w, r)
}

// shareWith lets scripts of configured origins read what guests see: exported
// pages lie elsewhere and ask here. Browsers send no cookies with such requests.
func (p *Portal) shareWith(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin == "" || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return
	}
	if allowed := p.origins.Load(); allowed != nil && (slices.Contains(*allowed, origin) || slices.Contains(*allowed, "*")) {
		w.Header().Set("Access-Control-Allow-Origin", origin)
	}
}

// kept is the page that a guest who sends no query is answered with, if it is
// in the cache. This is the hot path: it allocates nothing.
func (p *Portal) kept(r *http.Request) *stored {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.RawQuery != "" || p.required.Load() || p.hasSession(r) {
		return nil
	}
	current := p.site.Load()
	if current == nil {
		return nil
	}
	s, ok := p.pages.Get(pageKey{revision: current.Revision, path: r.URL.EscapedPath(), audience: catalog.GuestAudience})
	if !ok {
		return nil
	}
	return s
}
