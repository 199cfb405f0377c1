package management

import (
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// document reads the entity that the address names.
func (c *call) document() (*store.Document, error) {
	var doc *store.Document
	err := c.Store.View(c.r.Context(), func(tx *store.Tx) error {
		ref, err := tx.ResolveAPI(c.ref)
		if err == nil {
			doc, err = tx.Get(ref)
		}
		return err
	})
	return doc, err
}

// headEntity answers HEAD of an entity: its ETag.
func headEntity(c *call) (*answer, error) {
	doc, err := c.document()
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, etag: doc.ETag}, nil
}

// getEntity answers GET of an entity.
func getEntity(c *call) (*answer, error) {
	doc, err := c.document()
	if err != nil {
		return nil, err
	}
	if get := c.behaviours[c.route.kind].get; get != nil {
		if a, err := get(c, doc); a != nil || err != nil {
			return a, err
		}
	}
	return c.entity(http.StatusOK, doc)
}

// entity answers with a document's envelope and ETag.
func (c *call) entity(status int, doc *store.Document) (*answer, error) {
	body, err := shownBody(c, c.route.kind, doc)
	if err != nil {
		return nil, err
	}
	e, err := c.envelope(c.route.kind, c.shown(doc), body)
	if err != nil {
		return nil, err
	}
	return &answer{status: status, etag: doc.ETag, body: e}, nil
}

// doAction answers a POST action of an entity that exists.
func doAction(c *call) (*answer, error) {
	if _, err := c.document(); err != nil {
		return nil, err
	}
	do := c.behaviours[c.route.kind].actions[c.route.action0]
	if do == nil {
		return nil, apim.ErrNotFound
	}
	return do(c)
}
