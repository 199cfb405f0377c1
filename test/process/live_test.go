package process

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/store/storetest"
)

// fresh is how soon a change must be seen everywhere.
const fresh = time.Second

func TestAChangeIsLiveWithinASecond(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := start(t, "serve", "--data", dir)
	checkLive(t, p.client(t, "--data", dir), p)
}

func TestAChangeIsLiveOnEveryReplicaWithinASecond(t *testing.T) {
	t.Parallel()
	url, ok := storetest.PostgresURL(t)
	if !ok {
		return
	}
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(base64.StdEncoding.EncodeToString(make([]byte, 32))), 0o600); err != nil {
		t.Fatal(err)
	}
	blobs := t.TempDir()
	replica := func() *process {
		return start(t, "serve", "--data", t.TempDir(), "--database", url, "--secret-key-file", key, "--blobs", blobs)
	}
	first, second := replica(), replica()
	c := first.client(t, "--data", t.TempDir(), "--database", url, "--secret-key-file", key)
	checkLive(t, c, first, second)
}

// checkLive changes an API through one process and looks at portal and gateway of all.
func checkLive(t *testing.T, c *client, all ...*process) {
	t.Helper()
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Write([]byte("backend says " + r.URL.Path))
	}))
	t.Cleanup(backend.Close)
	c.must(t, "PUT", "/products/open", map[string]any{"displayName": "Open", "state": "published", "subscriptionRequired": false})
	c.must(t, "PUT", "/products/open/groups/guests", nil)
	c.must(t, "PUT", "/apis/live", map[string]any{
		"format": "openapi", "value": description("Before", 2), "path": "live", "serviceUrl": backend.URL,
	})
	c.must(t, "PUT", "/products/open/apis/live", nil)
	everywhere(t, all, "the new API on the portal", func(p *process) bool {
		status, body := get(t, p.portal+"/apis/live")
		return status == 200 && strings.Contains(body, "Before")
	})
	everywhere(t, all, "the new API on the gateway", func(p *process) bool {
		status, body := get(t, p.gateway+"/live/things1/7")
		return status == 200 && body == "backend says /things1/7"
	})
	c.must(t, "PATCH", "/apis/live", map[string]any{"displayName": "After", "path": "moved"})
	everywhere(t, all, "the new name on the portal", func(p *process) bool {
		_, list := get(t, p.portal+"/apis")
		_, page := get(t, p.portal+"/apis/live")
		return strings.Contains(list, "After") && strings.Contains(page, "After") && !strings.Contains(list, "Before")
	})
	everywhere(t, all, "the new path on the gateway", func(p *process) bool {
		moved, _ := get(t, p.gateway+"/moved/things1/7")
		old, _ := get(t, p.gateway+"/live/things1/7")
		return moved == 200 && old == 404
	})
	c.must(t, "DELETE", "/apis/live", nil)
	everywhere(t, all, "the API is gone", func(p *process) bool {
		page, _ := get(t, p.portal+"/apis/live")
		call, _ := get(t, p.gateway+"/moved/things1/7")
		return page == 404 && call == 404
	})
}

// everywhere holds each process to the second.
func everywhere(t *testing.T, all []*process, what string, ok func(*process) bool) {
	t.Helper()
	begin := time.Now()
	for i, p := range all {
		within(t, fresh-time.Since(begin)+50*time.Millisecond, what, func() bool { return ok(p) })
		t.Logf("%s, process %d: after %s", what, i+1, time.Since(begin).Round(time.Millisecond))
	}
}
