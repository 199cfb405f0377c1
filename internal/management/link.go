package management

import (
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
	from, to = inOrder(owner, c.target.Alias(), c.route.link.Reverse)
	return from, to, nil
}

// inOrder are the ends of an association, in which the one that has it may be either.
func inOrder(owner, other apim.Ref, reverse bool) (from, to apim.Ref) {
	if reverse {
		return other, owner
	}
	return owner, other
}

// others are what a resource is associated with.
func others(tx *store.Tx, kind apim.LinkKind, owner apim.Ref, reverse bool) ([]apim.Ref, error) {
	if reverse {
		return tx.Backlinks(kind, owner)
	}
	return tx.Links(kind, owner)
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
		refs, err := others(tx, l.Name, owner, l.Reverse)
		if err != nil {
			return nil, err
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
	return view(c, func(tx *store.Tx) (*store.Document, error) {
		from, to, err := c.ends(tx)
		if err != nil {
			return nil, err
		}
		ok, err := tx.HasLink(c.route.link.Name, from, to)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, apim.ErrNotFound
		}
		return c.targetDocument(tx)
	})
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
	var status int
	doc, err := change(c, func(tx *store.Tx) (*store.Document, error) {
		from, to, err := c.ends(tx)
		if err != nil {
			return nil, err
		}
		if admit := c.behaviours[c.route.kind].link; admit != nil {
			if err := admit(c, tx); err != nil {
				return nil, err
			}
		}
		isNew, err := tx.Link(c.route.link.Name, from, to)
		if err != nil {
			return nil, fmt.Errorf("link %s to %s: %w", from, to, err)
		}
		if !isNew {
			if err := c.existed(); err != nil {
				return nil, err
			}
		}
		status = putStatus(isNew)
		return c.targetDocument(tx)
	})
	if err != nil {
		return nil, err
	}
	return c.linkAnswer(status, doc)
}

// deleteLink answers DELETE of an association; if either side does not exist,
// nothing is removed.
func deleteLink(c *call) (*answer, error) {
	return c.delete(func(tx *store.Tx) (bool, error) {
		from, to, err := c.ends(tx)
		if err != nil {
			return false, err
		}
		if admit := c.behaviours[c.route.kind].unlink; admit != nil {
			if err := admit(c, tx); err != nil {
				return false, err
			}
		}
		removed, err := tx.Unlink(c.route.link.Name, from, to)
		if err != nil {
			return false, err
		}
		return removed, c.dropAssignments(tx, c.ref) // the link's name may be a scope
	})
}
