package account

import (
	"context"
	"time"

	"github.com/portico-portal/portico/internal/store"
)

// SessionLifetime is how long a person stays signed in. It is not extended, so
// that requests of signed-in visitors need not write.
const SessionLifetime = 30 * 24 * time.Hour

// Service signs in people and programs. It is safe for concurrent use.
type Service struct {
	store    *store.Store
	hasher   *hasher
	visitors *visitorCache
	waiting  chan struct{} // attempts to sign in that are held up
	wait     func(ctx context.Context, d time.Duration) error
}

// New makes a Service. As a consumer of the change feed it learns of others'
// changes at once.
func New(s *store.Store) *Service {
	return &Service{
		store: s, hasher: newHasher(s.Random), visitors: newVisitorCache(),
		waiting: make(chan struct{}, maxWaiting), wait: wait,
	}
}
