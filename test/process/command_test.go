package process

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestImportAndTokenWorkOnAStoppedServerAndBesideARunningOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(t.TempDir(), "api.json")
	if err := os.WriteFile(file, []byte(description("Stopped", 3)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := portico(t, "import", file, "--path", "stopped", "--data", dir); !strings.Contains(out, "3 operations") {
		t.Errorf("import on a stopped server printed %q", out)
	}
	p := start(t, "serve", "--data", dir)
	if out := portico(t, "import", file, "--path", "beside", "--data", dir); !strings.Contains(out, "beside") {
		t.Errorf("import beside a running server printed %q", out)
	}
	c := p.client(t, "--data", dir)
	for _, api := range []string{"stopped", "beside"} {
		c.must(t, "GET", "/apis/"+api+"/operations/getthing2", nil)
	}
	if out := portico(t, "import", file, "--path", "remote", "--management-url", p.management, "--token", c.token); !strings.Contains(out, "remote") {
		t.Errorf("import by address printed %q", out)
	}
	if out, code := run(t, "token", "--expires", "1000h", "--data", dir); code != 1 || !strings.Contains(out, "30 days") {
		t.Errorf("a token for too long: exit %d, %q", code, out)
	}
	p.stop()
	if _, err := os.Stat(filepath.Join(dir, "run.json")); err == nil {
		t.Error("run.json is left after the process stopped")
	}
}

func TestASecondServerOnOneFolderIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	start(t, "serve", "--data", dir)
	out, code := run(t, "serve", "--data", dir, "--portal-addr", "127.0.0.1:0", "--gateway-addr", "127.0.0.1:0", "--management-addr", "127.0.0.1:0")
	if code != 1 || !strings.Contains(out, "belongs to a running portico") {
		t.Errorf("exit %d: %s", code, out)
	}
}

func TestMistakesOnTheCommandLineAreExplained(t *testing.T) {
	t.Parallel()
	bad := filepath.Join(t.TempDir(), "bad.yaml")
	settings := filepath.Join(t.TempDir(), "portico.yaml")
	for path, text := range map[string]string{bad: "openapi: 3.0.3\ninfo: {title: x\n", settings: "portal-addr: 127.0.0.1:0\nportal-adress: x\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"unknown command", []string{"serf"}, 2, "serf"},
		{"unknown flag", []string{"serve", "--prot", "1"}, 2, "--prot"},
		{"unknown setting in the file", []string{"serve", "--config", settings}, 2, "line 2"},
		{"import without a path", []string{"import", bad}, 2, "--path"},
		{"import of what does not parse", []string{"import", bad, "--path", "x", "--data", t.TempDir()}, 1, "not imported"},
		{"import at a path that names nothing", []string{"import", bad, "--path", "/", "--data", t.TempDir()}, 1, "--api"},
		{"import of a missing file", []string{"import", "/nowhere.yaml", "--path", "x", "--data", t.TempDir()}, 1, "nowhere.yaml"},
		{"PostgreSQL without a key", []string{"serve", "--database", "postgres://x/y", "--data", t.TempDir()}, 1, "--secret-key-file"},
		{"blobs that are no folder", []string{"import", bad, "--path", "x", "--blobs", "s3://bucket"}, 2, "not supported yet"},
		{"surface that does not exist", []string{"serve", "--only", "portal,porch", "--data", t.TempDir()}, 2, "porch"},
		{"link to a service that is not there", []string{"admin", "link", "--data", t.TempDir()}, 1, "there is no service"},
		{"token of a service that is not there", []string{"token", "--data", t.TempDir()}, 1, "there is no service"},
	} {
		out, code := run(t, c.args...)
		if code != c.code || !strings.Contains(out, c.says) {
			t.Errorf("%s: exit %d, want %d and %q in:\n%s", c.name, code, c.code, c.says, out)
		}
	}
}

func TestHelpFitsOneScreen(t *testing.T) {
	t.Parallel()
	out := portico(t, "help")
	if n := strings.Count(out, "\n"); n > 30 {
		t.Errorf("help has %d lines:\n%s", n, out)
	}
	for _, command := range []string{"serve", "demo", "import", "token", "version"} {
		if !strings.Contains(out, command) {
			t.Errorf("help does not name %s", command)
		}
	}
}
