package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// Limits of each connection.
const (
	readHeaderTimeout = 10 * time.Second
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
	drainTimeout      = 20 * time.Second
)

// Surface is one listener and its handler.
type Surface struct {
	Name     string
	Listener net.Listener
	Handler  http.Handler
}

// Server runs surfaces until its context ends.
type Server struct {
	Surfaces []Surface
	// Ready returns what keeps the process from serving, or nil.
	Ready   func(ctx context.Context) error
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
	failed := make(chan error, len(s.Surfaces))
	servers := make([]*http.Server, len(s.Surfaces))
	for i, surface := range s.Surfaces {
		servers[i] = s.httpServer(surface, ids)
		go func() {
			if err := servers[i].Serve(surface.Listener); !errors.Is(err, http.ErrServerClosed) {
				failed <- fmt.Errorf("serve %s: %w", surface.Name, err)
			}
		}()
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
		next: surface.Handler, surface: surface.Name, ids: ids, trusted: s.Trusted, logger: s.Logger, ready: s.ready,
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: readHeaderTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
		Protocols:         protocols,
		ErrorLog:          slog.NewLogLogger(s.Logger.Handler(), slog.LevelDebug),
		// The surface answers general OPTIONS requests ("OPTIONS *").
		DisableGeneralOptionsHandler: true,
	}
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
	var wg sync.WaitGroup
	for _, srv := range servers {
		wg.Go(func() {
			if srv.Shutdown(ctx) != nil {
				srv.Close()
			}
		})
	}
	wg.Wait()
	return nil
}
