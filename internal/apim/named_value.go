package apim

import (
	"regexp"
	"time"
)

// NamedValue is a text that policies refer to as {{displayName}}. The value of a
// secret one is stored apart.
type NamedValue struct {
	DisplayName string    `json:"displayName"`
	Value       string    `json:"value,omitempty"` // never in answers if secret
	Secret      bool      `json:"secret"`
	Tags        []string  `json:"tags,omitempty"` // only for filtering lists
	KeyVault    *KeyVault `json:"keyVault,omitempty"`
}

// KeyVault is a secret in a key vault.
type KeyVault struct {
	SecretIdentifier string `json:"secretIdentifier"`           // address of the secret
	IdentityClientID string `json:"identityClientId,omitempty"` // client id of the identity that reads it
}

var namedValueName = regexp.MustCompile(`^[A-Za-z0-9\-._]+$`)

// Validate checks the name, and that there is one value.
func (n *NamedValue) Validate(v *Violations) {
	if v.Required("displayName", n.DisplayName) {
		v.Length("displayName", n.DisplayName, 256)
		if !namedValueName.MatchString(n.DisplayName) {
			v.Addf("displayName", "displayName may hold letters, digits, periods, hyphens and underscores; it is %q.", n.DisplayName)
		}
	}
	v.Length("value", n.Value, 4096)
	if n.Value == "" && n.KeyVault == nil {
		v.Addf("value", "value is required, unless keyVault says where it is.")
	}
	if len(n.Tags) > 32 {
		v.Addf("tags", "tags may hold at most 32 tags; there are %d.", len(n.Tags))
	}
	n.KeyVault.check(v)
}

// NamedValues is the kind of /namedValues.
var NamedValues = &Kind{
	Path: "namedValues", Verbs: CRUD, New: func() Resource { return new(NamedValue) }, MaxName: 256, Workspace: true,
	Filter: Fields{"name", "displayName", "tags"}, Always: []Member{provisioned, {"tags", `[]`}},
	Secrets: []string{"value"}, SecretIf: func(r Resource) bool { return r.(*NamedValue).Secret },
	Actions: []string{"listValue", "refreshSecret"},
}

func (k *KeyVault) check(v *Violations) {
	if k == nil {
		return
	}
	v.In("keyVault", func(v *Violations) {
		if v.Required("secretIdentifier", k.SecretIdentifier) {
			v.URL("secretIdentifier", k.SecretIdentifier)
		}
	})
}

// Certificate is a certificate with its key, for calls to backends. Data (PKCS #12
// or PEM, in base64) and Password are secrets; the rest follows from them.
type Certificate struct {
	Data           string     `json:"data,omitempty"`           // write only
	Password       string     `json:"password,omitempty"`       // write only
	Subject        string     `json:"subject,omitempty"`        // read from the certificate
	Thumbprint     string     `json:"thumbprint,omitempty"`     // SHA-1, upper-case hexadecimal
	ExpirationDate *time.Time `json:"expirationDate,omitempty"` // read from the certificate
	KeyVault       *KeyVault  `json:"keyVault,omitempty"`
}

// Validate requires a certificate, here or in a key vault.
func (c *Certificate) Validate(v *Violations) {
	if c.Data == "" && c.KeyVault == nil {
		v.Addf("data", "data is required, unless keyVault says where the certificate is.")
	}
	c.KeyVault.check(v)
}

// Certificates is the kind of /certificates.
var Certificates = &Kind{
	Path: "certificates", Verbs: CRUD &^ Patch, New: func() Resource { return new(Certificate) }, Workspace: true,
	Filter: Fields{"name", "subject", "thumbprint", "expirationDate"}, Secrets: []string{"data", "password"},
	Actions: []string{"refreshSecret"},
	Idle:    "The gateway shows backends no certificate yet.",
}

// Cache is an external cache of the gateway.
type Cache struct {
	Description      string `json:"description,omitempty"`
	ConnectionString string `json:"connectionString"`     // a named value in braces, once stored
	UseFromLocation  string `json:"useFromLocation"`      // default, or the name of a region
	ResourceID       string `json:"resourceId,omitempty"` // address of the Azure resource that it is
}

// Validate checks what is required, and lengths.
func (c *Cache) Validate(v *Violations) {
	v.Length("description", c.Description, 2000)
	v.Text("connectionString", c.ConnectionString, 300)
	v.Text("useFromLocation", c.UseFromLocation, 256)
	v.Length("resourceId", c.ResourceID, 2000)
}

// Caches is the kind of /caches.
var Caches = &Kind{
	Path: "caches", Verbs: CRUD, New: func() Resource { return new(Cache) }, Idle: "The gateway uses no external cache yet.",
}
