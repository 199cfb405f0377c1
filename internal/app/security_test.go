package app

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the folder of the module, seen from this package.
const root = "../.."

// goFiles calls do with every Go file of the module's own folders.
func goFiles(t *testing.T, do func(path string)) {
	t.Helper()
	for _, dir := range []string{"cmd", "demo", "internal", "test", "web"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() && d.Name() == "node_modules" {
				return filepath.SkipDir
			}
			if err == nil && strings.HasSuffix(path, ".go") {
				do(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

var (
	matrixRow    = regexp.MustCompile(`(?m)^\| (\d+\.\d+\.\d+[^|]*) \| ([^|]+) \| ([^|]+) \| ([^|]*)\|$`)
	quoted       = regexp.MustCompile("`([^`]+)`")
	testFunction = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
)

// TestTheSecurityMatrixNamesWhatExists: docs/security.md claims nothing for
// which it does not name a test or a place that is there.
func TestTheSecurityMatrixNamesWhatExists(t *testing.T) {
	t.Parallel()
	tests := map[string]bool{}
	goFiles(t, func(path string) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range testFunction.FindAllStringSubmatch(string(text), -1) {
			tests[m[1]] = true
		}
	})
	document, err := os.ReadFile(root + "/docs/security.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := matrixRow.FindAllStringSubmatch(string(document), -1)
	if len(rows) < 200 {
		t.Fatalf("the matrix has %d rows", len(rows))
	}
	seen := map[string]bool{}
	for _, row := range rows {
		id, state, places := row[1], row[2], quoted.FindAllStringSubmatch(row[4], -1)
		if seen[id] {
			t.Errorf("%s occurs twice", id)
		}
		seen[id] = true
		if state != "met" && state != "n/a" && state != "not yet" {
			t.Errorf("%s: the state is %q", id, state)
		}
		if state == "met" && len(places) == 0 {
			t.Errorf("%s: nothing shows that it is met", id)
		}
		for _, place := range places {
			name := place[1]
			if strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz") {
				if !tests[name] {
					t.Errorf("%s: there is no %s", id, name)
				}
			} else if _, err := os.Stat(filepath.Join(root, name)); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
	}
}

// TestNoProgramIsStarted: what others send is never handed to a program, and
// nothing of ours needs one.
func TestNoProgramIsStarted(t *testing.T) {
	t.Parallel()
	goFiles(t, func(path string) {
		if strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, root+"/test/") || strings.Contains(path, "/storetest/") {
			return
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range file.Imports {
			if name := strings.Trim(spec.Path.Value, `"`); name == "os/exec" || name == "plugin" || name == "C" {
				t.Errorf("%s imports %s", path, name)
			}
		}
	})
}
