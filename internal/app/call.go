package app

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/portico-portal/portico/internal/account"
	"github.com/portico-portal/portico/internal/client"
	"github.com/portico-portal/portico/internal/config"
	"github.com/portico-portal/portico/internal/routine"
)

// callTokenLife is how long a command's token is valid; the command renews it.
const callTokenLife = time.Minute

// Call runs fn with a client of a service's management API: that of the process
// which owns the data or, if there is none, the same handler served on loopback
// while fn runs.
func Call(ctx context.Context, opt Options, fn func(*client.Client) error) error {
	a, err := Open(ctx, opt)
	if errors.Is(err, ErrOwned) {
		return callRunning(ctx, opt, fn)
	}
	if err != nil {
		return err
	}
	serve := func(base string) (http.Handler, error) {
		return a.management(Ready{ManagementURL: base}, config.Server{}, "")
	}
	mint := func(ctx context.Context) (string, time.Time, error) {
		token, err := a.Accounts.MintAdmin(ctx, callTokenLife)
		return account.Authorization(token), a.Store.Now().Add(callTokenLife), err
	}
	err = onLoopback(serve, func(base string) error {
		return fn(&client.Client{Base: base, Mint: mint, HTTP: new(http.Client), Now: a.Store.Now})
	})
	return errors.Join(err, a.Close())
}

// callRunning runs fn with a client of the process that owns the data folder.
func callRunning(ctx context.Context, opt Options, fn func(*client.Client) error) error {
	running, err := readRun(opt.Store.Data)
	if err != nil {
		return err
	}
	if running.ManagementURL == "" {
		return fmt.Errorf("the process that owns %s does not serve the management API; stop it first, or restart it with that surface", opt.Store.Data)
	}
	mint := func(ctx context.Context) (string, time.Time, error) {
		expires := opt.Now().Add(callTokenLife)
		token, err := MintToken(ctx, opt, "", callTokenLife)
		return token, expires, err
	}
	transport := pinned(running.Certificate)
	defer transport.CloseIdleConnections()
	return fn(&client.Client{Base: running.ManagementURL, Mint: mint, HTTP: &http.Client{Transport: transport}, Now: opt.Now})
}

// pinned accepts the certificate in the file and no other, whatever its host
// names, for calls to the server's loopback address.
func pinned(file string) *http.Transport {
	return &http.Transport{TLSClientConfig: &tls.Config{
		MinVersion: tls.VersionTLS12, InsecureSkipVerify: true, //nolint:gosec // VerifyConnection knows the very certificate
		VerifyConnection: func(s tls.ConnectionState) error {
			text, err := os.ReadFile(file) // read at each connection, since it is renewed
			if err != nil {
				return fmt.Errorf("read the server's certificate: %w", err)
			}
			if block, _ := pem.Decode(text); block == nil || !bytes.Equal(block.Bytes, s.PeerCertificates[0].Raw) {
				return fmt.Errorf("the server's certificate is not the one in %s", file)
			}
			return nil
		},
	}}
}

// CallPortal runs fn with an address, and the transport to it, at which the service's portal can be read:
// that of the process which owns the data or, if there is none, the same
// handler served on loopback while fn runs. public is the portal's address as
// people see it; if empty, the running process's.
func CallPortal(ctx context.Context, opt Options, public string, fn func(through http.RoundTripper, portal, public string) error) error {
	a, err := Open(ctx, opt)
	if errors.Is(err, ErrOwned) {
		running, err := readRun(opt.Store.Data)
		if err != nil {
			return err
		}
		if running.PortalURL == "" {
			return errors.New("the running process does not serve the portal; run the export against the one that does")
		}
		public = cmp.Or(public, running.PortalAddress)
		transport := pinned(running.PortalCertificate)
		defer transport.CloseIdleConnections()
		return fn(transport, running.PortalURL, public)
	}
	if err != nil {
		return err
	}
	if public == "" {
		return errors.Join(errors.New("nothing serves the portal now: give the address where it will be with --backend"), a.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	serve := func(string) (http.Handler, error) { return a.portal(ctx, Ready{PortalURL: public}, config.Server{}) }
	err = onLoopback(serve, func(base string) error { return fn(http.DefaultTransport, base, public) })
	cancel() // stops the followers of the change feed
	return errors.Join(err, a.Close())
}

// onLoopback serves the handler on a loopback address while fn runs; handler is
// given that address.
func onLoopback(handler func(base string) (http.Handler, error), fn func(base string) error) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer listener.Close()
	base := "http://" + listener.Addr().String()
	h, err := handler(base)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}
	routine.Go(func() error { return server.Serve(listener) }, func(error) {})
	defer server.Close()
	return fn(base)
}
