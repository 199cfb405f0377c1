package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// starters may start goroutines by themselves: they answer for what they start.
var starters = []string{"internal/routine/routine.go", "internal/job/owner.go"}

// helpers of tests are not part of the program.
var helpers = []string{"internal/cost/", "internal/blob/blobtest/"}

// bare names ways to start a goroutine whose panic ends the process.
func bare(file *ast.File) (found map[token.Pos]string) {
	found = map[token.Pos]string{}
	for _, spec := range file.Imports {
		if path, _ := strconv.Unquote(spec.Path.Value); strings.HasSuffix(path, "/errgroup") || strings.HasSuffix(path, "/singleflight") {
			found[spec.Pos()] = "the package " + path
		}
	}
	groups := waitGroups(file)
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found[n.Pos()] = "a go statement"
		case *ast.SelectorExpr:
			if n.Sel.Name == "AfterFunc" {
				found[n.Pos()] = "AfterFunc"
			}
			if n.Sel.Name == "Go" && slices.Contains(groups, lastName(n.X)) {
				found[n.Pos()] = "WaitGroup.Go"
			}
		}
		return true
	})
	return found
}

// waitGroups are the names of the variables and fields that are a sync.WaitGroup.
func waitGroups(file *ast.File) (names []string) {
	add := func(idents []*ast.Ident, of ast.Expr) {
		if s, ok := of.(*ast.SelectorExpr); ok && s.Sel.Name == "WaitGroup" {
			for _, i := range idents {
				names = append(names, i.Name)
			}
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field:
			add(n.Names, n.Type)
		case *ast.ValueSpec:
			add(n.Names, n.Type)
		}
		return true
	})
	return names
}

func lastName(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	}
	return ""
}

func TestEveryGoroutineHasAnOwnerThatRecovers(t *testing.T) {
	t.Parallel()
	root, used := filepath.Join("..", ".."), map[string]bool{}
	for _, dir := range []string{"internal", "cmd", "demo", "web"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, e fs.DirEntry, err error) error {
			if e != nil && e.IsDir() && e.Name() == "node_modules" {
				return fs.SkipDir
			}
			if err != nil || e.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			name, _ := filepath.Rel(root, path)
			name = filepath.ToSlash(name)
			if slices.ContainsFunc(helpers, func(h string) bool { return strings.HasPrefix(name, h) }) {
				return nil
			}
			positions := token.NewFileSet()
			file, err := parser.ParseFile(positions, path, nil, 0)
			if err != nil {
				return err
			}
			for at, what := range bare(file) {
				used[name] = true
				if !slices.Contains(starters, name) {
					t.Errorf("%s: %s: a panic there would end the process; use package routine, or a worker of package job", positions.Position(at), what)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range starters {
		if !used[name] {
			t.Errorf("%s starts no goroutine any more", name)
		}
	}
}
