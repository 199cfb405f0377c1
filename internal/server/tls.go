package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// SelfSigned is the setting for a certificate made by this process.
const SelfSigned = "self-signed"

const (
	selfSignedLife  = 365 * 24 * time.Hour
	selfSignedRenew = 30 * 24 * time.Hour // before it expires
	reloadEvery     = time.Second
)

// Certificate serves a certificate from files, and reads them again when they change.
type Certificate struct {
	certFile, keyFile string
	renew             func() error // nil: somebody else maintains the files
	now               func() time.Time

	mu      sync.Mutex
	present *tls.Certificate
	changed time.Time // modification time of the files
	checked time.Time
}

// CertificatePath is the absolute path of the certificate file of a setting, or
// "" without a setting. dir is where a self-signed certificate is kept.
func CertificatePath(setting, dir string) string {
	file, _, _ := strings.Cut(setting, ",")
	if setting == "" {
		return ""
	}
	if setting == SelfSigned {
		file = filepath.Join(dir, "tls.crt")
	}
	if abs, err := filepath.Abs(file); err == nil {
		return abs
	}
	return file
}

// OpenCertificate opens the certificate of the setting "CERT,KEY", or
// "self-signed": a certificate for the hosts that is kept in dir and renewed
// before it expires.
func OpenCertificate(setting, dir string, hosts []string, now func() time.Time) (*Certificate, error) {
	c := &Certificate{now: now}
	if setting == SelfSigned {
		c.certFile, c.keyFile = CertificatePath(setting, dir), filepath.Join(dir, "tls.key")
		c.renew = func() error { return writeSelfSigned(c.certFile, c.keyFile, hosts, now()) }
		if old, err := tls.LoadX509KeyPair(c.certFile, c.keyFile); err != nil || !good(old.Leaf, hosts, now()) {
			if err := c.renew(); err != nil {
				return nil, err
			}
		}
	} else {
		var ok bool
		if c.certFile, c.keyFile, ok = strings.Cut(setting, ","); !ok {
			return nil, fmt.Errorf("--tls: %q is neither self-signed nor CERT,KEY: two files with a comma between", setting)
		}
	}
	if err := c.load(); err != nil {
		return nil, fmt.Errorf("--tls: %w", err)
	}
	if ends := c.present.Leaf.NotAfter; now().After(ends) {
		return nil, fmt.Errorf("--tls: the certificate in %s ended on %s", c.certFile, ends.Format(time.DateOnly))
	}
	return c, nil
}

// Config is a TLS configuration with the certificate.
func (c *Certificate) Config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: c.get}
}

// Fingerprint is the certificate's SHA-256 in the form that clients show.
func (c *Certificate) Fingerprint() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	sum := sha256.Sum256(c.present.Leaf.Raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// get returns the certificate, read again when the files have changed. If they
// cannot be read, the present one stays.
func (c *Certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.checked).Abs() >= reloadEvery {
		c.checked = now
		if c.renew != nil && !current(c.present.Leaf, now) {
			_ = c.renew() // the present one serves until it expires
		}
		if info, err := os.Stat(c.certFile); err == nil && !info.ModTime().Equal(c.changed) {
			_ = c.load()
		}
	}
	return c.present, nil
}

func (c *Certificate) load() error {
	pair, err := tls.LoadX509KeyPair(c.certFile, c.keyFile)
	if err != nil {
		return fmt.Errorf("read the certificate %s with the key %s: %w", c.certFile, c.keyFile, err)
	}
	info, err := os.Stat(c.certFile)
	if err != nil {
		return err
	}
	c.present, c.changed = &pair, info.ModTime()
	return nil
}

// good reports whether a certificate is a leaf that covers the hosts and stays valid for a while.
func good(leaf *x509.Certificate, hosts []string, now time.Time) bool {
	if leaf.IsCA || !current(leaf, now) {
		return false
	}
	return !slices.ContainsFunc(hosts, func(h string) bool { return leaf.VerifyHostname(h) != nil })
}

// current reports whether a certificate is valid now, and stays so for a while.
func current(leaf *x509.Certificate, now time.Time) bool {
	return !now.Before(leaf.NotBefore) && leaf.NotAfter.Sub(now) >= selfSignedRenew
}

func writeSelfSigned(certFile, keyFile string, hosts []string, now time.Time) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return err
	}
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "portico"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(selfSignedLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, // a leaf: whoever trusts it trusts this server and nothing that its key signs
	}
	for _, h := range hosts {
		if ip := net.ParseIP(h); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, h)
		}
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(certFile), 0o700); err != nil {
		return err
	}
	return errors.Join(
		os.WriteFile(keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600),
		os.WriteFile(certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert}), 0o644), //nolint:gosec // a certificate is public
	)
}
