package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
)

// load is what wrk measured.
type load struct {
	rps float64 // requests a second
	p99 float64 // milliseconds
}

var (
	wrkRate   = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	wrkP99    = regexp.MustCompile(`99%\s+([\d.]+)(us|ms|s)`)
	wrkErrors = regexp.MustCompile(`Non-2xx or 3xx responses: \d+`)
)

const (
	rounds  = 3 // of each competitor, taken in turns; the median counts
	seconds = 4 // of each round
)

// wrk loads an address from the same machine.
func (b *bench) wrk(connections int, url string, headers ...string) load {
	args := []string{"-t1", "-c" + strconv.Itoa(connections), fmt.Sprintf("-d%ds", seconds), "--latency"}
	for _, h := range headers {
		args = append(args, "-H", h)
	}
	return b.runWrk(append(args, url))
}

// wrkScript loads addresses that a script in Lua makes.
func (b *bench) wrkScript(connections int, url, script string) load {
	file := filepath.Join(b.folder(), "requests.lua")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		b.Fatalf("%v", err)
	}
	return b.runWrk([]string{"-t1", "-c" + strconv.Itoa(connections), fmt.Sprintf("-d%ds", seconds), "--latency", "-s", file, url})
}

func (b *bench) runWrk(args []string) load {
	url := args[len(args)-1]
	out := b.output("wrk", args...)
	if m := wrkErrors.FindString(out); m != "" {
		b.Fatalf("%s: %s", url, m)
	}
	rate, p99 := wrkRate.FindStringSubmatch(out), wrkP99.FindStringSubmatch(out)
	if rate == nil || p99 == nil {
		b.Fatalf("wrk printed no figures for %s:\n%s", url, out)
	}
	var l load
	l.rps, _ = strconv.ParseFloat(rate[1], 64)
	l.p99, _ = strconv.ParseFloat(p99[1], 64)
	l.p99 *= map[string]float64{"us": 1e-3, "ms": 1, "s": 1e3}[p99[2]]
	return l
}

// inTurns measures two competitors alternately and returns the medians.
func inTurns(first, second func() load) (a, z load) {
	var ar, ap, zr, zp []float64
	for range rounds {
		l, m := first(), second()
		ar, ap, zr, zp = append(ar, l.rps), append(ap, l.p99), append(zr, m.rps), append(zp, m.p99)
	}
	return load{median(ar), median(ap)}, load{median(zr), median(zp)}
}

// measureCachedPage compares a page from the cache with the same bytes from nginx gzip_static.
func measureCachedPage(b *bench) {
	s := b.serve(b.folder())
	defer s.stop()
	s.openToGuests()
	b.importFile(s, "github", b.description("github"))
	page := "/apis/github/repos-list-for-org"
	status, body := s.get(s.portal + page)
	if status != 200 {
		b.Fatalf("%s answers %d", page, status)
	}
	root := b.folder()
	os.Chmod(root, 0o755)
	static := filepath.Join(root, "page.html")
	if err := os.WriteFile(static, []byte(body), 0o644); err != nil {
		b.Fatalf("%v", err)
	}
	b.output("gzip", "-k", "-6", static)
	port := freePort()
	defer b.nginx(fmt.Sprintf("server { listen 127.0.0.1:%d backlog=1024; root %s; gzip_static on; }", port, root))()
	gzip := "Accept-Encoding: gzip"
	for _, c := range []struct {
		connections int
		budget      float64
	}{{32, 0.55}, {256, 0.35}} {
		ours, theirs := inTurns(
			func() load { return b.wrk(c.connections, s.portal+page, gzip) },
			func() load { return b.wrk(c.connections, fmt.Sprintf("http://127.0.0.1:%d/page.html", port), gzip) })
		name := fmt.Sprintf("cached page of %d KB, %d connections", len(body)/1024, c.connections)
		b.add(figure{Name: name, Value: ours.rps / theirs.rps, Unit: "×", Budget: c.budget,
			Note: fmt.Sprintf("%.0f/s; nginx gzip_static %.0f/s", ours.rps, theirs.rps)})
		if c.connections == 32 {
			b.add(figure{Name: name + ", p99", Value: ours.p99 / theirs.p99, Unit: "×", Budget: 2, AtMost: true,
				Note: fmt.Sprintf("%.2f ms; nginx %.2f ms", ours.p99, theirs.p99)})
		}
	}
	b.add(figure{Name: "memory with 256 connections and GitHub's API", Value: s.memory("VmRSS"), Unit: "MB"})
}

const guarded = `<policies><inbound><cors><allowed-origins><origin>https://portal.example</origin></allowed-origins>` +
	`<allowed-headers><header>*</header></allowed-headers></cors><rate-limit calls="1000000000" renewal-period="300" /></inbound>` +
	`<backend><forward-request /></backend><outbound /><on-error /></policies>`

const passThrough = `<policies><inbound /><backend><forward-request /></backend><outbound /><on-error /></policies>`

// measureGateway compares passing calls through with nginx, and policies with passing through.
func measureGateway(b *bench) {
	backend, proxy := freePort(), freePort()
	defer b.backend(backend, proxy)()
	s := b.serve(b.folder())
	defer s.stop()
	s.openToGuests()
	s.publishGateway(backend)
	plain := s.callPlain
	ours, theirs := inTurns(plain, func() load { return b.wrk(64, fmt.Sprintf("http://127.0.0.1:%d/x", proxy)) })
	b.add(figure{Name: "gateway, 1 KiB pass-through, 64 connections", Value: ours.rps / theirs.rps, Unit: "×", Budget: 0.33,
		Note: fmt.Sprintf("%.0f/s; nginx proxy_pass %.0f/s", ours.rps, theirs.rps)})
	withPolicies, without := inTurns(s.callGuarded, plain)
	b.add(figure{Name: "gateway, with key, CORS and rate limit", Value: withPolicies.rps / without.rps, Unit: "×", Budget: 0.85,
		Note: fmt.Sprintf("%.0f/s; pass-through %.0f/s", withPolicies.rps, without.rps)})
}

// backend runs nginx as a backend of 1 KiB answers, and as a proxy before it.
func (b *bench) backend(port, proxy int) (stop func()) {
	root := b.folder()
	os.Chmod(root, 0o755)
	if err := os.WriteFile(filepath.Join(root, "x"), make([]byte, 1024), 0o644); err != nil {
		b.Fatalf("%v", err)
	}
	return b.nginx(fmt.Sprintf(`upstream b { server 127.0.0.1:%[1]d; keepalive 256; keepalive_requests 1000000; }
server { listen 127.0.0.1:%[1]d backlog=1024; root %[3]s; }
server { listen 127.0.0.1:%[2]d backlog=1024; location / { proxy_pass http://b; proxy_http_version 1.1; proxy_set_header Connection ""; } }`, port, proxy, root))
}

// publishGateway makes two APIs before a backend: plain, and guarded by a key and policies.
func (s *server) publishGateway(backend int) {
	for _, api := range []struct {
		name string
		key  bool
	}{{"plain", false}, {"guarded", true}} {
		s.put("/apis/"+api.name, map[string]any{"displayName": api.name, "path": api.name, "serviceUrl": fmt.Sprintf("http://127.0.0.1:%d", backend), "protocols": []string{"http", "https"}, "subscriptionRequired": api.key})
		s.put("/apis/"+api.name+"/operations/x", map[string]any{"displayName": "x", "method": "GET", "urlTemplate": "/x"})
		s.put("/products/all/apis/"+api.name, nil)
	}
	s.put("/policies/policy", map[string]any{"value": passThrough, "format": "rawxml"}) // a new service has one with cors
	s.put("/apis/guarded/policies/policy", map[string]any{"value": guarded, "format": "rawxml"})
	s.put("/subscriptions/bench", map[string]any{"displayName": "bench", "scope": "/products/all", "state": "active", "primaryKey": "bench-key-0123456789", "secondaryKey": "bench-key-9876543210"})
}

func (s *server) callPlain() load { return s.b.wrk(64, s.gateway+"/plain/x") }

func (s *server) callGuarded() load {
	return s.b.wrk(64, s.gateway+"/guarded/x", "Ocp-Apim-Subscription-Key: bench-key-0123456789", "Origin: https://portal.example")
}
