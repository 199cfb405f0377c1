package process

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/store/storetest"
)

// line is the way to a database, which a test makes slow, silent or cut.
type line struct {
	listener net.Listener
	to       string // a Unix socket

	mu     sync.Mutex
	state  string // "", "slow", "silent" or "cut"
	change chan struct{}
	open   map[net.Conn]bool
}

func newLine(t *testing.T, socket string) *line {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{listener: listener, to: socket, change: make(chan struct{}), open: map[net.Conn]bool{}}
	t.Cleanup(func() { listener.Close(); l.become("cut") })
	go l.accept()
	return l
}

func (l *line) become(state string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = state
	close(l.change)
	l.change = make(chan struct{})
	if state == "cut" {
		for c := range l.open {
			c.Close()
		}
	}
}

func (l *line) now() (state string, change <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state, l.change
}

func (l *line) accept() {
	for {
		client, err := l.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("unix", l.to)
		if state, _ := l.now(); err != nil || state == "cut" {
			client.Close()
			continue
		}
		l.mu.Lock()
		l.open[client], l.open[server] = true, true
		l.mu.Unlock()
		go l.pass(client, server)
		go l.pass(server, client)
	}
}

func (l *line) pass(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		for state, change := l.now(); state == "silent"; state, change = l.now() {
			<-change
		}
		if state, _ := l.now(); state == "slow" {
			time.Sleep(50 * time.Millisecond)
		}
		if n > 0 {
			if _, err := to.Write(buffer[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// driverWords are what only the log may say.
var driverWords = regexp.MustCompile(`(?i)pgx|pgconn|postgres|SQLSTATE|dial|refused|timeout|EOF|context|127\.0\.0\.1|socket|driver|begin a view`)

func TestADatabaseThatIsAwayStopsOnlyWhatNeedsIt(t *testing.T) {
	t.Parallel()
	address, ok := storetest.PostgresURL(t)
	if !ok {
		return
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l := newLine(t, filepath.Join(u.Query().Get("host"), ".s.PGSQL.5432"))
	key := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(base64.StdEncoding.EncodeToString(make([]byte, 32))), 0o600); err != nil {
		t.Fatal(err)
	}
	shared := []string{"--data", t.TempDir(), "--secret-key-file", key, "--blobs", t.TempDir(), "--database"}
	direct := start(t, "serve", append(shared, address)...)
	away := start(t, "serve", append(shared, fmt.Sprintf("postgres://postgres@%s%s?sslmode=disable", l.listener.Addr(), u.Path))...)
	c := direct.client(t, append(shared[2:], address)...)
	backend := echoBackend(t)
	c.must(t, "PUT", "/apis/echo", map[string]any{
		"format": "openapi", "value": strings.ReplaceAll(description("echo", 3), "https://backend.example", backend), "path": "echo", "subscriptionRequired": false,
	})
	c.must(t, "PUT", "/products/starter/apis/echo", nil)
	o := &outageTest{T: t, p: away, c: &client{away.management, c.token}}
	within(t, 20*time.Second, "the API everywhere", func() bool { status, _ := get(t, away.portal+"/apis/echo"); return status == 200 })
	o.goesOn()
	l.become("slow")
	o.goesOn()
	o.whole("slow")
	l.become("")
	for i, state := range []string{"cut", "silent"} {
		o.goesOn()                          // what changed was asked for since
		time.Sleep(1100 * time.Millisecond) // connections are idle: the driver asks whether they live
		l.become(state)
		o.refused(i)
		o.goesOn()
		name := "During" + state
		c.must(t, "PUT", "/apis/echo", map[string]any{"displayName": name, "path": "echo", "serviceUrl": backend, "protocols": []string{"https"}, "subscriptionRequired": false})
		l.become("")
		within(t, time.Minute, "ready again", func() bool { status, _ := get(t, away.portal+"/readyz"); return status == 200 })
		o.whole(state)
		within(t, time.Minute, "what changed meanwhile is seen", func() bool {
			_, page := get(t, away.portal+"/apis/echo")
			return strings.Contains(page, name)
		})
	}
	if !strings.Contains(away.output.String(), "changes are followed again") {
		t.Errorf("the log does not say that changes are followed again")
	}
}

// outageTest asks a process whose database is away.
type outageTest struct {
	*testing.T
	p *process
	c *client
}

// goesOn asks for what needs no database.
func (o *outageTest) goesOn() {
	o.Helper()
	for _, address := range []string{o.p.portal + "/", o.p.portal + "/apis", o.p.gateway + "/echo/things0/7", o.p.portal + "/healthz", o.p.gateway + "/healthz"} {
		if status, body := get(o.T, address); status != 200 {
			o.Errorf("%s answers %d %s", address, status, body)
		}
	}
}

// whole asks for what needs one.
func (o *outageTest) whole(after string) {
	o.Helper()
	name := "/tags/after-" + after
	within(o.T, time.Minute, "a write after "+after, func() bool {
		status, _, err := o.c.do("PUT", name, map[string]any{"displayName": after})
		return err == nil && status < 300
	})
	o.c.must(o.T, "GET", name, nil)
}

// refused asks for what needs the database: 503, when to come back, and no word of the driver.
func (o *outageTest) refused(i int) {
	o.Helper()
	for _, address := range []string{
		fmt.Sprintf("%s/apis/echo/getthing%d", o.p.portal, i), // nobody has seen the page yet
		o.c.base + "/apis", o.p.portal + "/readyz",
	} {
		req, err := http.NewRequest("GET", address, nil)
		if err != nil {
			o.Fatal(err)
		}
		req.Header.Set("Authorization", o.c.token)
		res, err := (&http.Client{Timeout: time.Minute}).Do(req)
		if err != nil {
			o.Fatalf("nobody is told anything: %v", err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusServiceUnavailable || len(bytes.TrimSpace(body)) == 0 {
			o.Errorf("%s answers %d %s", address, res.StatusCode, body)
		}
		if res.Header.Get("Retry-After") == "" && !strings.HasSuffix(address, "/readyz") {
			o.Errorf("%s does not say when to try again", address)
		}
		if found := driverWords.Find(body); found != nil {
			o.Errorf("%s tells everybody %q:\n%s", address, found, body)
		}
	}
}
