package apim

import "cmp"

// The names of the built-in groups. They cannot be changed or deleted.
const (
	Administrators = "administrators"
	Developers     = "developers"
	Guests         = "guests"
)

// Group is a set of users that products and content name.
type Group struct {
	DisplayName string `json:"displayName"`
	Description string `json:"description,omitempty"`
	BuiltIn     bool   `json:"builtIn"`
	Type        string `json:"type,omitempty"`       // custom, system, external
	ExternalID  string `json:"externalId,omitempty"` // id at the identity provider, for the type external
}

// Default makes a custom group.
func (g *Group) Default() {
	g.Type = cmp.Or(g.Type, "custom")
}

// Validate checks lengths and the type.
func (g *Group) Validate(v *Violations) {
	v.Text("displayName", g.DisplayName, 300)
	v.Length("description", g.Description, 1000)
	v.OneOf("type", &g.Type, "custom", "system", "external")
}

// Groups is the kind of /groups.
var Groups = &Kind{
	Path: "groups", Verbs: CRUD, New: func() Resource { return new(Group) }, MaxName: 256, Workspace: true,
	Filter: Fields{"name", "displayName", "description", "externalId"},
	Links: []Link{{
		Collection: "users", To: "users", Name: GroupUser, Workspace: true,
		Filter: Fields{"name", "firstName", "lastName", "email", "note", "registrationDate"},
	}},
}
