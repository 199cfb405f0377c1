package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/app"
	"github.com/portico-portal/portico/internal/config"
)

// slowFiles is the output of a command whose every medium takes ten seconds, and its clock.
type slowFiles struct {
	mu  sync.Mutex
	now time.Time
	bytes.Buffer
}

func (s *slowFiles) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

func (s *slowFiles) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(time.Duration(bytes.Count(p, []byte(" media: "))) * 10 * time.Second)
	return s.Buffer.Write(p)
}

func TestACommandThatRunsPastItsTokensLifeSucceeds(t *testing.T) {
	t.Parallel()
	site := t.TempDir()
	files := map[string]string{"data.json": `{"/contentTypes/url/contentItems/late":{"permalink":"https://late.example"}}`}
	for i := range 20 {
		files[fmt.Sprintf("media/%d.txt", i)] = "x"
	}
	if err := os.Mkdir(filepath.Join(site, "media"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(site, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for name, beside := range map[string]bool{"of a stopped service": false, "beside a running service": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, out := t.TempDir(), &slowFiles{now: time.Now()}
			if beside {
				serveBeside(t, data, out.Now)
			}
			code := run(t.Context(), []string{"generate", site, "--data", data}, func(string) (string, bool) { return "", false }, streams{out, out, out.Now})
			if code != 0 || !strings.Contains(out.String(), "1 item added") || strings.Count(out.String(), " media: ") != 20 {
				t.Errorf("exit %d:\n%s", code, out)
			}
		})
	}
}

// serveBeside runs a service until the test ends.
func serveBeside(t *testing.T, data string, now func() time.Time) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	ready, done := make(chan struct{}), make(chan error, 1)
	st := config.Store{Data: data, Service: config.DefaultService}
	srv := config.Server{Portal: config.Portal{PortalAddr: "127.0.0.1:0"}, GatewayAddr: "127.0.0.1:0", ManagementAddr: "127.0.0.1:0", TLS: "self-signed"}
	go func() {
		done <- app.Serve(ctx, options(streams{os.Stdout, new(bytes.Buffer), now}, &st), srv, nil, func(app.Ready) { close(ready) })
	}()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	select {
	case <-ready:
	case err := <-done:
		done <- nil // for the cleanup
		t.Fatal(err)
	}
}
