package outbound

import (
	"net/netip"
	"net/url"
	"testing"
)

// TestTheSpecialPurposeRegistriesAreKnown has an address at each end of every
// row of the IANA registries (RFC 6890 and what has been added since).
func TestTheSpecialPurposeRegistriesAreKnown(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		prefix string
		public bool
	}{
		{"0.0.0.0/8", false}, {"0.0.0.0/32", false}, {"10.0.0.0/8", false}, {"100.64.0.0/10", false}, {"127.0.0.0/8", false},
		{"169.254.0.0/16", false}, {"172.16.0.0/12", false}, {"192.0.0.0/29", false}, {"192.0.0.8/32", false}, {"192.0.0.9/32", true},
		{"192.0.0.10/32", true}, {"192.0.0.170/31", false}, {"192.0.2.0/24", false}, {"192.31.196.0/24", true}, {"192.52.193.0/24", true},
		{"192.88.99.0/24", false}, {"192.168.0.0/16", false}, {"192.175.48.0/24", true}, {"198.18.0.0/15", false}, {"198.51.100.0/24", false},
		{"203.0.113.0/24", false}, {"224.0.0.0/4", false}, {"240.0.0.0/4", false}, {"255.255.255.255/32", false},
		{"168.63.129.16/32", false}, {"::ffff:0:a00:0/104", false}, {"1.1.1.0/24", true}, {"100.128.0.0/9", true}, {"172.32.0.0/11", true}, {"198.20.0.0/14", true}, {"223.0.0.0/8", true},

		{"::1/128", false}, {"::/128", false}, {"::ffff:10.0.0.0/104", false}, {"64:ff9b::10.0.0.0/104", false}, {"64:ff9b::7f00:0/104", false},
		{"64:ff9b::808:0/112", true}, {"64:ff9b:1::/48", false}, {"100::/64", false}, {"100:0:0:1::/64", false}, {"2001::/32", false},
		{"2001:1::1/128", true}, {"2001:1::2/128", true}, {"2001:1::3/128", true}, {"2001:2::/48", false}, {"2001:3::/32", true},
		{"2001:4:112::/48", true}, {"2001:10::/28", false}, {"2001:20::/28", true}, {"2001:30::/28", true}, {"2001:db8::/32", false},
		{"2002:a00::/24", false}, {"2002:c0a8::/32", false}, {"2002:808:808::/48", true}, {"2620:4f:8000::/48", true}, {"3fff::/20", false},
		{"5f00::/16", false}, {"fc00::/7", false}, {"fe80::/10", false}, {"fec0::/10", false}, {"ff00::/8", false}, {"::7f00:1/128", false},
		{"2606:4700::/32", true}, {"2a00::/12", true}, {"4000::/3", false}, {"e000::/4", false},
	} {
		prefix := netip.MustParsePrefix(row.prefix)
		for _, ip := range []netip.Addr{prefix.Masked().Addr(), lastOf(prefix)} {
			if err := check(netip.AddrPortFrom(ip, 80).String(), nil); (err == nil) != row.public {
				t.Errorf("%s of %s: %v, want public: %v", ip, row.prefix, err, row.public)
			}
		}
	}
}

// lastOf is the last address of a network.
func lastOf(p netip.Prefix) netip.Addr {
	bytes := p.Masked().Addr().AsSlice()
	for i := p.Bits(); i < len(bytes)*8; i++ {
		bytes[i/8] |= 0x80 >> (i % 8)
	}
	ip, _ := netip.AddrFromSlice(bytes)
	return ip
}

func TestBackendsAreNeverMetadataNorThisService(t *testing.T) {
	t.Parallel()
	own := []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:8080"), netip.MustParseAddrPort("[::]:8082")}
	onLoopback, open := &Backends{Own: own, Loopback: true}, &Backends{Own: own}
	allowing := &Backends{Own: own, Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("169.254.0.0/16")}}
	for address, want := range map[string][3]bool{ // on loopback, open, allowing
		"8.8.8.8:443":              {true, true, true},
		"10.1.2.3:8080":            {true, true, true},
		"192.168.0.9:80":           {true, true, true},
		"[fd12::1]:80":             {true, true, true},
		"127.0.0.1:9000":           {true, false, true},
		"[::1]:9000":               {true, false, false},
		"0.0.0.0:9000":             {true, false, false},
		"0.1.2.3:9000":             {true, false, false},
		"127.0.0.1:8080":           {false, false, true},
		"127.9.9.9:8080":           {true, false, true},
		"127.0.0.1:8082":           {false, false, true},
		"127.9.9.9:8082":           {false, false, true},
		"0.0.0.0:8080":             {false, false, false},
		"[::]:8080":                {false, false, false},
		"[::ffff:127.0.0.1]:8080":  {false, false, true},
		"[64:ff9b::7f00:1]:8080":   {false, false, true},
		"[2002:7f00:1::]:8082":     {false, false, true},
		"169.254.169.254:80":       {false, false, true},
		"[::ffff:a9fe:a9fe]:80":    {false, false, true},
		"[64:ff9b::a9fe:a9fe]:80":  {false, false, true},
		"[fe80::1%eth0]:80":        {false, false, false},
		"168.63.129.16:80":         {false, false, false},
		"100.100.100.200:80":       {false, false, false},
		"[fd00:ec2::254]:80":       {false, false, false},
		"224.0.0.1:80":             {false, false, false},
		"255.255.255.255:80":       {false, false, false},
		"[64:ff9b:1::7f00:1]:8080": {false, false, true},
		"[::ffff:0:a9fe:a9fe]:80":  {false, false, true},
	} {
		for i, b := range []*Backends{onLoopback, open, allowing} {
			if err := b.Control("tcp", address, nil); (err == nil) != want[i] {
				t.Errorf("%s with rules %d: %v, want allowed: %v", address, i, err, want[i])
			}
		}
	}
}

func TestAddressesOfBackendsAreCheckedWhenTheyAreSaved(t *testing.T) {
	t.Parallel()
	b := &Backends{Own: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:80"), netip.MustParseAddrPort("127.0.0.1:443")}, Loopback: true}
	for address, allowed := range map[string]bool{
		"http://localhost":                  false,
		"https://LOCALHOST./x":              false,
		"wss://portal.localhost":            false,
		"http://127.0.0.1:80/x":             false,
		"http://localhost:9000":             true,
		"http://metadata.google.internal":   false,
		"http://169.254.169.254/latest":     false,
		"http://[fe80::1%25eth0]/":          false,
		"https://api.example.com":           true,
		"http://10.0.0.1":                   true,
		"http://2130706433":                 false,
		"http://0x7f.1":                     false,
		"http://0177.0.0.1":                 false,
		"http://0xa9fea9fe/latest":          false,
		"http://1.2.3":                      true,
		"http://99999999999":                true, // a name that no resolver knows
		"http://[::ffff:169.254.169.254]/x": false,
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.CheckURL(u); (err == nil) != allowed {
			t.Errorf("%s: %v, want allowed: %v", address, err, allowed)
		}
	}
}
