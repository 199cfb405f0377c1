package management

import (
	"encoding/json"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/apis"
	"github.com/portico-portal/portico/internal/store"
)

func putProduct(w *write) (err error) {
	w.doc, err = apis.PutProduct(w.tx, w.ref, w.old, w.resource.(*apim.Product))
	return err
}

// linkProduct checks whether an API may be added.
func linkProduct(c *call, tx *store.Tx) error {
	if c.route.link.Name != apim.ProductAPI {
		return nil
	}
	return apis.AdmitToProduct(tx, c.ref, c.target)
}

func removeProduct(c *call, tx *store.Tx, doc *store.Document) error {
	also, err := c.query.Bool("deleteSubscriptions")
	if err != nil {
		return err
	}
	return apis.DeleteProduct(tx, doc.Ref, also)
}

// showProduct adds the groups when expandGroups asks for them.
func showProduct(c *call, doc *store.Document) (json.RawMessage, error) {
	return c.withGroups(doc, (*store.Tx).Links, apim.ProductGroup)
}

// withGroups adds the groups of a product or user if expandGroups asks for them.
func (c *call) withGroups(doc *store.Document, read func(*store.Tx, apim.LinkKind, apim.Ref) ([]apim.Ref, error), kind apim.LinkKind) (json.RawMessage, error) {
	expand, err := c.query.Bool("expandGroups")
	if !expand || err != nil {
		return doc.Body, err
	}
	groups := []map[string]any{}
	err = c.Store.View(c.r.Context(), func(tx *store.Tx) error {
		refs, err := read(tx, kind, doc.Ref)
		if err != nil {
			return err
		}
		for _, ref := range refs {
			g, err := tx.Get(ref)
			if err != nil {
				return err
			}
			flat := map[string]any{}
			if err := g.Decode(&flat); err != nil {
				return err
			}
			flat["id"], flat["name"] = c.address.ID(g.Ref), flat["displayName"]
			delete(flat, "displayName")
			groups = append(groups, flat)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return withMembers(doc.Body, map[string]any{"groups": groups})
}
