package account

import (
	"context"
	"encoding/base64"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// RegenerateAccessKey replaces a key ("primaryKey" or "secondaryKey") of
// tenant/access, which invalidates every token it signed, or of
// tenant/gitAccess.
func (s *Service) RegenerateAccessKey(ctx context.Context, actor store.Actor, access apim.Ref, field string) error {
	if field != primaryKey && field != secondaryKey {
		return apim.Invalid("key", fmt.Sprintf("key must be %s or %s; it is %q.", primaryKey, secondaryKey, field))
	}
	key := newAccessKey(s.store.Random)
	return s.store.Update(ctx, actor, func(tx *store.Tx) error {
		if _, err := tx.Get(access); err != nil {
			return err
		}
		return tx.SetSecret(access, field, key)
	})
}

// newAccessKey makes 64 random bytes in base64.
func newAccessKey(random func(n int) []byte) string {
	return base64.StdEncoding.EncodeToString(random(64))
}
