package apim

import (
	"encoding/json"
	"fmt"
	"regexp"
	"time"
)

// ContentType describes a collection of content items.
type ContentType struct {
	ID          string          `json:"id,omitempty"` // /contentTypes/{name}
	Name        string          `json:"name,omitempty"`
	Description string          `json:"description,omitempty"`
	Version     string          `json:"version,omitempty"`
	Schema      json.RawMessage `json:"schema,omitempty"` // JSON Schema of the items
}

// Validate checks the name's length.
func (c *ContentType) Validate(v *Violations) { v.Length("name", c.Name, 250) }

// ContentTypes is the kind of /contentTypes.
var ContentTypes = &Kind{
	Path: "contentTypes", Verbs: CRUD &^ Patch, New: func() Resource { return new(ContentType) }, Raw: []string{"schema"},
	ShortID: true, MaxName: 250, AnyName: true, FilterAny: true,
}

// ContentItems is the kind of the content itself, kept exactly as it came.
var ContentItems = &Kind{
	Path: "contentTypes/contentItems", Verbs: CRUD &^ Patch,
	ShortID: true, MaxName: 250, AnyName: true, FilterAny: true,
}

// PortalContentTypes is the kind of /portals/contentTypes.
var PortalContentTypes = &Kind{
	Path: "portals/contentTypes", Verbs: CRUD &^ Patch, New: func() Resource { return new(ContentType) }, Raw: []string{"schema"},
	ShortID: true, MaxName: 250, AnyName: true, FilterAny: true,
}

// PortalContentItems is the kind of /portals/contentTypes/contentItems.
var PortalContentItems = &Kind{
	Path: "portals/contentTypes/contentItems", Verbs: CRUD &^ Patch,
	ShortID: true, MaxName: 250, AnyName: true, FilterAny: true,
}

// Portal is a further site of the service, for hostnames of its own. Its content
// lies at /portals/{id}/contentTypes.
type Portal struct {
	DisplayName string   `json:"displayName"`
	Hostnames   []string `json:"hostnames"` // without port
}

// Default makes the list of hostnames.
func (p *Portal) Default() {
	orEmpty(&p.Hostnames)
}

var hostname = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?)*$`)

// Validate checks the name and each hostname.
func (p *Portal) Validate(v *Violations) {
	v.Text("displayName", p.DisplayName, 300)
	for i, name := range p.Hostnames {
		if len(name) > 253 || !hostname.MatchString(name) {
			v.Addf(fmt.Sprintf("hostnames[%d]", i), "%q is not a hostname, such as docs.example.com.", name)
		}
	}
}

// Portals is the kind of /portals (beyond API Management); the site where
// existing clients look is none of them.
var Portals = &Kind{
	Path: "portals", Verbs: CRUD, New: func() Resource { return new(Portal) }, Filter: titleFilter,
}

// PortalRevision is an immutable published site.
type PortalRevision struct {
	Description     string     `json:"description,omitempty"`
	StatusDetails   string     `json:"statusDetails,omitempty"` // what publishing found; "" for nothing
	Status          string     `json:"status,omitempty"`        // pending, publishing, completed, failed
	IsCurrent       bool       `json:"isCurrent"`               // whether it is the published site
	CreatedDateTime *time.Time `json:"createdDateTime,omitempty"`
	UpdatedDateTime *time.Time `json:"updatedDateTime,omitempty"`
	Author          string     `json:"author,omitempty"` // who published it

	// ScheduledDateTime is when the revision becomes current by itself (beyond
	// API Management); nil: never.
	ScheduledDateTime *time.Time `json:"scheduledDateTime,omitempty"`
}

// Validate checks the description's length.
func (r *PortalRevision) Validate(v *Violations) { v.Length("description", r.Description, 2000) }

// PortalRevisions is the kind of /portalRevisions.
var PortalRevisions = &Kind{
	Path: "portalRevisions", Verbs: Head | Get | Put | Patch, New: func() Resource { return new(PortalRevision) },
	PutAlways201: true, Filter: Fields{"name", "description", "isCurrent"},
}

// TenantAccess is the properties of tenant/access: whether its keys may mint tokens.
type TenantAccess struct {
	ID          string `json:"id,omitempty"`          // the part of the address after tenant/: access or gitAccess
	PrincipalID string `json:"principalId,omitempty"` // read only
	Enabled     bool   `json:"enabled"`
}

// Validate does nothing: every value is legal.
func (t *TenantAccess) Validate(*Violations) {}

// TenantAccesses is the kind of /tenant.
var TenantAccesses = &Kind{
	Path: "tenant", Verbs: Head | Get | Put | Patch, New: func() Resource { return new(TenantAccess) },
	Fixed: true, Owners: true, Names: []Name{"access", "gitAccess"},
	Secrets: []string{"primaryKey", "secondaryKey"},
	Actions: []string{
		"listSecrets", "regeneratePrimaryKey", "regenerateSecondaryKey",
		"git/regeneratePrimaryKey", "git/regenerateSecondaryKey",
	},
}
