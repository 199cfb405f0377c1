package search

import "github.com/portico-portal/portico/internal/apim"

// The kinds of a hit.
const (
	KindAPI       = "api"
	KindProduct   = "product"
	KindOperation = "operation"
	KindSchema    = "schema" // a named definition of an API
	KindPage      = "page"   // of the site, see Pages
)

// Hit is one found document.
type Hit struct {
	Kind    string        // one of the kinds above
	Ref     apim.Ref      // /apis/x, /products/x or /apis/x;rev=n/operations/y; of a schema the API's revision; "" of a page
	APIID   apim.PublicID // API, operation and schema: the API's
	Name    string        // the document's own id or name
	Title   string        // display name
	API     string        // operation and schema: display name of its API
	Method  string        // operation: HTTP method
	Path    string        // API: path below the gateway; operation: URL template; page: address
	Snippet string        // plain text around the first match in the description, or its start

	TitleMarks   []Mark // matches in Title
	SnippetMarks []Mark // matches in Snippet
}

// Mark is a matching stretch of text, in bytes; End is after the last one.
type Mark struct{ Start, End int }

// Part is a stretch of text that matches or does not; templates wrap the former in <mark>.
type Part struct {
	Text  string
	Match bool
}

// TitleParts splits the title at its matches.
func (h Hit) TitleParts() []Part { return split(h.Title, h.TitleMarks) }

// SnippetParts splits the snippet at its matches.
func (h Hit) SnippetParts() []Part { return split(h.Snippet, h.SnippetMarks) }

func split(text string, marks []Mark) []Part {
	var parts []Part
	at := 0
	for _, m := range marks {
		if m.Start > at {
			parts = append(parts, Part{Text: text[at:m.Start]})
		}
		parts = append(parts, Part{Text: text[m.Start:m.End], Match: true})
		at = m.End
	}
	if at < len(text) {
		parts = append(parts, Part{Text: text[at:]})
	}
	return parts
}
