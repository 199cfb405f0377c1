package account

import (
	"cmp"
	"crypto/rand"
	"io"
	"time"

	"github.com/portico-portal/portico/internal/store"
)

// SessionLifetime is how long a person stays signed in. It is not extended, so
// that requests of signed-in visitors need not write.
const SessionLifetime = 30 * 24 * time.Hour

// Options are what a Service needs besides its store.
type Options struct {
	Rand io.Reader // session ids, salts, keys; nil: crypto/rand
}

// Service signs in people and programs. It is safe for concurrent use.
type Service struct {
	store     *store.Store
	random    io.Reader
	hasher    *hasher
	byAccount *limiter
	byAddress *limiter
	visitors  *visitorCache
}

// New makes a Service. As a consumer of the change feed it learns of others'
// changes at once.
func New(s *store.Store, opt Options) (*Service, error) {
	opt.Rand = cmp.Or(opt.Rand, rand.Reader)
	h, err := newHasher(opt.Rand)
	if err != nil {
		return nil, err
	}
	return &Service{
		store: s, random: opt.Rand, hasher: h,
		byAccount: newLimiter(accountLimit), byAddress: newLimiter(addressLimit),
		visitors: newVisitorCache(),
	}, nil
}
