package process

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestThePortalAndTheGatewayOverTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "serve", "--data", dir, "--portal-tls", "self-signed", "--gateway-tls", "self-signed")
	own, err := os.ReadFile(filepath.Join(dir, "tls.crt"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(own)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
	for url, want := range map[string]int{p.portal: http.StatusOK, p.gateway + "/status-0123456789abcdef": http.StatusOK} {
		answer, err := client.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if !strings.HasPrefix(url, "https://") || answer.StatusCode != want {
			t.Errorf("%s: %d, want %d", url, answer.StatusCode, want)
		}
	}
	if out := portico(t, "export-site", t.TempDir(), "--data", dir); !strings.Contains(out, "pages") {
		t.Errorf("a command beside it printed %q", out)
	}
}

func TestManagementOverTLS(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "serve", "--data", dir, "--tls", "self-signed")
	if !strings.HasPrefix(p.management, "https://") {
		t.Fatalf("the management API is at %s", p.management)
	}
	// Commands beside it trust the certificate of the data folder.
	if out := portico(t, "role", "assign", "Reader", "token:ci", "--data", dir); !strings.Contains(out, "token:ci") {
		t.Errorf("a command beside it printed %q", out)
	}
	own, err := os.ReadFile(filepath.Join(dir, "tls.crt"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(own)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.management+"/users?$top=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", strings.TrimSpace(portico(t, "token", "--data", dir)))
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.ProtoMajor != 2 {
		t.Errorf("status %d over HTTP/%d", answer.StatusCode, answer.ProtoMajor)
	}
	if out, code := run(t, "serve", "--data", t.TempDir(), "--portal-addr", "127.0.0.1:0", "--gateway-addr", "127.0.0.1:0",
		"--management-addr", "127.0.0.1:0", "--tls", "missing.pem,missing.key"); code != 1 || !strings.Contains(out, "missing.pem") {
		t.Errorf("files that are not there: exit %d, %s", code, out)
	}
}
