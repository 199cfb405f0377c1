package apis

import (
	"errors"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// PutProduct creates or replaces a product. A new one is linked to the group
// administrators, as every product is. An API can be in only one open product
// (apim-rest.md §1.12); the error is then an *apim.InvalidError.
func PutProduct(tx *store.Tx, ref apim.Ref, old *store.Document, p *apim.Product) (*store.Document, error) {
	p.Default()
	if err := apim.Check(p.Validate); err != nil {
		return nil, err
	}
	if old != nil && !p.NeedsSubscription() {
		if err := checkOpen(tx, ref); err != nil {
			return nil, err
		}
	}
	doc, err := put(tx, ref, p, nil)
	if err != nil || old != nil {
		return doc, err
	}
	administrators := apim.GroupRef(apim.Administrators)
	if _, err := tx.Get(administrators); errors.Is(err, apim.ErrNotFound) {
		return doc, nil
	}
	_, err = tx.Link(apim.ProductGroup, ref, administrators)
	return doc, err
}

// checkOpen refuses to open a product with an API that is in another open product.
func checkOpen(tx *store.Tx, product apim.Ref) error {
	apis, err := tx.Links(apim.ProductAPI, product)
	if err != nil {
		return err
	}
	for _, api := range apis {
		if err := inOtherOpenProduct(tx, api, product, "subscriptionRequired"); err != nil {
			return err
		}
	}
	return nil
}

// AddToProduct adds an API to a product and reports whether it was not in it yet.
func AddToProduct(tx *store.Tx, product, api apim.Ref) (created bool, err error) {
	err = AdmitToProduct(tx, product, api)
	if err != nil {
		return false, apim.IfAbsent(err, apim.Invalid("products", fmt.Sprintf("There is no product %q.", product.Name())))
	}
	return tx.Link(apim.ProductAPI, product, api.Alias())
}

// AdmitToProduct refuses an API that may not be added to a product.
func AdmitToProduct(tx *store.Tx, product, api apim.Ref) error {
	p, err := readProduct(tx, product)
	if err != nil || p.NeedsSubscription() {
		return err
	}
	return inOtherOpenProduct(tx, api.Alias(), product, "apiId")
}

func inOtherOpenProduct(tx *store.Tx, api, product apim.Ref, field string) error {
	others, err := tx.Backlinks(apim.ProductAPI, api)
	if err != nil {
		return err
	}
	for _, other := range others {
		if other.Same(product) {
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

// DeleteProduct deletes a product. If it has subscriptions, they are deleted
// when withSubscriptions is set; otherwise the error is an *apim.ConflictError.
func DeleteProduct(tx *store.Tx, product apim.Ref, withSubscriptions bool) error {
	subscriptions, err := tx.Backlinks(apim.SubscriptionScope, product)
	if err != nil {
		return err
	}
	if len(subscriptions) > 0 && !withSubscriptions {
		return &apim.ConflictError{Code: "OperationNotAllowed", Target: "deleteSubscriptions",
			Message: fmt.Sprintf("There are %d subscriptions; they are deleted too when deleteSubscriptions=true.", len(subscriptions))}
	}
	return deleteAll(tx, append(subscriptions, product))
}
