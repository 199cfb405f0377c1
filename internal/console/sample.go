package console

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

// Language is one language samples are written in.
type Language struct {
	ID     string // in addresses, such as "python"
	Name   string // for people, such as "Python"
	Lexer  string // the highlighter's name of the language
	Render func(Request) string
}

// Languages lists every language, in the order people see them.
var Languages = []Language{
	{ID: "curl", Name: "cURL", Lexer: "bash", Render: render(curl)},
	{ID: "http", Name: "HTTP", Lexer: "http", Render: render(rawHTTP)},
	{ID: "python", Name: "Python", Lexer: "python", Render: render(python)},
	{ID: "javascript", Name: "JavaScript", Lexer: "javascript", Render: render(javaScript)},
	{ID: "go", Name: "Go", Lexer: "go", Render: render(golang)},
	{ID: "csharp", Name: "C#", Lexer: "csharp", Render: render(cSharp)},
	{ID: "java", Name: "Java", Lexer: "java", Render: render(java)},
	{ID: "php", Name: "PHP", Lexer: "php", Render: render(php)},
	{ID: "ruby", Name: "Ruby", Lexer: "ruby", Render: render(ruby)},
	{ID: "swift", Name: "Swift", Lexer: "swift", Render: render(swift)},
	{ID: "powershell", Name: "PowerShell", Lexer: "powershell", Render: render(powerShell)},
}

// LanguageByID finds a language by its id.
func LanguageByID(id string) (Language, bool) {
	for _, l := range Languages {
		if l.ID == id {
			return l, true
		}
	}
	return Language{}, false
}

// render makes a language's renderer from one that trusts HTTP can carry the request.
func render(write func(call) string) func(Request) string {
	return func(r Request) string { return write(clean(r)) }
}
