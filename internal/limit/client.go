package limit

import (
	"net/netip"
)

// Home is what counts as one client: an IPv4 address, or an IPv6 network of 64 bits.
func Home(ip netip.Addr) netip.Addr {
	if ip = ip.Unmap(); ip.Is6() {
		return netip.PrefixFrom(ip.WithZone(""), 64).Masked().Addr()
	}
	return ip
}

// Client is the home of a request's remote address.
func Client(remote string) string {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return remote
	}
	return Home(at.Addr()).String()
}
