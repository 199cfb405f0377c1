package store_test

import (
	"encoding/json"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// TestAddressesAreFoldedByAnUpgrade opens a database whose APIs were written when
// paths were compared in lower case alone.
func TestAddressesAreFoldedByAnUpgrade(t *testing.T) {
	t.Parallel()
	paths := map[apim.Ref]string{
		"/apis/escaped;rev=1": "f%6Fo", "/apis/foreign;rev=1": "Ärger", "/apis/plain;rev=1": "Plain", "/apis/bytes;rev=1": "a%FFb%00",
	}
	storetest.EachDatabase(t, func(t *testing.T, db storetest.Database) {
		s, err := db.Open(t.Context(), storetest.Options())
		if err != nil {
			t.Fatal(err)
		}
		err = s.Update(t.Context(), store.Actor{Name: "test"}, func(tx *store.Tx) error {
			for ref, path := range paths {
				body, err := json.Marshal(apim.API{Path: path})
				if err != nil {
					return err
				}
				if err := tx.Put(&store.Document{Ref: ref, Body: body}); err != nil {
					return err
				}
				if _, err := tx.Link(apim.CurrentRevision, ref.Alias(), ref); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		db.Exec(t, `DELETE FROM migration WHERE number >= 7`,
			`DROP TABLE mark`, `DROP TABLE minted_token`, `ALTER TABLE session DROP COLUMN made`, `ALTER TABLE session DROP COLUMN used_at`, `DROP INDEX audit_at`, `ALTER TABLE audit DROP COLUMN outcome`,
			`UPDATE document SET address = 'f%6fo' WHERE key = '/apis/escaped;rev=1'`,
			`UPDATE document SET address = 'ärger' WHERE key = '/apis/foreign;rev=1'`,
			`UPDATE document SET address = 'a%ffb%00' WHERE key = '/apis/bytes;rev=1'`)
		err = db.Store(t).View(t.Context(), func(tx *store.Tx) error {
			for ref, path := range paths {
				found, err := tx.CurrentAPIsAt(apim.FoldPath(path))
				if err != nil || len(found) != 1 || found[0].Ref != ref {
					t.Errorf("at %q: %v, %v; want %s", apim.FoldPath(path), found, err, ref)
				}
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
