package publish_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func TestOldRevisionsGoAndWhatKeptOnesNeedStays(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		s := &publish.Service{Store: st}
		ctx, actor := t.Context(), store.Actor{Name: "1"}
		if err := errors.Join(s.Store.Update(ctx, actor, publish.PutDefaultSite), s.Store.Update(ctx, actor, s.PublishFirst)); err != nil {
			t.Fatal(err)
		}
		contents := map[string]string{}
		for i := range 5 {
			name := fmt.Sprint("r", i)
			put(t, st, map[string]string{"url/moving": fmt.Sprintf(`{"permalink":"/to-%d"}`, i)})
			if _, err := s.Publish(ctx, actor, apim.Name(name), "", i < 2); err != nil {
				t.Fatal(err)
			}
			contents[name] = held(t, s, name)
		}
		deleted, err := s.DeleteOlder(ctx, actor, "R3")
		if err != nil || !slices.Equal(deleted, []apim.Name{"initial", "r0", "r2"}) {
			t.Fatalf("deleted %v, %v; r1 is the current one and stays", deleted, err)
		}
		for _, name := range []string{"r1", "r3", "r4"} {
			if got := held(t, s, name); got != contents[name] || got == "" {
				t.Errorf("%s lost what it held", name)
			}
			if err := makeCurrent(t, s, name); err != nil {
				t.Errorf("%s cannot be made current: %v", name, err)
			}
		}
		for _, name := range []string{"initial", "r0", "r2"} {
			if got := held(t, s, name); got != "" {
				t.Errorf("%s still holds %d bytes", name, len(got))
			}
			if err := makeCurrent(t, s, name); !errors.Is(err, apim.ErrNotFound) {
				t.Errorf("%s can be made current: %v", name, err)
			}
		}
		if _, err := s.DeleteOlder(ctx, actor, "none"); !errors.Is(err, apim.ErrNotFound) {
			t.Errorf("older than none: %v", err)
		}
		if again, err := s.DeleteOlder(ctx, actor, "r3"); err != nil || len(again) != 1 || again[0] != "r1" {
			t.Errorf("once r4 is current, %v go, %v", again, err)
		}
	})
}

// held is all that a revision holds, as one text.
func held(t *testing.T, s *publish.Service, name string) (text string) {
	t.Helper()
	err := s.Store.View(t.Context(), func(tx *store.Tx) error {
		items, err := tx.RevisionItems(apim.Name(name))
		for _, it := range items {
			text += fmt.Sprintln(it.Ref, string(it.Body))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
