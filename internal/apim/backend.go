package apim

import (
	"encoding/json"
	"strings"
)

// Backend is a service that the gateway calls, or a pool of them.
type Backend struct {
	URL            string              `json:"url,omitempty"`
	Protocol       string              `json:"protocol,omitempty"` // http, soap
	Title          string              `json:"title,omitempty"`
	Description    string              `json:"description,omitempty"`
	ResourceID     string              `json:"resourceId,omitempty"` // address of the Azure resource that it is
	Type           string              `json:"type,omitempty"`       // Single, Pool
	Credentials    *BackendCredentials `json:"credentials,omitempty"`
	Proxy          *BackendProxy       `json:"proxy,omitempty"`
	TLS            *BackendTLS         `json:"tls,omitempty"`
	Pool           *BackendPool        `json:"pool,omitempty"` // for the type Pool only
	CircuitBreaker *CircuitBreaker     `json:"circuitBreaker,omitempty"`
	Properties     json.RawMessage     `json:"properties,omitempty"` // of a Service Fabric cluster; kept
}

// BackendCredentials are what the gateway sends along.
type BackendCredentials struct {
	Certificate    []string              `json:"certificate,omitempty"`    // thumbprints
	CertificateIDs []string              `json:"certificateIds,omitempty"` // ids of client certificates
	Query          map[string][]string   `json:"query,omitempty"`          // parameters to add, by name
	Header         map[string][]string   `json:"header,omitempty"`         // headers to add, by name
	Authorization  *BackendAuthorization `json:"authorization,omitempty"`
}

// BackendAuthorization is the Authorization header.
type BackendAuthorization struct {
	Scheme    string `json:"scheme"`
	Parameter string `json:"parameter"`
}

// BackendProxy is an HTTP proxy on the way to the backend.
type BackendProxy struct {
	URL      string `json:"url"`
	Username string `json:"username,omitempty"`
	Password string `json:"password,omitempty"`
}

// BackendTLS is what is checked of the backend's certificate.
type BackendTLS struct {
	ValidateCertificateChain *bool `json:"validateCertificateChain,omitempty"` // nil: true
	ValidateCertificateName  *bool `json:"validateCertificateName,omitempty"`  // nil: true
}

// BackendPool shares calls out among backends.
type BackendPool struct {
	Services []PoolMember `json:"services"`
}

// PoolMember is one backend of a pool.
type PoolMember struct {
	ID       string `json:"id"`                 // id of a single backend
	Priority *int   `json:"priority,omitempty"` // 0 to 100; lower ones are tried first
	Weight   *int   `json:"weight,omitempty"`   // 0 to 100; share of the calls within a priority
}

// CircuitBreaker stops calls to a backend that fails.
type CircuitBreaker struct {
	Rules []CircuitBreakerRule `json:"rules,omitempty"`
}

// CircuitBreakerRule is when it opens, and for how long (ISO 8601 durations).
type CircuitBreakerRule struct {
	Name             string            `json:"name,omitempty"`
	FailureCondition *FailureCondition `json:"failureCondition,omitempty"`
	TripDuration     string            `json:"tripDuration,omitempty"`     // how long it stays open
	AcceptRetryAfter *bool             `json:"acceptRetryAfter,omitempty"` // whether Retry-After of the backend sets the time instead
}

// FailureCondition is how many failures within an interval.
type FailureCondition struct {
	Count            *int64        `json:"count,omitempty"`      // failures, or else percentage
	Percentage       *int64        `json:"percentage,omitempty"` // of the calls in the interval
	Interval         string        `json:"interval,omitempty"`
	StatusCodeRanges []StatusRange `json:"statusCodeRanges,omitempty"`
	ErrorReasons     []string      `json:"errorReasons,omitempty"` // reasons of gateway errors that count as failures
}

// StatusRange is a range of HTTP status codes.
type StatusRange struct {
	Min int `json:"min"`
	Max int `json:"max"` // included
}

// Default makes a single backend.
func (b *Backend) Default() {
	if b.Type == "" {
		b.Type = "Single"
		if b.Pool != nil {
			b.Type = "Pool"
		}
	}
}

// Validate checks addresses, lengths and what belongs to a pool.
func (b *Backend) Validate(v *Violations) {
	v.OneOf("type", &b.Type, "Single", "Pool")
	if b.Type == "Pool" {
		if b.Pool == nil || len(b.Pool.Services) == 0 {
			v.Addf("pool.services", "pool.services must name at least one backend.")
		}
	} else {
		if b.Pool != nil {
			v.Addf("pool", "pool belongs to the type Pool.")
		}
		if v.Required("url", b.URL) {
			v.Length("url", b.URL, 2000)
			if !strings.HasPrefix(b.URL, "fabric:/") { // a service of a Service Fabric cluster
				v.URL("url", b.URL)
			}
		}
		v.Required("protocol", b.Protocol)
	}
	v.OneOf("protocol", &b.Protocol, "http", "soap")
	v.Length("title", b.Title, 300)
	v.Length("description", b.Description, 2000)
	v.Length("resourceId", b.ResourceID, 2000)
	v.In("credentials", b.Credentials.validate)
	if b.Proxy != nil {
		v.In("proxy", func(v *Violations) {
			if v.Required("url", b.Proxy.URL) {
				v.URL("url", b.Proxy.URL)
			}
		})
	}
	v.In("pool", b.Pool.validate)
	v.In("circuitBreaker", b.CircuitBreaker.validate)
}

// Backends is the kind of /backends.
var Backends = &Kind{
	Path: "backends", Verbs: CRUD, New: func() Resource { return new(Backend) }, Workspace: true,
	Filter: Fields{"name", "title", "url"}, Actions: []string{"reconnect"},
	Credentials: []string{"credentials.header.*", "credentials.query.*", "credentials.authorization.parameter", "proxy.password"},
}

func (c *BackendCredentials) validate(v *Violations) {
	if c == nil {
		return
	}
	if len(c.Certificate) > 32 {
		v.Addf("certificate", "certificate may name at most 32 certificates; there are %d.", len(c.Certificate))
	}
	if len(c.CertificateIDs) > 32 {
		v.Addf("certificateIds", "certificateIds may name at most 32 certificates; there are %d.", len(c.CertificateIDs))
	}
	if a := c.Authorization; a != nil {
		v.In("authorization", func(v *Violations) {
			v.Text("scheme", a.Scheme, 100)
			v.Text("parameter", a.Parameter, 300)
		})
	}
}

func (p *BackendPool) validate(v *Violations) {
	if p == nil {
		return
	}
	for i, s := range p.Services {
		v.At("services", i, func(v *Violations) {
			v.Required("id", s.ID)
			for field, n := range map[string]*int{"priority": s.Priority, "weight": s.Weight} {
				if n != nil && (*n < 0 || *n > 100) {
					v.Addf(field, "%s must be from 0 to 100; it is %d.", field, *n)
				}
			}
		})
	}
}

func (c *CircuitBreaker) validate(v *Violations) {
	if c == nil {
		return
	}
	if len(c.Rules) > 1 {
		v.Addf("rules", "rules may hold one rule; there are %d.", len(c.Rules))
	}
	for i, r := range c.Rules {
		v.At("rules", i, func(v *Violations) {
			v.Duration("tripDuration", r.TripDuration)
			f := r.FailureCondition
			if f == nil {
				return
			}
			v.Duration("failureCondition.interval", f.Interval)
			for j, s := range f.StatusCodeRanges {
				if s.Min < 200 || s.Max > 599 || s.Min > s.Max {
					v.At("failureCondition.statusCodeRanges", j, func(v *Violations) {
						v.Addf("min", "min and max must be from 200 to 599, in this order; they are %d and %d.", s.Min, s.Max)
					})
				}
			}
		})
	}
}
