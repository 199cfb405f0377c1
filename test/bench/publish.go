package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// manyPages are the pages of the site that is published.
const manyPages = 1000

// measurePublishing publishes a site of many pages over the management API,
// checks included.
func measurePublishing(b *bench) {
	s := b.serve(b.folder())
	defer s.stop()
	text := `{"type":"paragraph","nodes":[{"type":"text","text":"` + strings.Repeat("Some words about it. ", 20) + `"}]}`
	document := `{"nodes":[{"type":"section","nodes":[{"type":"text-block","nodes":[` + strings.TrimSuffix(strings.Repeat(text+",", 10), ",") +
		`]},{"type":"grid","nodes":[{"type":"grid-cell","nodes":[{"type":"button","label":"Go","hyperlink":{"targetId":"contentTypes/page/contentItems/home"}}]}]}]}]}`
	for i := range manyPages {
		name := fmt.Sprintf("bench%d", i)
		s.putProperties("/contentTypes/document/contentItems/"+name, document)
		s.putProperties("/contentTypes/page/contentItems/"+name, fmt.Sprintf(`{"en_us":{"title":"Page %d","permalink":"/bench/%d","documentId":"contentTypes/document/contentItems/%s"}}`, i, i, name))
	}
	var took []float64
	for round := range rounds {
		begin := time.Now()
		s.putProperties(fmt.Sprintf("/portalRevisions/bench%d", round), `{"description":"","isCurrent":true}`)
		took = append(took, time.Since(begin).Seconds())
	}
	b.add(figure{Name: fmt.Sprintf("publish, %d pages", manyPages), Value: median(took), Unit: "s", Budget: 1, AtMost: true})
	b.check(s)
}

// check requires that a guest reads the last page: a failed revision is fast, too.
func (b *bench) check(s *server) {
	answer, err := http.Get(fmt.Sprintf("%s/bench/%d", s.portal, manyPages-1))
	if err != nil {
		b.Fatalf("%v", err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		b.Fatalf("the last page answers %s", answer.Status)
	}
}

// putProperties makes or replaces a resource.
func (s *server) putProperties(path, properties string) {
	r, err := http.NewRequest(http.MethodPut, s.management+path, strings.NewReader(`{"properties":`+properties+`}`))
	if err != nil {
		s.b.Fatalf("%v", err)
	}
	r.Header.Set("Authorization", s.token)
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.b.Fatalf("%v", err)
	}
	answer.Body.Close()
	if answer.StatusCode >= http.StatusMultipleChoices {
		s.b.Fatalf("PUT %s answers %s", path, answer.Status)
	}
}
