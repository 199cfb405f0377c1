package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// lighthouseCategories are in the order in which lighthouse.mjs prints scores.
var lighthouseCategories = []string{"performance", "accessibility", "best practices", "search engines"}

// scored is what lighthouse.mjs prints of a run.
type scored struct {
	Address string
	Scores  []float64
	Missed  []string // audits that cost points
}

// measureLighthouse scores the home page, the catalog and an operation of
// GitHub's API on a simulated phone and on a desktop computer.
func measureLighthouse(b *bench) {
	b.output("npm", "--prefix", "test/bench", "ci", "--no-audit", "--no-fund", "--silent")
	s := b.serve(b.folder())
	defer s.stop()
	s.openToGuests()
	b.importFile(s, "github", b.description("github"))
	operation := s.portal + "/apis/github/repos-list-for-org"
	s.wait(operation, func() bool { status, _ := s.get(operation); return status == 200 })
	for _, form := range []string{"mobile", "desktop"} {
		for _, page := range []struct{ name, address string }{{"home", s.portal + "/"}, {"catalog", s.portal + "/apis"}, {"operation of github", operation}} {
			b.score(form, page.name, page.address)
		}
	}
}

// score adds the medians of a page's scores.
func (b *bench) score(form, name, address string) {
	values, missed := make([][]float64, len(lighthouseCategories)), []string{}
	for line := range strings.Lines(b.output("node", "test/bench/lighthouse.mjs", form, strconv.Itoa(rounds), address)) {
		var run scored
		if err := json.Unmarshal([]byte(line), &run); err != nil || len(run.Scores) != len(values) {
			b.Fatalf("lighthouse.mjs printed %q", line)
		}
		for i, v := range run.Scores {
			values[i] = append(values[i], v)
		}
		missed = append(missed, run.Missed...)
	}
	slices.Sort(missed)
	for i, category := range lighthouseCategories {
		f := figure{Name: fmt.Sprintf("Lighthouse, %s, %s, %s", form, name, category), Value: median(values[i]), Budget: 100}
		if !f.met() {
			f.Note = strings.Join(slices.Compact(missed), ", ")
		}
		b.add(f)
	}
}
