package config

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

type command struct {
	Process `embed:""`
}

func parse(t *testing.T, env map[string]string, args ...string) (command, error) {
	t.Helper()
	var c command
	k, err := kong.New(&c, kong.Name("test"), kong.Writers(new(bytes.Buffer), new(bytes.Buffer)), kong.Exit(func(int) {}))
	if err != nil {
		t.Fatal(err)
	}
	Bind(k, func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	_, err = k.Parse(args)
	return c, err
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "portico.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFlagsWinOverVariablesOverFileOverDefaults(t *testing.T) {
	t.Parallel()
	file := write(t, "portal-addr: 127.0.0.1:1\ngateway-addr: 127.0.0.1:2\nmanagement-addr: 127.0.0.1:3\nonly: [portal, gateway]\n")
	c, err := parse(t, map[string]string{"PORTICO_GATEWAY_ADDR": "127.0.0.1:20", "PORTICO_MANAGEMENT_ADDR": "127.0.0.1:30"},
		"--config", file, "--management-addr", "127.0.0.1:300")
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.PortalAddr, c.GatewayAddr, c.ManagementAddr, c.Service, strings.Join(c.Only, "+")}
	want := []string{"127.0.0.1:1", "127.0.0.1:20", "127.0.0.1:300", "portico", "portal+gateway"}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestAWrongSettingIsNamedWithItsLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"data: x\n\nportal_addr: y\n": "line 3: unknown setting \"portal_addr\"",
		"- data\n":                    "line 1: expected settings",
		"data: {a: b}\n":              "line 1: data must be a value or a list",
		"data: [\n":                   "configuration file: yaml: line",
		"config: other.yaml\n":        "unknown setting \"config\"",
	} {
		_, err := parse(t, nil, "--config", write(t, text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q", text, err, want)
		}
	}
}

func TestSettingsThatCannotWorkAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ flag, value, want string }{
		{"--only", "portal,porch", "porch"},
		{"--blobs", "s3://bucket", "not supported yet"},
		{"--portal-url", "example.com", "--portal-url"},
		{"--gateway-url", "https://example.com/base", "without a path"},
		{"--trust-proxy", "10.0.0.0/99", "10.0.0.0/99"},
		{"--session-idle", "1440h", "720h0m0s is shorter than --session-idle"},
	} {
		if _, err := parse(t, nil, c.flag, c.value); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %s: got %v, want %q", c.flag, c.value, err, c.want)
		}
	}
}

func TestTheEncryptionKeyIsMadeOnceAndKept(t *testing.T) {
	t.Parallel()
	s := Store{Data: t.TempDir()}
	first, _, err := s.Keys(rand.Read)
	if err != nil || len(first) != 32 {
		t.Fatalf("%d bytes, %v", len(first), err)
	}
	second, _, err := s.Keys(func([]byte) (int, error) { return 0, errors.New("no second key is needed") })
	if err != nil || !bytes.Equal(first, second) {
		t.Errorf("the second start read another key: %v", err)
	}
	if err := errors.Join(s.MayBegin(), s.KeepKey()); err != nil {
		t.Fatal(err)
	}
	if third, _, err := s.Keys(rand.Read); err != nil || !bytes.Equal(first, third) {
		t.Errorf("once the database is complete another key is read: %v", err)
	}
	info, err := os.Stat(filepath.Join(s.Data, "secret.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("key file: %v %v", info.Mode(), err)
	}
}

func TestAMissingOrBrokenKeyIsExplained(t *testing.T) {
	t.Parallel()
	withDatabase := Store{Data: t.TempDir()}
	if err := os.WriteFile(withDatabase.DatabaseFile(), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		store Store
		want  string
	}{
		"the database is there, the key is not": {withDatabase, "is missing but the database exists"},
		"PostgreSQL without a key":              {Store{Database: "postgres://x"}, "--secret-key-file"},
		"a named file that is not there":        {Store{SecretKeyFile: "/nowhere/key"}, "does not exist"},
		"a file that holds no key":              {Store{SecretKeyFile: write(t, "short")}, "32 bytes in base64"},
	} {
		if _, _, err := c.store.Keys(rand.Read); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestFilesWithSecretsThatOthersMayReadAreNamed(t *testing.T) {
	t.Parallel()
	s := Store{Data: t.TempDir()}
	if err := os.Chmod(s.Data, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.KeyFile(), []byte("k"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := s.Exposed(); len(got) > 0 {
		t.Errorf("nobody else may read anything, and the start says %v", got)
	}
	for mode, path := range map[os.FileMode]string{0o640: s.KeyFile(), 0o604: s.KeyFile(), 0o750: s.Data, 0o705: s.Data} {
		before, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if got := s.Exposed(); len(got) != 1 || !strings.Contains(got[0], path) || !strings.Contains(got[0], "chmod") {
			t.Errorf("%s with mode %04o: %v", path, mode, got)
		}
		if err := os.Chmod(path, before.Mode().Perm()); err != nil {
			t.Fatal(err)
		}
	}
}
