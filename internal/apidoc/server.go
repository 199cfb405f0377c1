package apidoc

import (
	"net/url"
	"slices"
	"strings"

	"github.com/portico-portal/portico/internal/apidoc/tree"
)

// maxServers is the number of servers of a description that are considered.
const maxServers = 100

// servers picks the backend: the first https server, else the first http one.
func (p *parser) servers() {
	all := p.root.Get("servers")
	if p.swagger {
		all = p.swaggerServers()
	}
	p.d.Extra.Servers = all.Compact()
	items := all.Items()
	for _, n := range items[:min(len(items), maxServers)] {
		address := serverURL(n.Members())
		u, err := url.Parse(address)
		if err != nil || u.Host == "" || u.User != nil || len(address) > 2000 {
			continue
		}
		scheme := strings.ToLower(u.Scheme)
		if scheme != "http" && scheme != "https" && scheme != "ws" && scheme != "wss" {
			continue
		}
		if !slices.Contains(p.d.Protocols, scheme) {
			p.d.Protocols = append(p.d.Protocols, scheme)
		}
		if p.d.ServiceURL == "" || scheme == "https" && !strings.HasPrefix(p.d.ServiceURL, "https:") {
			p.d.ServiceURL = strings.TrimRight(address, "/")
		}
	}
}

// serverURL is a server's address with the defaults of its variables.
func serverURL(m tree.Members) string {
	address := strings.TrimSpace(m.Get("url").Text())
	for _, v := range m.Get("variables").Members() {
		if len(address) > 4000 {
			break
		}
		address = strings.ReplaceAll(address, "{"+v.Name+"}", v.Value.Members().Get("default").Literal())
	}
	return address
}

// swaggerServers turns schemes, host and basePath of Swagger 2 into servers.
func (p *parser) swaggerServers() tree.Node {
	host, base := p.root.Get("host").Text(), p.root.Get("basePath").Text()
	if host == "" {
		return tree.Node{}
	}
	schemes := []string{}
	for _, s := range p.root.Get("schemes").Items() {
		schemes = append(schemes, s.Text())
	}
	if len(schemes) == 0 {
		schemes = []string{"https"}
	}
	var all arrayWriter
	for _, s := range schemes {
		all.add(holding("url", encode(s+"://"+host+"/"+strings.TrimLeft(base, "/"))))
	}
	return tree.Derived(all.raw(), p.root.Get("host")).Root()
}
