package apim

import "time"

// Release makes a revision of an API the current one, and says why.
type Release struct {
	APIID           string     `json:"apiId,omitempty"` // the revision, stored short: /apis/x;rev=2
	Notes           string     `json:"notes,omitempty"` // what changed, for consumers
	CreatedDateTime *time.Time `json:"createdDateTime,omitempty"`
	UpdatedDateTime *time.Time `json:"updatedDateTime,omitempty"`
}

// Validate checks the length of the notes.
func (r *Release) Validate(v *Violations) { v.Length("notes", r.Notes, 4000) }

// Releases is the kind of /apis/releases.
var Releases = &Kind{
	Path: "apis/releases", Verbs: CRUD, OnAlias: true, New: func() Resource { return new(Release) }, Workspace: true,
	Filter: Fields{"name", "notes"}, Refs: []string{"apiId"},
}

// TagDescription says what a tag means within one API.
type TagDescription struct {
	Description             string `json:"description,omitempty"`
	ExternalDocsURL         string `json:"externalDocsUrl,omitempty"`
	ExternalDocsDescription string `json:"externalDocsDescription,omitempty"`
	TagID                   string `json:"tagId,omitempty"`       // read-only, stored short: /tags/x
	DisplayName             string `json:"displayName,omitempty"` // the tag's
}

// Validate checks lengths and the address.
func (d *TagDescription) Validate(v *Violations) {
	v.Length("description", d.Description, 4000)
	v.Length("externalDocsUrl", d.ExternalDocsURL, 2000)
	v.URL("externalDocsUrl", d.ExternalDocsURL)
	v.Length("externalDocsDescription", d.ExternalDocsDescription, 4000)
}

// TagDescriptions is the kind of /apis/tagDescriptions.
var TagDescriptions = &Kind{
	Path: "apis/tagDescriptions", Verbs: CRUD &^ Patch, OnAlias: true, New: func() Resource { return new(TagDescription) },
	Filter: titleFilter, Refs: []string{"tagId"},
}

// Resolver gets the value of one field of a GraphQL schema.
type Resolver struct {
	DisplayName string `json:"displayName,omitempty"`
	Path        string `json:"path,omitempty"` // type and field: Query/users
	Description string `json:"description,omitempty"`
}

// Validate checks what is required, and lengths.
func (r *Resolver) Validate(v *Violations) {
	v.Text("displayName", r.DisplayName, 300)
	v.Text("path", r.Path, 300)
	v.Length("description", r.Description, 1000)
}

// Resolvers is the kind of /apis/resolvers.
var Resolvers = &Kind{
	Path: "apis/resolvers", Verbs: CRUD, New: func() Resource { return new(Resolver) },
	Filter: Fields{"name", "displayName", "path", "description"},
	Idle:   "The gateway runs no resolvers yet.",
}
