package store_test

import (
	"encoding/json"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func TestSmoke(t *testing.T) {
	storetest.Each(t, smoke)
}

func smoke(t *testing.T, s *store.Store) {
	err := s.Update(t.Context(), store.Actor{}, func(tx *store.Tx) error {
		if err := tx.SetSecret("/subscriptions/a", "primaryKey", "x"); err != nil {
			return err
		}
		if _, err := tx.Link(apim.ProductAPI, "/products/p", "/apis/x"); err != nil {
			return err
		}
		return tx.Put(&store.Document{Ref: "/apis/Echo;rev=1", Body: json.RawMessage(`{}`)})
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx *store.Tx) error {
		d, err := tx.Get("/apis/echo;rev=1")
		if err != nil {
			return err
		}
		v, err := tx.Secret("/subscriptions/a", "primaryKey")
		t.Logf("%+v %v", d, v)
		if err != nil {
			return err
		}
		k, err := tx.SubscriptionKeys()
		t.Log(len(k))
		if err != nil {
			return err
		}
		c, err := tx.Changes(0, 10)
		t.Log(c)
		if err != nil {
			return err
		}
		a, err := tx.AuditLog("", 10)
		t.Log(a)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
