//go:build samples

package console_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-portal/portico/demo"
	"github.com/portico-portal/portico/internal/console"
)

// The tools these tests need are installed by test/install; a missing one is a failure.

// received is a request as the backend got it.
type received struct {
	method, target string
	headers        http.Header
	body           []byte
}

// recorder is the demo backend, which remembers the last request to each sample's address.
type recorder struct {
	*httptest.Server
	mu   sync.Mutex
	last map[string]received // by the value of the query parameter or path marker
}

func newRecorder(t *testing.T) *recorder {
	rec := &recorder{last: map[string]received{}}
	backend := demo.Backend()
	rec.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("reading a body: %v", err)
		}
		// The first segment names the sample: /python-3/echo/...
		marker, rest, _ := strings.Cut(strings.TrimPrefix(r.RequestURI, "/"), "/")
		rec.mu.Lock()
		rec.last[marker] = received{r.Method, "/" + rest, r.Header.Clone(), body}
		rec.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		http.StripPrefix("/"+marker, backend).ServeHTTP(w, r)
	}))
	t.Cleanup(rec.Close)
	return rec
}

// sample renders a case for a language, to be sent to the recorder.
func (rec *recorder) sample(language console.Language, i int) string {
	r := sampleCases[i].request
	r.URL = fmt.Sprintf("%s/%s-%d%s", rec.URL, language.ID, i, strings.TrimPrefix(r.URL, host))
	return language.Render(r)
}

// check compares what arrived of a case with what should have.
func (rec *recorder) check(t *testing.T, language console.Language, i int, output string) {
	t.Helper()
	c := sampleCases[i]
	rec.mu.Lock()
	got, ok := rec.last[fmt.Sprintf("%s-%d", language.ID, i)]
	rec.mu.Unlock()
	if !ok {
		t.Fatalf("%s: the server got no request from this program:\n%s\nIt said:\n%s", c.name, rec.sample(language, i), output)
	}
	if want := strings.ToUpper(c.request.Method); got.method != want {
		t.Errorf("%s: the method arrived as %s, want %s", c.name, got.method, want)
	}
	if got.target != c.wantTarget {
		t.Errorf("%s: the target arrived as %s, want %s", c.name, got.target, c.wantTarget)
	}
	if diff := cmp.Diff(string(c.request.Body), string(got.body)); diff != "" {
		t.Errorf("%s: the body arrived changed (-sent +got):\n%s", c.name, diff)
	}
	for name, want := range c.wantHeaders {
		if name == "__proto__" && language.ID == "javascript" {
			continue // Node.js itself cannot send a header of this name
		}
		if values := headerValues(got.headers, name); len(values) != 1 || values[0] != want {
			t.Errorf("%s: the header %s arrived as %q, want %q", c.name, name, values, want)
		}
	}
	for _, name := range []string{"Injected", "Bad name"} {
		if values := headerValues(got.headers, name); values != nil {
			t.Errorf("%s: the header %s arrived: %q", c.name, name, values)
		}
	}
	if !strings.Contains(output, "200") && language.ID != "curl" {
		t.Errorf("%s: the program does not say that the answer was 200:\n%s", c.name, output)
	}
	if want := fmt.Sprintf(`"bytes":%d`, len(c.request.Body)); !strings.Contains(output, want) {
		t.Errorf("%s: the program does not show the answer, which has %s:\n%s", c.name, want, output)
	}
}

// headerValues looks a header up without regard to case, also names that Go does not canonicalise.
func headerValues(h http.Header, name string) []string {
	for key, values := range h {
		if strings.EqualFold(key, name) {
			return values
		}
	}
	return nil
}

// run executes a command and returns what it printed; failing is for the caller's check to see.
func run(t *testing.T, dir, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, name, args...)
	command.Dir = dir
	command.Env = append(os.Environ(), "no_proxy=*", "NO_PROXY=*")
	output, err := command.CombinedOutput()
	if err != nil {
		return fmt.Sprintf("%s\n(%s ended with %v)", output, name, err)
	}
	return string(output)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestScriptSamplesSendExactlyTheRequest(t *testing.T) {
	t.Parallel()
	for id, tool := range map[string]struct{ command, file string }{
		"curl":       {"bash", "sample.sh"},
		"python":     {"python3", "sample.py"},
		"javascript": {"node", "sample.mjs"},
		"php":        {"php", "sample.php"},
		"ruby":       {"ruby", "sample.rb"},
	} {
		language, _ := console.LanguageByID(id)
		t.Run(language.Name, func(t *testing.T) {
			t.Parallel()
			rec, dir := newRecorder(t), t.TempDir()
			for i := range sampleCases {
				write(t, filepath.Join(dir, tool.file), rec.sample(language, i))
				rec.check(t, language, i, run(t, dir, tool.command, tool.file))
			}
		})
	}
}

// Go and Java start slowly, so their samples become packages of one program.

func TestGoSamplesSendExactlyTheRequest(t *testing.T) {
	t.Parallel()
	language, _ := console.LanguageByID("go")
	rec, dir := newRecorder(t), t.TempDir()
	var imports, calls strings.Builder
	for i := range sampleCases {
		name := fmt.Sprintf("s%d", i)
		text := strings.Replace(rec.sample(language, i), "package main", "package "+name, 1)
		write(t, filepath.Join(dir, name, "sample.go"), strings.Replace(text, "func main()", "func Main()", 1))
		fmt.Fprintf(&imports, "import %q\n", "samples/"+name)
		fmt.Fprintf(&calls, "\tprintln(\"sample %d\")\n\t%s.Main()\n", i, name)
	}
	write(t, filepath.Join(dir, "go.mod"), "module samples\n")
	write(t, filepath.Join(dir, "main.go"), "package main\n\n"+imports.String()+"\nfunc main() {\n"+calls.String()+"}\n")
	rec.checkAll(t, language, run(t, dir, "go", "run", "."))
}

func TestJavaSamplesSendExactlyTheRequest(t *testing.T) {
	t.Parallel()
	language, _ := console.LanguageByID("java")
	rec, dir := newRecorder(t), t.TempDir()
	var calls strings.Builder
	files := []string{"-proc:none", "Main.java"}
	for i := range sampleCases {
		name := fmt.Sprintf("s%d", i)
		write(t, filepath.Join(dir, name, "Sample.java"), "package "+name+";\n"+rec.sample(language, i))
		files = append(files, filepath.Join(name, "Sample.java"))
		fmt.Fprintf(&calls, "        System.out.println(\"sample %d\");\n        %s.Sample.main(args);\n", i, name)
	}
	write(t, filepath.Join(dir, "Main.java"), "public class Main {\n    public static void main(String[] args) throws Exception {\n"+calls.String()+"    }\n}\n")
	output := run(t, dir, "javac", files...)
	rec.checkAll(t, language, output+run(t, dir, "java", "-cp", ".", "Main"))
}

// checkAll checks every case of a program that printed "sample n" before each.
func (rec *recorder) checkAll(t *testing.T, language console.Language, output string) {
	t.Helper()
	for i := range sampleCases {
		_, part, found := strings.Cut(output, fmt.Sprintf("sample %d\n", i))
		if !found {
			t.Fatalf("the program did not reach sample %d:\n%s", i, output)
		}
		part, _, _ = strings.Cut(part, fmt.Sprintf("sample %d\n", i+1))
		rec.check(t, language, i, part)
	}
}
