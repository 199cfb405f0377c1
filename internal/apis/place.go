package apis

import (
	"cmp"
	"encoding/json"
	"fmt"
	"regexp"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Place is the target of a write of an API.
type Place struct {
	Alias apim.Ref        // /apis/x
	Ref   apim.Ref        // the revision: /apis/x;rev=n
	Old   *store.Document // nil: the revision is new

	current apim.Ref // the API's current revision; "": the API is new
}

var revisionName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.\-]{0,99}$`)

// Locate finds the revision that a write of ref refers to: the one named, else
// the current one, else, for a new API, the one that the properties name, else
// 1. The error is apim.ErrNotFound if the workspace does not exist.
func Locate(tx *store.Tx, ref apim.Ref, properties json.RawMessage) (*Place, error) {
	id, revision := apim.SplitRevision(ref.Name())
	if !ref.Is(apim.APIs) {
		return nil, apim.Invalid("name", fmt.Sprintf("%q is not the id of an API.", ref))
	}
	if home := ref.Home(); home != "" {
		if _, err := tx.Get(home); err != nil {
			return nil, err
		}
	}
	at := &Place{Alias: ref.Alias()}
	current, err := apim.OrNone(tx.ResolveAPI(at.Alias))
	if err != nil {
		return nil, err
	}
	at.current = current
	switch {
	case revision != "":
	case current != "":
		at.Ref = current
	default:
		if revision, err = firstRevision(properties); err != nil {
			return nil, err
		}
	}
	at.Ref = cmp.Or(at.Ref, ref.Revision(revision))
	if at.Old, err = apim.OrNone(tx.Get(at.Ref)); err != nil {
		return nil, err
	}
	if at.Old != nil {
		at.Ref = at.Old.Ref
		return at, nil
	}
	var v apim.Violations
	checkName(&v, id)
	if !revisionName.MatchString(revision) {
		v.Addf("apiRevision", "apiRevision must be letters, digits, dots and hyphens, at most 100; it is %q.", revision)
	}
	return at, v.Err()
}

// firstRevision is the first revision of a new API.
func firstRevision(properties json.RawMessage) (string, error) {
	var sent struct {
		Revision *string `json:"apiRevision"`
	}
	if json.Unmarshal(properties, &sent) != nil {
		return "", apim.Invalid("apiRevision", "apiRevision must be a string.")
	}
	if sent.Revision == nil || *sent.Revision == "" {
		return "1", nil
	}
	return *sent.Revision, nil
}

// checkName checks the name of an API.
func checkName(v *apim.Violations, id apim.Name) {
	if !apim.APIs.ValidName(id) {
		v.Addf("name", "%q is not a valid name for apis.", id)
	}
}

// isCurrent reports whether the revision is the current one, or the first.
func (at *Place) isCurrent() bool { return at.current == "" || at.current.Same(at.Ref) }

// exists refuses a field that refers to something that does not exist.
func exists(tx *store.Tx, field string, ref apim.Ref, kind *apim.Kind) error {
	doc, err := apim.OrNone(tx.Get(ref))
	if err == nil && (doc == nil || doc.Kind != kind.Path) {
		return apim.Invalid(field, fmt.Sprintf("%s names %s, which does not exist.", field, ref))
	}
	return err
}
