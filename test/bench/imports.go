package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/portico-portal/portico/test/specs"
)

// importFile imports a description through the command line, beside the running server.
func (b *bench) importFile(s *server, api string, data []byte) {
	b.output(s.b.binary, "import", b.file(api+".json", data), "--path", api, "--product", "all", "--data", s.data)
}

// measureImports times a description from the command to the page and the search result.
func measureImports(b *bench) {
	for _, c := range []struct {
		name, page, query string
		data              []byte
		seconds, peak     float64
	}{
		{"github", "/apis/github/repos-list-for-org", "List organization repositories", b.description("github"), 3, 450},
		{"generated", "/apis/generated/op16499", "Approve resource 2749", specs.Generate(16500), 15, 1500},
	} {
		s := b.serve(b.folder())
		s.openToGuests()
		begin := time.Now()
		b.importFile(s, c.name, c.data)
		imported := time.Since(begin)
		s.wait(c.page, func() bool { status, _ := s.get(s.portal + c.page); return status == 200 })
		s.wait(c.query, func() bool {
			_, body := s.get(s.portal + "/search?q=" + url.QueryEscape(c.query))
			return strings.Contains(body, `href="`+c.page+`"`)
		})
		name := fmt.Sprintf("import of %s, %d operations, %.1f MB", c.name, specs.CountOperations(b, c.data), float64(len(c.data))/1e6)
		b.add(figure{Name: name + ", to browsable and searchable", Value: time.Since(begin).Seconds(), Unit: "s", Budget: c.seconds, AtMost: true,
			Note: fmt.Sprintf("the command returned after %.1f s", imported.Seconds())})
		b.add(figure{Name: name + ", peak memory of the server", Value: s.memory("VmHWM"), Unit: "MB", Budget: c.peak, AtMost: true})
		s.stop()
	}
}

func (s *server) wait(what string, ok func() bool) {
	for begin := time.Now(); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Since(begin) > time.Minute {
			s.b.Fatalf("%s: not within a minute", what)
		}
	}
}

// operationNames lists the operations of an API.
func (s *server) operationNames(api string) []string {
	var names []string
	for skip := 0; ; skip += 1000 {
		var page struct{ Value []struct{ Name string } }
		body := s.b.output("curl", "-sf", "-H", "Authorization: "+s.token, fmt.Sprintf("%s/apis/%s/operations?$top=1000&$skip=%d", s.management, api, skip))
		if err := json.Unmarshal([]byte(body), &page); err != nil {
			s.b.Fatalf("%v", err)
		}
		for _, o := range page.Value {
			names = append(names, o.Name)
		}
		if len(page.Value) < 1000 {
			return names
		}
	}
}

// measureRendering asks for pages that are not in the cache, 100 a second whatever the answer takes.
func measureRendering(b *bench) {
	s := b.serve(b.folder())
	defer s.stop()
	s.openToGuests()
	b.importFile(s, "github", b.description("github"))
	names := s.operationNames("github")
	s.wait("the API, read and indexed", func() bool {
		_, body := s.get(s.portal + "/search?q=" + url.QueryEscape("List organization repositories"))
		return strings.Contains(body, `href="/apis/github/repos-list-for-org"`)
	})
	var (
		mu    sync.Mutex
		times []float64
		wg    sync.WaitGroup
	)
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for i := range 1000 {
		<-tick.C
		wg.Go(func() {
			begin := time.Now()
			status, _ := s.get(s.portal + "/apis/github/" + url.PathEscape(names[i%len(names)]))
			mu.Lock()
			defer mu.Unlock()
			if status == 200 {
				times = append(times, float64(time.Since(begin).Microseconds())/1000)
			}
		})
	}
	wg.Wait()
	if len(times) < 990 {
		b.Fatalf("only %d of 1000 pages answered 200", len(times))
	}
	b.add(figure{Name: "page not in the cache, open loop of 100 a second, p99", Value: percentile(times, 99), Unit: "ms", Budget: 20, AtMost: true,
		Note: fmt.Sprintf("median %.1f ms", median(times))})
}
