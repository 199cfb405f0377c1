package account

import (
	"context"
	"errors"
	"time"

	"github.com/portico-portal/portico/internal/access"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/audit"
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
	Sessions SessionLimits   // set before the first use
	Refusals *audit.Refusals // failed and throttled attempts

	store    *store.Store
	hasher   *hasher
	visitors *visitorCache
	roles    *access.Roles
	waiting  chan struct{} // attempts to sign in that are held up
	wait     func(ctx context.Context, d time.Duration) error
}

// New makes a Service. As a consumer of the change feed it learns of others'
// changes at once.
func New(s *store.Store) *Service {
	return &Service{
		Sessions: DefaultSessions(), Refusals: audit.NewRefusals(s), store: s, hasher: newHasher(s.Random, standardCost), visitors: newVisitorCache(), roles: &access.Roles{},
		waiting: make(chan struct{}, maxWaiting), wait: wait,
	}
}

// refused notes an attempt to prove an identity that failed. What was typed as
// the name of an account is not kept: it may be a password.
func (s *Service) refused(ctx context.Context, action string, user *User, c Client, err error) {
	what := audit.Refusal{Action: action, Address: c.Address, RequestID: c.RequestID}
	var refused *RefusedError
	switch {
	case errors.Is(err, apim.ErrTooManyRequests):
		what.Outcome, what.Reason = store.Throttled, "too many attempts"
	case errors.As(err, &refused):
		what.Outcome, what.Reason, what.Actor = store.Failed, refused.Reason, refused.Subject
	case errors.Is(err, apim.ErrUnauthorized), errors.Is(err, apim.ErrForbidden):
		what.Outcome, what.Reason = store.Failed, err.Error()
	default:
		return
	}
	if user != nil {
		what.Resource = apim.UserRef(user.ID)
	}
	s.Refusals.Note(ctx, what)
}
