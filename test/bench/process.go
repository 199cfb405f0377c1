package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/portico-portal/portico/test/specs"
)

// server is a running portico.
type server struct {
	b                           *bench
	cmd                         *exec.Cmd
	portal, gateway, management string
	data, token                 string
	started                     time.Duration // from exec to the first page
}

// serve starts the measured portico over a data folder on free ports.
func (b *bench) serve(data string, flags ...string) *server {
	s := &server{b: b, data: data}
	begin := time.Now()
	s.cmd = exec.Command(b.binary, append([]string{"serve", "--data", data, "--portal-addr", "127.0.0.1:0", "--gateway-addr", "127.0.0.1:0", "--management-addr", "127.0.0.1:0"}, flags...)...)
	s.cmd.Env = append(os.Environ(), "PORTICO_RATE_LIMIT=off") // the load comes from one address
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		b.Fatalf("%v", err)
	}
	var stderr bytes.Buffer
	s.cmd.Stderr = &stderr
	if err := s.cmd.Start(); err != nil {
		b.Fatalf("%v", err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		f := strings.Fields(lines.Text())
		if len(f) == 2 {
			switch f[0] {
			case "Portal":
				s.portal = f[1]
			case "Gateway":
				s.gateway = f[1]
			case "Management":
				s.management = f[1]
			}
		}
		if len(f) > 0 && f[0] == "Next:" {
			break
		}
	}
	go io.Copy(io.Discard, out)
	if s.portal == "" && s.management == "" {
		b.Fatalf("portico did not start: %s", stderr.String())
	}
	if s.portal != "" {
		s.get(s.portal + "/")
	}
	s.started = time.Since(begin)
	s.token = strings.TrimSpace(b.output(b.binary, "token", "--data", data))
	return s
}

func (s *server) stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.cmd.Wait()
}

// put sends properties to the management API and expects a success.
func (s *server) put(path string, properties any) {
	var body io.Reader
	if properties != nil {
		data, err := json.Marshal(map[string]any{"properties": properties})
		if err != nil {
			s.b.Fatalf("%v", err)
		}
		body = bytes.NewReader(data)
	}
	req, err := http.NewRequest(http.MethodPut, s.management+path, body)
	if err != nil {
		s.b.Fatalf("%v", err)
	}
	req.Header.Set("Authorization", s.token)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.b.Fatalf("PUT %s: %v", path, err)
	}
	defer res.Body.Close()
	if text, _ := io.ReadAll(res.Body); res.StatusCode >= 300 {
		s.b.Fatalf("PUT %s: %s %.500s", path, res.Status, text)
	}
}

// openToGuests makes a product that guests see, for APIs to be put in.
func (s *server) openToGuests() {
	s.put("/products/all", map[string]any{"displayName": "All", "state": "published"})
	s.put("/products/all/groups/guests", nil)
}

// get returns status and body.
func (s *server) get(url string) (int, string) {
	res, err := http.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	return res.StatusCode, string(body)
}

// memory reads a line such as VmHWM (peak) or VmRSS of the process, in MB.
func (s *server) memory(line string) float64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		s.b.Fatalf("%v", err)
	}
	for l := range strings.SplitSeq(string(data), "\n") {
		if f := strings.Fields(l); len(f) == 3 && f[0] == line+":" {
			kb, _ := strconv.ParseFloat(f[1], 64)
			return kb / 1024
		}
	}
	s.b.Fatalf("no %s", line)
	return 0
}

// output runs a command and returns what it printed.
func (b *bench) output(name string, args ...string) string {
	cmd := exec.Command(name, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		b.Fatalf("%s %s: %v %s", name, strings.Join(args, " "), err, &stderr)
	}
	return string(out)
}

// folder makes an empty one in the scratch folder.
func (b *bench) folder() string {
	dir, err := os.MkdirTemp(b.dir, "d-")
	if err != nil {
		b.Fatalf("%v", err)
	}
	return dir
}

func (b *bench) file(name string, data []byte) string {
	path := filepath.Join(b.folder(), name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		b.Fatalf("%v", err)
	}
	return path
}

// description returns github or stripe.
func (b *bench) description(name string) []byte {
	if b.specs != "" {
		data, err := os.ReadFile(filepath.Join(b.specs, name+".json"))
		if err != nil {
			b.Fatalf("%v", err)
		}
		return data
	}
	if name == "github" {
		return specs.GitHub(b)
	}
	return specs.Stripe(b)
}

func freePort() int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// nginx runs a configuration's server blocks on the same cores as everything else.
func (b *bench) nginx(servers string) (stop func()) {
	dir := b.folder()
	conf := fmt.Sprintf(`daemon off; master_process on; worker_processes 2; pid %[1]s/pid; error_log %[1]s/error.log;
events { worker_connections 2048; }
http { access_log off; types { text/html html; } default_type text/html; sendfile on; tcp_nopush on; keepalive_requests 1000000;
client_body_temp_path %[1]s/a; proxy_temp_path %[1]s/b; fastcgi_temp_path %[1]s/c; uwsgi_temp_path %[1]s/d; scgi_temp_path %[1]s/e;
%[2]s }`, dir, servers)
	path := filepath.Join(dir, "nginx.conf")
	os.Chmod(b.dir, 0o755)
	os.Chmod(dir, 0o777)
	if err := os.WriteFile(path, []byte(conf), 0o644); err != nil {
		b.Fatalf("%v", err)
	}
	cmd := exec.Command("nginx", "-c", path, "-p", dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		b.Fatalf("nginx: %v", err)
	}
	time.Sleep(300 * time.Millisecond)
	return func() { cmd.Process.Signal(syscall.SIGTERM); cmd.Wait() }
}
