package management

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

// deleteEntity answers DELETE of an entity and everything below it.
func deleteEntity(c *call) (*answer, error) {
	a, err := c.delete(c.remove)
	if since := c.route.kind.Delete204Since; err == nil && since != "" && arm.VersionFrom(c.query, since) {
		return noContent(), nil
	}
	return a, err
}

// delete answers DELETE: nothing is removed either when what leads to it does not exist.
func (c *call) delete(remove func(tx *store.Tx) (bool, error)) (*answer, error) {
	removed, err := change(c, remove)
	if err != nil && !errors.Is(err, apim.ErrNotFound) {
		return nil, err
	}
	return deleted(removed && err == nil), nil
}

// remove deletes the entity and everything below it, or resets one that always
// exists; removed is false if there was nothing to do.
func (c *call) remove(tx *store.Tx) (removed bool, err error) {
	doc, err := c.get(tx)
	if err != nil {
		return false, err
	}
	if err := c.match.Check(doc.ETag); err != nil {
		return false, err
	}
	if remove := c.behaviours[c.route.kind].remove; remove != nil {
		if err := remove(c, tx, doc); err != nil {
			return false, err
		}
	}
	if c.route.kind.Fixed {
		first, err := c.atFirst(doc)
		if err != nil || bytes.Equal(first.Body, doc.Body) {
			return false, err
		}
		return true, tx.Put(first)
	}
	if err := tx.DeleteTree(doc.Ref); err != nil {
		return false, fmt.Errorf("delete %s: %w", doc.Ref, err)
	}
	return true, c.dropAssignments(tx, doc.Ref)
}

// deleted answers a DELETE: 200 if something was removed, else 204, which makes
// scripts in the field stop (design.md §7).
func deleted(removed bool) *answer {
	if removed {
		return &answer{status: http.StatusOK}
	}
	return noContent()
}
