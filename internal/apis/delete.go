package apis

import (
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Delete deletes a revision of an API. Deleting the current one deletes the
// API, its links and the subscriptions to it alone. If it has other revisions,
// they are deleted when allRevisions is set; otherwise the error is an
// *apim.ConflictError.
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
	return deleteAll(tx, append(gone, alias)) // the alias has no document, but it has links
}

func deleteAll(tx *store.Tx, refs []apim.Ref) error {
	for _, ref := range refs {
		if err := tx.DeleteTree(ref); err != nil {
			return err
		}
	}
	return nil
}
