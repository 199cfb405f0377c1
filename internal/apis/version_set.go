package apis

import (
	"errors"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// PutVersionSet creates or replaces a version set. It decides the gateway
// addresses of its APIs: if a change would give one the address of another, the
// error is an *apim.ConflictError.
func PutVersionSet(tx *store.Tx, ref apim.Ref, old *store.Document, set *apim.VersionSet) (*store.Document, error) {
	if err := apim.Check(set.Validate); err != nil {
		return nil, err
	}
	doc, err := put(tx, ref, set, nil)
	if err != nil || old == nil {
		return doc, err
	}
	var before apim.VersionSet
	if err := old.Decode(&before); err != nil {
		return nil, err
	}
	if before.VersioningScheme == set.VersioningScheme {
		return doc, nil
	}
	return doc, eachVersion(tx, ref, func(revision apim.Ref, a *apim.API) error {
		if !a.IsCurrent {
			return nil
		}
		err := checkAddress(tx, revision.Alias(), a)
		if conflict := (*apim.ConflictError)(nil); errors.As(err, &conflict) {
			conflict.Target = "versioningScheme"
		}
		return err
	})
}

// DeleteVersionSet deletes a version set, unless an API is a version of it.
func DeleteVersionSet(tx *store.Tx, ref apim.Ref) error {
	err := eachVersion(tx, ref, func(revision apim.Ref, _ *apim.API) error {
		return &apim.ConflictError{Code: "OperationNotAllowed", Message: fmt.Sprintf("The API %q is a version of this set.", revision.Alias().Name())}
	})
	if err != nil {
		return err
	}
	return tx.DeleteTree(ref)
}

// eachVersion calls fn for the API revisions that are versions of a set.
func eachVersion(tx *store.Tx, set apim.Ref, fn func(revision apim.Ref, a *apim.API) error) error {
	docs, err := tx.List(apim.APIs.Path, set.Parent())
	if err != nil {
		return err
	}
	for _, d := range docs {
		a := new(apim.API)
		if err := d.Decode(a); err != nil {
			return err
		}
		if !a.VersionSet(set.Parent()).Same(set) {
			continue
		}
		if err := fn(d.Ref, a); err != nil {
			return err
		}
	}
	return nil
}
