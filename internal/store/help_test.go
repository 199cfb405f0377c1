package store_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

var admin = store.Actor{Name: "1", Address: "192.0.2.7", RequestID: "r-1"}

func update(t *testing.T, s *store.Store, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), admin, fn); err != nil {
		t.Fatalf("update: %v", err)
	}
}

func view(t *testing.T, s *store.Store, fn func(tx *store.Tx) error) {
	t.Helper()
	if err := s.View(t.Context(), fn); err != nil {
		t.Fatalf("view: %v", err)
	}
}

// put stores documents with a body that names them.
func put(t *testing.T, s *store.Store, refs ...apim.Ref) {
	t.Helper()
	update(t, s, func(tx *store.Tx) error {
		var err error
		for _, ref := range refs {
			err = errors.Join(err, tx.Put(doc(ref)))
		}
		return err
	})
}

func doc(ref apim.Ref) *store.Document {
	return &store.Document{Ref: ref, Body: json.RawMessage(`{"displayName":"` + ref.Name() + `"}`)}
}

func refs(ds []*store.Document) []apim.Ref {
	all := []apim.Ref{}
	for _, d := range ds {
		all = append(all, d.Ref)
	}
	return all
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func wantError(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: error %v, want %v", what, err, want)
	}
}

// changes reads the feed after a number, without times.
func changes(t *testing.T, s *store.Store, after int64) []string {
	t.Helper()
	var all []string
	view(t, s, func(tx *store.Tx) error {
		cs, err := tx.Changes(after, 1000)
		for _, c := range cs {
			all = append(all, string(c.Op)+" "+string(c.Key))
		}
		return err
	})
	return all
}

func lastSeq(t *testing.T, s *store.Store) int64 {
	t.Helper()
	var last int64
	view(t, s, func(tx *store.Tx) (err error) {
		last, err = tx.LastSeq()
		return err
	})
	return last
}
