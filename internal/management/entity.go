package management

import (
	"net/http"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// document reads the entity that the address names.
func (c *call) document() (*store.Document, error) {
	return view(c, c.get)
}

// get reads the entity that the address names.
func (c *call) get(tx *store.Tx) (*store.Document, error) {
	ref, err := c.resolve(tx, c.ref)
	if err != nil {
		return nil, err
	}
	return tx.Get(ref)
}

// resolve is where a ref is stored: below an API's current revision, or below
// the API for kinds that belong to it. The error is apim.ErrNotFound if the API
// does not exist.
func (c *call) resolve(tx *store.Tx, ref apim.Ref) (apim.Ref, error) {
	resolved, err := tx.ResolveAPI(ref)
	if err == nil && c.route.kind != nil && c.route.kind.OnAlias && ref.KindPath() != apim.APIs.Path {
		if _, err := tx.Get(resolved.API()); err != nil {
			return "", err
		}
		return resolved.Alias(), nil
	}
	return resolved, err
}

// headEntity answers HEAD of an entity: its ETag.
func headEntity(c *call) (*answer, error) {
	doc, err := c.document()
	if err != nil {
		return nil, err
	}
	if c.route.kind.Member {
		return noContent(), nil
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
	if do == nil && c.route.action0 == listSecrets {
		do = listEntitySecrets
	}
	if do == nil {
		return nil, apim.ErrNotFound
	}
	return do(c)
}
