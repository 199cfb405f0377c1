package publish_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

func TestADiffTellsItemsAndFieldsAndTheDraftGoesBackExactly(t *testing.T) {
	t.Parallel()
	s := &publish.Service{Store: storetest.Open(t)}
	ctx, actor := t.Context(), store.Actor{Name: "1"}
	if err := errors.Join(s.Store.Update(ctx, actor, publish.PutDefaultSite), s.Store.Update(ctx, actor, s.PublishFirst)); err != nil {
		t.Fatal(err)
	}
	home, signin := apim.ContentRef("page", "home"), apim.ContentRef("page", "signin")
	before := bodies(t, s)
	err := s.Store.Update(ctx, actor, func(tx *store.Tx) error {
		if err := tx.Delete(signin); err != nil {
			return err
		}
		return tx.PutAll([]*store.Document{
			{Ref: home, Body: json.RawMessage(`{"en_us":{"title":"Start","permalink":"/","documentId":"contentTypes/document/contentItems/home-content"},"n":1e2,"x":null}`)},
			{Ref: apim.ContentRef("url", "new"), Body: json.RawMessage(`{"permalink":"/x"}`)},
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Compare(ctx, publish.Current, publish.Draft)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Added) != 1 || d.Added[0] != "/contentTypes/url/contentItems/new" || len(d.Removed) != 1 || d.Removed[0] != string(signin) || len(d.Changed) != 1 || d.Changed[0].Item != string(home) {
		t.Fatalf("the diff is %+v", d)
	}
	told := map[string]publish.Field{}
	for _, f := range d.Changed[0].Fields {
		told[f.Path] = f
	}
	if f := told["/en_us/title"]; f.Before != `"Home"` || f.After != `"Start"` {
		t.Errorf("the title: %+v", f)
	}
	if f := told["/n"]; f.Before != "" || f.After != "1e2" {
		t.Errorf("a new number: %+v", f)
	}
	if f, ok := told["/x"]; !ok || f.After != "null" {
		t.Errorf("a new null: %+v", f)
	}
	if _, err := s.RestoreDraft(ctx, actor, "initial"); err != nil {
		t.Fatal(err)
	}
	if after := bodies(t, s); after != before {
		t.Error("the draft is not what the revision holds")
	}
	if d, err = s.Compare(ctx, "initial", publish.Draft); err != nil || len(d.Added)+len(d.Removed)+len(d.Changed) != 0 {
		t.Errorf("after restoring: %+v %v", d, err)
	}
	if _, err := s.Compare(ctx, "none", publish.Draft); !errors.Is(err, apim.ErrNotFound) {
		t.Errorf("an unknown revision: %v", err)
	}
	if _, err := s.RestoreDraft(ctx, actor, "none"); !errors.Is(err, apim.ErrNotFound) {
		t.Errorf("an unknown revision: %v", err)
	}
	for _, name := range []string{"draft", "Current"} {
		if _, err := s.Publish(ctx, actor, apim.Name(name), "", true); err == nil {
			t.Errorf("a revision is named %s", name)
		}
	}
	if findings, err := s.Check(ctx); err != nil || len(findings) != 0 {
		t.Errorf("the default site: %v %v", findings, err)
	}
}

// bodies are all content items, as one text.
func bodies(t *testing.T, s *publish.Service) string {
	t.Helper()
	var b strings.Builder
	err := s.Store.View(t.Context(), func(tx *store.Tx) error {
		docs, err := tx.ListAll(apim.ContentItems.Path)
		for _, d := range docs {
			b.WriteString(string(d.Ref) + string(d.Body) + "\n")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}
