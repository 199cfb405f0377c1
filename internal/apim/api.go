package apim

import (
	"cmp"
	"net/url"
	"strings"
)

// API is the properties of an API revision (apim-rest.md §2.6).
type API struct {
	DisplayName                   string                         `json:"displayName,omitempty"`
	Description                   string                         `json:"description,omitempty"` // Markdown or HTML, untrusted
	Path                          string                         `json:"path"`                  // below the gateway's address, without slashes at the ends; may be ""
	Protocols                     []string                       `json:"protocols,omitempty"`   // http, https, ws, wss
	ServiceURL                    string                         `json:"serviceUrl,omitempty"`  // the backend; "" if policies choose it
	Type                          string                         `json:"type,omitempty"`        // http, soap, websocket, graphql, odata, grpc
	APIRevision                   string                         `json:"apiRevision,omitempty"` // number of the revision, "1" for the first
	APIRevisionDescription        string                         `json:"apiRevisionDescription,omitempty"`
	APIVersion                    string                         `json:"apiVersion,omitempty"` // version within the version set; "" without one
	APIVersionDescription         string                         `json:"apiVersionDescription,omitempty"`
	APIVersionSetID               string                         `json:"apiVersionSetId,omitempty"`               // stored short: /apiVersionSets/x
	IsCurrent                     bool                           `json:"isCurrent"`                               // whether callers get this revision if they name none
	IsOnline                      *bool                          `json:"isOnline,omitempty"`                      // nil: true
	SubscriptionRequired          *bool                          `json:"subscriptionRequired,omitempty"`          // nil: true
	SubscriptionKeyParameterNames *SubscriptionKeyParameterNames `json:"subscriptionKeyParameterNames,omitempty"` // nil: the defaults
	AuthenticationSettings        *AuthenticationSettings        `json:"authenticationSettings,omitempty"`        // how the console signs callers in
	TermsOfServiceURL             string                         `json:"termsOfServiceUrl,omitempty"`
	Contact                       *Contact                       `json:"contact,omitempty"`
	License                       *License                       `json:"license,omitempty"`
	SourceAPIID                   string                         `json:"sourceApiId,omitempty"`       // in a PUT: the API or revision to copy
	ProvisioningState             string                         `json:"provisioningState,omitempty"` // written by the service
}

// SubscriptionKeyParameterNames are the header and query parameter a subscription key is read from.
type SubscriptionKeyParameterNames struct {
	Header string `json:"header,omitempty"`
	Query  string `json:"query,omitempty"`
}

// The default places of a subscription key (apim-rest.md §1.12).
const (
	DefaultKeyHeader = "Ocp-Apim-Subscription-Key"
	DefaultKeyQuery  = "subscription-key"
)

// Contact is the person or team to ask about an API.
type Contact struct {
	Name  string `json:"name,omitempty"`
	Email string `json:"email,omitempty"`
	URL   string `json:"url,omitempty"`
}

// License is the licence an API is offered under.
type License struct {
	Name string `json:"name,omitempty"`
	URL  string `json:"url,omitempty"`
}

// AuthenticationSettings name the authorization servers a console may use (apim-rest.md §1.14).
type AuthenticationSettings struct {
	OAuth2                       *OAuth2Setting  `json:"oAuth2,omitempty"` // older form of the list below
	OpenID                       *OpenIDSetting  `json:"openid,omitempty"` // older form of the list below
	OAuth2AuthenticationSettings []OAuth2Setting `json:"oAuth2AuthenticationSettings,omitempty"`
	OpenIDAuthenticationSettings []OpenIDSetting `json:"openidAuthenticationSettings,omitempty"`
}

// Names are the authorization servers and OpenID providers by which the console signs in.
func (s *AuthenticationSettings) Names() (servers, providers []Name) {
	if s == nil {
		return nil, nil
	}
	if s.OAuth2 != nil {
		servers = append(servers, s.OAuth2.AuthorizationServerID)
	}
	for _, one := range s.OAuth2AuthenticationSettings {
		servers = append(servers, one.AuthorizationServerID)
	}
	if s.OpenID != nil {
		providers = append(providers, s.OpenID.OpenIDProviderID)
	}
	for _, one := range s.OpenIDAuthenticationSettings {
		providers = append(providers, one.OpenIDProviderID)
	}
	return servers, providers
}

// OAuth2Setting points at an authorization server.
type OAuth2Setting struct {
	AuthorizationServerID Name   `json:"authorizationServerId,omitempty"` // name of an /authorizationServers resource
	Scope                 string `json:"scope,omitempty"`                 // scopes to ask for, separated by spaces
}

// OpenIDSetting points at an OpenID provider.
type OpenIDSetting struct {
	OpenIDProviderID          Name     `json:"openidProviderId,omitempty"`          // name of an /openidConnectProviders resource
	BearerTokenSendingMethods []string `json:"bearerTokenSendingMethods,omitempty"` // authorizationHeader, query
}

// Default makes an http API that needs a subscription.
func (a *API) Default() {
	a.Type = cmp.Or(a.Type, "http")
	if len(a.Protocols) == 0 {
		a.Protocols = []string{"https"}
	}
	orBool(&a.SubscriptionRequired, true)
	a.SubscriptionKeyParameterNames = cmp.Or(a.SubscriptionKeyParameterNames, &SubscriptionKeyParameterNames{Header: DefaultKeyHeader, Query: DefaultKeyQuery})
	a.APIRevision = cmp.Or(a.APIRevision, "1")
	a.Path = strings.Trim(a.Path, "/")
	a.ProvisioningState = ""
}

// Validate checks the rules of apim-rest.md §1.20 and §2.6.
func (a *API) Validate(v *Violations) {
	v.Text("displayName", a.DisplayName, 300)
	v.Length("path", a.Path, 400)
	if strings.ContainsAny(a.Path, "?#{}*\\ ") || strings.Contains(a.Path, "//") {
		v.Addf("path", "path must be URL path segments without ? # { } * \\ or spaces; it is %q.", a.Path)
	}
	if _, revision := SplitRevision(Name(a.Path + a.APIVersion)); revision != "" {
		v.Addf("path", "path and apiVersion must not name a revision; they are %q and %q.", a.Path, a.APIVersion)
	}
	for i := range a.Protocols {
		v.OneOf("protocols", &a.Protocols[i], "http", "https", "ws", "wss")
	}
	v.OneOf("type", &a.Type, "http", "soap", "websocket", "graphql", "odata", "grpc")
	v.Length("serviceUrl", a.ServiceURL, 2000)
	if a.ServiceURL != "" {
		u, err := url.Parse(a.ServiceURL)
		if err != nil || u.Host == "" || u.User != nil {
			v.Addf("serviceUrl", "serviceUrl must be an absolute URL without credentials; it is %q.", a.ServiceURL)
		}
	}
	if (a.APIVersion == "") != (a.APIVersionSetID == "") && a.APIVersion != "" {
		v.Addf("apiVersionSetId", "apiVersionSetId is required with apiVersion.")
	}
	v.Length("apiVersion", a.APIVersion, 100)
	if a.AuthenticationSettings != nil {
		v.In("authenticationSettings", a.AuthenticationSettings.validate)
	}
}

func (s *AuthenticationSettings) validate(v *Violations) {
	if s.OpenID != nil {
		v.bearerTokens("openid.bearerTokenSendingMethods", s.OpenID.BearerTokenSendingMethods)
	}
	for i, p := range s.OpenIDAuthenticationSettings {
		v.At("openidAuthenticationSettings", i, func(v *Violations) {
			v.bearerTokens("bearerTokenSendingMethods", p.BearerTokenSendingMethods)
		})
	}
}

// APIs is the kind of /apis.
var APIs = &Kind{
	Path: "apis", Verbs: CRUD, Delete204Since: "2024-05-01", New: func() Resource { return new(API) },
	MaxName: 256, Large: true, Also: []string{"apiType", "apiVersionSet", "format", "value", "wsdlSelector", "translateRequiredQueryParameters"},
	Always: []Member{provisioned, {"authenticationSettings", `{}`}, {"isOnline", `true`}}, Workspace: true, Refs: []string{"apiVersionSetId", "sourceApiId"},
	Filter: Fields{"name", "displayName", "description", "serviceUrl", "path", "isCurrent"},
	Links: []Link{
		{Collection: "products", To: "products", Name: ProductAPI, Reverse: true, ReadOnly: true, Filter: titleFilter},
		tagLinks,
	},
}

// NeedsSubscription reports whether a call without a key is refused.
func (a *API) NeedsSubscription() bool {
	return a.SubscriptionRequired == nil || *a.SubscriptionRequired
}

// Online reports whether the gateway serves this revision.
func (a *API) Online() bool { return a.IsOnline == nil || *a.IsOnline }

// KeyNames returns the header and query parameter names for the subscription key.
func (a *API) KeyNames() (header, query string) {
	var n SubscriptionKeyParameterNames
	if a.SubscriptionKeyParameterNames != nil {
		n = *a.SubscriptionKeyParameterNames
	}
	return cmp.Or(n.Header, DefaultKeyHeader), cmp.Or(n.Query, DefaultKeyQuery)
}
