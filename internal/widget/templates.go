package widget

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"regexp"
	"strings"
	"sync"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/widget/reference"
)

//go:embed templates/*.tmpl
var templateFiles embed.FS

// frame is what a template is executed with: T, N and the request come from Input.
type frame struct {
	*Input
	V     any
	Class string // of the node's styles; "" for none
}

// With is the frame with another view, for templates that use templates.
func (f frame) With(v any) frame {
	f.V = v
	return f
}

// templates is the parsed set; parsing happens once.
var templates = sync.OnceValue(func() *template.Template {
	t := template.New("").Funcs(template.FuncMap{
		"homeHref": fixed(address.Home), "apisHref": fixed(address.APIs), "productsHref": fixed(address.Products),
		"searchHref": fixed(address.Search), "profileHref": fixed(address.Profile), "signOutHref": fixed(address.SignOut),
		"manifestHref": fixed(address.Manifest), "endPreviewHref": fixed(address.EndPreview), "keysHref": fixed(address.ConsoleKeys), "returnName": fixed(address.ReturnTo),
		"apiHref": address.API, "operationHref": address.Operation, "productHref": address.Product, "taggedHref": address.Tagged, "operationsHref": address.Operations,
		"icon": icon,
	}).Funcs(reference.Functions())
	parse(t, templateFiles)
	parse(t, reference.Templates)
	return t
})

func parse(t *template.Template, files embed.FS) {
	names, err := fs.Glob(files, "templates/*.tmpl")
	if err != nil {
		panic(err) // the pattern is constant
	}
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(err) // embedded
		}
		base := strings.TrimSuffix(strings.TrimPrefix(name, "templates/"), ".tmpl")
		template.Must(t.New(base).Parse(tighten(string(text))))
	}
}

// fixed is a template's function for an address that never changes.
func fixed(address string) func() string { return func() string { return address } }

var (
	indentation = regexp.MustCompile(`\n\s*`)
	upperCase   = regexp.MustCompile(`[A-Z]`)
)

// tighten drops the line breaks and indentation that make templates readable:
// where a space must stay, a template writes it inside a line.
func tighten(text string) string { return indentation.ReplaceAllString(strings.TrimSpace(text), "") }

// templateName is the snake-case name of a stored type: listOfApis is
// list_of_apis, input:search input_search.
func templateName(nodeType string) string {
	s := upperCase.ReplaceAllStringFunc(nodeType, func(u string) string { return "_" + strings.ToLower(u) })
	return strings.NewReplacer("-", "_", ":", "_").Replace(s)
}

// execute runs one template.
func execute(name string, f frame) ([]byte, error) {
	var b bytes.Buffer
	err := templates().ExecuteTemplate(&b, name, f)
	return b.Bytes(), err
}
