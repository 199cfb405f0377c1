package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/portico-portal/portico/internal/limit"
)

// gate bounds the connections of all surfaces: of each client address, and of
// all together.
type gate struct {
	perAddress int // 0: no bound; trusted proxies have none
	total      int // 0: no bound
	trusted    proxies
	logger     *slog.Logger
	now        func() time.Time

	mu     sync.Mutex
	open   int
	from   map[netip.Addr]int
	warned map[string]time.Time
}

// warnEvery is the pause between two warnings of the same kind.
const warnEvery = 10 * time.Second

func newGate(limits Limits, trusted proxies, logger *slog.Logger, now func() time.Time) *gate {
	return &gate{
		perAddress: limits.ConnectionsPerAddress, total: limits.Connections, trusted: trusted, logger: logger, now: now,
		from: map[netip.Addr]int{}, warned: map[string]time.Time{},
	}
}

// enter counts a connection and returns what takes it off again, or why there is no room.
func (g *gate) enter(ip netip.Addr) (leave func(), err error) {
	bound := g.perAddress
	if g.trusted.trusts(ip) {
		bound = 0
	}
	home := limit.Home(ip)
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.total > 0 && g.open >= g.total:
		return nil, fmt.Errorf("there are %d connections already (--max-connections)", g.open)
	case bound > 0 && g.from[home] >= bound:
		return nil, fmt.Errorf("%s has %d connections already (--max-connections-per-address)", home, bound)
	}
	g.open++
	g.from[home]++
	return func() { g.leave(home) }, nil
}

func (g *gate) leave(home netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open--
	if g.from[home]--; g.from[home] == 0 {
		delete(g.from, home)
	}
}

// warn writes a warning, unless one of its kind has been written just now.
func (g *gate) warn(kind string, err error, surface string) {
	g.mu.Lock()
	now := g.now()
	due := now.Sub(g.warned[kind]) >= warnEvery
	if due {
		g.warned[kind] = now
	}
	g.mu.Unlock()
	if due {
		g.logger.Warn(kind, "surface", surface, "error", err)
	}
}

// listener accepts connections for as long as it is open, whatever happens.
type listener struct {
	net.Listener
	gate    *gate
	surface string
	pace    pace
}

func (l *listener) Accept() (net.Conn, error) {
	const first, longest = 5 * time.Millisecond, time.Second
	for pause := first; ; {
		c, err := l.Listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil, err
		}
		if err != nil { // such as: too many open files
			l.gate.warn("connections are not accepted", err, l.surface)
			time.Sleep(pause)
			pause = min(2*pause, longest)
			continue
		}
		pause = first
		leave, err := l.gate.enter(peer(c.RemoteAddr().String()))
		if err != nil {
			l.gate.warn("a connection is refused", err, l.surface)
			c.Close()
			continue
		}
		return &conn{Conn: c, pace: l.pace, began: time.Now(), leave: leave}, nil
	}
}
