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
	p, err := readProduct(tx, c.ref)
	if err != nil || p.NeedsSubscription() {
		return err
	}
	return inOtherOpenProduct(tx, aliasOf(c.target), c.ref, "apiId")
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
	doc, err := tx.Get(ref)
	if err != nil {
		return nil, err
	}
	p := new(apim.Product)
	if err := json.Unmarshal(doc.Body, p); err != nil {
		return nil, fmt.Errorf("decode %s: %w", ref, err)
	}
	return p, nil
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
