package management

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// deleteEntity answers DELETE of an entity and all below it: 204, also when there is none.
func deleteEntity(c *call) (*answer, error) {
	kind := c.route.kind
	if !kind.Member && !kind.FreeDelete {
		if err := c.match.Require(); err != nil {
			return nil, err
		}
	}
	err := c.Store.Update(c.r.Context(), c.actor(), func(tx *store.Tx) error {
		doc, err := c.get(tx)
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
		if kind.Fixed {
			return c.reset(tx, doc)
		}
		if err := tx.DeleteTree(doc.Ref); err != nil {
			return fmt.Errorf("delete %s: %w", doc.Ref, err)
		}
		if err := dropAssignments(tx, doc.Ref); err != nil {
			return err
		}
		return nil
	})
	if err != nil && !errors.Is(err, apim.ErrNotFound) {
		return nil, err
	}
	if kind.Member && err == nil {
		return &answer{status: http.StatusOK}, nil
	}
	return noContent(), nil
}
