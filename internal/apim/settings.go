package apim

import (
	"cmp"
	"encoding/json"
	"net/url"
	"strings"
)

// PortalConfig is what the portal lets people do (apim-rest.md §1.15). The keys
// of delegation are secrets, stored apart.
type PortalConfig struct {
	EnableBasicAuth *bool             `json:"enableBasicAuth,omitempty"` // whether people sign in with a password
	Signin          *PortalSignin     `json:"signin,omitempty"`
	Signup          *PortalSignup     `json:"signup,omitempty"`
	Delegation      *PortalDelegation `json:"delegation,omitempty"`
	CORS            *PortalCORS       `json:"cors,omitempty"`
	CSP             *PortalCSP        `json:"csp,omitempty"`
}

// PortalSignin reports whether visitors must sign in.
type PortalSignin struct {
	Require bool `json:"require"` // whether guests see only the sign-in pages
}

// PortalSignup is what people agree to when they sign up.
type PortalSignup struct {
	TermsOfService *PortalTerms `json:"termsOfService,omitempty"`
}

// PortalTerms are the terms of service; without a text there are none.
type PortalTerms struct {
	Text           string `json:"text"`
	RequireConsent bool   `json:"requireConsent"` // whether they must be accepted explicitly
}

// PortalDelegation hands sign-up and subscribing over to another site.
type PortalDelegation struct {
	DelegateRegistration bool   `json:"delegateRegistration"` // sign-in, sign-up and profile
	DelegateSubscription bool   `json:"delegateSubscription"` // subscribing to products
	DelegationURL        string `json:"delegationUrl,omitempty"`
	ValidationKey        string `json:"validationKey,omitempty"` // base64; write-only
}

// PortalCORS are the origins that may call the portal.
type PortalCORS struct {
	AllowedOrigins []string `json:"allowedOrigins"` // "*" for all
}

// PortalCSP is the portal's Content-Security-Policy.
type PortalCSP struct {
	Mode           string   `json:"mode,omitempty"` // enabled, disabled, reportOnly
	ReportURI      TextList `json:"reportUri"`      // where violations are reported
	AllowedSources []string `json:"allowedSources"` // added to the portal's own policy
}

// TextList is a list of texts; clients may also write a single text.
type TextList []string

// UnmarshalJSON reads a list, or one text.
func (l *TextList) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*l = TextList{}
		if one != "" {
			*l = TextList{one}
		}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(l))
}

// Default is the portal of a new service: everyone may read and sign up.
func (p *PortalConfig) Default() {
	orBool(&p.EnableBasicAuth, true)
	p.Signin = cmp.Or(p.Signin, &PortalSignin{})
	p.Signup = cmp.Or(p.Signup, &PortalSignup{})
	p.Signup.TermsOfService = cmp.Or(p.Signup.TermsOfService, &PortalTerms{})
	p.Delegation = cmp.Or(p.Delegation, &PortalDelegation{})
	p.CORS = cmp.Or(p.CORS, &PortalCORS{})
	orEmpty(&p.CORS.AllowedOrigins)
	p.CSP = cmp.Or(p.CSP, &PortalCSP{})
	p.CSP.Mode = cmp.Or(p.CSP.Mode, "disabled")
	orEmpty((*[]string)(&p.CSP.ReportURI))
	orEmpty(&p.CSP.AllowedSources)
}

// Refused is what is delegated.
func (p *PortalConfig) Refused() []Finding {
	return delegated("/delegation/delegateRegistration", p.Delegation.DelegateRegistration,
		"/delegation/delegateSubscription", p.Delegation.DelegateSubscription)
}

// delegated says what the portal refuses, since it cannot lead to the other site yet.
func delegated(accountsPath string, accounts bool, subscriptionsPath string, subscriptions bool) (found []Finding) {
	if accounts {
		found = append(found, Finding{Severity: SeverityWarning, Code: NotBuilt, Path: accountsPath,
			Message: "Delegation is not built yet: the portal refuses sign-in with a password, sign-up, and changes of name and password. " +
				"People come in by tokens (generateSsoUrl) and one-time links only."})
	}
	if subscriptions {
		found = append(found, Finding{Severity: SeverityWarning, Code: NotBuilt, Path: subscriptionsPath,
			Message: "Delegation is not built yet: the portal refuses to subscribe people and to cancel their subscriptions."})
	}
	return found
}

// Idle: the portal has a Content-Security-Policy of its own.
func (p *PortalConfig) Idle() (paths []string) {
	if p.CSP.Mode != "disabled" {
		paths = append(paths, "/csp")
	}
	return paths
}

// Validate checks addresses and the mode.
func (p *PortalConfig) Validate(v *Violations) {
	v.In("delegation", func(v *Violations) {
		v.URL("delegationUrl", p.Delegation.DelegationURL)
		if (p.Delegation.DelegateRegistration || p.Delegation.DelegateSubscription) && p.Delegation.DelegationURL == "" {
			v.Addf("delegationUrl", "delegationUrl is required when anything is delegated.")
		}
	})
	for i, origin := range p.CORS.AllowedOrigins {
		if origin != "*" {
			v.At("cors.allowedOrigins", i, func(v *Violations) { v.origin(origin) })
		}
	}
	v.OneOf("csp.mode", &p.CSP.Mode, "enabled", "disabled", "reportOnly")
	for i, source := range p.CSP.AllowedSources {
		if source == "" || strings.ContainsAny(source, ";, \t\r\n'\"") {
			v.Addf("csp.allowedSources", "csp.allowedSources[%d] must be a host, a scheme or a host with *; it is %q.", i, source)
		}
	}
	for i, address := range p.CSP.ReportURI {
		if strings.ContainsAny(address, ";, \t\r\n'\"") {
			v.Addf("csp.reportUri", "csp.reportUri[%d] must be an address; it is %q.", i, address)
		}
	}
}

// PortalConfigs is the kind of /portalconfigs.
var PortalConfigs = &Kind{
	Path: "portalconfigs", Verbs: Head | Get | Put | Patch, New: func() Resource { return new(PortalConfig) },
	Singleton: "default", Fixed: true, Actions: []string{"listDelegationSecrets", "listMediaContentSecrets"},
}

func (v *Violations) origin(text string) {
	v.URL("origin", text)
	if u, err := url.Parse(text); err == nil && strings.Trim(u.Path, "/")+u.RawQuery+u.Fragment != "" {
		v.Addf("origin", "an origin has no path; it is %q.", text)
	}
}

// SigninSettings is portalsettings/signin.
type SigninSettings struct {
	Enabled bool `json:"enabled"` // visitors must sign in
}

// Validate does nothing: every value is legal.
func (s *SigninSettings) Validate(*Violations) {}

// SignupSettings is portalsettings/signup.
type SignupSettings struct {
	Enabled        bool           `json:"enabled"` // whether people may create accounts
	TermsOfService TermsOfService `json:"termsOfService"`
}

// TermsOfService are what people agree to when they sign up.
type TermsOfService struct {
	Enabled         bool   `json:"enabled"` // whether they are shown
	Text            string `json:"text"`
	ConsentRequired bool   `json:"consentRequired"` // whether they must be accepted explicitly
}

// Validate requires a text if terms are shown.
func (s *SignupSettings) Validate(v *Violations) {
	if s.TermsOfService.Enabled {
		v.Required("termsOfService.text", s.TermsOfService.Text)
	}
}

// DelegationSettings is portalsettings/delegation. The keys are secrets.
type DelegationSettings struct {
	URL                    string  `json:"url"`
	ValidationKey          string  `json:"validationKey,omitempty"` // base64
	ValidationSecondaryKey string  `json:"validationSecondaryKey,omitempty"`
	Subscriptions          Enabled `json:"subscriptions"`    // subscribing to products
	UserRegistration       Enabled `json:"userRegistration"` // sign-in, sign-up and profile
}

// Enabled is a switch.
type Enabled struct {
	Enabled bool `json:"enabled"`
}

// Validate checks the address, which delegation needs.
func (s *DelegationSettings) Validate(v *Violations) {
	v.URL("url", s.URL)
	if (s.Subscriptions.Enabled || s.UserRegistration.Enabled) && s.URL == "" {
		v.Addf("url", "url is required when anything is delegated.")
	}
}

// Refused is what is delegated.
func (s *DelegationSettings) Refused() []Finding {
	return delegated("/userRegistration", s.UserRegistration.Enabled, "/subscriptions", s.Subscriptions.Enabled)
}

// PortalSettings is the kind of the three settings at /portalsettings.
var PortalSettings = &Kind{
	Path: "portalsettings", Verbs: Head | Get | Put | Patch, Fixed: true, PatchNoContent: true,
	ByName: map[Name]func() Resource{
		"signin":     func() Resource { return new(SigninSettings) },
		"signup":     func() Resource { return new(SignupSettings) },
		"delegation": func() Resource { return new(DelegationSettings) },
	},
	Secrets: []string{"validationKey", "validationSecondaryKey"}, Actions: []string{"listSecrets"},
}

// Settings returns p as the three portalsettings. p has its defaults.
func (p *PortalConfig) Settings() (*SigninSettings, *SignupSettings, *DelegationSettings) {
	terms := p.Signup.TermsOfService
	return &SigninSettings{Enabled: p.Signin.Require},
		&SignupSettings{Enabled: *p.EnableBasicAuth, TermsOfService: TermsOfService{
			Enabled: terms.Text != "", Text: terms.Text, ConsentRequired: terms.RequireConsent,
		}},
		&DelegationSettings{
			URL:              p.Delegation.DelegationURL,
			Subscriptions:    Enabled{p.Delegation.DelegateSubscription},
			UserRegistration: Enabled{p.Delegation.DelegateRegistration},
		}
}

// Take copies one of the three portalsettings into p.
func (p *PortalConfig) Take(r Resource) {
	p.Default()
	switch s := r.(type) {
	case *SigninSettings:
		p.Signin.Require = s.Enabled
	case *SignupSettings:
		p.EnableBasicAuth = &s.Enabled
		p.Signup.TermsOfService = &PortalTerms{RequireConsent: s.TermsOfService.ConsentRequired}
		if s.TermsOfService.Enabled {
			p.Signup.TermsOfService.Text = s.TermsOfService.Text
		}
	case *DelegationSettings:
		p.Delegation.DelegationURL = s.URL
		p.Delegation.DelegateSubscription = s.Subscriptions.Enabled
		p.Delegation.DelegateRegistration = s.UserRegistration.Enabled
	}
}
