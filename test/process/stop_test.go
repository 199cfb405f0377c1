package process

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// TestAStopUnderLoadCutsNoRequest stops a server that is written to and called:
// who was let in gets the whole answer, and who was not has changed nothing.
func TestAStopUnderLoadCutsNoRequest(t *testing.T) {
	t.Parallel()
	var begun atomic.Int64
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		begun.Add(1)
		io.WriteString(w, "begun ")
		w.(http.Flusher).Flush()
		time.Sleep(300 * time.Millisecond)
		io.WriteString(w, "and ended")
	}))
	t.Cleanup(backend.Close)
	dir := t.TempDir()
	p := start(t, "serve", "--data", dir)
	c := p.client(t, "--data", dir, "--expires", "24h")
	c.must(t, "PUT", "/apis/echo", map[string]any{
		"format": "openapi", "value": strings.ReplaceAll(description("echo", 3), "https://backend.example", backend.URL), "path": "echo", "subscriptionRequired": false,
	})
	within(t, 20*time.Second, "the API at the gateway", func() bool { status, _ := get(t, p.gateway+"/echo/things0/7"); return status == 200 })
	begun.Store(0)
	for round := range amount(3, 30) {
		l := &load{round: round}
		for worker := range 4 {
			l.wg.Go(func() { l.write(c, worker) })
			l.wg.Go(func() { l.call(p.gateway+"/echo/things0/7", &begun) })
		}
		within(t, 30*time.Second, "load", func() bool { return l.written.Load() >= 20 && l.called.Load() >= 4 })
		p.cmd.Process.Signal(syscall.SIGTERM)
		<-p.exited
		l.wg.Wait()
		if code := p.cmd.ProcessState.ExitCode(); code != 0 {
			t.Errorf("the stop ends with %d:\n%s", code, p.output)
		}
		p = start(t, "serve", "--data", dir)
		c = &client{p.management, c.token}
		l.check(t, c, &begun)
	}
}

// load is what its workers were told until the server refused them.
type load struct {
	round           int
	wg              sync.WaitGroup
	written, called atomic.Int64
	cut             atomic.Int64 // calls that began and did not end

	mu    sync.Mutex
	tags  []string // acknowledged
	tried []string // sent, and no answer
}

func (l *load) write(c *client, worker int) {
	for n := 0; ; n++ {
		tag := fmt.Sprintf("t%d-%d-%d", l.round, worker, n)
		status, _, err := c.do("PUT", "/tags/"+tag, map[string]any{"displayName": tag})
		l.mu.Lock()
		if err == nil && status < 300 {
			l.tags = append(l.tags, tag)
		} else {
			l.tried = append(l.tried, tag)
		}
		l.mu.Unlock()
		if err != nil {
			return
		}
		l.written.Add(1)
	}
}

func (l *load) call(address string, begun *atomic.Int64) {
	for {
		res, err := http.Get(address)
		if err != nil {
			return
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || string(body) != "begun and ended" {
			l.cut.Add(1)
			return
		}
		l.called.Add(1)
	}
}

// check compares what the next server has with what was acknowledged.
func (l *load) check(t *testing.T, c *client, begun *atomic.Int64) {
	t.Helper()
	if n := l.cut.Load(); n > 0 {
		t.Errorf("%d calls were cut off", n)
	}
	if got := begun.Swap(0); got != l.called.Load() {
		t.Errorf("the backend was asked %d times and %d calls were answered", got, l.called.Load())
	}
	for _, tag := range l.tags {
		if status, _, err := c.do("GET", "/tags/"+tag, nil); err != nil || status != 200 {
			t.Errorf("tag %s was acknowledged and is not there: %d %v", tag, status, err)
		}
	}
	for _, tag := range l.tried {
		if status, _, err := c.do("GET", "/tags/"+tag, nil); err != nil || status != 404 {
			t.Errorf("tag %s was written and nobody was told: %d %v", tag, status, err)
		}
	}
	t.Logf("round %d: %d writes and %d calls answered, %d refused", l.round, len(l.tags), l.called.Load(), len(l.tried))
}
