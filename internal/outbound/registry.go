package outbound

import "net/netip"

// network is one row of the IANA special-purpose address registries.
type network struct {
	prefix netip.Prefix
	global bool // whether it is globally reachable
}

// special are the IANA IPv4 and IPv6 Special-Purpose Address Registries, with
// multicast and what was once special. The most specific row holds.
var special = []network{
	row("0.0.0.0/8", false),        // this network
	row("10.0.0.0/8", false),       // private
	row("100.64.0.0/10", false),    // shared address space
	row("127.0.0.0/8", false),      // loopback
	row("168.63.129.16/32", false), // metadata of Azure
	row("169.254.0.0/16", false),   // link-local
	row("172.16.0.0/12", false),    // private
	row("192.0.0.0/24", false),     // protocol assignments
	row("192.0.0.9/32", true),      // port control protocol anycast
	row("192.0.0.10/32", true),     // TURN anycast
	row("192.0.2.0/24", false),     // documentation
	row("192.31.196.0/24", true),   // AS112
	row("192.52.193.0/24", true),   // AMT
	row("192.88.99.0/24", false),   // once the 6to4 relay
	row("192.168.0.0/16", false),   // private
	row("192.175.48.0/24", true),   // AS112
	row("198.18.0.0/15", false),    // benchmarking
	row("198.51.100.0/24", false),  // documentation
	row("203.0.113.0/24", false),   // documentation
	row("224.0.0.0/4", false),      // multicast
	row("240.0.0.0/4", false),      // reserved, with 255.255.255.255

	row("::/0", false), // what is not assigned
	row("2000::/3", true),
	row("64:ff9b::/96", true),    // NAT64: the address within counts
	row("64:ff9b:1::/48", false), // local NAT64
	row("2001::/23", false),      // protocol assignments, with Teredo, benchmarking and ORCHID
	row("2001:1::1/128", true),   // port control protocol anycast
	row("2001:1::2/128", true),   // TURN anycast
	row("2001:1::3/128", true),   // DNS-SD anycast
	row("2001:3::/32", true),     // AMT
	row("2001:4:112::/48", true), // AS112
	row("2001:20::/28", true),    // ORCHIDv2
	row("2001:30::/28", true),    // drone remote identification
	row("2001:db8::/32", false),  // documentation
	row("2002::/16", true),       // 6to4: the address within counts
	row("2620:4f:8000::/48", true),
	row("3fff::/20", false), // documentation
}

func row(prefix string, global bool) network { return network{netip.MustParsePrefix(prefix), global} }

// isPublic reports whether an address is globally reachable.
func isPublic(ip netip.Addr) bool {
	if inner := embedded(ip); inner.IsValid() && !isPublic(inner) {
		return false
	}
	best, global := -1, true
	for _, n := range special {
		if n.prefix.Bits() > best && n.prefix.Contains(ip) {
			best, global = n.prefix.Bits(), n.global
		}
	}
	return global
}

// ways of writing an IPv4 address within an IPv6 address, and where it is.
var embeddings = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("::/96"), 12},           // IPv4-compatible
	{netip.MustParsePrefix("::ffff:0:0:0/96"), 12}, // IPv4-translated
	{netip.MustParsePrefix("64:ff9b::/96"), 12},
	{netip.MustParsePrefix("64:ff9b:1::/48"), 12},
	{netip.MustParsePrefix("2002::/16"), 2},
}

// embedded is the IPv4 address that a gateway would send packets for ip to, or
// the zero address.
func embedded(ip netip.Addr) netip.Addr {
	if !ip.Is6() || ip.IsUnspecified() || ip.IsLoopback() {
		return netip.Addr{}
	}
	bytes := ip.As16()
	for _, e := range embeddings {
		if e.prefix.Contains(ip) {
			return netip.AddrFrom4([4]byte(bytes[e.at : e.at+4]))
		}
	}
	return netip.Addr{}
}
