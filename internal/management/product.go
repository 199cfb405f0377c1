package management

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// checkProduct keeps every API in at most one open product (apim-rest.md §1.12).
func checkProduct(w *write) error {
	if w.old == nil || w.resource.(*apim.Product).NeedsSubscription() {
		return nil
	}
	apis, err := w.tx.Links(apim.ProductAPI, w.ref)
	if err != nil {
		return err
	}
	for _, api := range apis {
		if err := inOtherOpenProduct(w.tx, api, w.ref, "subscriptionRequired"); err != nil {
			return err
		}
	}
	return nil
}

// linkProduct holds the same rule when an API is added.
func linkProduct(c *call, tx *store.Tx) error {
	if c.route.link.Name != apim.ProductAPI {
		return nil
	}
	return admitToProduct(tx, c.ref, c.target)
}

// admitToProduct tells whether an API may be added to a product.
func admitToProduct(tx *store.Tx, product, api apim.Ref) error {
	p, err := readProduct(tx, product)
	if err != nil || p.NeedsSubscription() {
		return err
	}
	return inOtherOpenProduct(tx, aliasOf(api), product, "apiId")
}

func inOtherOpenProduct(tx *store.Tx, api, product apim.Ref, field string) error {
	others, err := tx.Backlinks(apim.ProductAPI, api)
	if err != nil {
		return err
	}
	for _, other := range others {
		if other.Key() == product.Key() {
			continue
		}
		p, err := readProduct(tx, other)
		if err != nil {
			return err
		}
		if !p.NeedsSubscription() {
			return apim.Invalid(field, fmt.Sprintf("The API %q is already in the open product %q; it can be in one only.", api.Name(), other.Name()))
		}
	}
	return nil
}

func readProduct(tx *store.Tx, ref apim.Ref) (*apim.Product, error) {
	p := new(apim.Product)
	_, err := tx.Decode(ref, p)
	return p, err
}

// storedProduct gives a new product to administrators, as every product has it.
func storedProduct(w *write) error {
	if w.old != nil {
		return nil
	}
	administrators := apim.GroupRef(apim.Administrators)
	if _, err := w.tx.Get(administrators); err != nil {
		if errors.Is(err, apim.ErrNotFound) {
			return nil
		}
		return err
	}
	_, err := w.tx.Link(apim.ProductGroup, w.ref, administrators)
	return err
}

// removeProduct refuses while there are subscriptions, unless deleteSubscriptions says that they go too.
func removeProduct(c *call, tx *store.Tx, doc *store.Document) error {
	also, err := c.query.Bool("deleteSubscriptions")
	if err != nil {
		return err
	}
	subscriptions, err := tx.Backlinks(apim.SubscriptionScope, doc.Ref)
	if err != nil {
		return err
	}
	if len(subscriptions) > 0 && !also {
		return &apim.ConflictError{Code: "OperationNotAllowed", Target: "deleteSubscriptions",
			Message: fmt.Sprintf("There are %d subscriptions; they are deleted too when deleteSubscriptions=true.", len(subscriptions))}
	}
	return removeAll(tx, subscriptions)
}

func removeAll(tx *store.Tx, refs []apim.Ref) error {
	for _, ref := range refs {
		if err := tx.DeleteTree(ref); err != nil {
			return err
		}
	}
	return nil
}

// showProduct adds the groups when expandGroups asks for them.
func showProduct(c *call, doc *store.Document) (json.RawMessage, error) {
	return c.withGroups(doc, (*store.Tx).Links, apim.ProductGroup)
}

// withGroups adds the groups of a product or user when expandGroups asks for them.
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
			if err := json.Unmarshal(g.Body, &flat); err != nil {
				return fmt.Errorf("decode %s: %w", ref, err)
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
