package process

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/store/storetest"
)

const secrets = 900

// putSecrets writes named values that are secret.
func putSecrets(t *testing.T, c *client) {
	t.Helper()
	for i := range secrets {
		name := fmt.Sprint("pin-", i)
		c.must(t, "PUT", "/namedValues/"+name, map[string]any{"displayName": name, "value": "value of " + name, "secret": true})
	}
}

// checkSecrets reads them.
func checkSecrets(t *testing.T, c *client) {
	t.Helper()
	for i := range secrets {
		var answer struct{ Value string }
		name := fmt.Sprint("pin-", i)
		if err := json.Unmarshal(c.must(t, "POST", "/namedValues/"+name+"/listValue", nil), &answer); err != nil || answer.Value != "value of "+name {
			t.Fatalf("%s is %q: %v", name, answer.Value, err)
		}
	}
}

func TestAKeyIsReplacedAndAKillMidwayLosesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "serve", "--data", dir)
	putSecrets(t, p.client(t, "--data", dir))
	if out, code := run(t, "keys", "rotate", "--data", dir); code != 1 || !strings.Contains(out, "stop it") {
		t.Errorf("beside a running server: exit %d, %s", code, out)
	}
	p.stop()
	before := read(t, dir, "secret.key")
	interrupted := 0
	for round := 0; interrupted < 3 && round < 20; round++ {
		killMidway(t, 1+round%3, "keys", "rotate", "--data", dir)
		if _, err := os.Stat(filepath.Join(dir, "secret.key.new")); err == nil {
			interrupted++
		}
		out := portico(t, "token", "--data", dir) // a reader of secrets, with both keys
		if !strings.HasPrefix(out, "SharedAccessSignature") {
			t.Fatalf("after a kill a token is %q", out)
		}
	}
	if interrupted == 0 {
		t.Fatal("no rotation was interrupted")
	}
	p = start(t, "serve", "--data", dir) // continues what was interrupted
	checkSecrets(t, p.client(t, "--data", dir))
	p.stop()
	after := read(t, dir, "secret.key")
	if bytes.Equal(before, after) {
		t.Error("the key is the same")
	}
	if _, err := os.Stat(filepath.Join(dir, "secret.key.new")); err == nil {
		t.Error("the next key is left beside the one in use")
	}
	if out := portico(t, "keys", "rotate", "--data", dir); !strings.Contains(out, "secret.key") || bytes.Equal(read(t, dir, "secret.key"), after) {
		t.Errorf("rotated again: %s", out)
	}
	p = start(t, "serve", "--data", dir)
	checkSecrets(t, p.client(t, "--data", dir))
	p.stop()
	if err := os.WriteFile(filepath.Join(dir, "secret.key"), after, 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := run(t, "token", "--data", dir); code != 1 || !strings.Contains(out, "encryption key") {
		t.Errorf("with the key before: exit %d, %s", code, out)
	}
}

// killMidway kills a command when it has told of so many transactions that
// encrypted secrets again; it may be through before.
func killMidway(t *testing.T, batches int, args ...string) {
	t.Helper()
	cmd := exec.Command(binary, args...)
	told, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(told)
	for seen := 0; seen < batches && lines.Scan(); {
		if strings.Contains(lines.Text(), "encrypted with the new key") {
			seen++
		}
	}
	cmd.Process.Kill()
	cmd.Wait()
}

func TestAKeyIsReplacedWithADatabaseServer(t *testing.T) {
	t.Parallel()
	url, ok := storetest.PostgresURL(t)
	if !ok {
		return
	}
	dir := t.TempDir()
	key := func(b byte) string {
		path := filepath.Join(dir, fmt.Sprint("key", b))
		if err := os.WriteFile(path, []byte(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{b}, 32))), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	before, after := key(1), key(2)
	with := func(args ...string) []string {
		return append([]string{"--data", dir, "--database", url, "--secret-key-file"}, args...)
	}
	portico(t, append([]string{"role", "assign", "Reader", "token:ci"}, with(before)...)...)
	if out, code := run(t, append([]string{"keys", "rotate"}, with(before)...)...); code != 1 || !strings.Contains(out, "--old-secret-key-file") {
		t.Errorf("without a new key: exit %d, %s", code, out)
	}
	p := start(t, "serve", with(after, "--old-secret-key-file", before)...)
	c := p.client(t, with(after, "--old-secret-key-file", before)...)
	putSecrets(t, c)
	portico(t, append([]string{"keys", "rotate"}, with(after, "--old-secret-key-file", before)...)...)
	checkSecrets(t, c)
	portico(t, append([]string{"token"}, with(after)...)...)
	if out, code := run(t, append([]string{"token"}, with(before)...)...); code != 1 || !strings.Contains(out, "encryption key") {
		t.Errorf("with the key before: exit %d, %s", code, out)
	}
}
