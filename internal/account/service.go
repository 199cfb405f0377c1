package account

import (
	"time"

	"github.com/portico-portal/portico/internal/store"
)

// SessionLifetime is how long a person stays signed in. It is not extended, so
// that requests of signed-in visitors need not write.
const SessionLifetime = 30 * 24 * time.Hour

// Service signs in people and programs. It is safe for concurrent use.
type Service struct {
	store     *store.Store
	hasher    *hasher
	byAccount *limiter
	byAddress *limiter
	visitors  *visitorCache
}

// New makes a Service. As a consumer of the change feed it learns of others'
// changes at once.
func New(s *store.Store) *Service {
	return &Service{
		store: s, hasher: newHasher(s.Random),
		byAccount: newLimiter(accountLimit), byAddress: newLimiter(addressLimit),
		visitors: newVisitorCache(),
	}
}
