package portal_test

import (
	"fmt"
	"net/http"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/portico-portal/portico/internal/site/publish"
)

// word is what everything in one revision says.
var word = regexp.MustCompile(`word[0-9]+x`)

// TestReadersSeeOnlyWholeRevisions publishes and goes back 200 times while
// people read: no answer mixes two revisions, none fails in between.
func TestReadersSeeOnlyWholeRevisions(t *testing.T) {
	t.Parallel()
	s := shop(t)
	say := func(n int) map[string]string {
		w := fmt.Sprintf("word%dx", n)
		text := `{"type":"text-block","nodes":[{"type":"paragraph","nodes":[{"type":"text","text":"` + w + `"}]}]}`
		return map[string]string{
			"document/default-layout": `{"nodes":[{"type":"section","nodes":[{"type":"menu"},` + text + `]},{"type":"page"},{"type":"section","nodes":[` + text + `]}]}`,
			"document/navigation":     `{"nodes":[{"id":"main","navigationItems":[{"id":"a","label":"` + w + `","targetId":"contentTypes/page/contentItems/one"}]}]}`,
			"document/configuration":  `{"nodes":[{"site":{"title":"` + w + `"}}]}`,
			"page/one":                `{"en_us":{"title":"` + w + `","permalink":"/one","documentId":"contentTypes/document/contentItems/one"}}`,
			"document/one":            `{"nodes":[{"type":"section","nodes":[` + text + `]}]}`,
			"page/two":                `{"en_us":{"title":"` + w + `","permalink":"/two","documentId":"contentTypes/document/contentItems/one"}}`,
		}
	}
	s.content("w0", say(0))
	s.eventually("the first revision", func() bool { return word.MatchString(s.browser().get("/one").text) })
	var stop atomic.Bool
	var answers, words atomic.Int64
	var seen sync.Map
	var readers sync.WaitGroup
	for range 3 {
		b := s.browser()
		readers.Go(func() {
			for !stop.Load() {
				for _, path := range []string{"/one", "/two", "/two.md", "/llms.txt", "/apis"} {
					a := b.get(path)
					if a.StatusCode != http.StatusOK {
						t.Errorf("%s answers %d", path, a.StatusCode)
					}
					found := word.FindAllString(a.text, -1)
					for _, w := range found {
						if w != found[0] {
							t.Errorf("%s says both %s and %s", path, found[0], w)
							return
						}
						if _, known := seen.LoadOrStore(w, true); !known {
							words.Add(1)
						}
					}
					answers.Add(1)
				}
			}
		})
	}
	service := &publish.Service{Store: s.store}
	for n := 1; n <= 100; n++ {
		s.content(fmt.Sprintf("w%d", n), say(n))
		if err := makeCurrent(t, service, fmt.Sprintf("w%d", n/2)); err != nil {
			t.Fatal(err)
		}
	}
	stop.Store(true)
	readers.Wait()
	if words.Load() < 5 || answers.Load() < 50 {
		t.Errorf("the readers saw only %d revisions in %d answers: they read too little to prove anything", words.Load(), answers.Load())
	}
	t.Logf("%d answers, %d revisions seen", answers.Load(), words.Load())
}
