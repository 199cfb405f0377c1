package apim

import ()

// AuthorizationServer is an OAuth 2.0 server that the console signs callers in
// at (apim-rest.md §1.14). clientSecret and the resource owner's name and
// password are secrets.
type AuthorizationServer struct {
	DisplayName                string      `json:"displayName"`
	Description                string      `json:"description,omitempty"`
	ClientRegistrationEndpoint string      `json:"clientRegistrationEndpoint"` // page on which people register an app
	AuthorizationEndpoint      string      `json:"authorizationEndpoint"`
	TokenEndpoint              string      `json:"tokenEndpoint,omitempty"`
	AuthorizationMethods       []string    `json:"authorizationMethods,omitempty"`       // HTTP methods of the authorization endpoint
	GrantTypes                 []string    `json:"grantTypes"`                           // see Validate
	ClientAuthenticationMethod []string    `json:"clientAuthenticationMethod,omitempty"` // Basic, Body: how the token endpoint gets the client's secret
	ClientID                   string      `json:"clientId"`
	ClientSecret               string      `json:"clientSecret,omitempty"`
	BearerTokenSendingMethods  []string    `json:"bearerTokenSendingMethods,omitempty"` // authorizationHeader, query
	DefaultScope               string      `json:"defaultScope,omitempty"`              // scopes to ask for, separated by spaces
	TokenBodyParameters        []NameValue `json:"tokenBodyParameters,omitempty"`       // sent to the token endpoint in addition
	SupportState               bool        `json:"supportState"`                        // whether to send the parameter state
	ResourceOwnerUsername      string      `json:"resourceOwnerUsername,omitempty"`
	ResourceOwnerPassword      string      `json:"resourceOwnerPassword,omitempty"`
	UseInTestConsole           *bool       `json:"useInTestConsole,omitempty"` // nil: true
	UseInAPIDocumentation      *bool       `json:"useInApiDocumentation,omitempty"`
}

// NameValue is a named text.
type NameValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Default: GET is always among the methods; the console uses the server.
func (s *AuthorizationServer) Default() {
	if _, ok := Spelling("GET", s.AuthorizationMethods...); !ok {
		s.AuthorizationMethods = append(s.AuthorizationMethods, "GET")
	}
	orBool(&s.UseInTestConsole, true)
	orBool(&s.UseInAPIDocumentation, false)
}

// Validate checks what is required, addresses, and what each grant needs.
func (s *AuthorizationServer) Validate(v *Violations) {
	v.Text("displayName", s.DisplayName, 50)
	if v.Required("clientRegistrationEndpoint", s.ClientRegistrationEndpoint) {
		v.URL("clientRegistrationEndpoint", s.ClientRegistrationEndpoint)
	}
	if v.Required("authorizationEndpoint", s.AuthorizationEndpoint) {
		v.URL("authorizationEndpoint", s.AuthorizationEndpoint)
	}
	v.URL("tokenEndpoint", s.TokenEndpoint)
	v.Required("clientId", s.ClientID)
	if len(s.GrantTypes) == 0 {
		v.Addf("grantTypes", "grantTypes must name at least one grant.")
	}
	v.EachOf("grantTypes", s.GrantTypes, "authorizationCode", "authorizationCodeWithPkce", "implicit", "resourceOwnerPassword", "clientCredentials")
	v.EachOf("authorizationMethods", s.AuthorizationMethods, "HEAD", "OPTIONS", "TRACE", "GET", "POST", "PUT", "PATCH", "DELETE")
	v.EachOf("clientAuthenticationMethod", s.ClientAuthenticationMethod, "Basic", "Body")
	v.bearerTokens("bearerTokenSendingMethods", s.BearerTokenSendingMethods)
	for i, p := range s.TokenBodyParameters {
		v.At("tokenBodyParameters", i, func(v *Violations) { v.Required("name", p.Name) })
	}
}

// bearerTokens checks where a token may be sent.
func (v *Violations) bearerTokens(field string, methods []string) {
	v.EachOf(field, methods, "authorizationHeader", "query")
}

// AuthorizationServers is the kind of /authorizationServers.
var AuthorizationServers = &Kind{
	Path: "authorizationServers", Verbs: CRUD, New: func() Resource { return new(AuthorizationServer) }, MaxName: 256,
	Filter: titleFilter, Secrets: []string{"clientSecret", "resourceOwnerUsername", "resourceOwnerPassword"},
	Actions: []string{"listSecrets"},
	Idle:    "The console gets no tokens from authorization servers yet.",
}

// OpenIDConnectProvider is an OpenID Connect provider that the console signs
// callers in at. clientSecret is a secret.
type OpenIDConnectProvider struct {
	DisplayName           string `json:"displayName"`
	Description           string `json:"description,omitempty"`
	MetadataEndpoint      string `json:"metadataEndpoint"` // address of the discovery document
	ClientID              string `json:"clientId"`
	ClientSecret          string `json:"clientSecret,omitempty"`
	UseInTestConsole      *bool  `json:"useInTestConsole,omitempty"` // nil: true
	UseInAPIDocumentation *bool  `json:"useInApiDocumentation,omitempty"`
}

// Default: the console uses the provider.
func (p *OpenIDConnectProvider) Default() {
	orBool(&p.UseInTestConsole, true)
	orBool(&p.UseInAPIDocumentation, false)
}

// Validate checks what is required, and the address.
func (p *OpenIDConnectProvider) Validate(v *Violations) {
	v.Text("displayName", p.DisplayName, 50)
	if v.Required("metadataEndpoint", p.MetadataEndpoint) {
		v.URL("metadataEndpoint", p.MetadataEndpoint)
	}
	v.Required("clientId", p.ClientID)
}

// OpenIDConnectProviders is the kind of /openidConnectProviders.
var OpenIDConnectProviders = &Kind{
	Path: "openidConnectProviders", Verbs: CRUD, New: func() Resource { return new(OpenIDConnectProvider) }, MaxName: 256,
	Filter: titleFilter, Secrets: []string{"clientSecret"}, Actions: []string{"listSecrets"},
	Idle: "The console gets no tokens from OpenID Connect providers yet.",
}

// IdentityProvider is where portal users sign in with an account they have.
// clientSecret is a secret.
type IdentityProvider struct {
	Type                     string   `json:"type,omitempty"` // facebook, google, microsoft, twitter, aad, aadB2C
	ClientID                 string   `json:"clientId"`
	ClientSecret             string   `json:"clientSecret,omitempty"`
	Authority                string   `json:"authority,omitempty"`        // host of the sign-in pages, for aad and aadB2C
	SigninTenant             string   `json:"signinTenant,omitempty"`     // tenant that people sign in to
	AllowedTenants           []string `json:"allowedTenants,omitempty"`   // tenants whose people are admitted
	SignupPolicyName         string   `json:"signupPolicyName,omitempty"` // user flow of aadB2C, like the three below
	SigninPolicyName         string   `json:"signinPolicyName,omitempty"`
	ProfileEditingPolicyName string   `json:"profileEditingPolicyName,omitempty"`
	PasswordResetPolicyName  string   `json:"passwordResetPolicyName,omitempty"`
	ClientLibrary            string   `json:"clientLibrary,omitempty"`
}

// Validate checks what is required, and lengths.
func (p *IdentityProvider) Validate(v *Violations) {
	v.Required("clientId", p.ClientID)
	v.Required("clientSecret", p.ClientSecret)
	v.OneOf("type", &p.Type, "facebook", "google", "microsoft", "twitter", "aad", "aadB2C")
	v.Length("clientLibrary", p.ClientLibrary, 16)
	if len(p.AllowedTenants) > 32 {
		v.Addf("allowedTenants", "allowedTenants may name at most 32 tenants; there are %d.", len(p.AllowedTenants))
	}
}

// IdentityProviders is the kind of /identityProviders.
var IdentityProviders = &Kind{
	Path: "identityProviders", Verbs: CRUD, New: func() Resource { return new(IdentityProvider) },
	Names:   []Name{"facebook", "google", "microsoft", "twitter", "aad", "aadB2C"},
	Secrets: []string{"clientSecret"}, Actions: []string{"listSecrets"},
	Idle: "The portal signs nobody in with an account elsewhere yet.",
}
