package account

import (
	"context"
	"time"

	"github.com/portico-portal/portico/internal/store"
)

// SessionLimits say when a person has to sign in again.
type SessionLimits struct {
	Idle     time.Duration // after the last use
	Lifetime time.Duration // after the sign-in
}

// DefaultSessions are the limits unless a setting says otherwise.
func DefaultSessions() SessionLimits {
	return SessionLimits{Idle: 7 * 24 * time.Hour, Lifetime: 30 * 24 * time.Hour}
}

// Service signs in people and programs. It is safe for concurrent use.
type Service struct {
	Sessions SessionLimits // set before the first use

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
		Sessions: DefaultSessions(), store: s, hasher: newHasher(s.Random), visitors: newVisitorCache(),
		waiting: make(chan struct{}, maxWaiting), wait: wait,
	}
}
