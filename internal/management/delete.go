package management

import (
	"errors"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// deleteEntity answers DELETE of an entity and all below it: 204, also when there is none.
func deleteEntity(c *call) (*answer, error) {
	if err := c.match.Require(); err != nil {
		return nil, err
	}
	if c.route.kind.Fixed {
		return nil, apim.ErrForbidden
	}
	err := c.Store.Update(c.r.Context(), c.actor(), func(tx *store.Tx) error {
		ref, err := tx.ResolveAPI(c.ref)
		if err != nil {
			return err
		}
		doc, err := tx.Get(ref)
		if err != nil {
			return err
		}
		if err := c.match.Check(doc.ETag); err != nil {
			return err
		}
		if remove := c.behaviours[c.route.kind].remove; remove != nil {
			if err := remove(c, tx, doc); err != nil {
				return err
			}
		}
		if err := tx.DeleteTree(doc.Ref); err != nil {
			return fmt.Errorf("delete %s: %w", doc.Ref, err)
		}
		return nil
	})
	if err != nil && !errors.Is(err, apim.ErrNotFound) {
		return nil, err
	}
	return noContent(), nil
}
