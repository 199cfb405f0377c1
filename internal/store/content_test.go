package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func TestSchemaPartsAreReplacedBySchemaAndReadByName(t *testing.T) {
	const api = apim.Ref("/apis/X;rev=1")
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		raw := func(v string) json.RawMessage { return json.RawMessage(v) }
		many := map[string]json.RawMessage{}
		for i := range 200 {
			many[fmt.Sprintf("Part%d", i)] = raw(`{ }`)
		}
		update(t, s, func(tx *store.Tx) error {
			return errors.Join(
				tx.PutSchemaParts(api, "B", map[string]json.RawMessage{"Pet": raw(`"of b"`), "pet": raw(`"lower"`)}),
				tx.PutSchemaParts(api, "a", map[string]json.RawMessage{"Pet": raw(`"of a"`), "Old": raw(`1`)}),
				tx.PutSchemaParts(api, "A", map[string]json.RawMessage{"Pet": raw(`"of a, again"`)}),
				tx.PutSchemaParts("/apis/y;rev=1", "a", many),
				tx.Put(doc("/apis/X;rev=1/schemas/b")))
		})
		view(t, s, func(tx *store.Tx) error {
			names, err := tx.SchemaPartNames("/apis/x;rev=1")
			same(t, "names", names, []string{"Pet", "pet"})
			parts, err2 := tx.SchemaParts(api, []string{"pet", "Pet", "Absent", "Old"})
			same(t, "parts", parts, map[string]json.RawMessage{"Pet": raw(`"of a, again"`), "pet": raw(`"lower"`)})
			all, err3 := tx.SchemaPartNames("/apis/y;rev=1")
			got, err4 := tx.SchemaParts("/apis/y;rev=1", all)
			same(t, "many", got, many)
			return errors.Join(err, err2, err3, err4)
		})
		update(t, s, func(tx *store.Tx) error { return tx.Delete("/apis/x;rev=1/schemas/B") })
		view(t, s, func(tx *store.Tx) error {
			names, err := tx.SchemaPartNames(api)
			same(t, "names after the schema is deleted", names, []string{"Pet"})
			return err
		})
	})
}

func TestSessionsEndByExpiryAndDeletion(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		now := s.Now()
		session := store.Session{UserID: "7", CreatedAt: now, ExpiresAt: now.Add(time.Hour), UserAgent: "agent\x00\xff", Address: "::1"}
		old := session
		old.ExpiresAt = now.Add(-time.Second)
		update(t, s, func(tx *store.Tx) error {
			other := session
			other.UserID = "8"
			return errors.Join(tx.PutSession("a", session), tx.PutSession("b", session), tx.PutSession("c", session),
				tx.PutSession("d", other), tx.PutSession("old", old))
		})
		alive := func() (ids string) {
			view(t, s, func(tx *store.Tx) error {
				for _, id := range []string{"a", "b", "c", "d", "old", "absent"} {
					got, err := tx.Session(id)
					if errors.Is(err, apim.ErrNotFound) {
						continue
					}
					if err != nil {
						return err
					}
					if id == "a" {
						want := session
						want.UserAgent, want.Handle, want.UsedAt = "agent\ufffd\ufffd", store.SessionHandle("a"), now
						same(t, "session", got, &want)
					}
					ids += id
				}
				return nil
			})
			return ids
		}
		same(t, "alive at first", alive(), "abcd")
		update(t, s, func(tx *store.Tx) error { return errors.Join(tx.DeleteSession("b"), tx.DeleteSession("b")) })
		same(t, "alive after b signs out", alive(), "acd")
		update(t, s, func(tx *store.Tx) error { return tx.DeleteUserSessions("7", "c") })
		same(t, "alive after the user keeps c only", alive(), "cd")
		update(t, s, func(tx *store.Tx) error { return tx.DeleteUserSessions("7", "") })
		same(t, "alive after all of the user's end", alive(), "d")
	})
}

func TestPasswordsAreKeptApart(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		update(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.SetPassword("/users/U", "one"), tx.SetPassword("/users/u", "two"))
		})
		view(t, s, func(tx *store.Tx) error {
			got, err := tx.Password("/users/u")
			same(t, "password", got, "two")
			_, none := tx.Password("/users/v")
			wantError(t, "none", none, apim.ErrNotFound)
			return err
		})
	})
}

func TestPortalRevisionsAreImmutableAndShareBodies(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		items := []store.RevisionItem{
			{Ref: apim.ContentRef("page", "B"), Body: json.RawMessage(`{ "a":1 }`)},
			{Ref: apim.ContentRef("page", "a"), Body: json.RawMessage(`{ "a":1 }`)},
			{Ref: "/media/logo.svg", Hash: "f00d"},
		}
		update(t, s, func(tx *store.Tx) error {
			return errors.Join(tx.PutRevisionItems("R1", items), tx.PutRevisionItems("r2", items[:1]))
		})
		view(t, s, func(tx *store.Tx) error {
			got, err := tx.RevisionItems("r1")
			want := []store.RevisionItem{items[1], items[0], items[2]}
			same(t, "items", got, want)
			same(t, "body", string(got[0].Body), `{ "a":1 }`)
			rows, err2 := tx.Query(`SELECT count(*) FROM portal_body`)
			if err2 != nil {
				return err2
			}
			defer rows.Close()
			var n int
			rows.Next()
			err3 := rows.Scan(&n)
			same(t, "stored bodies", n, 1)
			return errors.Join(err, err3)
		})
		err := s.Update(t.Context(), admin, func(tx *store.Tx) error { return tx.PutRevisionItems("r1", items) })
		wantError(t, "the same revision again", err, apim.ErrConflict)
	})
}

func TestPublishingMovesOneRowAndTellsTheFeed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		current := func() (name apim.Name) {
			view(t, s, func(tx *store.Tx) (err error) {
				name, err = tx.CurrentPortalRevision()
				return err
			})
			return name
		}
		same(t, "before", string(current()), "")
		update(t, s, func(tx *store.Tx) error { return tx.SetCurrentPortalRevision("R1") })
		same(t, "after", string(current()), "R1")
		same(t, "changes", changes(t, s, 0), []string{"put /portalrevisions/r1"})
	})
}
