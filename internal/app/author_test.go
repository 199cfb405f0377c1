package app

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
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
	{"the scope of a subscription", regexp.MustCompile(`(?i)^/subscriptions(/|$)`), []owner{
		{"internal/apim/ref.go", "the author"},
		{"internal/apim/settings.go", "a path to a member"},
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
	{"where settings are stored", regexp.MustCompile(`(?i)/(portalconfigs/default|portalsettings/s|portalsettings/d|settings/service)`), []owner{
		{"internal/settings", "the author"},
		{"internal/transfer/container.go", "an address of the management API of another service"},
	}},
	{"public ids of workspaces", regexp.MustCompile("^~$|\\w~\\w|%[a-z]~%|[\"'`]~[\"'`]|}~[$\\w{]"), []owner{
		{"internal/apim/id.go", "the author"},
		{"internal/apidoc/tree/node.go", "JSON pointers"},
		{"internal/site/check.go", "JSON pointers"},
		{"internal/site/publish/diff.go", "JSON pointers"},
		{"internal/widget/reference/schema_json.go", "JSON pointers"},
		{"internal/subscription/key.go", "the last visible character"},
		{"cmd/portico/revisions.go", "marks a change"},
		{"cmd/portico/capture.go", "marks a change"},
	}},
}

// addressSpellings are those of the portal's addresses: the pieces that package
// address makes them of, at the beginning of a text or after what is filled in.
func addressSpellings(t *testing.T, sources map[string][]literal) []authored {
	t.Helper()
	shared := []string{"/apis", "/products", "/content"} // of the management API, too
	var own []string
	plain := regexp.MustCompile(`^/[\w.-]+(/[\w.-]+)*$`)
	for path, literals := range sources {
		for _, l := range literals {
			piece, _, _ := strings.Cut(l.text, "{")
			piece = strings.TrimRight(piece, "/")
			if strings.HasPrefix(path, "internal/address/") && plain.MatchString(piece) && piece != "/-" && !slices.Contains(shared, piece) {
				own = append(own, regexp.QuoteMeta(piece))
			}
		}
	}
	if len(own) < 30 {
		t.Fatalf("only %d pieces of addresses are known", len(own))
	}
	slices.SortFunc(own, func(a, b string) int { return len(b) - len(a) })
	any := func(pieces []string) *regexp.Regexp {
		return regexp.MustCompile(`(?:^|[^\w.]|%[a-z]|\$\w+)(?:` + strings.Join(pieces, "|") + `)(?:$|[^\w.-])`)
	}
	return []authored{
		{"the portal's addresses", any(own), []owner{
			{"internal/address", "the author"},
			{"internal/search/schema.go", "the key of a type in the index"},
			{"internal/apim/email_template.go", "the text of a mail, which publishers change; a test follows its links"},
		}},
		{"the portal's addresses of what is a resource, too", any(shared), []owner{
			{"internal/address", "the author"},
			{"internal/apim", "ids of resources"},
			{"internal/account/provision.go", "the scope of a subscription"},
			{"internal/management", "addresses of the management API"},
			{"internal/doctor", "addresses of the management API"},
			{"cmd/portico", "addresses of the management API"},
			{"web/portal/addresses.ts", "written from package address"},
		}},
	}
}

func TestEverySpellingHasOneAuthor(t *testing.T) {
	t.Parallel()
	found, sources := map[owner]bool{}, sourceLiterals(t)
	spellings := append(spellings, addressSpellings(t, sources)...)
	for path, literals := range sources {
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
// tests and paths of imports, and the lines of its templates and scripts.
func sourceLiterals(t *testing.T) map[string][]literal {
	t.Helper()
	read := map[string]func(path string) ([]literal, error){".go": literalsOf, ".tmpl": linesOf, ".ts": linesOf}
	all := map[string][]literal{}
	for _, top := range []string{"cmd", "internal", "web/portal"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, d fs.DirEntry, err error) error {
			of := read[filepath.Ext(path)]
			if err != nil || of == nil || strings.HasSuffix(path, "_test.go") {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err == nil {
				all[filepath.ToSlash(name)], err = of(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// linesOf are the lines of a file, without comments.
func linesOf(path string) (all []literal, err error) {
	data, err := os.ReadFile(path)
	for i, line := range strings.Split(string(data), "\n") {
		line, _, _ = strings.Cut(line, "//")
		if code := strings.TrimSpace(line); !strings.HasPrefix(code, "*") && !strings.HasPrefix(code, "/*") {
			all = append(all, literal{line, i + 1})
		}
	}
	return all, err
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
