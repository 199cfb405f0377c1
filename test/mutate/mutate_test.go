package main

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// functionsOf are the functions of a target's mutated files.
func functionsOf(t *testing.T, target target) []string {
	t.Helper()
	files := target.Files
	if len(files) == 0 {
		var err error
		if files, err = sources(filepath.Join(root, target.folder())); err != nil {
			t.Fatal(err)
		}
	}
	var out []string
	for _, file := range files {
		s, err := readSource(root, filepath.Join(target.folder(), file))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, s.functions()...)
	}
	return out
}

func TestTheTableNamesWhatThereIs(t *testing.T) {
	t.Parallel()
	for _, target := range targets {
		there := functionsOf(t, target)
		if len(target.Decides) == 0 {
			t.Errorf("%s: no function decides", target.Package)
		}
		for _, f := range target.Decides {
			if !slices.Contains(there, f) {
				t.Errorf("%s has no function %s in its mutated files: correct the table", target.Package, f)
			}
		}
	}
}

func TestExplanationsAreOfLinesThatThereAre(t *testing.T) {
	t.Parallel()
	explained, err := readExplanations(filepath.Join(root, explainedFile))
	if err != nil {
		t.Fatal(err)
	}
	for p := range explained {
		s, err := readSource(root, p.File)
		if err != nil {
			t.Error(err)
			continue
		}
		if !slices.ContainsFunc(s.lines, func(line string) bool { return squeeze(line) == p.line() }) {
			t.Errorf("%s has no line %q: correct %s", p.File, p.line(), explainedFile)
		}
	}
}

func TestAMutantIsKnownByItsLineNotItsNumber(t *testing.T) {
	t.Parallel()
	const code = "func (s *Set[T]) Has(n int) bool {\n\treturn n >= 0 && n < s.n\n}\n"
	places := map[place]bool{}
	for _, before := range []string{"package x\n", "package x\n\n// a comment\n\n"} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "x.go"), []byte(before+code), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := readSource(dir, "x.go")
		if err != nil {
			t.Fatal(err)
		}
		line := strings.Count(before, "\n") + 2
		o := outcome{Type: "CONDITIONALS_BOUNDARY", Status: "LIVED", Line: line, Column: strings.Index("\treturn n >= 0 && n < s.n", ">=") + 1}
		m, err := s.mutant(o)
		if err != nil {
			t.Fatal(err)
		}
		places[m.place()] = true
		if mutated, err := s.mutated(o); err != nil || mutated != before+strings.Replace(code, ">=", ">", 1) {
			t.Errorf("mutated: %v\n%s", err, mutated)
		}
	}
	want := map[place]bool{{"x.go", "Set.Has", "return n [>= → >] 0 && n < s.n"}: true}
	if !reflect.DeepEqual(places, want) {
		t.Errorf("places %v, want %v", places, want)
	}
}

func TestWhenAPackagePasses(t *testing.T) {
	t.Parallel()
	target := target{Package: "p", Decides: []string{"may"}}
	mutants := func(killed, lived int, in string) result {
		r := result{target: target}
		for range killed {
			r.add(mutant{Killed: true}, false)
		}
		for range lived {
			r.add(mutant{Function: in}, false)
		}
		return r
	}
	excused := mutants(9, 0, "")
	excused.add(mutant{Function: "may"}, true)
	outdated := mutants(10, 0, "")
	outdated.needless = []place{{File: "internal/p/p.go"}}
	for _, tt := range []struct {
		name string
		r    result
		want bool
	}{
		{"nine in ten are killed", mutants(9, 1, "other"), true},
		{"less are", mutants(89, 11, "other"), false},
		{"one lives where code decides", mutants(99, 1, "may"), false},
		{"one lives there and is explained", excused, true},
		{"an explanation is of no survivor", outdated, false},
		{"there are no mutants", result{target: target}, false},
	} {
		if got := tt.r.passes(); got != tt.want {
			t.Errorf("%s: passes %v, want %v", tt.name, got, tt.want)
		}
	}
}
