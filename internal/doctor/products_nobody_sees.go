package doctor

import (
	"context"
	"encoding/json"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// productsNobodySees finds published products that only administrators see. Add
// the group developers or guests.
func (s *Service) productsNobodySees(ctx context.Context) ([]apim.Finding, error) {
	return s.each(ctx, func(tx *store.Tx, d *store.Document) (*apim.Finding, error) {
		var product apim.Product
		if err := json.Unmarshal(d.Body, &product); err != nil || !product.Published() {
			return nil, err
		}
		groups, err := tx.Links(apim.ProductGroup, d.Ref)
		if err != nil {
			return nil, err
		}
		for _, group := range groups {
			if !group.Same(apim.GroupRef(apim.Administrators)) {
				return nil, nil
			}
		}
		return warning("ProductNobodySees", "The product is published, and no group but the administrators sees it. Give it to one: PUT /products/%s/groups/developers.", d.Name), nil
	}, apim.Products)
}
