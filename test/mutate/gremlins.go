package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
)

// patience is how long a mutant's tests may take. It is far more than they need,
// since a mutant that times out counts as killed and a busy machine is slow.
const patience = 60 * time.Second

// notViable is the exit code for a mutant that does not compile.
const notViable = 2

// shim stands before go on the path. A mutant that does not compile is no mutant:
// gremlins knows it by its exit code, which go test does not have. Memory is bounded, since
// a mutant may loop for ever.
const shim = `#!/bin/sh
ulimit -v 8388608
out=$(%q "$@" 2>&1)
code=$?
case $out in *"[build failed]"*) code=%d ;; esac
printf '%%s\n' "$out"
exit $code
`

// outcome is one mutant in the report of gremlins.
type outcome struct {
	Type, Status string
	Line, Column int
}

// bench is a copy of the repository in which mutants are made.
type bench struct {
	dir       string   // the copy, in a folder of its own
	goCommand string   // the shim
	env       []string // with the shim first on the path
}

// newBench copies what git knows of the repository, with changes, to a folder
// below dir: gremlins copies it once more for each worker.
func newBench(ctx context.Context, dir string) (bench, error) {
	bin := filepath.Join(dir, "bin")
	b := bench{dir: filepath.Join(dir, "repository"), goCommand: filepath.Join(bin, "go")}
	for _, d := range []string{b.dir, bin} {
		if err := os.Mkdir(d, 0o755); err != nil {
			return b, err
		}
	}
	real, err := exec.LookPath("go")
	if err != nil {
		return b, err
	}
	if err := os.WriteFile(b.goCommand, fmt.Appendf(nil, shim, real, notViable), 0o755); err != nil {
		return b, err
	}
	b.env = append(os.Environ(),
		"PATH="+bin+":"+os.Getenv("PATH"),
		"GOFLAGS="+os.Getenv("GOFLAGS")+" -trimpath -vet=off -ldflags=-w", // the copies share the build cache; links are quick
		"PORTICO_NO_POSTGRES=1",                                           // what decides is the same code for both databases
	)
	return b, run(ctx, ".", os.Environ(), "sh", "-c", `git ls-files -z -co --exclude-standard | xargs -0 ls -d 2>/dev/null | tar -c -T - | tar -x -C "$0"`, b.dir)
}

// mutate runs a target's mutants and returns what became of them, by file.
func (b bench) mutate(ctx context.Context, tool string, t target, workers int) (map[string][]outcome, error) {
	started := time.Now()
	for range 2 { // the first fills the build cache
		started = time.Now()
		if err := run(ctx, b.dir, b.env, b.goCommand, "test", "-count=1", "-cover", "./"+t.folder()); err != nil {
			return nil, err
		}
	}
	times := max(3, int(math.Ceil(patience.Seconds()/time.Since(started).Seconds())))
	report := filepath.Join(filepath.Dir(b.dir), t.Package+".json")
	args := append([]string{"unleash", "./" + t.folder(), "--silent", "--output", report,
		"--workers", strconv.Itoa(workers), "--timeout-coefficient", strconv.Itoa(times)}, flags()...)
	files, err := sources(filepath.Join(b.dir, t.folder()))
	if err != nil {
		return nil, err
	}
	for _, pattern := range t.excludes(files) {
		args = append(args, "--exclude-files", pattern)
	}
	if err := run(ctx, b.dir, b.env, tool, args...); err != nil {
		return nil, err
	}
	found, err := readReport(report)
	if err != nil {
		return nil, err
	}
	return found, b.runUncovered(ctx, t, found, workers)
}

// runUncovered runs the mutants that gremlins did not: it takes the conditions of
// cases, which are in no block of a coverage profile, for lines that no test runs.
func (b bench) runUncovered(ctx context.Context, t target, found map[string][]outcome, workers int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for name, outcomes := range found {
		s, err := readSource(b.dir, path.Join(t.folder(), name))
		if err != nil {
			return err
		}
		for i := range outcomes {
			if outcomes[i].Status == "NOT COVERED" {
				g.Go(func() (err error) {
					outcomes[i].Status, err = b.try(ctx, t, s, outcomes[i])
					return err
				})
			}
		}
	}
	return g.Wait()
}

// try runs a package's tests on one mutant and says what became of it.
func (b bench) try(ctx context.Context, t target, s *source, o outcome) (string, error) {
	mutated, err := s.mutated(o)
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp(filepath.Dir(b.dir), "try-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	file, overlay := filepath.Join(dir, "mutated.go"), filepath.Join(dir, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{filepath.Join(b.dir, s.name): file}})
	if err != nil {
		return "", err
	}
	if err := errors.Join(os.WriteFile(file, []byte(mutated), 0o600), os.WriteFile(overlay, replace, 0o600)); err != nil {
		return "", err
	}
	err = run(ctx, b.dir, b.env, b.goCommand, "test", "-failfast", "-timeout", patience.String(), "-overlay", overlay, "./"+t.folder())
	var exit *exec.ExitError
	switch {
	case err == nil:
		return "LIVED", nil
	case !errors.As(err, &exit) || ctx.Err() != nil:
		return "", err
	case exit.ExitCode() == notViable:
		return "NOT VIABLE", nil
	}
	return "KILLED", nil
}

// readReport reads the machine-readable report of gremlins.
func readReport(path string) (map[string][]outcome, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var report struct {
		Files []struct {
			Name      string    `json:"file_name"`
			Mutations []outcome `json:"mutations"`
		} `json:"files"`
	}
	if err := json.Unmarshal(data, &report); err != nil {
		return nil, fmt.Errorf("report of gremlins: %w", err)
	}
	out := map[string][]outcome{}
	for _, f := range report.Files {
		out[filepath.Base(f.Name)] = f.Mutations
	}
	return out, nil
}

// sources are the names of a folder's Go files that are no tests.
func sources(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	var out []string
	for _, e := range entries {
		if name := e.Name(); strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") {
			out = append(out, name)
		}
	}
	if err == nil && len(out) == 0 {
		err = fmt.Errorf("%s: %w", folder, fs.ErrNotExist)
	}
	return out, err
}

// run runs a command; the error of one that fails has what it printed.
func run(ctx context.Context, dir string, env []string, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env = dir, env
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return fmt.Errorf("%s %s: %w\n%s", name, strings.Join(args, " "), err, bytes.TrimSpace(out))
	}
	return err
}
