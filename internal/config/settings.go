package config

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/audit"
)

// Store holds the settings that say where a service's state is kept. Every
// command has them.
type Store struct {
	Config        kong.ConfigFlag `help:"YAML file with settings; its keys are the flag names." placeholder:"FILE"`
	Data          string          `help:"Folder of the embedded database, blobs and keys (portico-data; portico-demo for the demo)." type:"path" placeholder:"DIR"`
	Database      string          `help:"PostgreSQL URL instead of the embedded database." placeholder:"URL"`
	SecretKeyFile string          `help:"File with the 32-byte encryption key, base64; required with --database." type:"path" placeholder:"FILE"`
	OldSecretKey  []string        `name:"old-secret-key-file" help:"Files with earlier encryption keys, still accepted for reading; see portico keys rotate." type:"path" placeholder:"FILE"`
	Blobs         string          `help:"Where media and descriptions are kept; default: a folder in --data." placeholder:"DIR"`
	Service       string          `help:"Name of the service in resource ids." default:"portico" placeholder:"NAME"`
}

// Portal says where the portal is.
type Portal struct {
	PortalAddr string `help:"Listener of the portal." default:"127.0.0.1:8080" placeholder:"ADDR"`
	PortalURL  string `help:"Address people reach the portal at; default: from its listener." placeholder:"URL"`
}

// Server holds the settings of a process that serves.
type Server struct {
	Portal          `embed:""`
	Clients         `embed:""`
	GatewayAddr     string        `help:"Listener of the gateway." default:"127.0.0.1:8081" placeholder:"ADDR"`
	ManagementAddr  string        `help:"Listener of the management API." default:"127.0.0.1:8082" placeholder:"ADDR"`
	GatewayURL      string        `help:"Address callers reach the gateway at; default: from its listener." placeholder:"URL"`
	ManagementURL   string        `help:"Address of the management API; default: from its listener." placeholder:"URL"`
	Only            []string      `help:"Surfaces to serve: portal, gateway, management; default: all." placeholder:"LIST"`
	TLS             string        `name:"tls" help:"TLS for the management API: self-signed, or the files CERT,KEY." placeholder:"self-signed|CERT,KEY"`
	PortalTLS       string        `name:"portal-tls" help:"The same for the portal." placeholder:"self-signed|CERT,KEY"`
	GatewayTLS      string        `name:"gateway-tls" help:"The same for the gateway." placeholder:"self-signed|CERT,KEY"`
	AllowHost       []string      `help:"Further host names by which the portal and the management API may be called." placeholder:"NAME"`
	SMTP            string        `name:"smtp" help:"Server that sends mail: smtp://user:password@host:587, or smtps://...; best given as PORTICO_SMTP. Default: no mail." placeholder:"URL"`
	MailFrom        string        `help:"Sender of mail." default:"portico@localhost" placeholder:"ADDRESS"`
	SessionIdle     time.Duration `help:"How long a signed-in browser may be unused before its user has to sign in again; default: 7 days." placeholder:"24h"`
	SessionLifetime time.Duration `help:"How long after signing in a user has to sign in again in any case; default: 30 days." placeholder:"72h"`
	AuditRetention  time.Duration `help:"How long the audit log is kept; default: 400 days." placeholder:"9600h"`
	AuditLog        string        `help:"Write the audit log as JSON lines to a file or to syslog, too: syslog: (this machine's), syslog:udp://host:514, syslog:tcp://host:601." placeholder:"FILE|syslog:URL"`
	AccessLog       string        `help:"Write a line for each request, without secrets, to stdout or a file. Default: none." placeholder:"stdout|FILE"`
	AllowErase      bool          `help:"Let DELETE of the service delete everything in it."`
	OIDCIssuer      []string      `name:"oidc-issuer" help:"OpenID provider whose tokens the management API accepts; role assignments say what they may do." placeholder:"URL"`
	OIDCAudience    string        `name:"oidc-audience" help:"Audience that tokens of --oidc-issuer must have." default:"portico" placeholder:"NAME"`
	AllowOutbound   []string      `help:"Private networks that requests on behalf of others (imports by link, OpenID keys) may reach." placeholder:"CIDR"`
	AllowBackend    []string      `help:"Networks that backends may be in although they are loopback, link-local or hold metadata services; private networks need no leave." placeholder:"CIDR"`
	TrustProxy      []string      `help:"Proxies (addresses or networks) whose X-Forwarded headers are trusted." placeholder:"CIDR"`
}

// Process holds the settings of a command that serves a service.
type Process struct {
	Store  `embed:""`
	Server `embed:""`
}

// Validate checks both groups of settings.
func (p *Process) Validate() error { return errors.Join(p.Store.Validate(), p.Server.Validate()) }

// Validate reports the first setting that cannot work, and what to do.
func (s *Server) Validate() error {
	for _, name := range s.Only {
		if name != "portal" && name != "gateway" && name != "management" {
			return fmt.Errorf("--only: %q is not a surface; use portal, gateway, management", name)
		}
	}
	for flag, raw := range map[string]string{"--portal-url": s.PortalURL, "--gateway-url": s.GatewayURL, "--management-url": s.ManagementURL} {
		if raw == "" {
			continue
		}
		if u, err := url.Parse(raw); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "" {
			return fmt.Errorf("%s: %q must be like https://api.example.com, without a path", flag, raw)
		}
	}
	if err := s.Clients.Validate(); err != nil {
		return err
	}
	if _, err := s.SMTPServer(); err != nil {
		return err
	}
	if _, err := s.OutboundNetworks(); err != nil {
		return err
	}
	if _, err := s.BackendNetworks(); err != nil {
		return err
	}
	for _, issuer := range s.OIDCIssuer {
		// Keys fetched without TLS could be anybody's; only tests on this
		// machine may do that.
		u, err := url.Parse(issuer)
		if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || !IsLoopback(u.Hostname())) {
			return fmt.Errorf("--oidc-issuer: %q must be like https://issuer.example.com", issuer)
		}
	}
	if err := audit.CheckTarget(s.AuditLog); err != nil {
		return fmt.Errorf("--audit-log: %w", err)
	}
	if s.AuditRetention != 0 && s.AuditRetention < 24*time.Hour {
		return fmt.Errorf("--audit-retention: %s is too short; it must be at least 24h", s.AuditRetention)
	}
	if err := s.checkSessions(); err != nil {
		return err
	}
	_, err := s.TrustedNetworks()
	return err
}

// checkSessions refuses limits under which nobody could work.
func (s *Server) checkSessions() error {
	for flag, d := range map[string]time.Duration{"--session-idle": s.SessionIdle, "--session-lifetime": s.SessionLifetime} {
		if d != 0 && d < time.Minute {
			return fmt.Errorf("%s: %s is too short; it must be at least 1m", flag, d)
		}
	}
	if lifetime := cmp.Or(s.SessionLifetime, account.DefaultSessions().Lifetime); lifetime < s.SessionIdle {
		return fmt.Errorf("--session-lifetime: %s is shorter than --session-idle, %s", lifetime, s.SessionIdle)
	}
	return nil
}

// IsLoopback reports whether a host is this machine as it sees itself.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// OnLoopback reports whether all listeners are on loopback.
func (s *Server) OnLoopback() bool {
	for _, addr := range []string{s.PortalAddr, s.GatewayAddr, s.ManagementAddr} {
		if host, _, err := net.SplitHostPort(addr); err != nil || !IsLoopback(host) {
			return false
		}
	}
	return true
}

// OutboundNetworks parses AllowOutbound.
func (s *Server) OutboundNetworks() ([]netip.Prefix, error) {
	return networks("--allow-outbound", s.AllowOutbound)
}

// BackendNetworks parses AllowBackend.
func (s *Server) BackendNetworks() ([]netip.Prefix, error) {
	return networks("--allow-backend", s.AllowBackend)
}

// TrustedNetworks parses TrustProxy.
func (s *Server) TrustedNetworks() ([]netip.Prefix, error) {
	return networks("--trust-proxy", s.TrustProxy)
}

// networks parses the values of a flag, each an address or a network.
func networks(flag string, values []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, raw := range values {
		if ip, err := netip.ParseAddr(raw); err == nil {
			all = append(all, netip.PrefixFrom(ip.Unmap(), ip.Unmap().BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %q is neither an address nor a network", flag, raw)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

// SMTPServer parses SMTP; nil when none is given. Errors do not repeat it: it may hold a password.
func (s *Server) SMTPServer() (*url.URL, error) {
	if s.SMTP == "" {
		return nil, nil
	}
	u, err := url.Parse(s.SMTP)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("--smtp: must be like smtp://user:password@host:587 or smtps://user:password@host:465")
	}
	if a, err := mail.ParseAddress(s.MailFrom); err != nil || a.Address != s.MailFrom {
		return nil, fmt.Errorf("--mail-from: %q is not an e-mail address", s.MailFrom)
	}
	return u, nil
}

// Serves reports whether the surface is served by this process.
func (s *Server) Serves(surface string) bool {
	if len(s.Only) == 0 {
		return true
	}
	return slices.Contains(s.Only, surface)
}

// DefaultData is the data folder if --data is not given.
const DefaultData = "portico-data"

// DefaultService is the service's name if none is given.
const DefaultService = "portico"

// Validate refuses values that would be mistaken for something else.
func (s *Store) Validate() error {
	if strings.Contains(s.Blobs, "://") {
		return fmt.Errorf("--blobs: %q is not a folder; object storage is not supported yet", s.Blobs)
	}
	return nil
}

// Embedded reports whether the database is the embedded one.
func (s *Store) Embedded() bool { return s.Database == "" }

// DatabaseFile is the embedded database's file.
func (s *Store) DatabaseFile() string { return filepath.Join(s.Data, "portico.db") }

// RunFile is the file that says how commands reach the process that owns a data folder.
func RunFile(data string) string { return filepath.Join(data, "run.json") }

// BlobFolder is the folder blobs live in.
func (s *Store) BlobFolder() string {
	if s.Blobs != "" {
		return s.Blobs
	}
	return filepath.Join(s.Data, "blobs")
}
