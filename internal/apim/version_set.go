package apim

// VersionSet groups APIs that are versions of one another.
type VersionSet struct {
	DisplayName       string `json:"displayName"`
	Description       string `json:"description,omitempty"`
	VersioningScheme  string `json:"versioningScheme"`            // Segment, Query, Header
	VersionQueryName  string `json:"versionQueryName,omitempty"`  // parameter of the scheme Query
	VersionHeaderName string `json:"versionHeaderName,omitempty"` // header of the scheme Header
}

// The versioning schemes.
const (
	SchemeSegment = "Segment"
	SchemeQuery   = "Query"
	SchemeHeader  = "Header"
)

// Validate checks the scheme and the name that goes with it.
func (s *VersionSet) Validate(v *Violations) {
	v.Text("displayName", s.DisplayName, 100)
	if v.Required("versioningScheme", s.VersioningScheme) {
		v.OneOf("versioningScheme", &s.VersioningScheme, SchemeSegment, SchemeQuery, SchemeHeader)
	}
	if s.VersioningScheme == SchemeQuery {
		v.Required("versionQueryName", s.VersionQueryName)
	}
	if s.VersioningScheme == SchemeHeader {
		v.Required("versionHeaderName", s.VersionHeaderName)
	}
}

// VersionSets is the kind of /apiVersionSets.
var VersionSets = &Kind{
	Path: "apiVersionSets", Verbs: CRUD, New: func() Resource { return new(VersionSet) }, Workspace: true,
	Filter: nameFilter,
}
