package account

import (
	"context"
	"encoding/base64"
	"sync"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// What programs of others make, and a test does in a transaction of its own.

// MintUID makes uid=id&ex=expiry&sn=signature, to a ten-millionth of a second.
func MintUID(id string, expires time.Time, key string) string {
	ex := expires.UTC().Format(roundTrip)
	return "uid=" + id + "&ex=" + ex + "&sn=" + base64.StdEncoding.EncodeToString(sign(id+"\n"+ex, key))
}

// Extended wraps a compact token as the portal sends it and as the header
// Ocp-Apim-Sas-Token carries it: token="...",refresh="true".
func Extended(compact string) string { return `token="` + compact + `",refresh="true"` }

// DeleteUser removes a user in a transaction of its own.
func (s *Service) DeleteUser(ctx context.Context, actor store.Actor, id string, deleteSubscriptions bool) error {
	err := s.store.Update(ctx, actor, func(tx *store.Tx) error {
		return DeleteUser(tx, apim.UserRef(apim.Name(id)), deleteSubscriptions)
	})
	s.visitors.clear()
	return err
}

// Delays makes attempts that are held up go on at once, and returns how long they
// would have waited.
func (s *Service) Delays() func() []time.Duration {
	var mu sync.Mutex
	var all []time.Duration
	s.wait = func(_ context.Context, d time.Duration) error {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, d)
		return nil
	}
	return func() []time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

// NewForTests is New with hashes that cost next to nothing: what they cost is
// tested by itself.
func NewForTests(s *store.Store) *Service {
	a := New(s)
	a.hasher = newHasher(s.Random, cost{memory: 8, passes: 1, threads: 1})
	return a
}
