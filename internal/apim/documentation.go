package apim

// Documentation is a page in Markdown that wikis show.
type Documentation struct {
	Title   string `json:"title,omitempty"`
	Content string `json:"content,omitempty"` // Markdown, untrusted
}

// Validate checks lengths.
func (d *Documentation) Validate(v *Violations) {
	v.Length("title", d.Title, 300)
	v.Length("content", d.Content, 1<<20)
}

// Documentations is the kind of /documentations.
var Documentations = &Kind{
	Path: "documentations", Verbs: CRUD, New: func() Resource { return new(Documentation) }, MaxName: 256,
	Filter: Fields{"name", "title"},
}

// Wiki lists the documentation of an API or a product.
type Wiki struct {
	Documents []WikiDocument `json:"documents"`
}

// WikiDocument is one page of a wiki.
type WikiDocument struct {
	DocumentationID string `json:"documentationId"` // a name, or /documentations/x
}

// Default makes the list of documents.
func (w *Wiki) Default() { orEmpty(&w.Documents) }

// Validate requires an id in each entry.
func (w *Wiki) Validate(v *Violations) {
	for i, d := range w.Documents {
		v.At("documents", i, func(v *Violations) { v.Required("documentationId", d.DocumentationID) })
	}
}

// APIWikis is the kind of /apis/wikis.
var APIWikis = &Kind{
	Path: "apis/wikis", Verbs: CRUD, OnAlias: true, Singleton: "default", New: func() Resource { return new(Wiki) }, Filter: onlyName,
}

// ProductWikis is the kind of /products/wikis.
var ProductWikis = &Kind{
	Path: "products/wikis", Verbs: CRUD, Singleton: "default", New: func() Resource { return new(Wiki) }, Filter: onlyName,
}
