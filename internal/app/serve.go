package app

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/audit"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/config"
	"github.com/portico-portal/portico/internal/doctor"
	"github.com/portico-portal/portico/internal/feed"
	"github.com/portico-portal/portico/internal/gateway"
	"github.com/portico-portal/portico/internal/limit"
	"github.com/portico-portal/portico/internal/logfile"
	"github.com/portico-portal/portico/internal/management"
	"github.com/portico-portal/portico/internal/management/blobapi"
	"github.com/portico-portal/portico/internal/outbound"
	"github.com/portico-portal/portico/internal/portal"
	"github.com/portico-portal/portico/internal/search"
	"github.com/portico-portal/portico/internal/server"
	"github.com/portico-portal/portico/web"
)

// Ready is what a serving process tells its operator.
type Ready struct {
	PortalURL, GatewayURL, ManagementURL string // "": not served here
	AdminLink                            string // a one-time link; "" except at the first start
	Fingerprint                          string // SHA-256 of a self-signed certificate, else ""
}

// Loader fills a service before it is served.
type Loader func(ctx context.Context, a *App) error

// Serve opens a service and serves its surfaces until ctx ends.
func Serve(ctx context.Context, opt Options, srv config.Server, load Loader, ready func(Ready)) error {
	surfaces, err := listen(srv)
	if err != nil {
		return err
	}
	defer closeAll(surfaces)
	a, err := Open(ctx, opt)
	if err != nil {
		return err
	}
	r := addresses(surfaces, srv)
	if r.Fingerprint, err = a.encrypt(surfaces, srv, r); err != nil {
		return errors.Join(err, a.Close())
	}
	a.nameHosts(surfaces, srv, r)
	for _, warning := range a.opt.Store.Exposed() {
		a.opt.Logger.WarnContext(ctx, warning)
	}
	return errors.Join(a.serve(ctx, srv, surfaces, r, load, ready), a.Close())
}

func (a *App) serve(ctx context.Context, srv config.Server, surfaces []server.Surface, r Ready, load Loader, ready func(Ready)) error {
	if err := a.unlessUnwritable(ctx, "the global policy keeps the portal's earlier address", a.Provision.KeepOrigin(ctx, r.PortalURL)); err != nil {
		return err
	}
	if load != nil {
		if err := load(ctx, a); err != nil {
			return err
		}
	}
	if err := a.startMail(ctx, srv, r); err != nil {
		return err
	}
	if err := a.handle(ctx, surfaces, r, srv); err != nil {
		return err
	}
	if a.owner != nil {
		if err := a.announce(ctx, a.running(surfaces, srv, r)); err != nil {
			return err
		}
	}
	if err := a.firstLink(ctx, srv, &r); err != nil {
		return err
	}
	trusted, err := srv.TrustedNetworks()
	if err != nil {
		return err
	}
	process := &server.Server{Surfaces: surfaces, Ready: a.newReadiness().check, Limits: limits(srv), Trusted: trusted, Random: rand.Read, Logger: a.opt.Logger}
	ready(r)
	return process.Run(ctx)
}

// limits are the bounds of what clients may hold.
func limits(srv config.Server) server.Limits {
	return server.Limits{
		Header: srv.HeaderTimeout, Idle: srv.IdleTimeout, ConnectionsPerAddress: srv.MaxPerAddress,
		Connections: cmp.Or(srv.MaxConnections, server.OpenFiles()/2), // a call may need another one to its backend
	}
}

// firstLink makes the link for the first administrator when a portal is served
// for the first time.
func (a *App) firstLink(ctx context.Context, srv config.Server, r *Ready) error {
	if !srv.Serves("portal") {
		return nil
	}
	due, err := a.Provision.LinkDue(ctx)
	if err != nil || !due {
		return err
	}
	secret, err := a.Accounts.MintLink(ctx)
	if err != nil {
		return err
	}
	r.AdminLink = address.SignInLink(r.PortalURL, secret)
	return nil
}

// running is how commands reach this process: at its listeners, whatever its
// public addresses are.
func (a *App) running(surfaces []server.Surface, srv config.Server, r Ready) Run {
	run := Run{PID: os.Getpid()}
	for _, s := range surfaces {
		at := scheme(s.Name, srv) + "://" + reachable(s.Listener.Addr().String())
		switch s.Name {
		case "management":
			run.ManagementURL, run.Certificate = at, server.CertificatePath(srv.TLS, a.opt.Store.Data)
		case "portal":
			run.PortalURL, run.PortalAddress = at, r.PortalURL
			run.PortalCertificate = server.CertificatePath(srv.PortalTLS, a.opt.Store.Data)
		}
	}
	return run
}

// announceAgain is the pause before a process announces itself again on a disk
// that was full.
const announceAgain = 2 * time.Second

// announce tells commands how to reach this process, later if the disk is full.
func (a *App) announce(ctx context.Context, run Run) error {
	err := a.owner.Announce(run)
	if !apim.Unwritable(err) {
		return err
	}
	a.opt.Logger.WarnContext(ctx, "commands do not reach this process until there is room in the data folder", "error", err)
	a.workers.Go("announcement", func(ctx context.Context) {
		for ctx.Err() == nil && a.owner.Announce(run) != nil {
			select {
			case <-ctx.Done():
			case <-time.After(announceAgain):
			}
		}
	})
	return nil
}

// listen opens the listeners first, so that a port in use stops the start
// before anything else happens.
func listen(srv config.Server) ([]server.Surface, error) {
	var surfaces []server.Surface
	for _, l := range []struct{ name, addr string }{
		{"portal", srv.PortalAddr}, {"gateway", srv.GatewayAddr}, {"management", srv.ManagementAddr},
	} {
		if !srv.Serves(l.name) {
			continue
		}
		listener, err := net.Listen("tcp", l.addr)
		if err != nil {
			closeAll(surfaces)
			return nil, fmt.Errorf("listen for the %s: %w; choose another address with --%s-addr", l.name, err, l.name)
		}
		surfaces = append(surfaces, surface(l.name, listener, srv))
	}
	return surfaces, nil
}

// surface is patient with the clients of the gateway, whose bodies may come and go at once.
func surface(name string, listener net.Listener, srv config.Server) server.Surface {
	s := server.Surface{Name: name, Listener: listener, Patience: srv.BodyTimeout, MinRate: srv.MinBodyRate}
	if name == "gateway" {
		s.Patience, s.MinRate, s.Duplex, s.Relay = srv.GatewayBodyTimeout, 0, true, true
	}
	return s
}

func closeAll(surfaces []server.Surface) {
	for _, s := range surfaces {
		s.Listener.Close()
	}
}

// addresses are the configured URLs, or else those of the listeners.
func addresses(surfaces []server.Surface, srv config.Server) Ready {
	r := Ready{PortalURL: srv.PortalURL, GatewayURL: srv.GatewayURL, ManagementURL: srv.ManagementURL}
	urls := map[string]*string{"portal": &r.PortalURL, "gateway": &r.GatewayURL, "management": &r.ManagementURL}
	for _, s := range surfaces {
		if u := urls[s.Name]; *u == "" {
			*u = scheme(s.Name, srv) + "://" + reachable(s.Listener.Addr().String())
		}
	}
	for _, u := range urls {
		*u = strings.TrimRight(*u, "/")
	}
	return r
}

// reachable is an address that can be connected to: loopback for a listener on
// all interfaces.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// handle gives each surface its handler and starts what follows the change feed.
func (a *App) handle(ctx context.Context, surfaces []server.Surface, r Ready, srv config.Server) (err error) {
	sessions := account.DefaultSessions()
	a.Accounts.Sessions = account.SessionLimits{
		Idle: cmp.Or(srv.SessionIdle, sessions.Idle), Lifetime: cmp.Or(srv.SessionLifetime, sessions.Lifetime),
	}
	if err := a.follow(ctx, "accounts", a.Accounts); err != nil {
		return err
	}
	a.workers.Every("scheduled publish", time.Second, a.publishDue)
	a.workers.Every("prune of the change feed", time.Hour, a.Store.Prune)
	a.workers.Go("refusals", a.Accounts.Refusals.Run)
	if err := a.exportAudit(srv); err != nil {
		return err
	}
	a.workers.Every("prune of the audit log", time.Hour, func(ctx context.Context) error {
		return a.Store.PruneAudit(ctx, a.Store.Now().Add(-cmp.Or(srv.AuditRetention, auditRetention)))
	})
	a.workers.Every("sweep of given up uploads", time.Hour, func(ctx context.Context) error {
		return blobapi.Sweep(ctx, a.Blobs, a.Store.Now())
	})
	budgets, err := srv.Budgets()
	if err != nil {
		return err
	}
	a.limiter = limit.New(budgets, a.Store.Now)
	if a.backends, err = backendsOf(surfaces, srv); err != nil {
		return err
	}
	build := map[string]func(context.Context, Ready, config.Server) (http.Handler, error){
		"portal": a.portal, "gateway": a.gateway,
		"management": func(_ context.Context, r Ready, srv config.Server) (http.Handler, error) {
			return a.management(r, srv, "")
		},
	}
	access, err := a.accessLog(srv)
	if err != nil {
		return err
	}
	for i, s := range surfaces {
		if surfaces[i].Handler, err = build[s.Name](ctx, r, srv); err != nil {
			return fmt.Errorf("start the %s: %w", s.Name, err)
		}
		if access != nil {
			surfaces[i].Handler = access.Of(s.Name, surfaces[i].Handler)
		}
	}
	return nil
}

// accessLog is where requests are logged; nil: nowhere.
func (a *App) accessLog(srv config.Server) (*server.AccessLog, error) {
	out := io.Writer(os.Stdout)
	switch srv.AccessLog {
	case "":
		return nil, nil
	case "stdout":
	default:
		file, err := logfile.Open(srv.AccessLog, a.Store.Now)
		if err != nil {
			return nil, fmt.Errorf("--access-log: %w", err)
		}
		out = file
	}
	return &server.AccessLog{Logger: slog.New(slog.NewJSONHandler(complaining{out, a.opt.Logger}, nil)), Now: a.Store.Now}, nil
}

// complaining logs what a log could not write, which its own logger drops.
type complaining struct {
	io.Writer
	logger *slog.Logger
}

func (c complaining) Write(line []byte) (int, error) {
	n, err := c.Writer.Write(line)
	if err != nil {
		c.logger.Error("the access log could not be written", "error", err)
	}
	return n, err
}

// exportAudit writes the audit log to a file or to syslog, too, if one is named.
func (a *App) exportAudit(srv config.Server) error {
	if srv.AuditLog == "" {
		return nil
	}
	export, err := audit.OpenExport(a.Store, srv.AuditLog)
	if err != nil {
		return fmt.Errorf("--audit-log: %w", err)
	}
	a.workers.Every("export of the audit log", time.Second, export.Step)
	return nil
}

// auditRetention is how long the audit log is kept unless a setting says otherwise.
const auditRetention = 400 * 24 * time.Hour

// publishDue publishes the portal revisions whose time has come.
func (a *App) publishDue(ctx context.Context) error {
	names, err := a.Publisher.PublishDue(ctx)
	if len(names) > 0 {
		a.opt.Logger.InfoContext(ctx, "published by schedule", "revisions", names)
	}
	return err
}

func (a *App) gateway(ctx context.Context, r Ready, _ config.Server) (http.Handler, error) {
	g := gateway.New(gateway.Config{Store: a.Store, Logger: a.opt.Logger, URL: r.GatewayURL, Now: a.opt.Now, Backends: a.backends})
	return g, a.follow(ctx, "gateway", g)
}

// follow loads a consumer of the change feed and keeps it up to date.
func (a *App) follow(ctx context.Context, name string, c feed.Consumer) error {
	f, err := feed.Load(ctx, a.Store, name, c, a.opt.Logger)
	if err == nil {
		a.workers.Go("follower "+name, f.Run)
	}
	return err
}

func (a *App) management(r Ready, srv config.Server, mount string) (http.Handler, error) {
	networks, err := srv.OutboundNetworks()
	if err != nil {
		return nil, err
	}
	client := outbound.Client(networks)
	linkKey, err := a.linkKey()
	if err != nil {
		return nil, err
	}
	cfg := management.Config{
		Limiter: a.limiter,
		Store:   a.Store,
		Service: management.Service{
			Name: apim.Name(a.opt.Store.Service), Location: "self-hosted", PublisherName: "Portico", PublisherEmail: "admin@localhost",
			PortalURL: r.PortalURL, GatewayURL: r.GatewayURL, ManagementURL: r.ManagementURL,
		},
		Mount: mount, Accounts: a.authenticator(srv, client), Outbound: client, Backends: a.backends, Blobs: a.Blobs, APIs: a.APIs, Publisher: a.Publisher, Subscriptions: a.Subscriptions,
		Refusals: a.Accounts.Refusals, LinkKey: linkKey, Now: a.opt.Now, Logger: a.opt.Logger,
	}
	cfg.FirstContents = a.Provision
	cfg.Doctor = (&doctor.Service{
		Store: a.Store, PortalURL: r.PortalURL, GatewayURL: r.GatewayURL, Mail: a.mail != nil, HTTP: &http.Client{Timeout: doctorPatience, Transport: a.trusting()},
	}).Examine
	if srv.AllowErase {
		cfg.Erase = a.erase(r.PortalURL)
	}
	if a.mail != nil {
		cfg.Mailer = &mailer{Service: a.mail, accounts: a.Accounts, portalURL: r.PortalURL}
	}
	return management.New(cfg)
}

// doctorPatience is how long the doctor waits for an answer of the portal or the gateway.
const doctorPatience = 5 * time.Second

func (a *App) portal(ctx context.Context, r Ready, srv config.Server) (http.Handler, error) {
	c := catalog.New(a.Store)
	if err := a.follow(ctx, "catalog", c); err != nil {
		return nil, err
	}
	index := search.New(a.Store, a.opt.Logger)
	if err := index.Prepare(ctx); err != nil {
		return nil, err
	}
	a.workers.Go("search index", index.Run)
	site, err := portal.New(portal.Config{
		Limiter: a.limiter,
		Store:   a.Store, Catalog: c, Search: index, Accounts: a.Accounts, Subscriptions: a.Subscriptions,
		Descriptions: &descriptions{a, r.GatewayURL}, Media: a.Blobs, Assets: web.Assets(),
		PortalURL: r.PortalURL, GatewayURL: r.GatewayURL, Logger: a.opt.Logger, Stopping: ctx,
	})
	if err != nil {
		return nil, err
	}
	if err := a.follow(ctx, "portal", site); err != nil {
		return nil, err
	}
	api, err := a.management(r, srv, strings.TrimSuffix(address.Management, "/"))
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, address.Management) {
			api.ServeHTTP(w, r)
			return
		}
		site.ServeHTTP(w, r)
	}), nil
}
