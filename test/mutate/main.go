// Command mutate changes the code that decides who may do what, one token at a
// time, and runs the package's own tests on each change: a change that no test
// notices is a rule that no test holds. It prints what lived and fails when less
// than nine in ten were noticed, or when a mutant lives in a function that decides
// and explained.txt does not say why.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
)

// wanted is the part of the mutants that must be killed, in percent.
const wanted = 90

const (
	explainedFile = "test/mutate/explained.txt"
	toolModule    = "test/mutate/gremlins.mod"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	ok, err := mutate(ctx, os.Stdout, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutate:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// mutate goes through the named packages, or all, and says whether they pass.
func mutate(ctx context.Context, out io.Writer, names []string) (bool, error) {
	which, unknown := chosen(names)
	if len(unknown) > 0 {
		return false, fmt.Errorf("no such target: %s", strings.Join(unknown, ", "))
	}
	explained, err := readExplanations(explainedFile)
	if err != nil {
		return false, err
	}
	dir, err := os.MkdirTemp("", "portico-mutate-")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	tool := filepath.Join(dir, "gremlins")
	if err := run(ctx, ".", os.Environ(), "go", "build", "-modfile", toolModule, "-o", tool, "github.com/go-gremlins/gremlins/cmd/gremlins"); err != nil {
		return false, err
	}
	b, err := newBench(ctx, dir)
	if err != nil {
		return false, err
	}
	var results []result
	for _, t := range which {
		found, err := b.mutate(ctx, tool, t, runtime.NumCPU())
		if err != nil {
			return false, err
		}
		r, err := newResult(b.dir, t, found, explained)
		if err != nil {
			return false, err
		}
		r.printSurvivors(out)
		results = append(results, r)
	}
	return printTable(out, results), nil
}
