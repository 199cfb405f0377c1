package process

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	mdtext "github.com/yuin/goldmark/text"
)

// block is a fenced block of a document.
type block struct {
	place    string // file and line
	language string // "" or sh: commands; text: what the commands before print; yaml: settings
	notRun   string // the reason in the comment before it, if any
	text     string
}

// reasons are why a block of commands may stay out of the test.
var reasons = []string{"builds and tests", "needs a public name", "starts a system service"}

// TestEveryCommandOfTheDocumentsWorks runs the blocks of README and docs as a
// reader would: in order, from an empty folder, with a description at hand.
func TestEveryCommandOfTheDocumentsWorks(t *testing.T) {
	t.Parallel()
	documents, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(documents) == 0 {
		t.Fatal(documents, err)
	}
	r := newReader(t)
	for _, name := range append([]string{"../../README.md"}, documents...) {
		ran, all := 0, blocks(t, name)
		for _, b := range all {
			if r.try(t, b) {
				ran++
			}
		}
		t.Logf("%s: %d blocks ran", name, ran)
		if ran == 0 && len(all) > 0 {
			t.Errorf("no block of %s ran", name)
		}
	}
}

// blocks are the fenced blocks of a Markdown file.
func blocks(t *testing.T, name string) []block {
	t.Helper()
	source, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	notRun := regexp.MustCompile(`^<!-- not run: (.*) -->\s*$`)
	var all []block
	err = ast.Walk(goldmark.DefaultParser().Parse(mdtext.NewReader(source)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		code, ok := n.(*ast.FencedCodeBlock)
		if !ok || !entering {
			return ast.WalkContinue, nil
		}
		b := block{language: string(code.Language(source)), text: string(code.Lines().Value(source))}
		if code.Lines().Len() > 0 {
			b.place = fmt.Sprintf("%s:%d", name, bytes.Count(source[:code.Lines().At(0).Start], []byte{'\n'})+1)
		}
		if before, ok := n.PreviousSibling().(*ast.HTMLBlock); ok {
			if m := notRun.FindSubmatch(before.Lines().Value(source)); m != nil {
				b.notRun = string(m[1])
			}
		}
		all = append(all, b)
		return ast.WalkContinue, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// reader is somebody who types what the documents say, in a folder of their own.
type reader struct {
	dir     string
	env     []string
	server  *process
	printed string // by the last block of commands
}

func newReader(t *testing.T) *reader {
	t.Helper()
	r := &reader{dir: t.TempDir()}
	home := t.TempDir()
	for name, content := range map[string]string{
		filepath.Join(home, ".curlrc"):       "fail-with-body\nsilent\nshow-error\n",
		filepath.Join(r.dir, "openapi.yaml"): strings.ReplaceAll(ordersDescription, "BACKEND", "https://backend.example"),
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(r.dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(binary, filepath.Join(r.dir, "bin", "portico")); err != nil {
		t.Fatal(err)
	}
	r.env = append(os.Environ(), "HOME="+home, "PATH="+filepath.Join(r.dir, "bin")+":"+os.Getenv("PATH"))
	return r
}

// try does what a block asks for, and reports whether that was to run commands.
func (r *reader) try(t *testing.T, b block) bool {
	t.Helper()
	switch {
	case b.notRun != "":
		if !slices.Contains(reasons, b.notRun) {
			t.Errorf("%s is not run since it %s; that is no reason", b.place, b.notRun)
		}
	case b.language == "text":
		r.compare(t, b)
	case b.language == "yaml":
		r.settings(t, b)
	case b.language == "" || b.language == "sh":
		r.run(t, b)
		return true
	default:
		t.Errorf("%s is in %q: the test knows commands (sh), what they print (text) and settings (yaml)", b.place, b.language)
	}
	return false
}

var serves = regexp.MustCompile(`^(?:bin/)?portico (serve|demo)\b([^#]*)`)

// run types the lines; a server goes to another terminal.
func (r *reader) run(t *testing.T, b block) {
	t.Helper()
	r.printed = ""
	for line := range strings.Lines(b.text) {
		if m := serves.FindStringSubmatch(line); m != nil {
			if r.server != nil {
				r.server.stop()
			}
			r.server = startIn(t, r.dir, m[1], strings.Fields(m[2])...)
			continue
		}
		if r.server != nil {
			line = strings.NewReplacer("http://127.0.0.1:8080", r.server.portal, "http://127.0.0.1:8081", r.server.gateway, "http://127.0.0.1:8082", r.server.management).Replace(line)
		}
		cmd := exec.Command("bash", "-euo", "pipefail", "-c", line)
		cmd.Dir, cmd.Env, cmd.WaitDelay = r.dir, r.env, time.Minute
		out, err := cmd.CombinedOutput()
		r.printed += string(out)
		if err != nil {
			t.Fatalf("%s: %s%v\n%s", b.place, line, err, out)
		}
	}
}

// compare holds what is shown against what was printed; ... stands for anything.
func (r *reader) compare(t *testing.T, b block) {
	t.Helper()
	pattern := strings.ReplaceAll(regexp.QuoteMeta(strings.TrimSpace(b.text)), `\.\.\.`, `[^\n]*`)
	if !regexp.MustCompile(pattern).MatchString(r.printed) {
		t.Errorf("%s shows\n%s\nand printed was\n%s", b.place, b.text, r.printed)
	}
}

// settings must be known.
func (r *reader) settings(t *testing.T, b block) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "portico.yaml")
	if err := os.WriteFile(file, []byte(b.text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, code := run(t, "serve", "--config", file, "--only", "none"); code != 2 || strings.Contains(out, "unknown setting") || !strings.Contains(out, "--only") {
		t.Errorf("%s is no file of settings: %s", b.place, out)
	}
}
