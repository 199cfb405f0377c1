package console

import (
	"embed"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/template"
)

// MaxSample is how large a call is that samples are made of, in bytes of its
// address, headers and body together, however the call is reached.
const MaxSample = 64 << 10

// Request is the call a sample makes.
//
// What HTTP/1.1 cannot carry is repaired before rendering, the same way in
// every language: characters that are not allowed in a URL, and characters
// outside ASCII in header values, are percent-encoded as UTF-8; line breaks and
// other control characters in header values become spaces; headers whose name
// is not a token, and headers a client writes itself (Host, Content-Length,
// Connection, ...), are left out; repeated headers are joined by commas.
type Request struct {
	Method  string   // "GET" when empty or not a token
	URL     string   // absolute; the fragment is left out
	Headers []Header // in order of appearance
	Body    []byte   // nil or empty: none
	// ContentType is the media type of Body. A Content-Type among Headers wins.
	ContentType string
}

// Header is one header field of a request.
type Header struct{ Name, Value string }

// Size is what counts for [MaxSample].
func (r Request) Size() int {
	n := len(r.URL) + len(r.Body) + len(r.ContentType)
	for _, h := range r.Headers {
		n += len(h.Name) + len(h.Value)
	}
	return n
}

// Language is one language samples are written in: samples/ID.tmpl is its
// program, with the strings of a request as the language writes them.
type Language struct {
	ID    string // in addresses, such as "python"
	Name  string // for people, such as "Python"
	words string // those of its keywords that its program uses

	quote func(string) string         // a string literal
	block func(string) (string, bool) // a literal over several lines; false: text cannot stand in one; nil: there are none
}

// Languages lists every language, in the order people see them.
var Languages = []Language{
	{ID: "curl", Name: "cURL", quote: shell},
	{ID: "http", Name: "HTTP"},
	{ID: "python", Name: "Python", words: "import with as except try from", quote: pythonEscapes.quote, block: pythonBlock},
	{ID: "javascript", Name: "JavaScript", words: "const await", quote: javaScriptString, block: javaScriptBlock},
	{ID: "go", Name: "Go", words: "package import func if defer nil string", quote: strconv.Quote, block: golangBlock},
	{ID: "csharp", Name: "C#", words: "using var new await int", quote: cSharpEscapes.quote, block: cSharpBlock},
	{ID: "java", Name: "Java", words: "import public class static void throws new", quote: javaEscapes.quote, block: javaBlock},
	{ID: "php", Name: "PHP", words: "echo false true", quote: phpString, block: phpBlock},
	{ID: "ruby", Name: "Ruby", words: "require do end true", quote: rubyEscapes.quote, block: rubyBlock},
	{ID: "swift", Name: "Swift", words: "import var let try await as", quote: swiftEscapes.quote, block: swiftBlock},
	{ID: "powershell", Name: "PowerShell", quote: powerShellString, block: powerShellBlock},
}

// LanguageByID finds a language by its id.
func LanguageByID(id string) (Language, bool) {
	i := slices.IndexFunc(Languages, func(l Language) bool { return l.ID == id })
	if i < 0 {
		return Language{}, false
	}
	return Languages[i], true
}

// Render writes the sample of a request.
func (l Language) Render(r Request) string {
	return strings.NewReplacer(literalMark, "", bodyMark, "").Replace(l.marked(r))
}

// marked writes the sample with marks around what comes from the request.
func (l Language) marked(r Request) string {
	var out strings.Builder
	if err := samples()[l.ID].Execute(&out, clean(r)); err != nil {
		panic(err) // embedded, and what it shows is plain data
	}
	return out.String()
}

//go:embed samples/*.tmpl
var files embed.FS

// samples are the programs, by language.
var samples = sync.OnceValue(func() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, l := range Languages {
		name := l.ID + ".tmpl"
		all[l.ID] = template.Must(template.New(name).Funcs(l.functions()).ParseFS(files, "samples/"+name))
	}
	return all
})

// functions are what a program is written with.
func (l Language) functions() template.FuncMap {
	return template.FuncMap{
		"quote":   func(s string) string { return literalMark + l.quote(s) + literalMark },
		"literal": func(s string) string { return literalMark + l.literal(s) + literalMark },
		"body":    func(s string) string { return bodyMark + s + bodyMark },
		"lower":   strings.ToLower, "trimRight": strings.TrimRight, "withContent": withContent,
	}
}

// literal writes text over several lines where that shows it as it is.
func (l Language) literal(text string) string {
	if l.block != nil && isBlock(text) {
		if block, ok := l.block(text); ok {
			return block
		}
	}
	return l.quote(text)
}
