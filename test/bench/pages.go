package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/portico-portal/portico/test/specs"
)

// opened is what page.mjs prints of an address: milliseconds, bytes, elements.
type opened struct {
	Address                            string
	Visible, Longest                   float64
	Document, Script, All, Heap, Nodes float64
}

// open visits addresses in Chromium, cold, in turns; medians of five.
func (b *bench) open(addresses ...string) []opened {
	out := b.output("node", append([]string{"test/bench/page.mjs", "5", "article h1"}, addresses...)...)
	var list []opened
	for line := range strings.SplitSeq(strings.TrimSpace(out), "\n") {
		var o opened
		if err := json.Unmarshal([]byte(line), &o); err != nil {
			b.Fatalf("page.mjs printed %q", line)
		}
		list = append(list, o)
	}
	return list
}

var articleText = regexp.MustCompile(`(?s)<article.*</article>`)

// staticPage writes the operation's article as a page of its own: what a
// hand-written page of the same content costs a browser.
func (b *bench) staticPage(root, name, body string) {
	article := articleText.FindString(body)
	if article == "" {
		b.Fatalf("%s has no article", name)
	}
	page := `<!doctype html><html lang="en"><meta charset="utf-8"><title>` + name + `</title><style>body{font:16px/1.6 sans-serif;margin:2rem auto;max-width:60rem}</style>` + article
	if err := os.WriteFile(filepath.Join(root, name+".html"), []byte(page), 0o644); err != nil {
		b.Fatalf("%v", err)
	}
}

// measurePages opens one operation of APIs of every size beside a static page of it.
func measurePages(b *bench) {
	s := b.serve(b.folder())
	defer s.stop()
	s.openToGuests()
	root, port := b.folder(), freePort()
	os.Chmod(root, 0o755)
	defer b.nginx(fmt.Sprintf("server { listen 127.0.0.1:%d; root %s; gzip on; }", port, root))()
	for _, api := range []struct {
		name, operation string
		data            []byte
	}{
		{"small", "op7", specs.Generate(19)},
		{"stripe", "postcharges", b.description("stripe")},
		{"github", "repos-list-for-org", b.description("github")},
		{"generated", "op7777", specs.Generate(16500)},
	} {
		b.importFile(s, api.name, api.data)
		address := s.portal + "/apis/" + api.name + "/" + api.operation
		var body string
		s.wait(address, func() bool {
			var status int
			status, body = s.get(address)
			return status == 200
		})
		b.staticPage(root, api.name, body)
		got := b.open(address, fmt.Sprintf("http://127.0.0.1:%d/%s.html", port, api.name))
		b.reportPage(fmt.Sprintf("operation of %s (%d operations)", api.name, specs.CountOperations(b, api.data)), got[0], got[1])
	}
	b.measureBytes(s, "github")
	b.measureBytes(s, "stripe")
}

func (b *bench) reportPage(name string, ours, static opened) {
	b.add(figure{Name: name + ", visible against a static page", Value: ours.Visible / static.Visible, Unit: "×", Budget: 1.25, AtMost: true,
		Note: fmt.Sprintf("%.0f ms; static %.0f ms", ours.Visible, static.Visible)})
	b.add(figure{Name: name + ", everything downloaded", Value: ours.All / 1024, Unit: "KB", Budget: 40, AtMost: true})
	b.add(figure{Name: name + ", script downloaded", Value: ours.Script / 1024, Unit: "KB", Budget: 10, AtMost: true})
	b.add(figure{Name: name + ", longest task", Value: ours.Longest, Unit: "ms", Budget: 50, AtMost: true, Note: "0: none was over 50 ms"})
	b.add(figure{Name: name + ", JavaScript heap", Value: ours.Heap / (1 << 20), Unit: "MB", Budget: 3, AtMost: true})
	b.add(figure{Name: name + ", elements", Value: ours.Nodes, Unit: "", Budget: 1500, AtMost: true})
}

// measureBytes weighs the compressed pages of all operations of an API.
func (b *bench) measureBytes(s *server, api string) {
	var sizes []float64
	for _, name := range s.operationNames(api) {
		out := b.output("curl", "-s", "-H", "Accept-Encoding: br, gzip", "-o", "/dev/null", "-w", "%{size_download}", s.portal+"/apis/"+api+"/"+name)
		var n float64
		fmt.Sscan(out, &n)
		sizes = append(sizes, n/1024)
	}
	slices.Sort(sizes)
	b.add(figure{Name: "page of " + api + "'s median operation, brotli", Value: median(sizes), Unit: "KB", Budget: 14, AtMost: true})
	b.add(figure{Name: "page of " + api + "'s largest operation, brotli", Value: sizes[len(sizes)-1], Unit: "KB", Budget: 30, AtMost: true})
}
