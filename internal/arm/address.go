package arm

import (
	"fmt"
	"net/url"
	"strings"
	"unicode"

	"github.com/portico-portal/portico/internal/apim"
)

// Address is the parsed path of a request. Both address forms give the same
// Segments; ids in answers take the form of the request (design.md §7).
type Address struct {
	// Prefix is the ARM prefix as written, "/subscriptions/s/resourceGroups/g/providers/
	// Microsoft.ApiManagement/service/name"; empty in the short form.
	Prefix string
	// Service is the service's name in the prefix; empty in the short form.
	Service apim.Name
	// Segments are the decoded path segments below the service.
	Segments []string
}

// ParseAddress splits an escaped path. Each segment is decoded by itself; the
// path is never cleaned: an empty segment inside it is an error, empty ones at
// the ends are not (clients join base and path with too many slashes).
func ParseAddress(escaped string) (Address, error) {
	segments, err := decodeSegments(escaped)
	if err != nil {
		return Address{}, err
	}
	var a Address
	service, segments := apim.CutServiceSegments(segments)
	if service != nil {
		a = Address{Prefix: "/" + strings.Join(service, "/"), Service: apim.Name(service[len(service)-1])}
	}
	a.Segments, err = trimEmpty(segments)
	return a, err
}

// ARM reports whether the request used the ARM-prefixed form.
func (a Address) ARM() bool { return a.Prefix != "" }

// ID is a resource's id in the form used by the request.
func (a Address) ID(ref apim.Ref) string { return a.Prefix + string(ref) }

func decodeSegments(escaped string) ([]string, error) {
	segments := strings.Split(strings.TrimLeft(escaped, "/"), "/")
	for i, s := range segments {
		name, err := url.PathUnescape(s)
		if err != nil {
			return nil, apim.Invalid("path", fmt.Sprintf("The path segment %q has a bad percent escape.", s))
		}
		if strings.ContainsFunc(name, func(r rune) bool { return r == '/' || unicode.IsControl(r) || r == unicode.ReplacementChar }) {
			return nil, apim.Invalid("path", fmt.Sprintf("The path segment %q holds a character that names cannot have.", name))
		}
		segments[i] = name
	}
	return segments, nil
}

// trimEmpty drops empty segments at the ends and refuses them elsewhere.
func trimEmpty(segments []string) ([]string, error) {
	for len(segments) > 0 && segments[0] == "" {
		segments = segments[1:]
	}
	for len(segments) > 0 && segments[len(segments)-1] == "" {
		segments = segments[:len(segments)-1]
	}
	for _, s := range segments {
		if s == "" {
			return nil, fmt.Errorf("path with an empty segment: %w", apim.ErrNotFound)
		}
	}
	return segments, nil
}
