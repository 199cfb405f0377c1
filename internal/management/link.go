package management

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// ends returns an association's row: from and to as stored. Products, groups and
// tags link to an API by its alias; below an API, its revision is the from side.
func (c *call) ends(tx *store.Tx) (from, to apim.Ref, err error) {
	owner, err := c.linkOwner(tx)
	if err != nil {
		return "", "", err
	}
	if c.target != "" {
		if _, err := c.stored(tx, c.target); err != nil {
			return "", "", err
		}
	}
	target := c.target.Alias()
	if c.route.link.Reverse {
		return target, owner, nil
	}
	return owner, target, nil
}

// linkOwner is the entity that has the association collection.
func (c *call) linkOwner(tx *store.Tx) (apim.Ref, error) {
	ref, err := c.stored(tx, c.ref)
	if err == nil && c.route.kind == apim.APIs {
		ref = ref.Alias()
	}
	return ref, err
}

// listLinks answers GET of an association collection.
func listLinks(c *call) (*answer, error) {
	l := c.route.link
	kind := apim.KindByPath(l.To)
	return c.list(kind, l.Filter, func(tx *store.Tx) ([]*row, error) {
		owner, err := c.linkOwner(tx)
		if err != nil {
			return nil, err
		}
		read := tx.Links
		if l.Reverse {
			read = tx.Backlinks
		}
		refs, err := read(l.Name, owner)
		if err != nil {
			return nil, fmt.Errorf("read %s of %s: %w", l.Name, owner, err)
		}
		rows, err := c.collections.rows(tx, kind, "")
		if err != nil {
			return nil, err
		}
		return rowsOf(rows, refs), nil
	})
}

// rowsOf selects the rows that refs name, in the order of the rows. A ref to an
// API means its current revision, which is listed by its alias.
func rowsOf(rows []*row, refs []apim.Ref) []*row {
	wanted := make(map[apim.Key]bool, len(refs))
	for _, r := range refs {
		wanted[r.Key()] = true
	}
	var found []*row
	for _, r := range rows {
		if len(found) == len(wanted) {
			break
		}
		if wanted[r.ref.Key()] {
			found = append(found, r)
		}
	}
	return found
}

// headLink answers HEAD of an association: 204, or for tags 200 with an ETag; 404 when there is none.
func headLink(c *call) (*answer, error) {
	doc, err := c.linked()
	if err != nil {
		return nil, err
	}
	if c.route.link.ETag {
		return &answer{status: http.StatusOK, etag: doc.ETag}, nil
	}
	return noContent(), nil
}

// getLink answers GET of a tag association: the tag.
func getLink(c *call) (*answer, error) {
	doc, err := c.linked()
	if err != nil {
		return nil, err
	}
	return c.linkAnswer(http.StatusOK, doc)
}

// linked reads the other side of an association that exists.
func (c *call) linked() (*store.Document, error) {
	var doc *store.Document
	err := c.Store.View(c.r.Context(), func(tx *store.Tx) error {
		from, to, err := c.ends(tx)
		if err != nil {
			return err
		}
		ok, err := tx.HasLink(c.route.link.Name, from, to)
		if err != nil {
			return err
		}
		if !ok {
			return apim.ErrNotFound
		}
		doc, err = c.targetDocument(tx)
		return err
	})
	return doc, err
}

func (c *call) targetDocument(tx *store.Tx) (*store.Document, error) {
	ref, err := tx.ResolveAPI(c.target)
	if err != nil {
		return nil, err
	}
	return tx.Get(ref)
}

// linkAnswer shows the other side of an association.
func (c *call) linkAnswer(status int, doc *store.Document) (*answer, error) {
	kind := apim.KindByPath(c.route.link.To)
	e, err := c.item(kind, newRow(kind, doc))
	if err != nil {
		return nil, err
	}
	a := &answer{status: status, body: e}
	if c.route.link.ETag {
		a.etag = doc.ETag
	}
	return a, nil
}

// putLink answers PUT of an association: 201 when it is new, 200 when it was there.
func putLink(c *call) (*answer, error) {
	var doc *store.Document
	status := http.StatusOK
	err := c.Store.Update(c.r.Context(), c.actor(), func(tx *store.Tx) error {
		from, to, err := c.ends(tx)
		if err != nil {
			return err
		}
		if admit := c.behaviours[c.route.kind].link; admit != nil {
			if err := admit(c, tx); err != nil {
				return err
			}
		}
		created, err := tx.Link(c.route.link.Name, from, to)
		if err != nil {
			return fmt.Errorf("link %s to %s: %w", from, to, err)
		}
		status = http.StatusOK
		if created {
			status = http.StatusCreated
		}
		doc, err = c.targetDocument(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	return c.linkAnswer(status, doc)
}

// deleteLink answers DELETE of an association; if either side does not exist,
// nothing is removed.
func deleteLink(c *call) (*answer, error) {
	var removed bool
	err := c.Store.Update(c.r.Context(), c.actor(), func(tx *store.Tx) error {
		from, to, err := c.ends(tx)
		if err != nil {
			return err
		}
		if admit := c.behaviours[c.route.kind].unlink; admit != nil {
			if err := admit(c, tx); err != nil {
				return err
			}
		}
		if removed, err = tx.Unlink(c.route.link.Name, from, to); err != nil {
			return err
		}
		return c.dropAssignments(tx, c.ref) // the link's name may be a scope
	})
	if err != nil && !errors.Is(err, apim.ErrNotFound) {
		return nil, err
	}
	return deleted(removed && err == nil), nil
}
