package main

import (
	"path/filepath"
	"regexp"
	"strconv"
)

// queries are how many searches are measured for each sort of visitor.
const queries = "3000x"

var searchFigure = regexp.MustCompile(`(?m)^BenchmarkQueryOver200000Operations/(\S+?)-\d+\s.*?([\d.]+) p99-µs`)

// measureSearch runs the benchmark of the search index over 200,000 operations
// on the embedded database: what people type, for visitors who see everything,
// half of it, and one API of a thousand.
func measureSearch(b *bench) {
	root, err := filepath.Abs(".")
	if err != nil {
		b.Fatalf("%v", err)
	}
	out := b.output("go", "test", "-C", root, "./internal/search", "-run", "^$", "-bench", "QueryOver200000Operations", "-benchtime", queries, "-timeout", "20m")
	found := searchFigure.FindAllStringSubmatch(out, -1)
	if len(found) != 3 {
		b.Fatalf("the benchmark of the search printed no figures:\n%s", out)
	}
	for _, m := range found {
		micros, err := strconv.ParseFloat(m[2], 64)
		if err != nil {
			b.Fatalf("%v", err)
		}
		b.add(figure{Name: "search over 200,000 operations, p99, visible: " + m[1], Value: micros / 1000, Unit: "ms", Budget: 30, AtMost: true})
	}
}
