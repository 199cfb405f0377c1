package portal

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/cache"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/media"
	"github.com/portico-portal/portico/internal/search"
	"github.com/portico-portal/portico/internal/settings"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/store"
)

// Portal serves the portal's surface.
type Portal struct {
	cfg         Config
	sites       *sites
	pages       *cache.Cache[key, *answer]
	pageIndexes *cache.Cache[key, *search.Pages]
	pictures    *media.Maker
	files       chan struct{} // holds the turn of who makes a file for machines
	exports     chan struct{} // and a description
	assets      *assets
	common      []header // of pages
	static      []header // of files
	cookie      string   // of sessions
	device      string   // the cookie of known devices
	secure      bool
	routes      http.Handler

	settings atomic.Pointer[settings.Portal] // what it lets guests do, as the feed told

	rendered atomic.Int64
}

// Rendered is how many answers, and pages of large answers, were made rather
// than taken from the cache.
func (p *Portal) Rendered() int64 { return p.rendered.Load() }

// New is a portal over a catalog that follows the change feed. It is a consumer
// of the feed itself, and has no site before it is loaded.
func New(cfg Config) (*Portal, error) {
	cfg.CacheBytes = cmp.Or(cfg.CacheBytes, defaultCacheBytes)
	cfg.Logger = cmp.Or(cfg.Logger, slog.New(slog.DiscardHandler))
	cfg.PortalURL = strings.TrimSuffix(cfg.PortalURL, "/")
	cfg.GatewayURL = strings.TrimSuffix(cfg.GatewayURL, "/")
	p := &Portal{
		cfg: cfg, pages: cache.New[key, *answer](cfg.CacheBytes),
		pageIndexes: cache.New[key, *search.Pages](searchCacheBytes), pictures: media.NewMaker(), files: make(chan struct{}, 1), exports: make(chan struct{}, 1),
		secure: strings.HasPrefix(cfg.PortalURL, "https://"), cookie: address.SessionCookie, device: address.DeviceCookie,
	}
	if p.secure {
		p.cookie, p.device = address.HostPrefix+p.cookie, address.HostPrefix+p.device
	}
	p.settings.Store(new(settings.Portal)) // until Load
	p.common = securityHeaders()
	p.static = fileHeaders(p.common)
	var err error
	if p.assets, err = newAssets(cfg.Assets); err != nil {
		return nil, fmt.Errorf("front-end assets: %w", err)
	}
	p.sites = &sites{
		store: cfg.Store, catalog: cfg.Catalog, media: cfg.Media, script: p.assets.script, logger: cfg.Logger,
		previews: cache.New[edition, *site.Site](previewBytes),
	}
	if p.routes, err = p.newRoutes(); err != nil {
		return nil, err
	}
	cfg.Catalog.OnStale(p.evict)
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

var _ feed.Consumer = (*Portal)(nil)

// Load reads the published site and what the portal lets guests do.
func (p *Portal) Load(tx *store.Tx) error {
	if err := p.loadSettings(tx); err != nil {
		return err
	}
	return p.loadSite(tx)
}

// Apply reads again what the changes are about: the published site, the settings.
func (p *Portal) Apply(tx *store.Tx, changes []store.Change) error {
	about := func(prefix string) bool {
		return slices.ContainsFunc(changes, func(c store.Change) bool { return strings.HasPrefix(string(c.Key), prefix) })
	}
	if about(string(settings.Config.Key())) {
		if err := p.loadSettings(tx); err != nil {
			return err
		}
	}
	if about("/portalrevisions/") {
		return p.loadSite(tx)
	}
	return nil
}

// loadSite switches to the current portal revision and forgets what was made of the one before.
func (p *Portal) loadSite(tx *store.Tx) error {
	switched, err := p.sites.follow(tx)
	if switched {
		p.pages.Clear()
		p.pageIndexes.Clear()
	}
	return err
}

// ServeHTTP answers a request: from the cache at once, or by its route.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.shareWith(w, r)
	a, ok := p.hit(r)
	if !ok {
		p.routes.ServeHTTP(w, r)
		return
	}
	if err := a.send(w, r, p.common); err != nil {
		p.fail(w, r, err)
	}
}

// shareWith lets scripts of configured origins read what guests see: exported
// pages lie elsewhere and ask here. Browsers send no cookies with such requests.
func (p *Portal) shareWith(w http.ResponseWriter, r *http.Request) {
	origin := r.Header.Get("Origin")
	if origin == "" || r.Method != http.MethodGet && r.Method != http.MethodHead {
		return
	}
	if allowed := p.settings.Load().Origins; slices.Contains(allowed, origin) || slices.Contains(allowed, "*") {
		w.Header().Set("Access-Control-Allow-Origin", origin)
	}
}

// hit is the kept answer to a guest who sends no query. This is the hot path: it
// allocates nothing.
func (p *Portal) hit(r *http.Request) (*answer, bool) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead || r.URL.RawQuery != "" || p.requiresSignIn() || p.hasSession(r) {
		return nil, false
	}
	s, err := p.sites.published()
	if err != nil {
		return nil, false
	}
	return p.pages.Get(guestKey(s.Site, r.URL.EscapedPath()))
}
