package policy

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// setBackendServicePolicy sends the request to another backend than the API's:
// a base URL, or a backend by its id.
var setBackendServicePolicy = definition{
	name: "set-backend-service", sections: Inbound | Backend, parse: parseSetBackendService,
	unbuilt: []string{
		"dapr-app-id", "dapr-method", "dapr-namespace", "sf-listener-name", "sf-partition-key", "sf-replica-type",
		"sf-resolve-condition", "sf-service-instance-name",
	},
}

type setBackendService struct{ backend Endpoint }

func parseSetBackendService(p *parser, el *element) Step {
	a := p.attrs(el, "base-url", "backend-id")
	p.empty(el)
	if id := a.text("backend-id", ""); id != "" {
		return p.namedBackend(el, id)
	}
	return p.backend(el, "", "attribute 'base-url'", a.required("base-url"))
}

func (p *parser) backend(el *element, id, what, url string) *setBackendService {
	base, err := ParseBackend(url)
	if err != nil && url != "" {
		p.fault(el, "the %s %s; it is '%s'.", what, err, url)
	}
	return &setBackendService{Endpoint{ID: id, URL: base}}
}

// namedBackend looks a backend up.
func (p *parser) namedBackend(el *element, id string) *setBackendService {
	if p.compilation == nil {
		return &setBackendService{}
	}
	ref := NewReference(apim.Backends, apim.Name(id))
	p.read(ref)
	b, ok := p.env.Backend(ref.Name)
	if !ok {
		p.fault(el, "the backend '%s' does not exist.", id)
		return &setBackendService{}
	}
	if what := unbuiltPart(b); what != "" {
		p.fault(el, "this gateway does not act on the %s of the backend '%s' yet.", what, id)
	}
	return p.backend(el, string(ref.Name), "URL of the backend '"+id+"'", b.URL)
}

// unbuiltPart is a part of a backend that has no effect in this gateway yet, or "".
func unbuiltPart(b *apim.Backend) string {
	no := func(check *bool) bool { return check != nil && !*check }
	switch {
	case b.Pool != nil:
		return "pool"
	case b.Credentials != nil:
		return "credentials"
	case b.CircuitBreaker != nil:
		return "circuit breaker"
	case b.Proxy != nil:
		return "proxy"
	case b.TLS != nil && (no(b.TLS.ValidateCertificateChain) || no(b.TLS.ValidateCertificateName)):
		return "TLS settings"
	case namedValue.MatchString(b.URL):
		return "named values in the URL"
	}
	return ""
}

// ParseBackend reads the base URL of a backend: absolute, http, https, ws or
// wss, without credentials, query or fragment. The result has no trailing
// slash, and http for ws and https for wss.
func ParseBackend(text string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("must be an absolute URL without credentials, query and fragment")
	}
	switch u.Scheme {
	case "ws":
		u.Scheme = "http"
	case "wss":
		u.Scheme = "https"
	case "http", "https":
	default:
		return nil, fmt.Errorf("must have the scheme http, https, ws or wss")
	}
	u.RawPath = strings.TrimRight(u.EscapedPath(), "/")
	if u.Path, err = url.PathUnescape(u.RawPath); err != nil {
		return nil, fmt.Errorf("has a path that cannot be unescaped")
	}
	return u, nil
}

func (s *setBackendService) Run(ex *Exchange) (bool, error) {
	ex.Backend = &s.backend
	return false, nil
}

func (s *setBackendService) String() string {
	return "set-backend-service " + strings.TrimSpace(s.backend.ID+" "+s.backend.URL.String())
}
