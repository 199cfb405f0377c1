package subscription

import (
	"context"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// Update changes a subscription in a transaction of its own, for administrators.
func (s *Service) Update(ctx context.Context, actor store.Actor, id string, change func(p *apim.Subscription)) (*Subscription, error) {
	return s.change(ctx, actor, Caller{Admin: true}, apim.PublicID(id), func(p *apim.Subscription) error {
		change(p)
		return nil
	})
}
