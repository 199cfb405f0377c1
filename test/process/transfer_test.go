package process

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestASiteIsCapturedAndGeneratedElsewhereByteByByte(t *testing.T) {
	t.Parallel()
	source, dest := t.TempDir(), t.TempDir()
	first, second, third := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b"), filepath.Join(t.TempDir(), "c")
	p := start(t, "serve", "--data", source)
	c := p.client(t, "--data", source)
	c.must(t, "PUT", "/contentTypes/url/contentItems/odd", map[string]any{"permalink": "https://old.example/<&>", "n": 1.5, "nothing": nil})
	portico(t, "capture", first, "--data", source)
	if err := os.MkdirAll(filepath.Join(first, "media", "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	picture := []byte("\x89PNG\r\n\x1a\n0000")
	if err := os.WriteFile(filepath.Join(first, "media", "sub", "x.png"), picture, 0o644); err != nil {
		t.Fatal(err)
	}
	portico(t, "cleanup", "--yes", "--data", dest)
	portico(t, "generate", first, "--publish", "--data", dest)
	portico(t, "capture", second, "--data", dest)
	want, got := read(t, first, "data.json"), read(t, second, "data.json")
	if !bytes.Equal(want, got) {
		t.Errorf("captured again it is\n%s\nwant\n%s", got, want)
	}
	if !bytes.Equal(read(t, second, "media/sub/x.png"), picture) || !strings.Contains(string(read(t, second, "media/sub/x.png.info")), "image/png") {
		t.Error("the picture did not come along")
	}
	if out := portico(t, "generate", first, "--data", dest); !strings.Contains(out, "0 items added, 0 changed") {
		t.Errorf("again: %s", out)
	}
	args := []string{"migrate", "--source", source, "--dest", dest, "--rewrite", "https://old.example=https://new.example"}
	if out := portico(t, append(args, "--dry-run")...); !strings.Contains(out, "~ /contentTypes/url/contentItems/odd") || !strings.Contains(out, "0 to add, 1 to change") {
		t.Errorf("a dry run says %s", out)
	}
	portico(t, append(args, "--publish")...)
	portico(t, "capture", third, "--data", dest)
	if text := string(read(t, third, "data.json")); !strings.Contains(text, `"https://new.example/`) || strings.Contains(text, "old.example") {
		t.Error("the address was not rewritten")
	}
	if out, code := run(t, "cleanup", "--data", dest); code != 1 || !strings.Contains(out, "--yes") {
		t.Errorf("cleanup without a terminal: exit %d, %s", code, out)
	}
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestASiteMadeElsewhereComesBackByteByByte(t *testing.T) {
	t.Parallel()
	dir, captured := t.TempDir(), filepath.Join(t.TempDir(), "captured")
	const made = "../../internal/portal/testdata/foreign"
	portico(t, "cleanup", "--yes", "--data", dir)
	portico(t, "generate", made, "--publish", "--data", dir)
	portico(t, "capture", captured, "--data", dir)
	want, got := properties(t, read(t, made, "data.json")), properties(t, read(t, captured, "data.json"))
	if len(got) != len(want) || len(want) < 60 {
		t.Errorf("%d items came back of %d", len(got), len(want))
	}
	for id, body := range want {
		if got[id] != body {
			t.Errorf("%s came back as\n%s\nwant\n%s", id, got[id], body)
		}
	}
}

// properties are the properties of a capture's items, but for white space.
func properties(t *testing.T, data []byte) map[string]string {
	t.Helper()
	var items map[string]struct{ Properties json.RawMessage }
	if err := json.Unmarshal(data, &items); err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for id, it := range items {
		var b bytes.Buffer
		if err := json.Compact(&b, it.Properties); err != nil {
			t.Fatal(err)
		}
		all[id] = b.String()
	}
	return all
}
