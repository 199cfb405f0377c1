package server

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/portico-portal/portico/internal/routine"
)

// Limits of each connection that nobody needs to change.
const (
	maxHeaderBytes = 64 << 10
	maxStreams     = 100         // of an HTTP/2 connection
	pingAfter      = time.Minute // without a frame of an HTTP/2 connection
	pingTimeout    = 20 * time.Second
	drainTimeout   = 20 * time.Second
)

// Limits bound what clients may hold of the process. 0 is no bound.
type Limits struct {
	Header, Idle          time.Duration // for a request's header; between requests
	ConnectionsPerAddress int           // of a client address; trusted proxies have no bound
	Connections           int           // of all clients together
}

// Surface is one listener and its handler.
type Surface struct {
	Name     string
	Listener net.Listener
	TLS      *tls.Config // nil: none
	Handler  http.Handler
	Patience time.Duration // with clients that neither send nor take anything of a body; 0: endless
	MinRate  int           // bytes a second of a body, beyond the patience; 0: any
	Duplex   bool          // bodies may be read while the answer is written
	Hosts    []string      // names it may be called by, beside loopback's and the address that a connection came to; nil: any
	HSTS     bool          // browsers are told to use TLS
	Relay    bool          // requests are passed on: a client's X-Request-Id stays in them
}

// Server runs surfaces until its context ends.
type Server struct {
	Surfaces []Surface
	// Ready returns what keeps the process from serving, or nil.
	Ready   func(ctx context.Context) error
	Limits  Limits
	Trusted []netip.Prefix // proxies whose X-Forwarded headers are trusted
	Random  func([]byte) (int, error)
	Logger  *slog.Logger

	stopping atomic.Bool
}

// Run serves all surfaces. It returns when ctx has ended and open requests are
// answered, or when a listener fails.
func (s *Server) Run(ctx context.Context) error {
	ids, err := newRequestIDs(s.Random)
	if err != nil {
		return err
	}
	gate := newGate(s.Limits, s.Trusted, s.Logger, time.Now)
	failed := make(chan error, len(s.Surfaces))
	servers := make([]*http.Server, len(s.Surfaces))
	for i, surface := range s.Surfaces {
		servers[i] = s.httpServer(surface, ids)
		routine.Go(func() error { return servers[i].Serve(surface.listen(gate)) }, func(err error) {
			if !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("serve %s: %w", surface.Name, err)
			}
		})
	}
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	return errors.Join(err, drain(servers))
}

func (s *Server) httpServer(surface Surface, ids *requestIDs) *http.Server {
	var h http.Handler = &entry{
		next: surface.Handler, surface: surface.Name, pace: surface.pace(), duplex: surface.Duplex, relay: surface.Relay,
		hosts: newHosts(surface.Hosts), hsts: surface.HSTS,
		ids: ids, trusted: s.Trusted, logger: s.Logger, ready: s.ready,
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: s.Limits.Header,
		IdleTimeout:       s.Limits.Idle,
		MaxHeaderBytes:    maxHeaderBytes,
		Protocols:         protocols,
		HTTP2:             &http.HTTP2Config{MaxConcurrentStreams: maxStreams, SendPingTimeout: pingAfter, PingTimeout: pingTimeout},
		ErrorLog:          slog.NewLogLogger(s.Logger.Handler(), slog.LevelDebug),
		// The surface answers general OPTIONS requests ("OPTIONS *").
		DisableGeneralOptionsHandler: true,
	}
}

func (s *Surface) pace() pace { return pace{patience: s.Patience, rate: s.MinRate} }

// listen is the surface's listener behind the gate.
func (s *Surface) listen(g *gate) net.Listener {
	var l net.Listener = &listener{Listener: s.Listener, gate: g, surface: s.Name, pace: s.pace()}
	if s.TLS != nil {
		l = tls.NewListener(l, s.TLS)
	}
	return l
}

func (s *Server) ready(ctx context.Context) error {
	if s.stopping.Load() {
		return errors.New("stopping")
	}
	if s.Ready == nil {
		return nil
	}
	return s.Ready(ctx)
}

// drain stops accepting connections and waits for open requests, then cuts off
// what is left.
func drain(servers []*http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	g, _ := routine.WithContext(ctx)
	for _, srv := range servers {
		g.Go(func() error {
			if srv.Shutdown(ctx) != nil {
				srv.Close()
			}
			return nil
		})
	}
	return g.Wait()
}
