package app

import (
	"net"

	"github.com/portico-portal/portico/internal/config"
	"github.com/portico-portal/portico/internal/outbound"
	"github.com/portico-portal/portico/internal/server"
)

// backendsOf says what the gateway may call, as the listeners are.
func backendsOf(surfaces []server.Surface, srv config.Server) (*outbound.Backends, error) {
	allowed, err := srv.BackendNetworks()
	b := &outbound.Backends{Allowed: allowed, Loopback: true}
	for _, s := range surfaces {
		at, ok := s.Listener.Addr().(*net.TCPAddr)
		if !ok {
			continue
		}
		b.Loopback = b.Loopback && onLoopbackOnly(at)
		if s.Name != "gateway" {
			b.Own = append(b.Own, at.AddrPort())
		}
	}
	return b, err
}
