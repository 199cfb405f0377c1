package subscription

import (
	"cmp"
	"context"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// The names of the keys.
const (
	PrimaryKey   = "primaryKey"
	SecondaryKey = "secondaryKey"
)

// Keys are a subscription's keys; each works by itself.
type Keys struct{ Primary, Secondary string }

// maxKey is the length of the longest key, in bytes (apim-rest.md §1.12: keys
// may be given).
const maxKey = 256

// Keys reads the keys of a subscription that the caller may use.
func (s *Service) Keys(ctx context.Context, c Caller, id apim.PublicID) (Keys, error) {
	return store.Read(ctx, s.store, func(tx *store.Tx) (Keys, error) {
		sub, err := getFor(tx, c, id)
		if err != nil {
			return Keys{}, err
		}
		return readKeys(tx, sub.Ref)
	})
}

func readKeys(tx *store.Tx, ref apim.Ref) (Keys, error) {
	primary, err := apim.OrNone(tx.Secret(ref, PrimaryKey))
	if err != nil {
		return Keys{}, err
	}
	secondary, err := apim.OrNone(tx.Secret(ref, SecondaryKey))
	return Keys{primary, secondary}, err
}

// setKeys stores the given keys; a new subscription gets both.
func setKeys(tx *store.Tx, ref apim.Ref, k Keys, created bool) error {
	var v apim.Violations
	checkKey(&v, PrimaryKey, k.Primary)
	checkKey(&v, SecondaryKey, k.Secondary)
	if k.Primary != "" && k.Primary == k.Secondary {
		v.Addf(SecondaryKey, "secondaryKey must differ from primaryKey.")
	}
	if err := v.Err(); err != nil {
		return err
	}
	for _, key := range []struct{ field, value string }{{PrimaryKey, k.Primary}, {SecondaryKey, k.Secondary}} {
		if key.value == "" && !created {
			continue
		}
		if err := tx.SetSecret(ref, key.field, cmp.Or(key.value, tx.NewKey())); err != nil {
			return err
		}
	}
	return nil
}

// checkKey allows what a header can carry unchanged: visible ASCII.
func checkKey(v *apim.Violations, field, key string) {
	if len(key) > maxKey {
		v.Addf(field, "%s must be at most %d characters long; it has %d.", field, maxKey, len(key))
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			v.Addf(field, "%s must consist of visible ASCII characters without spaces.", field)
			return
		}
	}
}

// Regenerate replaces a key, PrimaryKey or SecondaryKey; the old one no longer works.
func (s *Service) Regenerate(ctx context.Context, actor store.Actor, c Caller, id apim.PublicID, field string) error {
	if field != PrimaryKey && field != SecondaryKey {
		return apim.Invalid("key", fmt.Sprintf("key must be %s or %s; it is %q.", PrimaryKey, SecondaryKey, field))
	}
	return s.store.Update(ctx, actor, func(tx *store.Tx) error {
		sub, err := getFor(tx, c, id)
		if err != nil {
			return err
		}
		return tx.SetSecret(sub.Ref, field, tx.NewKey())
	})
}

// ActiveKey is a key that can call an API.
type ActiveKey struct {
	SubscriptionID apim.PublicID
	Name           string
	Keys
}

// KeysFor lists a user's active subscriptions that cover an API (/apis/x), with
// their keys, for the console: subscriptions to a product with the API, to the
// API itself, and to all APIs.
func (s *Service) KeysFor(ctx context.Context, userID apim.Name, api apim.Ref) ([]ActiveKey, error) {
	return store.Read(ctx, s.store, func(tx *store.Tx) (keys []ActiveKey, err error) {
		subs, err := ownedBy(tx, userID)
		if err != nil {
			return nil, err
		}
		for _, sub := range subs {
			ok, err := sub.opens(tx, api)
			if err != nil {
				return nil, err
			}
			if !ok {
				continue
			}
			k, err := readKeys(tx, sub.Ref)
			if err != nil {
				return nil, err
			}
			keys = append(keys, ActiveKey{sub.ID, sub.DisplayName, k})
		}
		return keys, nil
	})
}

func (s *Subscription) opens(tx *store.Tx, api apim.Ref) (bool, error) {
	if s.State != apim.SubscriptionActive {
		return false, nil
	}
	return s.Opening().Opens(api, func(product, api apim.Ref) (bool, error) { return tx.HasLink(apim.ProductAPI, product, api) })
}
