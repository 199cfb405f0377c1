package apis

import (
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// moveCurrent points an API's alias from one revision ("" for none) to another,
// whose own document already says that it is current.
func moveCurrent(tx *store.Tx, alias, from, to apim.Ref) error {
	if from.Same(to) {
		return nil
	}
	if from != "" {
		if _, err := tx.Unlink(apim.CurrentRevision, alias, from); err != nil {
			return fmt.Errorf("unlink %s: %w", from, err)
		}
		if err := setCurrent(tx, from, false); err != nil {
			return err
		}
	}
	_, err := tx.Link(apim.CurrentRevision, alias, to)
	return err
}

func setCurrent(tx *store.Tx, revision apim.Ref, current bool) error {
	var a apim.API
	doc, err := tx.Decode(revision, &a)
	if err != nil || a.IsCurrent == current {
		return err
	}
	a.IsCurrent = current
	_, err = put(tx, doc.Ref, &a, doc.Extra)
	return err
}

// PutRelease creates or replaces a release, which makes a revision of its API
// the current one (apim-rest.md §2.6): the revision it names, or else the
// current one.
func PutRelease(tx *store.Tx, ref apim.Ref, old *store.Document, r *apim.Release) (*store.Document, error) {
	alias := ref.Parent()
	current, err := tx.ResolveAPI(alias)
	if err != nil {
		return nil, err
	}
	now := tx.Now()
	before := apim.Release{APIID: string(current), CreatedDateTime: &now}
	if old != nil {
		if err := old.Decode(&before); err != nil {
			return nil, err
		}
	}
	r.CreatedDateTime, r.UpdatedDateTime = before.CreatedDateTime, &now
	if r.APIID == "" {
		r.APIID = before.APIID
	}
	if err := apim.Check(r.Validate); err != nil {
		return nil, err
	}
	revision, err := revisionOf(tx, alias, r.APIID)
	if err != nil {
		return nil, err
	}
	r.APIID = string(revision)
	if old == nil || !apim.Ref(before.APIID).Same(revision) {
		if err := release(tx, alias, current, revision); err != nil {
			return nil, err
		}
	}
	return put(tx, ref, r, nil)
}

// revisionOf is the revision of an API that an id names.
func revisionOf(tx *store.Tx, alias apim.Ref, id string) (apim.Ref, error) {
	ref, err := tx.ResolveAPI(apim.Ref(id))
	if err == nil {
		_, err = tx.Get(ref)
	}
	if err != nil || !ref.Alias().Same(alias) {
		return "", apim.Invalid("apiId", fmt.Sprintf("apiId must be an existing revision of the API %q; it is %q.", alias.Name(), id))
	}
	return ref, nil
}

// release makes a revision the current one.
func release(tx *store.Tx, alias, from, to apim.Ref) error {
	var a apim.API
	if _, err := tx.Decode(to, &a); err != nil {
		return err
	}
	if err := checkAddress(tx, alias, &a); err != nil {
		return err
	}
	if err := setCurrent(tx, to, true); err != nil {
		return err
	}
	return moveCurrent(tx, alias, from, to)
}
