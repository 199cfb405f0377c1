package gateway

import (
	"net"
	"net/http"
	"net/textproto"
	"strings"
)

// arrive takes from a request's header what is not for policies and backends,
// before any policy sees it: fields of the connection, so that a caller's
// Connection field removes nothing that a policy sets; cookies of the portal; and
// fields that some server could take for one that is set.
func (c *call) arrive() {
	h := c.r.Header
	if c.r.Method == http.MethodGet && c.r.ProtoMajor == 1 && strings.EqualFold(upgradeOf(h), "websocket") {
		c.upgrade = "websocket"
	}
	c.trailers = acceptsTrailers(h)
	removeHopByHop(h)
	removeSessions(h)
	c.setForwarded()
	for name := range h {
		if strings.IndexByte(name, '_') >= 0 {
			c.arriveLookalike(name)
		}
	}
}

// arriveLookalike removes a field whose name differs only by underscores from
// one that the request has or whose meaning is the connection's. Servers that
// make variables of fields take them for the same.
func (c *call) arriveLookalike(name string) {
	h := c.r.Header
	dashed := dashedName(name)
	if _, ok := h[dashed]; ok || dashed == "Host" || dashed == "Content-Length" || dashed == "Proxy" || isHopByHop(dashed) {
		delete(h, name)
		return
	}
	c.lookalikes = true
}

// removeLookalikes removes the fields that differ only by underscores from one
// that a policy sets or deletes.
func (c *call) removeLookalikes(name string) {
	if !c.lookalikes && strings.IndexByte(name, '_') < 0 {
		return
	}
	dashed := dashedName(name)
	for other := range c.r.Header {
		if other != name && dashedName(other) == dashed {
			delete(c.r.Header, other)
		}
	}
}

func dashedName(name string) string {
	return textproto.CanonicalMIMEHeaderKey(strings.ReplaceAll(name, "_", "-"))
}

// setForwarded tells policies and the backend who made the call, and how. Of
// fields of strangers the server has left nothing.
func (c *call) setForwarded() {
	h := c.r.Header
	values := []string{"", c.r.Host, scheme(c.r)}
	client, _, err := net.SplitHostPort(c.r.RemoteAddr)
	if err == nil {
		values[0] = client
		if chain := strings.Join(h["X-Forwarded-For"], ", "); chain == "" {
			h["X-Forwarded-For"] = values[0:1:1]
		} else if !strings.Contains(", "+chain+",", ", "+client+",") { // behind a trusted proxy the chain contains it
			h["X-Forwarded-For"] = []string{chain + ", " + client}
		}
	}
	h["X-Forwarded-Host"] = values[1:2:2]
	h["X-Forwarded-Proto"] = values[2:3:3]
}

// hopByHop are the fields that belong to one connection (RFC 9110 §7.6.1, RFC
// 7540 §3.2.1), and Proxy, which programs run by a server take for a setting.
var hopByHop = []string{
	"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization",
	"Te", "Trailer", "Transfer-Encoding", "Upgrade", "Http2-Settings", "Proxy",
}

func isHopByHop(name string) bool {
	for _, n := range hopByHop {
		if n == name {
			return true
		}
	}
	return false
}

// removeHopByHop removes these fields and those that Connection names.
func removeHopByHop(h http.Header) {
	for _, line := range h["Connection"] {
		for name := range strings.SplitSeq(line, ",") {
			if name = textproto.TrimString(name); name != "" {
				delete(h, textproto.CanonicalMIMEHeaderKey(name))
			}
		}
	}
	removeConnectionFields(h)
}

func removeConnectionFields(h http.Header) {
	for _, name := range hopByHop {
		delete(h, name)
	}
}
