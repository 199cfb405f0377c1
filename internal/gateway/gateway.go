package gateway

import (
	"cmp"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/portico-portal/portico/internal/outbound"
	"github.com/portico-portal/portico/internal/policy"
	"github.com/portico-portal/portico/internal/store"
)

// Config is what a Gateway needs.
type Config struct {
	Store  *store.Store
	Logger *slog.Logger // nil: discards
	// URL is the gateway's public address, for the realm of 401 answers; "": as
	// in the request.
	URL string
	Now func() time.Time // nil: time.Now
	// Backends says which addresses may be called; nil: all.
	Backends *outbound.Backends
	// Observer sees the outcome of each policy of each call; nil: none.
	Observer policy.Observer
	// MaxOperations bounds the operations held in memory; 0: 200,000.
	MaxOperations int
}

// Gateway is an http.Handler that serves calls, and a consumer of the change
// feed, from which it gets APIs, products, subscriptions and policies.
type Gateway struct {
	store    *store.Store
	logger   *slog.Logger
	url      string
	clock    func() time.Time
	counters policy.Counters
	observer policy.Observer

	transport http.RoundTripper // allows a backend defaultTimeout
	patient   http.RoundTripper // for calls with their own timeout

	mu     sync.Mutex // held while the configuration is read
	live   atomic.Pointer[snapshot]
	loaded loadedRoutes
	calls  sync.Pool // of *call
	bufs   sync.Pool // of *[bufferSize]byte
}

const defaultMaxOperations = 200_000

// New makes a gateway, which answers 503 until Load.
func New(cfg Config) *Gateway {
	g := &Gateway{store: cfg.Store, logger: cfg.Logger, url: cfg.URL, clock: cfg.Now, counters: policy.NewMemoryCounters(), observer: cfg.Observer}
	g.logger = cmp.Or(g.logger, slog.New(slog.DiscardHandler))
	if g.clock == nil {
		g.clock = time.Now
	}
	g.loaded.entries = map[*revision]*routes{}
	if g.loaded.max = cfg.MaxOperations; g.loaded.max == 0 {
		g.loaded.max = defaultMaxOperations
	}
	g.transport, g.patient = newTransport(defaultTimeout, cfg.Backends), newTransport(0, cfg.Backends)
	g.calls.New = func() any { return newCall(g) }
	g.bufs.New = func() any { return new([bufferSize]byte) }
	return g
}
