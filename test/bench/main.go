// Command bench measures the budgets of the design and writes one JSON file
// with the machine's facts. Ratios come from one run on one machine; absolute
// figures are for orientation.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// figure is one measured value and, if it has one, its budget.
type figure struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Budget float64 `json:"budget,omitempty"`
	AtMost bool    `json:"atMost,omitempty"` // the budget is an upper bound; else a lower one
	Note   string  `json:"note,omitempty"`
}

// met reports whether the figure keeps its budget; figures without one always do.
func (f figure) met() bool {
	return f.Budget == 0 || f.AtMost && f.Value <= f.Budget || !f.AtMost && f.Value >= f.Budget
}

func (f figure) String() string {
	line := fmt.Sprintf("%-62s %10.4g %-6s", f.Name, f.Value, f.Unit)
	if f.Budget != 0 {
		sign, word := ">=", "ok"
		if f.AtMost {
			sign = "<="
		}
		if !f.met() {
			word = "MISSED"
		}
		line += fmt.Sprintf(" budget %s %-7.4g %s", sign, f.Budget, word)
	}
	if f.Note != "" {
		line += "  (" + f.Note + ")"
	}
	return line
}

// bench collects figures.
type bench struct {
	dir     string // scratch
	specs   string // folder with github.json and stripe.json; empty: from the packages
	binary  string // the portico that is measured
	figures []figure
}

func (b *bench) add(f figure) {
	b.figures = append(b.figures, f)
	fmt.Println(f)
}

// Fatalf ends the measurement that called it; it makes bench a specs.TB.
func (b *bench) Fatalf(format string, args ...any) { panic(fmt.Errorf(format, args...)) }

// Helper is part of specs.TB.
func (b *bench) Helper() {}

// measurement is a named part of the bench.
type measurement struct {
	name string
	run  func(*bench)
}

// measurements in the order they run.
var measurements = []measurement{
	{"import", measureImports},
	{"page", measurePages},
	{"cached", measureCachedPage},
	{"render", measureRendering},
	{"gateway", measureGateway},
	{"management", measureManagement},
	{"lighthouse", measureLighthouse},
	{"publish", measurePublishing},
	{"search", measureSearch},
	{"start", measureStart},
}

func main() {
	out := flag.String("out", "bench.json", "file for the figures")
	check := flag.Bool("check", false, "fail when a budget is missed")
	only := flag.String("only", "", "comma-separated measurements")
	specsDir := flag.String("specs", "", "folder with github.json and stripe.json")
	base := flag.String("base", "", "another portico binary: compare with it, and measure nothing else")
	flag.Parse()
	dir, err := os.MkdirTemp("", "portico-bench-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer os.RemoveAll(dir)
	b := &bench{dir: dir, specs: *specsDir, binary: "bin/portico"}
	list := measurements
	if *base != "" {
		list = comparisons(*base)
	}
	broken := b.runAll(list, strings.Split(*only, ","))
	if err := b.write(*out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	missed := b.missed()
	for _, f := range missed {
		fmt.Println("missed:", f)
	}
	if len(broken) > 0 || *check && len(missed) > 0 {
		os.Exit(1)
	}
}

func (b *bench) runAll(list []measurement, only []string) (broken []string) {
	for _, m := range list {
		if only[0] != "" && !slices.Contains(only, m.name) {
			continue
		}
		fmt.Printf("\n%s\n", m.name)
		if err := b.try(m.run); err != nil {
			fmt.Printf("BROKEN: %v\n", err)
			broken = append(broken, m.name)
		}
	}
	return broken
}

// try runs one measurement; a failure in it does not stop the others.
func (b *bench) try(run func(*bench)) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%v", v)
		}
	}()
	run(b)
	return nil
}

func (b *bench) missed() []figure {
	var missed []figure
	for _, f := range b.figures {
		if !f.met() {
			missed = append(missed, f)
		}
	}
	return missed
}

func (b *bench) write(path string) error {
	data, err := json.MarshalIndent(map[string]any{
		"at": time.Now().UTC().Format(time.RFC3339), "machine": machine(), "figures": b.figures,
	}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(data, '\n'), 0o644)
}

// machine is what one must know to compare figures.
func machine() map[string]any {
	facts := map[string]any{"cores": runtime.NumCPU(), "go": runtime.Version(), "os": runtime.GOOS + "/" + runtime.GOARCH}
	for name, command := range map[string]string{
		"cpu":    `sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1`,
		"memory": `awk '/MemTotal/{print $2" kB"}' /proc/meminfo`,
		"commit": `git rev-parse --short HEAD`,
		"nginx":  `nginx -v 2>&1`, "chromium": `chromium --version 2>/dev/null`,
	} {
		out, err := exec.Command("sh", "-c", command).Output()
		if err == nil {
			facts[name] = strings.TrimSpace(string(out))
		}
	}
	return facts
}

// median of some values; the slice is sorted.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	if n%2 == 1 {
		return values[n/2]
	}
	return (values[n/2-1] + values[n/2]) / 2
}

// percentile p (0 to 100) of some values; the slice is sorted.
func percentile(values []float64, p int) float64 {
	slices.Sort(values)
	return values[min(len(values)-1, len(values)*p/100)]
}
