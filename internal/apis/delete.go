package apis

import (
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Delete deletes a revision of an API. With the current one goes the API, its
// associations and the subscriptions to it alone; its other revisions only
// when allRevisions says so, else that is an *apim.ConflictError.
func Delete(tx *store.Tx, revision apim.Ref, allRevisions bool) error {
	alias := revision.Alias()
	current, err := tx.ResolveAPI(alias)
	if err != nil {
		return err
	}
	if !current.Same(revision) {
		return tx.DeleteTree(revision)
	}
	all, err := tx.APIRevisions(alias)
	if err != nil {
		return err
	}
	if len(all) > 1 && !allRevisions {
		return &apim.ConflictError{Code: "OperationNotAllowed", Target: "deleteRevisions",
			Message: "The API has other revisions; they are deleted with it when deleteRevisions=true."}
	}
	gone, err := tx.Backlinks(apim.SubscriptionScope, alias)
	if err != nil {
		return err
	}
	for _, d := range all {
		gone = append(gone, d.Ref)
	}
	return deleteAll(tx, append(gone, alias)) // the alias has no document, but links
}

func deleteAll(tx *store.Tx, refs []apim.Ref) error {
	for _, ref := range refs {
		if err := tx.DeleteTree(ref); err != nil {
			return err
		}
	}
	return nil
}
