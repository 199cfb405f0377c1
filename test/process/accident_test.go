package process

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestAnEmptyDatabaseBesideAnEarlierLifeIsNoFirstStart loses the database of a
// service in several ways and starts it again.
func TestAnEmptyDatabaseBesideAnEarlierLifeIsNoFirstStart(t *testing.T) {
	t.Parallel()
	life := t.TempDir()
	p := start(t, "serve", "--data", life)
	c := p.client(t, "--data", life)
	c.must(t, "PUT", "/apis/echo", map[string]any{"format": "openapi", "value": description("echo", 3), "path": "echo"})
	p.stop()
	const missing = "is empty or missing"
	for _, accident := range []struct{ name, lose, want string }{
		{"the file is empty", `: > portico.db; : > portico.db-wal`, missing},
		{"the file is empty and its log is not", `: > portico.db; echo log > portico.db-wal`, "log"},
		{"the file is missing", `rm portico.db*`, missing},
		{"the file and the key are missing", `rm portico.db* secret.key`, missing},
		{"only the key is left", `rm -r portico.db* blobs lock`, missing},
		{"only an empty file and the key are left", `rm -r portico.db* blobs lock; touch portico.db`, missing},
		{"it was running", `rm -r portico.db* blobs secret.key; echo {} > run.json`, missing},
		{"the file is cut short", `truncate -s 20480 portico.db; : > portico.db-wal`, "restore it from a copy"},
		{"the file is no database", `echo something else > portico.db`, "restore it from a copy"},
		{"the key is missing", `rm secret.key`, "restore the file"},
	} {
		t.Run(accident.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "data")
			for _, command := range []string{"cp -r " + life + " " + dir, "cd " + dir + "; " + accident.lose} {
				if out, err := exec.Command("sh", "-ec", command).CombinedOutput(); err != nil {
					t.Fatalf("%s: %v\n%s", command, err, out)
				}
			}
			before := listing(t, dir)
			out, code := refusedStart(t, dir)
			if code != 1 || !strings.Contains(out, accident.want) || !strings.Contains(out, "restore") {
				t.Errorf("exit code %d, and the operator reads:\n%s", code, out)
			}
			if after := listing(t, dir); after != before {
				t.Errorf("the refused start changed what can be restored:\n%s\nwas\n%s", after, before)
			}
		})
	}
}

// refusedStart starts a server that must not serve, and ends it if it does.
func refusedStart(t *testing.T, dir string) (string, int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "serve", "--data", dir, "--portal-addr", "127.0.0.1:0", "--gateway-addr", "127.0.0.1:0", "--management-addr", "127.0.0.1:0")
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// listing is what a folder holds, without what every start makes.
func listing(t *testing.T, dir string) string {
	t.Helper()
	out, err := exec.Command("find", dir, "-type", "f", "-size", "+0", "!", "-name", "lock", "!", "-name", "*-shm", "-printf", "%P %s\n").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// TestAFirstStartThatWasCutOffContinues kills first starts at all moments: the
// next start is a first start, or goes on with what is there.
func TestAFirstStartThatWasCutOffContinues(t *testing.T) {
	t.Parallel()
	for _, left := range []string{
		"secret.key.first",
		"secret.key.first lock",
		"secret.key.first lock portico.db",
	} {
		dir := t.TempDir()
		for name := range strings.FieldsSeq(left) {
			content := ""
			if name == "secret.key.first" {
				content = strings.Repeat("A", 43) + "=\n"
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		p := start(t, "serve", "--data", dir)
		if status, _ := get(t, p.portal+"/"); status != 200 {
			t.Errorf("after a first start that left %s the portal answers %d", left, status)
		}
		p.kill()
		p = start(t, "serve", "--data", dir) // with the key it has kept
		p.stop()
	}
}
