package process

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// binary is the program under test, built once by TestMain.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "portico-process-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if err := os.Chmod(dir, 0o755); err != nil { // other users run it too
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	binary = filepath.Join(dir, "portico")
	if out, err := exec.Command("make", "--no-print-directory", "-C", "../..", "binary", "BINARY="+binary).CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// process is a running portico.
type process struct {
	cmd                         *exec.Cmd
	portal, gateway, management string
	adminLink                   string
	output                      *bytes.Buffer // of its standard error
	printed                     *bytes.Buffer // to read when it is ready
	exited                      chan struct{}
}

// amount is how much a test does: little in make test, much in make test-long.
func amount(little, much int) int {
	if os.Getenv("PORTICO_LONG") == "1" {
		return much
	}
	return little
}

const startTimeout = 60 * time.Second

// start runs a command such as "serve" with free ports and waits until it is ready.
func start(t *testing.T, command string, args ...string) *process {
	t.Helper()
	return startIn(t, "", command, args...)
}

// startIn is start in a folder.
func startIn(t *testing.T, dir, command string, args ...string) *process {
	t.Helper()
	return startAs(t, nil, dir, command, args...)
}

// startAs is startIn as another user; nil is the user of the test.
func startAs(t *testing.T, user *syscall.Credential, dir, command string, args ...string) *process {
	t.Helper()
	args = append([]string{command, "--portal-addr", "127.0.0.1:0", "--gateway-addr", "127.0.0.1:0", "--management-addr", "127.0.0.1:0"}, args...)
	cmd := exec.Command(binary, args...)
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Credential: user}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: cmd, output: new(bytes.Buffer), printed: new(bytes.Buffer), exited: make(chan struct{})}
	cmd.Stderr = p.output
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ready := make(chan bool, 1)
	go p.read(out, ready)
	t.Cleanup(p.kill)
	select {
	case <-ready:
	case <-p.exited:
		t.Fatalf("portico %s ended:\n%s", strings.Join(args, " "), p.output)
	case <-time.After(startTimeout):
		t.Fatalf("portico %s did not start within %s:\n%s", command, startTimeout, p.output)
	}
	return p
}

// read takes the addresses from what the process prints.
func (p *process) read(out io.Reader, ready chan<- bool) {
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		p.printed.WriteString(lines.Text() + "\n")
		f := strings.Fields(lines.Text())
		switch {
		case len(f) == 2 && f[0] == "Portal":
			p.portal = f[1]
		case len(f) == 2 && f[0] == "Gateway":
			p.gateway = f[1]
		case len(f) == 2 && f[0] == "Management":
			p.management = f[1]
		case len(f) == 1 && strings.HasPrefix(f[0], "http"):
			p.adminLink = f[0]
		case len(f) > 0 && f[0] == "Next:":
			ready <- true
		}
	}
	p.cmd.Wait()
	close(p.exited)
}

// kill ends the process at once, as a power failure would.
func (p *process) kill() {
	p.cmd.Process.Kill()
	<-p.exited
}

// stop ends the process the polite way.
func (p *process) stop() {
	p.cmd.Process.Signal(syscall.SIGTERM)
	<-p.exited
}

// run runs a command to its end and returns all it printed and its exit code.
func run(t *testing.T, args ...string) (string, int) {
	t.Helper()
	out, err := exec.Command(binary, args...).CombinedOutput()
	exit := (*exec.ExitError)(nil)
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	if exit != nil {
		return string(out), exit.ExitCode()
	}
	return string(out), 0
}

// portico runs a command that must succeed and returns what it printed.
func portico(t *testing.T, args ...string) string {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("portico %s: %v\n%s%s", strings.Join(args, " "), err, &stdout, &stderr)
	}
	return stdout.String()
}

// client calls the management API.
type client struct {
	base, token string
}

func (p *process) client(t *testing.T, tokenArgs ...string) *client {
	t.Helper()
	return &client{p.management, strings.TrimSpace(portico(t, append([]string{"token"}, tokenArgs...)...))}
}

// do sends properties (nil: no body) and returns status, body and any failure to get an answer.
func (c *client) do(method, path string, properties any) (int, []byte, error) {
	var body io.Reader
	if properties != nil {
		data, err := json.Marshal(map[string]any{"properties": properties})
		if err != nil {
			return 0, nil, err
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequest(method, c.base+path, body)
	if err != nil {
		return 0, nil, err
	}
	req.Header.Set("Authorization", c.token)
	req.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch || method == http.MethodDelete {
		req.Header.Set("If-Match", "*")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	return res.StatusCode, data, err
}

// must sends properties and fails the test unless the answer is a success.
func (c *client) must(t *testing.T, method, path string, properties any) []byte {
	t.Helper()
	status, body, err := c.do(method, path, properties)
	if err != nil || status >= 300 {
		t.Fatalf("%s %s: %d %v\n%s", method, path, status, err, body)
	}
	return body
}

// get fetches an address without credentials.
func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

// within asks until ok or the time is over.
func within(t *testing.T, d time.Duration, what string, ok func() bool) time.Duration {
	t.Helper()
	begin := time.Now()
	for !ok() {
		if time.Since(begin) > d {
			t.Fatalf("%s: not within %s", what, d)
		}
		time.Sleep(10 * time.Millisecond)
	}
	return time.Since(begin)
}
