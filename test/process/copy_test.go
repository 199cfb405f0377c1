package process

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// section is the part of a document below a heading.
func section(t *testing.T, document, heading string) []block {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(text), "\n## "+heading+"\n")
	if !found {
		t.Fatalf("%s has no section %q", document, heading)
	}
	part, _, _ := strings.Cut(rest, "\n## ")
	file := filepath.Join(t.TempDir(), "section.md")
	if err := os.WriteFile(file, []byte(part), 0o600); err != nil {
		t.Fatal(err)
	}
	return blocks(t, file)
}

// TestACopyMadeAsTheDocumentSaysHasEveryAcknowledgedWrite copies a service that
// is written to, and one that is stopped, and serves the copies.
func TestACopyMadeAsTheDocumentSaysHasEveryAcknowledgedWrite(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("sqlite3"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the document needs sqlite3: %v", err)
		}
		t.Logf("not tried: %v", err)
		return
	}
	ways := section(t, "../../docs/operate.md", "Copy the data, and go back to a copy")
	if len(ways) != 3 {
		t.Fatalf("the section has %d blocks of commands; the test knows running, stopped, back", len(ways))
	}
	dir := t.TempDir()
	p := startIn(t, dir, "serve", "--data", "portico-data")
	w := newCopyWriter(t, p.client(t, "--data", filepath.Join(dir, "portico-data"), "--expires", "24h"))
	w.start()
	within(t, 30*time.Second, "some writes", func() bool { return w.acknowledged() >= 40 })
	before := w.acknowledged()
	shell(t, dir, ways[0].text)
	after := w.acknowledged()
	w.stop()
	p.stop()
	shell(t, dir, ways[1].text+ways[2].text)
	t.Logf("%d writes were acknowledged before the copy, %d during it, %d in all", before, after-before, w.acknowledged())
	for copied, least := range map[string]int{"restored": before, "whole-copy": w.acknowledged()} {
		p := startIn(t, dir, "serve", "--data", copied)
		w.has(p, least)
		p.stop()
	}
}

func shell(t *testing.T, dir, commands string) {
	t.Helper()
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", commands)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", commands, err, out)
	}
}

// copyWriter writes tags and files, one after another, and counts those acknowledged.
type copyWriter struct {
	*testing.T
	c         *client
	container *url.URL
	done      atomic.Int64
	ended     chan struct{}
	wg        sync.WaitGroup
}

func newCopyWriter(t *testing.T, c *client) *copyWriter {
	t.Helper()
	w := &copyWriter{T: t, c: c, ended: make(chan struct{})}
	var media struct{ ContainerSasURL string }
	err := json.Unmarshal(c.must(t, "POST", "/portalSettings/mediaContent/listSecrets", nil), &media)
	if err == nil {
		w.container, err = url.Parse(media.ContainerSasURL)
	}
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *copyWriter) start() {
	w.wg.Go(func() {
		for n := 0; ; n++ {
			select {
			case <-w.ended:
				return
			default:
			}
			if !w.write(n) {
				return
			}
			w.done.Add(1)
		}
	})
}

func (w *copyWriter) stop() { close(w.ended); w.wg.Wait() }

func (w *copyWriter) acknowledged() int { return int(w.done.Load()) }

// write stores the nth tag and the file that belongs to it.
func (w *copyWriter) write(n int) bool {
	status, body, err := w.c.do("PUT", fmt.Sprintf("/tags/t%d", n), map[string]any{"displayName": fmt.Sprintf("Tag %d", n)})
	if err != nil || status != http.StatusCreated {
		w.Errorf("tag %d: %d %s %v", n, status, body, err)
		return false
	}
	req, err := http.NewRequest("PUT", w.file(n), strings.NewReader(fmt.Sprintf("file %d", n)))
	if err != nil {
		w.Error(err)
		return false
	}
	req.Header.Set("X-Ms-Blob-Type", "BlockBlob")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		w.Error(err)
		return false
	}
	res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		w.Errorf("file %d: %s", n, res.Status)
	}
	return res.StatusCode == http.StatusCreated
}

func (w *copyWriter) file(n int) string {
	u := *w.container
	u.Path += fmt.Sprintf("/f%d.txt", n)
	return u.String()
}

// has looks whether a service has the first writes.
func (w *copyWriter) has(p *process, least int) {
	w.Helper()
	c := &client{p.management, w.c.token}
	at, err := url.Parse(p.management)
	if err != nil {
		w.Fatal(err)
	}
	w.container.Host = at.Host
	for n := range least {
		if status, _, err := c.do("GET", fmt.Sprintf("/tags/t%d", n), nil); err != nil || status != 200 {
			w.Fatalf("tag %d of %d: %d %v", n, least, status, err)
		}
		if status, body := get(w.T, w.file(n)); status != 200 || body != fmt.Sprintf("file %d", n) {
			w.Fatalf("file %d of %d: %d %s", n, least, status, body)
		}
	}
}
