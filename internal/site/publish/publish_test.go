package publish_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/store/storetest"
)

var admin = store.Actor{Name: "1"}

// in runs a function in a transaction of the service's store.
func in(t testing.TB, s *publish.Service, fn func(tx *store.Tx) (*apim.PortalRevision, error)) (made *apim.PortalRevision, err error) {
	t.Helper()
	err = s.Store.Update(t.Context(), admin, func(tx *store.Tx) error {
		made, err = fn(tx)
		return err
	})
	return made, err
}

// makeCurrent makes an earlier revision the published site.
func makeCurrent(t testing.TB, s *publish.Service, name string) error {
	t.Helper()
	_, err := in(t, s, func(tx *store.Tx) (*apim.PortalRevision, error) { return s.MakeCurrent(tx, apim.Name(name)) })
	return err
}

func put(t testing.TB, s *store.Store, items map[string]string) {
	t.Helper()
	err := s.Update(t.Context(), admin, func(tx *store.Tx) error {
		for id, body := range items {
			contentType, name, _ := strings.Cut(id, "/")
			if err := tx.Put(&store.Document{Ref: apim.ContentRef(apim.Name(contentType), apim.Name(name)), Body: json.RawMessage(body)}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func page(permalink, document string) string {
	return fmt.Sprintf(`{"en_us":{"title":"x","permalink":%q,"documentId":"contentTypes/document/contentItems/%s"}}`, permalink, document)
}

var sound = map[string]string{
	"layout/l":   `{"en_us":{"permalinkTemplate":"/","documentId":"contentTypes/document/contentItems/l"}}`,
	"document/l": `{"nodes":[{"type":"page"}]}`, "document/d": `{"nodes":[]}`, "page/home": page("/", "d"),
}

func current(t testing.TB, s *store.Store) (name apim.Name, items []site.Item) {
	t.Helper()
	err := s.View(t.Context(), func(tx *store.Tx) (err error) {
		if name, err = tx.CurrentPortalRevision(); err != nil {
			return err
		}
		items, _, err = site.Published(tx, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return name, items
}

func revision(t testing.TB, s *store.Store, name string) *apim.PortalRevision {
	t.Helper()
	rev := new(apim.PortalRevision)
	err := s.View(t.Context(), func(tx *store.Tx) error {
		d, err := tx.Get(apim.Ref("/portalRevisions/" + name))
		if err != nil {
			return err
		}
		return json.Unmarshal(d.Body, rev)
	})
	if err != nil {
		t.Fatal(err)
	}
	return rev
}

func TestPublishSwitchesTheSite(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		put(t, s, sound)
		service := &publish.Service{Store: s}
		rev, err := service.Publish(t.Context(), admin, "one", "first", true)
		if err != nil || rev.Status != publish.Completed || !rev.IsCurrent || rev.Description != "first" || rev.Author != "1" || rev.CreatedDateTime == nil {
			t.Fatalf("the first revision is %+v, %v", rev, err)
		}
		put(t, s, map[string]string{"page/more": page("/more", "d")})
		if name, items := current(t, s); name != "one" || len(items) != 4 {
			t.Errorf("after an edit of the draft the site is %q with %d items", name, len(items))
		}
		if _, err := service.Publish(t.Context(), admin, "two", "", false); err != nil {
			t.Fatal(err)
		}
		if name, _ := current(t, s); name != "one" {
			t.Errorf("a snapshot that is not to be current is: %q", name)
		}
		if err := makeCurrent(t, service, "two"); err != nil {
			t.Fatal(err)
		}
		if name, items := current(t, s); name != "two" || len(items) != 5 {
			t.Errorf("the site is %q with %d items, want two with 5", name, len(items))
		}
		if revision(t, s, "one").IsCurrent || !revision(t, s, "two").IsCurrent {
			t.Error("isCurrent of the revisions is not that of the site")
		}
		if err := makeCurrent(t, service, "one"); err != nil {
			t.Fatal(err)
		}
		if name, items := current(t, s); name != "one" || len(items) != 4 {
			t.Errorf("after going back the site is %q with %d items", name, len(items))
		}
	})
}

func TestPublishRefuses(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	put(t, s, sound)
	service := &publish.Service{Store: s}
	if _, err := service.Publish(t.Context(), admin, "one", "", true); err != nil {
		t.Fatal(err)
	}
	if _, err := service.Publish(t.Context(), admin, "ONE", "", true); !errors.Is(err, apim.ErrConflict) {
		t.Errorf("an existing name: %v, want a conflict", err)
	}
	var invalid *apim.InvalidError
	if _, err := service.Publish(t.Context(), admin, "a/b", "", true); !errors.As(err, &invalid) {
		t.Errorf("a name with a slash: %v", err)
	}
	if err := makeCurrent(t, service, "none"); !errors.Is(err, apim.ErrNotFound) {
		t.Errorf("a revision that does not exist: %v", err)
	}
	put(t, s, map[string]string{"page/twin": page("/", "d")})
	rev, err := service.Publish(t.Context(), admin, "bad", "", true)
	if err != nil || rev.Status != publish.Failed || rev.IsCurrent {
		t.Fatalf("a draft with two pages at one permalink is %+v, %v", rev, err)
	}
	for _, want := range []string{"1 errors", "error: /contentTypes/page/contentItems/twin", "permalink / "} {
		if !strings.Contains(rev.StatusDetails, want) {
			t.Errorf("statusDetails %q do not tell %q", rev.StatusDetails, want)
		}
	}
	if name, _ := current(t, s); name != "one" {
		t.Errorf("a failed revision replaced the site: %q", name)
	}
	if err := makeCurrent(t, service, "bad"); !errors.Is(err, apim.ErrConflict) {
		t.Errorf("a failed revision made current: %v", err)
	}
}

func TestWarningsArePublishedAndListed(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	put(t, s, sound)
	put(t, s, map[string]string{"document/d": `{"nodes":[{"type":"hologram","targetId":"contentTypes/page/contentItems/gone"}]}`})
	rev, err := (&publish.Service{Store: s}).Publish(t.Context(), admin, "one", "", true)
	if err != nil || rev.Status != publish.Completed || !rev.IsCurrent {
		t.Fatalf("%+v, %v", rev, err)
	}
	for _, want := range []string{"0 errors, 2 warnings", "hologram", "page/nodes/0", "contentItems/gone"} {
		if !strings.Contains(rev.StatusDetails, want) {
			t.Errorf("statusDetails %q do not tell %q", rev.StatusDetails, want)
		}
	}
}

func TestReadersSeeOneSiteOrTheOther(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	service := &publish.Service{Store: s}
	write := func(n int) {
		items := map[string]string{}
		for k, v := range sound {
			items[k] = v
		}
		for i := range 20 {
			items[fmt.Sprint("document/n", i)] = fmt.Sprintf(`{"nodes":[],"edition":%d}`, n)
		}
		put(t, s, items)
		if _, err := service.Publish(t.Context(), admin, apim.Name(fmt.Sprint("r", n)), "", true); err != nil {
			t.Error(err)
		}
	}
	write(0)
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for ctx.Err() == nil {
				_, items := current(t, s)
				editions := map[string]bool{}
				for _, it := range items {
					if _, edition, ok := strings.Cut(string(it.Body), `"edition":`); ok {
						editions[edition] = true
					}
				}
				if len(editions) != 1 {
					t.Errorf("a reader sees a mixture of editions %v", editions)
					return
				}
			}
		})
	}
	for n := 1; n <= 10; n++ {
		write(n)
	}
	stop()
	wg.Wait()
}

func TestTheFirstSiteIsPublishedOnce(t *testing.T) {
	t.Parallel()
	s := storetest.Open(t)
	service := &publish.Service{Store: s}
	if err := s.Update(t.Context(), admin, publish.PutDefaultSite); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := s.Update(t.Context(), admin, service.PublishFirst); err != nil {
			t.Fatal(err)
		}
	}
	if name, items := current(t, s); name == "" || len(items) < 10 {
		t.Errorf("the published site is %q with %d items", name, len(items))
	}
	revisions := 0
	err := s.View(t.Context(), func(tx *store.Tx) (err error) {
		revisions, err = tx.Count(apim.PortalRevisions.Path, "")
		return err
	})
	if err != nil || revisions != 1 {
		t.Errorf("it was published %d times: %v", revisions, err)
	}
}

// BenchmarkPublish is design.md §9: 1,000 pages in at most a second.
func BenchmarkPublish(b *testing.B) {
	s := storetest.Open(b)
	put(b, s, sound)
	items := map[string]string{}
	for i := range 1000 {
		items[fmt.Sprint("page/p", i)] = page(fmt.Sprint("/p/", i), fmt.Sprint("d", i))
		items[fmt.Sprint("document/d", i)] = `{"nodes":[` + strings.Repeat(`{"type":"section","nodes":[{"type":"text-block","nodes":[{"type":"paragraph","nodes":[{"type":"text","text":"Some words of a page."}]}]}]},`, 20) + `{"type":"divider"}]}`
	}
	put(b, s, items)
	service := &publish.Service{Store: s}
	for i := 0; b.Loop(); i++ {
		if rev, err := service.Publish(b.Context(), admin, apim.Name(fmt.Sprint("r", i)), "", true); err != nil || rev.Status != publish.Completed {
			b.Fatal(rev, err)
		}
	}
}
