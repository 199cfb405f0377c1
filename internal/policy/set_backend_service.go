package policy

import (
	"fmt"
	"net/url"
	"strings"
)

// setBackendServicePolicy sends the request to another base URL than the API's.
var setBackendServicePolicy = definition{name: "set-backend-service", sections: Inbound | Backend, parse: parseSetBackendService}

type setBackendService struct{ base *url.URL }

func parseSetBackendService(p *parser, el *element) Step {
	a := p.attrs(el, "base-url", "backend-id")
	p.empty(el)
	if a.text("backend-id", "") != "" {
		return &idle{name: el.name, reason: "this gateway does not look backends up by their id yet"}
	}
	text := a.required("base-url")
	if text == "" {
		return &setBackendService{}
	}
	base, err := ParseBackend(text)
	if err != nil {
		p.fault(el, "the attribute 'base-url' %s; it is '%s'.", err, text)
		return &setBackendService{}
	}
	return &setBackendService{base}
}

// ParseBackend reads the base URL of a backend: absolute, http, https, ws or
// wss, without credentials, query or fragment. The result has no slash at its
// end and says http for ws and https for wss.
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
	ex.Backend = s.base
	return false, nil
}

func (s *setBackendService) String() string { return "set-backend-service " + s.base.String() }
