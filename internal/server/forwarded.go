package server

import (
	"net"
	"net/http"
	"net/netip"
	"net/textproto"
	"slices"
	"strings"
)

// proxies are the networks of the proxies that are trusted.
type proxies []netip.Prefix

// claims are the fields, beside all that begin with forwardedPrefix, by which a
// proxy says who called it, how, and what for. Only a trusted proxy may.
var claims = []string{
	"Forwarded", "X-Real-Ip", "X-Client-Ip", "X-Cluster-Client-Ip", "X-Remote-Ip", "X-Remote-Addr", "X-Original-Forwarded-For",
	"True-Client-Ip", "Client-Ip", "Wl-Proxy-Client-Ip", "Cf-Connecting-Ip", "Fastly-Client-Ip", "X-Envoy-External-Address", "X-Azure-Clientip", "X-Azure-Socketip",
	"X-Original-Url", "X-Original-Uri", "X-Original-Host", "X-Rewrite-Url", "X-Proxyuser-Ip",
}

const forwardedPrefix = "X-Forwarded-"

// isClaim reports whether a field, or one that some server could take for it, is a claim.
func isClaim(name string) bool {
	if strings.IndexByte(name, '_') >= 0 {
		name = textproto.CanonicalMIMEHeaderKey(strings.ReplaceAll(name, "_", "-"))
	}
	switch {
	case strings.IndexByte("FXTCW", name[0]) < 0: // most are none
		return false
	case strings.HasPrefix(name, forwardedPrefix) || name == "X-Forwarded":
		return true
	}
	return slices.Contains(claims, name)
}

// forwarded applies the X-Forwarded fields of a trusted proxy to the request,
// and removes the claims of anyone else. It is false for what looks like a proxy
// of this network that is not trusted.
func (p proxies) forwarded(r *http.Request) (ok bool) {
	if from := peer(r.RemoteAddr); len(p) == 0 || !p.trusts(from) {
		_, claimed := r.Header["X-Forwarded-For"]
		for name := range r.Header {
			if isClaim(name) {
				delete(r.Header, name)
			}
		}
		return !claimed || !from.IsLoopback() && !from.IsPrivate()
	}
	if host := last(r.Header["X-Forwarded-Host"]); host != "" {
		r.Host = host
	}
	if proto := last(r.Header["X-Forwarded-Proto"]); proto == "http" || proto == "https" {
		r.URL.Scheme = proto
	}
	if ip := p.client(r.Header["X-Forwarded-For"]); ip.IsValid() {
		r.RemoteAddr = net.JoinHostPort(ip.String(), "0")
	}
	return true
}

func (p proxies) trusts(ip netip.Addr) bool {
	for _, n := range p {
		if n.Contains(ip) {
			return true
		}
	}
	return false
}

// client is the nearest address of a chain that is not a trusted proxy's. What
// stands before an entry that is no address may be anybody's invention: then
// there is none.
func (p proxies) client(chain []string) netip.Addr {
	entries := strings.Split(strings.Join(chain, ","), ",")
	for i := len(entries) - 1; i >= 0; i-- {
		if ip := peer(strings.TrimSpace(entries[i])); !p.trusts(ip) {
			return ip
		}
	}
	return netip.Addr{}
}

// peer reads an address with or without a port and brackets, such as 192.0.2.1,
// 192.0.2.1:80, 2001:db8::1, [2001:db8::1] or [2001:db8::1]:80. It is the zero
// address when it is none.
func peer(text string) netip.Addr {
	if at, err := netip.ParseAddrPort(text); err == nil {
		return at.Addr().Unmap().WithZone("")
	}
	if inner, ok := strings.CutPrefix(text, "["); ok {
		text = strings.TrimSuffix(inner, "]")
	}
	ip, _ := netip.ParseAddr(text)
	return ip.Unmap().WithZone("")
}

// last is the entry of a list that the nearest proxy wrote.
func last(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	line := lines[len(lines)-1]
	return strings.TrimSpace(line[strings.LastIndexByte(line, ',')+1:])
}
