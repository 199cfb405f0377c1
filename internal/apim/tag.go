package apim

// Tag is a label on APIs, operations and products.
type Tag struct {
	DisplayName string `json:"displayName"`
}

// Validate checks the name.
func (t *Tag) Validate(v *Violations) {
	v.Text("displayName", t.DisplayName, 160)
}

// Tags is the kind of /tags.
var Tags = &Kind{
	Path: "tags", Verbs: CRUD, New: func() Resource { return new(Tag) }, Workspace: true,
	Filter: titleFilter,
}

var tagLinks = Link{Collection: "tags", To: "tags", Name: TagLink, ETag: true, Filter: titleFilter}
