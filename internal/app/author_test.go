package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// authored is a spelling that has one author; the other places call it.
type authored struct {
	what    string
	literal *regexp.Regexp // what only the owners may write in a string or a character
	owners  []owner
}

// owner is a file, or a folder, that may write it, and why.
type owner struct{ path, why string }

var spellings = []authored{
	{"the address of a service, and what shortens it", regexp.MustCompile(`(?i)resourceGroups`), []owner{
		{"internal/apim/id.go", "the author"},
		{"internal/management/unsupported.go", "patterns of routes outside a service"},
		{"internal/access/role.go", "the name of an action"},
	}},
	{"the ref of a workspace", regexp.MustCompile(`(?i)^/?workspaces/?$|/workspaces/(%|$)`), []owner{
		{"internal/apim/ref.go", "the author"},
		{"internal/access/access.go", "the name of an action"},
		{"internal/management/route.go", "names of actions"},
		{"internal/store/overview.go", "a pattern of SQL"},
	}},
	{"the revision in an API's name", regexp.MustCompile(`(?i);rev=`), []owner{
		{"internal/apim/ref.go", "the author"},
		{"internal/gateway/address.go", "the gateway's addresses"},
		{"internal/management/revision.go", "the gateway's addresses"},
	}},
	{"public ids of workspaces", regexp.MustCompile(`^~$|\w~\w|%[a-z]~%`), []owner{
		{"internal/apim/id.go", "the author"},
		{"internal/apidoc/tree/node.go", "JSON pointers"},
		{"internal/site/check.go", "JSON pointers"},
		{"internal/site/publish/diff.go", "JSON pointers"},
		{"internal/widget", "JSON pointers"},
		{"internal/subscription/key.go", "the last visible character"},
		{"cmd/portico/revisions.go", "marks a change"},
		{"cmd/portico/capture.go", "marks a change"},
	}},
}

func TestEverySpellingHasOneAuthor(t *testing.T) {
	t.Parallel()
	found := map[owner]bool{}
	for path, literals := range sourceLiterals(t) {
		for _, s := range spellings {
			i := slices.IndexFunc(s.owners, func(o owner) bool { return o.path == path || strings.HasPrefix(path, o.path+"/") })
			for _, l := range literals {
				switch {
				case !s.literal.MatchString(l.text):
				case i < 0:
					t.Errorf("%s:%d writes %q: %s are written in %s alone", path, l.line, l.text, s.what, s.owners[0].path)
				default:
					found[s.owners[i]] = true
				}
			}
		}
	}
	for _, s := range spellings {
		for _, o := range s.owners {
			if !found[o] {
				t.Errorf("%s does not write %s any more: take it off the list", o.path, s.what)
			}
		}
	}
}

// literal is a string or character of the source.
type literal struct {
	text string
	line int
}

// sourceLiterals are the literals of the program's Go files by path, without
// tests and paths of imports.
func sourceLiterals(t *testing.T) map[string][]literal {
	t.Helper()
	const root = "../.."
	all := map[string][]literal{}
	for _, top := range []string{"cmd", "internal"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err == nil {
				all[filepath.ToSlash(name)], err = literalsOf(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func literalsOf(path string) (all []literal, err error) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if _, ok := n.(*ast.ImportSpec); ok {
			return false
		}
		if l, ok := n.(*ast.BasicLit); ok {
			if text, err := strconv.Unquote(l.Value); err == nil {
				all = append(all, literal{text, files.Position(l.Pos()).Line})
			}
		}
		return true
	})
	return all, nil
}
