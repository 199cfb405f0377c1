package main

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

const (
	turns     = 11 // of each binary, interleaved; the medians are compared
	fewPuts   = 100
	manyPuts  = 1000 // in one turn: some seconds, so that those who follow the changes are at work
	tolerance = 0.03
	fasterPut = 3.0 // what the one follower of the feed promised against the commit before it
)

// comparisons measures this binary and another one side by side. The other one
// runs twice: what its two processes differ by is the spread of the machine.
func comparisons(base string) []measurement {
	run := func(name string, prepare func(*server), figures func(*trio)) measurement {
		return measurement{name, func(b *bench) {
			t := b.trio(base, prepare)
			defer t.stop()
			figures(t)
		}}
	}
	return []measurement{
		{"gateway", func(b *bench) { b.compareGateway(base) }},
		run("pages", prepareSite, comparePages),
		run("put", func(*server) {}, comparePut),
	}
}

// trio is a service of this binary and two of the base, filled alike.
type trio struct {
	b               *bench
	own, base, twin *server
}

func (b *bench) trio(base string, prepare func(*server)) *trio {
	other := &bench{dir: b.dir, specs: b.specs, binary: base}
	t := &trio{b, b.serve(b.folder()), other.serve(b.folder()), other.serve(b.folder())}
	for _, s := range t.all() {
		s.openToGuests()
		prepare(s)
	}
	for _, s := range t.all() {
		s.quiet()
	}
	return t
}

func (t *trio) all() []*server { return []*server{t.own, t.base, t.twin} }

func (t *trio) stop() {
	for _, s := range t.all() {
		s.stop()
	}
}

// compare takes turns and adds what this binary does of the base's rate, at
// least least, or as much less as the base's own two processes differ by.
func (t *trio) compare(name string, least float64, rate func(s *server, turn int) float64) {
	rates := map[*server][]float64{}
	for turn := range turns {
		for i := range t.all() { // each is first as often as the others
			s := t.all()[(turn+i)%3]
			rates[s] = append(rates[s], rate(s, turn))
		}
	}
	own, base, twin := median(rates[t.own]), median(rates[t.base]), median(rates[t.twin])
	spread := math.Abs(base-twin) / math.Max(base, twin)
	if least < 1 {
		least = math.Min(least, 1-spread)
	}
	t.b.add(figure{Name: name + ", against the base", Value: own / ((base + twin) / 2), Unit: "×", Budget: least,
		Note: fmt.Sprintf("%.0f/s; base %.0f/s and %.0f/s, spread %.1f %%", own, base, twin, 100*spread)})
}

func (b *bench) compareGateway(base string) {
	backend := freePort()
	defer b.backend(backend, freePort())()
	t := b.trio(base, func(s *server) { s.publishGateway(backend) })
	defer t.stop()
	t.compare("gateway, pass-through", 1-tolerance, func(s *server, _ int) float64 { return s.callPlain().rps })
	t.compare("gateway, with key, CORS and rate limit", 1-tolerance, func(s *server, _ int) float64 { return s.callGuarded().rps })
}

const comparedPage = "/apis/github/repos-list-for-org"

// prepareSite imports GitHub's API and waits until its pages and the search know it.
func prepareSite(s *server) {
	s.b.importFile(s, "github", s.b.description("github"))
	s.wait(comparedPage, func() bool { status, _ := s.get(s.portal + comparedPage); return status == http.StatusOK })
}

func comparePages(t *trio) {
	for _, page := range []struct{ name, address string }{
		{"page from the cache", comparedPage},
		{"page rendered for each request", "/search?q=repository"},
	} {
		t.compare(page.name, 1-tolerance, func(s *server, _ int) float64 {
			return s.b.wrk(32, s.portal+page.address, "Accept-Encoding: gzip").rps
		})
	}
}

// comparePut creates APIs while all surfaces run in one process: among few, and
// among many, where those who follow the changes have more to look after.
func comparePut(t *trio) {
	name := "PUT of an API, all surfaces in one process"
	t.compare(name+", few stored", 1-tolerance, func(s *server, turn int) float64 {
		return s.createAPIs(fmt.Sprint("few-", turn), fewPuts)
	})
	for _, s := range t.all() {
		s.createAPIs("stored", manyAPIs)
		s.quiet()
	}
	t.compare(fmt.Sprintf("%s, %d stored", name, manyAPIs), fasterPut, func(s *server, turn int) float64 {
		return s.createAPIs(fmt.Sprint("many-", turn), manyPuts)
	})
}

// createAPIs puts n new APIs from all writers and returns how many a second.
func (s *server) createAPIs(prefix string, n int) float64 {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: writers}}
	defer client.CloseIdleConnections()
	var next atomic.Int64
	var failed atomic.Pointer[string]
	var group sync.WaitGroup
	begin := time.Now()
	for range writers {
		group.Go(func() {
			for i := int(next.Add(1)); i <= n; i = int(next.Add(1)) {
				if problem := s.writeAPI(client, fmt.Sprintf("%s-%d", prefix, i)); problem != "" {
					failed.Store(&problem)
					return
				}
			}
		})
	}
	group.Wait()
	if p := failed.Load(); p != nil {
		s.b.Fatalf("PUT: %s", *p)
	}
	return float64(n) / time.Since(begin).Seconds()
}
