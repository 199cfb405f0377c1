package apis

import (
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// check requires that what the API refers to exists, and that no other API has
// its gateway address.
func (w *writer) check() error {
	a := w.api
	if a.APIVersionSetID != "" {
		set, err := apim.OrNone(w.tx.Get(apim.Ref(a.APIVersionSetID)))
		if err != nil {
			return err
		}
		if set == nil || set.Kind != apim.VersionSets.Path {
			return apim.Invalid("apiVersionSetId", fmt.Sprintf("There is no version set %q.", a.APIVersionSetID))
		}
	}
	if err := w.checkSignIn(a.AuthenticationSettings); err != nil {
		return err
	}
	return checkAddress(w.tx, w.at.Alias, a)
}

// checkSignIn requires that the API's authorization servers and OpenID providers exist.
func (w *writer) checkSignIn(s *apim.AuthenticationSettings) error {
	servers, providers := s.Names()
	for _, name := range servers {
		if err := w.checkNamed("authenticationSettings.authorizationServerId", name, apim.AuthorizationServers); err != nil {
			return err
		}
	}
	for _, name := range providers {
		if err := w.checkNamed("authenticationSettings.openidProviderId", name, apim.OpenIDConnectProviders); err != nil {
			return err
		}
	}
	return nil
}

// checkNamed requires that a resource of a kind exists by this name; "" is allowed.
func (w *writer) checkNamed(field string, name apim.Name, kind *apim.Kind) error {
	if name == "" {
		return nil
	}
	return exists(w.tx, field, apim.Ref("").Child(kind.Path, name), kind)
}

// checkAddress refuses an API whose calls the gateway would take for another's.
func checkAddress(tx *store.Tx, alias apim.Ref, a *apim.API) error {
	set, err := versionSetOf(tx, alias, a)
	if err != nil {
		return err
	}
	rivals, err := tx.CurrentAPIsAt(a.RivalPaths(set)...)
	if err != nil {
		return err
	}
	for _, d := range rivals {
		rival := d.Ref.Alias()
		if rival.Same(alias) {
			continue
		}
		b := new(apim.API)
		if err := d.Decode(b); err != nil {
			return err
		}
		setOfB, err := versionSetOf(tx, rival, b)
		if err != nil {
			return err
		}
		if a.Collides(set, b, setOfB) {
			if !rival.Home().Same(alias.Home()) {
				return &apim.ConflictError{Code: "ValidationError", Target: "path", Message: "An API outside this workspace has the same address: choose another path or version."}
			}
			return &apim.ConflictError{Code: "ValidationError", Target: "path", Message: fmt.Sprintf(
				"The API %q has the same address: it is called at /%s with the version %q.", rival.Name(), b.GatewayPath(setOfB), b.APIVersion)}
		}
	}
	return nil
}

// versionSetOf is the version set of an API, or nil.
func versionSetOf(tx *store.Tx, alias apim.Ref, a *apim.API) (*apim.VersionSet, error) {
	ref := a.VersionSet(alias.Home())
	if ref == "" {
		return nil, nil
	}
	set := new(apim.VersionSet)
	doc, err := apim.OrNone(tx.Get(ref))
	if err != nil || doc == nil {
		return nil, err
	}
	if err := doc.Decode(set); err != nil {
		return nil, err
	}
	return set, nil
}
