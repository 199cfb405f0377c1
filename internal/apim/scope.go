package apim

import (
	"fmt"
	"strings"
)

// Scope is where something applies: to the whole service, or to an entity and
// everything below it. The scope of an API's revision is that of the API.
//
// The zero Scope is nowhere: it covers nothing, and nothing covers it.
type Scope struct{ ref Ref } // "/": the service

const wholeService Ref = "/"

// ServiceScope is the whole service.
func ServiceScope() Scope { return Scope{wholeService} }

// ScopeOf is the scope of an entity; of "" it is nowhere.
func ScopeOf(ref Ref) Scope { return Scope{ref.Alias()} }

// ParseScope reads "/" or the id of an entity, each short or with the address
// of the service before it. /subscriptions/{x} alone is a subscription of the
// service. The error is an *InvalidError about "scope".
func ParseScope(id string) (Scope, error) {
	service, ref := CutService(id)
	if ref == "" && (service != "" || id == string(wholeService)) {
		return ServiceScope(), nil
	}
	if ref = ref.declared(); ref == "" {
		return Scope{}, Invalid("scope", fmt.Sprintf(
			"%q is not a scope: use / for the service, or the id of an entity such as /apis/echo or /workspaces/w/products/gold.", id))
	}
	return ScopeOf(ref), nil
}

// IsService reports whether the scope is the whole service.
func (s Scope) IsService() bool { return s.ref == wholeService }

// Ref is the entity of the scope; "" for the service and nowhere.
func (s Scope) Ref() Ref {
	if s.IsService() {
		return ""
	}
	return s.ref
}

// String is the short form that ParseScope reads: "/" for the service, "" for nowhere.
func (s Scope) String() string { return string(s.ref) }

// Covers reports whether o is the scope or below it.
func (s Scope) Covers(o Scope) bool {
	if s.ref == "" || o.ref == "" {
		return false
	}
	return s.IsService() || s.Same(o) || strings.HasPrefix(string(o.ref.Key()), string(s.ref.Key())+"/")
}

// Same reports whether both are the same scope; nowhere never is.
func (s Scope) Same(o Scope) bool { return s.ref != "" && s.ref.Same(o.ref) }

// MarshalText writes the short form.
func (s Scope) MarshalText() ([]byte, error) { return []byte(s.ref), nil }

// UnmarshalText reads what ParseScope does.
func (s *Scope) UnmarshalText(text []byte) (err error) {
	*s, err = ParseScope(string(text))
	return err
}
