package main

import (
	"cmp"
	"fmt"
	"io"
	"path"
	"slices"
	"text/tabwriter"
)

// result is what became of the mutants of a package.
type result struct {
	target    target
	killed    int
	alive     []mutant
	explained int      // of those alive
	missing   []mutant // alive where code decides, and not explained
	needless  []place  // explained, and dead
}

func newResult(root string, t target, found map[string][]outcome, explained explanations) (result, error) {
	r := result{target: t}
	for name, outcomes := range found {
		s, err := readSource(root, path.Join(t.folder(), name))
		if err != nil {
			return r, err
		}
		for _, o := range outcomes {
			if o.Status == "NOT VIABLE" {
				continue
			}
			m, err := s.mutant(o)
			if err != nil {
				return r, err
			}
			r.add(m, explained[m.place()] != "")
		}
	}
	slices.SortFunc(r.alive, func(a, b mutant) int { return cmp.Or(cmp.Compare(a.File, b.File), a.Line-b.Line) })
	r.needless = explained.needless(t, r.alive)
	return r, nil
}

func (r *result) add(m mutant, explained bool) {
	if m.Killed {
		r.killed++
		return
	}
	r.alive = append(r.alive, m)
	if explained {
		r.explained++
	} else if r.target.decides(m.Function) {
		r.missing = append(r.missing, m)
	}
}

func (r result) all() int         { return r.killed + len(r.alive) }
func (r result) percent() float64 { return 100 * float64(r.killed) / float64(max(r.all(), 1)) }
func (r result) passes() bool {
	return r.all() > 0 && r.percent() >= wanted && len(r.missing) == 0 && len(r.needless) == 0
}

func (r result) printSurvivors(out io.Writer) {
	for _, m := range r.alive {
		fmt.Fprintf(out, "lived %s:%d %s\n\t%s\n", m.File, m.Line, cmp.Or(m.Function, "-"), m.Change)
	}
	for _, m := range r.missing {
		fmt.Fprintf(out, "NOT EXPLAINED %s:%d decides: %s\n\t%s\n", m.File, m.Line, m.Function, m.Change)
	}
	for _, p := range r.needless {
		fmt.Fprintf(out, "EXPLAINED BUT DEAD OR GONE %s %s\n\t%s\n", p.File, cmp.Or(p.Function, "-"), p.Change)
	}
}

// printTable prints a row a package and says whether all pass.
func printTable(out io.Writer, results []result) bool {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "PACKAGE\tMUTANTS\tKILLED\tLIVED\tEXPLAINED\tKILLED, %\tPASSES")
	ok := true
	for _, r := range results {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%.1f\t%t\n", r.target.Package, r.all(), r.killed, len(r.alive), r.explained, r.percent(), r.passes())
		ok = ok && r.passes()
	}
	w.Flush()
	return ok
}
