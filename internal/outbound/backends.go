package outbound

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
)

// Backends says which addresses the gateway may call. Private networks are
// allowed. Link-local and metadata addresses, and this service's own portal and
// management listeners are refused, and loopback unless all listeners are on it.
type Backends struct {
	Allowed  []netip.Prefix   // allowed whatever else holds
	Own      []netip.AddrPort // listeners of the portal and the management API
	Loopback bool             // whether loopback addresses are allowed
}

// BackendError says why an address is no backend.
type BackendError struct {
	Address netip.Addr
	Reason  string
}

func (e *BackendError) Error() string {
	return fmt.Sprintf("the address %s is %s; --allow-backend names networks that backends may be in all the same", e.Address, e.Reason)
}

// metadata are addresses at which clouds tell a machine its secrets, and that
// are not link-local.
var metadata = []netip.Addr{
	netip.MustParseAddr("168.63.129.16"), netip.MustParseAddr("100.100.100.200"), netip.MustParseAddr("192.0.0.192"),
	netip.MustParseAddr("fd00:ec2::254"), netip.MustParseAddr("fd20:ce::254"), netip.MustParseAddr("fd00:42::42"),
}

// metadataNames resolve to metadata addresses only inside a cloud.
var metadataNames = []string{"metadata.google.internal", "metadata", "metadata.azure.internal", "instance-data", "instance-data.ec2.internal"}

// Check returns a *BackendError for an address that is no backend.
func (b *Backends) Check(at netip.AddrPort) error {
	ip := at.Addr().Unmap().WithZone("")
	for _, p := range b.Allowed {
		if p.Contains(ip) {
			return nil
		}
	}
	if inner := embedded(ip); inner.IsValid() {
		return b.Check(netip.AddrPortFrom(inner, at.Port()))
	}
	if reason := b.refuses(ip, at.Port()); reason != "" {
		return &BackendError{ip, reason}
	}
	return nil
}

func (b *Backends) refuses(ip netip.Addr, port uint16) string {
	for _, m := range metadata {
		if m == ip {
			return "a metadata service"
		}
	}
	local := ip.IsLoopback() || ip.IsUnspecified() || netip.MustParsePrefix("0.0.0.0/8").Contains(ip)
	switch {
	case ip.IsLinkLocalUnicast():
		return "link-local"
	case ip.IsMulticast(), ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "not that of one machine"
	case b.isOwn(ip, port, local):
		return "that of this service's own portal or management API"
	case local && !b.Loopback:
		return "on this machine, whose listeners are open to others"
	}
	return ""
}

// isOwn reports whether a connection to an address reaches one of the listeners.
func (b *Backends) isOwn(ip netip.Addr, port uint16, local bool) bool {
	for _, own := range b.Own {
		if own.Port() != port {
			continue
		}
		at := own.Addr().Unmap()
		if at == ip || ip.IsUnspecified() && at.IsLoopback() || at.IsUnspecified() && (local || isOfMachine(ip)) {
			return true
		}
	}
	return false
}

// isOfMachine reports whether ip is an address of this machine.
func isOfMachine(ip netip.Addr) bool {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return true // better refused than reached
	}
	for _, a := range list {
		if n, ok := a.(*net.IPNet); ok {
			if at, ok := netip.AddrFromSlice(n.IP); ok && at.Unmap() == ip {
				return true
			}
		}
	}
	return false
}

// Control is that of a [net.Dialer]: it checks the very address that a
// connection is made to.
func (b *Backends) Control(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	return b.Check(at)
}

// CheckURL checks the address of a backend as far as it can be known without a
// resolver: addresses and names of this machine and of metadata services.
func (b *Backends) CheckURL(u *url.URL) error {
	port := uint16(80)
	if u.Scheme == "https" || u.Scheme == "wss" {
		port = 443
	}
	if p, err := net.LookupPort("tcp", u.Port()); err == nil && u.Port() != "" {
		port = uint16(p)
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		host = "127.0.0.1"
	}
	for _, name := range metadataNames {
		if host == name {
			host = "169.254.169.254"
		}
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		ip = numeric(host)
	}
	if !ip.IsValid() {
		return nil // its address is checked at the call
	}
	return b.Check(netip.AddrPortFrom(ip, port))
}

// numeric reads the forms of an IPv4 address that inet_aton takes beside four
// decimal numbers: 2130706433, 0x7f.1, 0177.0.0.1. It is the zero address for
// everything else.
func numeric(host string) netip.Addr {
	parts := strings.Split(host, ".")
	if len(parts) > 4 {
		return netip.Addr{}
	}
	var all uint64
	for i, part := range parts {
		n, err := strconv.ParseUint(part, 0, 32)
		bits := 8
		if i == len(parts)-1 {
			bits = 8 * (5 - len(parts))
		}
		if err != nil || n >= 1<<bits {
			return netip.Addr{}
		}
		all = all<<bits | n
	}
	return netip.AddrFrom4([4]byte{byte(all >> 24), byte(all >> 16), byte(all >> 8), byte(all)})
}
