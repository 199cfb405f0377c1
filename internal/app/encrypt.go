package app

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/config"
	"github.com/portico-portal/portico/internal/server"
)

// certificate is the TLS setting of a surface; "": none.
func certificate(surface string, srv config.Server) string {
	switch surface {
	case "portal":
		return srv.PortalTLS
	case "gateway":
		return srv.GatewayTLS
	}
	return srv.TLS
}

// scheme is the URL scheme of a surface's listener.
func scheme(surface string, srv config.Server) string {
	if certificate(surface, srv) != "" {
		return "https"
	}
	return "http"
}

// encrypt adds TLS to the surfaces for which it is configured. Those with the
// same setting have the same certificate.
func (a *App) encrypt(surfaces []server.Surface, srv config.Server, r Ready) (fingerprint string, err error) {
	now := a.opt.Now
	if now == nil {
		now = time.Now
	}
	hosts := append([]string{"localhost", "127.0.0.1", "::1"}, hostsOf(r.PortalURL, r.GatewayURL, r.ManagementURL)...)
	slices.Sort(hosts)
	open := map[string]*server.Certificate{}
	for i := range surfaces {
		setting := certificate(surfaces[i].Name, srv)
		if setting == "" {
			continue
		}
		if open[setting] == nil {
			if open[setting], err = server.OpenCertificate(setting, a.opt.Store.Data, slices.Compact(hosts), now); err != nil {
				return "", err
			}
		}
		surfaces[i].TLS = open[setting].Config()
	}
	if own := open[server.SelfSigned]; own != nil {
		fingerprint = own.Fingerprint()
	}
	return fingerprint, nil
}

// hostsOf are the names of the hosts in URLs.
func hostsOf(urls ...string) (hosts []string) {
	for _, raw := range urls {
		if u, err := url.Parse(raw); err == nil && u.Hostname() != "" {
			hosts = append(hosts, u.Hostname())
		}
	}
	return hosts
}

// nameHosts tells the portal and the management API by which names they may be
// called, so that a page elsewhere cannot reach them by a name of its own, and
// browsers to use TLS where people do. The gateway has its own rules.
func (a *App) nameHosts(surfaces []server.Surface, srv config.Server, r Ready) {
	inside := !slices.ContainsFunc(surfaces, func(s server.Surface) bool { return !onLoopbackOnly(s.Listener.Addr()) })
	for i := range surfaces {
		s := &surfaces[i]
		configured, public := srv.ManagementURL, r.ManagementURL
		if s.Name == "portal" {
			configured, public = srv.PortalURL, r.PortalURL
		}
		if s.Name == "gateway" {
			continue
		}
		s.HSTS = strings.HasPrefix(public, "https://") && !slices.ContainsFunc(hostsOf(public), config.IsLoopback)
		if inside || configured != "" {
			s.Hosts = append(hostsOf(configured, public), srv.AllowHost...)
			continue
		}
		a.opt.Logger.Warn("the "+s.Name+" answers to any host name, also to one that another site made up; say by which address people reach it",
			"listener", s.Listener.Addr().String(), "setting", "--"+s.Name+"-url")
	}
}

func onLoopbackOnly(at net.Addr) bool {
	tcp, ok := at.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// trusting is a transport that trusts this service's own certificate, too.
func (a *App) trusting() http.RoundTripper {
	own, err := os.ReadFile(server.CertificatePath(server.SelfSigned, a.opt.Store.Data))
	if err != nil {
		return http.DefaultTransport
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	roots.AppendCertsFromPEM(own)
	return &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}}
}
