package store_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func TestSecretsAreStoredEncryptedAndSubscriptionKeysFoundByHash(t *testing.T) {
	const value = "s3cret-key-in-clear"
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx *store.Tx) error {
			return errors.Join(
				tx.SetSecret("/subscriptions/A", "primaryKey", "old"),
				tx.SetSecret("/subscriptions/a", "primaryKey", value),
				tx.SetSecret("/subscriptions/a", "secondaryKey", "two"),
				tx.SetSecret("/tenant/access", "primaryKey", value))
		})
		view(t, s, func(tx *store.Tx) error {
			got, err := tx.Secret("/subscriptions/a", "primaryKey")
			same(t, "secret", got, value)
			keys, err2 := tx.SubscriptionKeys()
			same(t, "hashes", keys, []store.KeyRow{
				{Hash: s.KeyHash(value), Ref: "/subscriptions/a", Field: "primaryKey"},
				{Hash: s.KeyHash("two"), Ref: "/subscriptions/a", Field: "secondaryKey"}})
			for _, column := range []string{"bytes", "hash"} {
				rows, err := tx.Query(`SELECT ` + column + ` FROM secret`)
				if err != nil {
					return err
				}
				for rows.Next() {
					var b []byte
					if err := rows.Scan(&b); err != nil {
						return err
					}
					if bytes.Contains(b, []byte(value)) {
						t.Errorf("%s holds the secret in clear", column)
					}
				}
				if err := rows.Close(); err != nil {
					return err
				}
			}
			log, err3 := tx.AuditLog(store.AuditQuery{})
			if text, _ := json.Marshal(log); strings.Contains(string(text), value) || len(log) != 4 {
				t.Errorf("the audit log of four secrets holds one in clear, or not four entries: %s", text)
			}
			return errors.Join(err, err2, err3)
		})
		same(t, "one change for each resource", changes(t, s, 0), []string{"put /subscriptions/a", "put /tenant/access"})
	})
}

func TestASubscriptionKeyIsUniqueInTheService(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		set := func(ref apim.Ref, field string) error {
			return s.Update(t.Context(), admin, func(tx *store.Tx) error { return tx.SetSecret(ref, field, "one key") })
		}
		if err := errors.Join(set("/subscriptions/a", "primaryKey"), set("/subscriptions/a", "primaryKey")); err != nil {
			t.Fatalf("setting it twice in one place: %v", err)
		}
		wantError(t, "another subscription", set("/subscriptions/b", "secondaryKey"), apim.ErrConflict)
		wantError(t, "the other field", set("/subscriptions/a", "secondaryKey"), apim.ErrConflict)
		update(t, s, func(tx *store.Tx) error { return tx.DeleteSecret("/subscriptions/a", "primaryKey") })
		if err := set("/subscriptions/b", "secondaryKey"); err != nil {
			t.Errorf("after its deletion: %v", err)
		}
	})
}

func TestASecretMovedToAnotherRowDoesNotDecrypt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx *store.Tx) error {
			err := tx.SetSecret("/users/a", "token", "x")
			return errors.Join(err, tx.Exec(`UPDATE secret SET key = $1 WHERE key = $2`, "/users/b", "/users/a"))
		})
		err := s.View(t.Context(), func(tx *store.Tx) error {
			_, err := tx.Secret("/users/b", "token")
			return err
		})
		if err == nil {
			t.Error("it decrypted")
		}
	})
}

func TestADatabaseOpensOnlyWithItsKey(t *testing.T) {
	key := func(b byte) []byte { return bytes.Repeat([]byte{b}, store.KeySize) }
	storetest.EachDatabase(t, func(t *testing.T, db storetest.Database) {
		open := func(current []byte, old ...[]byte) (*store.Store, error) {
			opt := storetest.Options()
			opt.Key, opt.OldKeys = current, old
			return db.Open(t.Context(), opt)
		}
		if _, err := open(key(1)[:31]); err == nil {
			t.Fatal("it opened with a key of 31 bytes")
		}
		s, err := open(key(1))
		if err != nil {
			t.Fatal(err)
		}
		hash := s.KeyHash("k")
		update(t, s, func(tx *store.Tx) error { return tx.SetSecret("/users/a", "token", "from key 1") })
		s.Close()
		_, err = open(key(2))
		wantError(t, "another key", err, store.ErrWrongKey)
		_, err = open(key(3), key(2))
		wantError(t, "other keys", err, store.ErrWrongKey)

		s, err = open(key(2), key(1)) // rotation
		if err != nil {
			t.Fatal(err)
		}
		readToken(t, s, "from key 1")
		s.Close()
		_, err = open(key(2))
		wantError(t, "the next key alone, before all is encrypted with it", err, store.ErrWrongKey)
		if s, err = open(key(2), key(1)); err != nil {
			t.Fatal(err)
		}
		done := 0
		if err := s.Reencrypt(t.Context(), func(n int) { done = n }); err != nil {
			t.Fatal(err)
		}
		same(t, "re-encrypted", done, 1)
		s.Close()
		_, err = open(key(1))
		wantError(t, "the key before the rotation", err, store.ErrWrongKey)
		s, err = open(key(2))
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		readToken(t, s, "from key 1")
		same(t, "hashes outlive the rotation", s.KeyHash("k"), hash)
	})
}

func readToken(t *testing.T, s *store.Store, want string) {
	t.Helper()
	view(t, s, func(tx *store.Tx) error {
		got, err := tx.Secret("/users/a", "token")
		same(t, "secret", got, want)
		return err
	})
}

func TestReplicasThatStartAtOnceAgreeOnTheFirstRun(t *testing.T) {
	storetest.EachDatabase(t, func(t *testing.T, db storetest.Database) {
		const replicas = 4
		type result struct {
			hash [32]byte
			err  error
		}
		results := make(chan result, replicas)
		for range replicas {
			go func() {
				s, err := db.Open(context.WithoutCancel(t.Context()), storetest.Options())
				if err != nil {
					results <- result{err: err}
					return
				}
				err = s.UpdateAlone(t.Context(), store.Actor{Name: "system"}, func(tx *store.Tx) error {
					done, err := tx.Meta("provisioned")
					if err != nil || done != "" {
						return err
					}
					return errors.Join(tx.Put(doc("/groups/administrators")), tx.SetMeta("provisioned", "yes"))
				})
				results <- result{s.KeyHash("k"), errors.Join(err, s.Close())}
			}()
		}
		hashes := map[[32]byte]bool{}
		for range replicas {
			r := <-results
			if r.err != nil {
				t.Errorf("a replica: %v", r.err)
			}
			hashes[r.hash] = true
		}
		same(t, "different hash keys", len(hashes), 1)
		same(t, "provisioned", changes(t, db.Store(t), 0), []string{"put /groups/administrators"})
	})
}
