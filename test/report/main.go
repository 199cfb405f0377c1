// Command report reads the output of go test -json, prints what failed and what
// each package ran, and fails when a test failed, was skipped, or none ran.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"strings"
)

// event is one line of go test -json (go doc test2json).
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64
}

type report struct {
	output  map[string][]string // package or package/test → its lines
	passed  map[string]int      // package → tests passed
	elapsed map[string]float64  // package → seconds
	told    []string            // what tests have to tell: lines that begin with "report: "
	failed  []string
	skipped []string
}

func main() {
	r := report{output: map[string][]string{}, passed: map[string]int{}, elapsed: map[string]float64{}}
	if err := r.read(os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
	if !r.print(os.Stdout) {
		os.Exit(1)
	}
}

func (r *report) read(in io.Reader) error {
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil {
				fmt.Print(string(line)) // the build's own words
			} else {
				r.add(e)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *report) add(e event) {
	name := strings.TrimSuffix(e.Package+" "+e.Test, " ")
	switch e.Action {
	case "output", "build-output":
		if line, ok := strings.CutPrefix(e.Output, "report: "); ok {
			r.told = append(r.told, line)
		}
		r.output[name] = append(r.output[name], e.Output)
	case "pass":
		if e.Test != "" {
			r.passed[e.Package]++
		} else {
			r.elapsed[e.Package] = e.Elapsed
		}
		delete(r.output, name)
	case "fail":
		r.failed = append(r.failed, name)
	case "skip":
		if e.Test != "" { // a package without tests "skips" too
			r.skipped = append(r.skipped, name)
		}
	case "build-fail":
		r.failed = append(r.failed, name)
	}
}

// print writes the report and reports whether all is well.
func (r *report) print(out io.Writer) bool {
	for _, name := range r.failed {
		fmt.Fprintf(out, "\n--- FAIL %s\n%s", name, strings.Join(r.output[name], ""))
	}
	if len(r.told) > 0 {
		fmt.Fprintf(out, "\n%s\n", strings.Join(r.told, ""))
	}
	packages := make([]string, 0, len(r.passed))
	total := 0
	for p, n := range r.passed {
		packages, total = append(packages, p), total+n
	}
	sort.Strings(packages)
	for _, p := range packages {
		fmt.Fprintf(out, "%6d tests %7.1f s  %s\n", r.passed[p], r.elapsed[p], p)
	}
	for _, name := range r.skipped {
		fmt.Fprintln(out, "SKIPPED (counts as failed):", name)
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", total, len(r.failed), len(r.skipped))
	return len(r.failed) == 0 && len(r.skipped) == 0 && total > 0
}
