package server

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// handshake connects to a server with the certificate and returns what it showed.
func handshake(t *testing.T, c *Certificate) *x509.Certificate {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", c.Config())
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		conn, err := listener.Accept()
		if err == nil {
			_ = conn.(*tls.Conn).Handshake()
			conn.Close()
		}
	}()
	client, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // looks at the certificate itself
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	return client.ConnectionState().PeerCertificates[0]
}

func TestSelfSignedCertificatesStayAndAreRenewed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var now atomic.Pointer[time.Time]
	start := time.Now()
	now.Store(&start)
	clock := func() time.Time { return *now.Load() }
	hosts := []string{"portal.example", "127.0.0.1", "::1", "localhost"}
	open := func() *Certificate {
		c, err := OpenCertificate(SelfSigned, dir, hosts, clock)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := open()
	shown := handshake(t, first)
	for _, h := range hosts {
		if err := shown.VerifyHostname(h); err != nil {
			t.Errorf("the certificate is not for %s: %v", h, err)
		}
	}
	if again := open(); again.Fingerprint() != first.Fingerprint() {
		t.Error("a second start made another certificate")
	}
	if info, err := os.Stat(filepath.Join(dir, "tls.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key's mode: %v %v", info.Mode(), err)
	}
	later := start.Add(selfSignedLife - selfSignedRenew + time.Hour)
	now.Store(&later)
	if renewed := handshake(t, first); renewed.SerialNumber.Cmp(shown.SerialNumber) == 0 || renewed.NotAfter.Before(later.Add(selfSignedRenew)) {
		t.Error("the certificate was not renewed before its end")
	}
	if shown.IsCA || shown.KeyUsage&x509.KeyUsageCertSign != 0 {
		t.Error("whoever trusts the certificate trusts what its key signs, too")
	}
	hosts = append(hosts, "new.example")
	if err := handshake(t, open()).VerifyHostname("new.example"); err != nil {
		t.Errorf("a new host: %v", err)
	}
}

func TestCertificatesFromFilesAreReadAgain(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "c.pem"), filepath.Join(dir, "k.pem")
	write := func(at time.Time) {
		if err := writeSelfSigned(cert, key, []string{"a.example"}, at); err != nil {
			t.Fatal(err)
		}
	}
	write(time.Now())
	var ticks atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(ticks.Add(1)) * 2 * reloadEvery) }
	c, err := OpenCertificate(cert+","+key, dir, nil, clock)
	if err != nil {
		t.Fatal(err)
	}
	before := handshake(t, c)
	write(time.Now())
	if err := os.Chtimes(cert, time.Now(), time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	if after := handshake(t, c); after.SerialNumber.Cmp(before.SerialNumber) == 0 {
		t.Error("the new certificate is not served")
	}
	write(time.Now().Add(-2 * selfSignedLife))
	if _, err := OpenCertificate(cert+","+key, dir, nil, time.Now); err == nil || !strings.Contains(err.Error(), "ended on") {
		t.Errorf("a certificate that has ended: %v", err)
	}
	for setting, want := range map[string]string{"x": "neither", cert + "," + cert: "read the certificate", "missing,missing": "no such file"} {
		if _, err := OpenCertificate(setting, dir, nil, time.Now); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("--tls %s: %v, want %q", setting, err, want)
		}
	}
}
