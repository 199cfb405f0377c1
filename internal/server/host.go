package server

import (
	"net"
	"net/http"
	"strings"
)

// hsts tells browsers to use TLS for a year.
var hsts = []string{"max-age=31536000; includeSubDomains"}

// hosts are the names that a surface may be called by, in lower case; nil: any.
type hosts map[string]bool

func newHosts(names []string) hosts {
	if names == nil {
		return nil
	}
	all := hosts{"localhost": true}
	for _, name := range names {
		all[strings.ToLower(hostName(name))] = true
	}
	return all
}

// allow reports whether a request's host is one of them, is on loopback, or is
// the address that the connection came to.
func (h hosts) allow(r *http.Request) bool {
	name := hostName(r.Host)
	if h[name] || h[strings.ToLower(strings.TrimSuffix(name, "."))] {
		return true
	}
	ip := peer(name)
	if ip.IsLoopback() {
		return true
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	return ok && ip.IsValid() && peer(local.String()) == ip
}

// hostName is a host without its port and brackets.
func hostName(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		return name
	}
	return strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
}

// misdirected refuses a request by a name that is not ours.
func (e *entry) misdirected(w http.ResponseWriter, r *http.Request) {
	refuse(w, http.StatusMisdirectedRequest, "MisdirectedRequest",
		"This "+e.surface+" is not known by the host name of the request. Its operator says which names it has: --"+e.surface+"-url, --allow-host.")
}
