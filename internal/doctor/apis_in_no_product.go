package doctor

import (
	"context"
	"encoding/json"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// apisInNoProduct finds current APIs that are in no product: only
// administrators see them, and nobody can subscribe. Add them to one.
func (s *Service) apisInNoProduct(ctx context.Context) ([]apim.Finding, error) {
	return s.each(ctx, func(tx *store.Tx, d *store.Document) (*apim.Finding, error) {
		var api apim.API
		if err := json.Unmarshal(d.Body, &api); err != nil || !api.IsCurrent {
			return nil, err
		}
		products, err := tx.Backlinks(apim.ProductAPI, d.Ref.Alias())
		if err != nil || len(products) > 0 {
			return nil, err
		}
		return warning("ApiInNoProduct", "The API is in no product: only administrators see it. Add it to one: PUT /products/{id}/apis/%s.", d.Ref.Alias().Name()), nil
	}, apim.APIs)
}
