package publish_test

import (
	"io"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

// withFiles is a site with a picture and a font.
func withFiles(t *testing.T, st *store.Store) (*publish.Service, blob.Store) {
	t.Helper()
	files, err := blob.Folder(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	put(t, st, sound)
	put(t, st, map[string]string{
		"blob/logo":           `{"fileName":"logo.png","blobId":"b/logo.png","permalink":"/content/logo.png"}`,
		"blob/lost":           `{"fileName":"lost.png","blobId":"lost.png"}`,
		"document/stylesheet": `{"nodes":[{"fonts":{"f":{"displayName":"F","family":"F","variants":[{"file":"fonts/f.woff2","style":"normal","weight":"400"}]}}}]}`,
	})
	return &publish.Service{Store: st, Media: files}, files
}

func upload(t *testing.T, files blob.Store, name, content string) {
	t.Helper()
	if err := files.Put(t.Context(), name, "image/png", strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
}

// content is a blob's content, "" when there is none.
func content(t *testing.T, files blob.Store, name string) string {
	t.Helper()
	f, _, err := files.Get(t.Context(), name)
	if err != nil {
		return ""
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestARevisionPinsItsFiles(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		s, files := withFiles(t, st)
		ctx, actor := t.Context(), store.Actor{Name: "1"}
		for i, name := range []string{"one", "two"} {
			upload(t, files, "b/logo.png", "logo "+name)
			upload(t, files, "fonts/f.woff2", "font "+name)
			rev, err := s.Publish(ctx, actor, apim.Name(name), "", true)
			if err != nil || rev.Status != publish.Completed {
				t.Fatalf("publish %s: %+v, %v", name, rev, err)
			}
			if want := `The file "lost.png" is not in the media storage.`; !strings.Contains(rev.StatusDetails, want) || strings.Count(rev.StatusDetails, "media storage") != 1 {
				t.Errorf("findings of revision %d:\n%s", i, rev.StatusDetails)
			}
		}
		pinned := func(text string) string { return content(t, files, blob.HashName([]byte(text))) }
		for _, want := range []string{"logo one", "font one", "logo two", "font two"} {
			if pinned(want) != want {
				t.Errorf("%q is not pinned", want)
			}
		}

		upload(t, files, "b/logo.png", "logo three")
		d, err := s.Compare(ctx, "two", publish.Draft)
		if err != nil || len(d.Changed) != 1 || d.Changed[0].Item != "/contentTypes/blob/contentItems/logo/media" ||
			d.Changed[0].Fields[0].Path != "/sha256" || len(d.Added)+len(d.Removed) != 0 {
			t.Errorf("a replaced file is compared as %+v, %v", d, err)
		}
		if d, err := s.Compare(ctx, "one", "two"); err != nil || len(d.Changed) != 2 {
			t.Errorf("two revisions with other files differ by %+v, %v", d, err)
		}

		if d, err := s.RestoreDraft(ctx, actor, "one"); err != nil || len(d.Added)+len(d.Changed)+len(d.Removed) != 0 {
			t.Errorf("no item differs, restored %+v, %v", d, err)
		}
		if got := content(t, files, "b/logo.png") + ", " + content(t, files, "fonts/f.woff2"); got != "logo one, font one" {
			t.Errorf("the draft's files are %s", got)
		}

		if _, err := s.DeleteOlder(ctx, actor, "two"); err != nil {
			t.Fatal(err)
		}
		if pinned("logo one") != "" || pinned("font one") != "" || pinned("logo two") == "" || pinned("font two") == "" {
			t.Error("what only revision one pinned stays, or what two needs went")
		}
	})
}

func TestADescriptionIsNotDeletedWithRevisions(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, st *store.Store) {
		s, files := withFiles(t, st)
		ctx, actor := t.Context(), store.Actor{Name: "1"}
		upload(t, files, "b/logo.png", "openapi: 3.0.0")
		described := blob.HashName([]byte("openapi: 3.0.0"))
		err := st.Update(ctx, actor, func(tx *store.Tx) error {
			return tx.Put(&store.Document{Ref: "/apis/a;rev=1", Body: []byte(`{}`), Extra: []byte(`{"original":"` + described + `"}`)})
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"one", "two"} {
			if _, err := s.Publish(ctx, actor, apim.Name(name), "", true); err != nil {
				t.Fatal(err)
			}
			upload(t, files, "b/logo.png", "a picture")
		}
		if _, err := s.DeleteOlder(ctx, actor, "two"); err != nil {
			t.Fatal(err)
		}
		if content(t, files, described) == "" {
			t.Error("the description of an API went with a revision that pinned a file of the same content")
		}
	})
}
