package portal_test

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site/publish"
	"github.com/portico-portal/portico/internal/site/style"
	"github.com/portico-portal/portico/internal/store"
	"github.com/portico-portal/portico/internal/widget"
)

// foreign is a site as other portals' captures are, with every node type and
// style there is, and with what is wrong in the sites people have.
func foreign(t *testing.T) map[string]struct{ Properties json.RawMessage } {
	t.Helper()
	data, err := os.ReadFile("testdata/foreign/data.json")
	if err != nil {
		t.Fatal(err)
	}
	var items map[string]struct{ Properties json.RawMessage }
	if err := json.Unmarshal(data, &items); err != nil {
		t.Fatal(err)
	}
	return items
}

func TestTheForeignSiteHasEveryNodeTypeAndStyle(t *testing.T) {
	t.Parallel()
	items := foreign(t)
	if len(items) < 60 {
		t.Errorf("the site has only %d items", len(items))
	}
	types, members := map[string]bool{}, map[string]bool{}
	for _, it := range items {
		var v any
		if err := json.Unmarshal(it.Properties, &v); err != nil {
			t.Fatal(err)
		}
		collect(v, types, members)
	}
	ours := []string{"", "brand", "theme-toggle", "user-menu", "back-link", "featured-apis", "schemaDetails", "search-results", "problem"}
	other := []string{"product-list-dropdown", "product-list-tiles", "product-apis-dropdown", "confirm-password", "signinSocial", "signupSocial", "listOfOperations", "customWidget", "customHtml", "videoPlayer", "youtubePlayer"}
	for _, name := range widget.Types() {
		if !types[name] && !slices.Contains(ours, name) && !slices.Contains(other, name) {
			t.Errorf("no node is of type %q", name)
		}
	}
	for _, name := range append(style.Plugins(), "security", "roles", "allow") {
		if !members[name] {
			t.Errorf("nothing has %q", name)
		}
	}
}

func collect(v any, types, members map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, child := range v {
			collect(child, types, members)
		}
	case map[string]any:
		if name, ok := v["type"].(string); ok {
			types[name] = true
		}
		for name, child := range v {
			members[name] = true
			collect(child, types, members)
		}
	}
}

func TestAForeignSitePublishesWithWarningsAndRenders(t *testing.T) {
	t.Parallel()
	s := shop(t)
	items := foreign(t)
	s.write(func(tx *store.Tx) error {
		old, err := tx.ListAll(apim.ContentItems.Path)
		if err != nil {
			return err
		}
		for _, d := range old {
			if err := tx.Delete(d.Ref); err != nil {
				return err
			}
		}
		for id, it := range items {
			if err := tx.Put(&store.Document{Ref: apim.Ref(id), Body: it.Properties}); err != nil {
				return err
			}
		}
		return nil
	})
	rev, err := (&publish.Service{Store: s.store, Media: s.media}).Publish(t.Context(), admin, "foreign", "", true)
	if err != nil || rev.Status != publish.Completed {
		t.Fatalf("%+v %v", rev, err)
	}
	for _, want := range []string{"hologram", "page/contentItems/gone, which", "contentItems/1b2a9e4c, which does not exist", `"javascript:alert(1)" leads nowhere`} {
		if !strings.Contains(rev.StatusDetails, want) {
			t.Errorf("no finding says %q: %s", want, rev.StatusDetails)
		}
	}
	guest, user := s.browser(), s.signedIn("dev@example.com")
	s.eventually("the foreign site", func() bool { return strings.Contains(guest.get("/").text, "Contoso APIs") })
	for _, path := range []string{
		"/", "/apis", "/apis/Public", "/apis/Public/get", "/apis/Public/-/changelog", "/products", "/products/starter", "/signin", "/signup", "/signup-oauth",
		"/profile", "/reports", "/reset-password", "/confirm-password", "/change-password", "/docs/start", "/search?q=x", "/sitemap.xml", "/llms-full.txt", "/search-index.json", "/index.md",
	} {
		for name, b := range map[string]*browser{"a guest": guest, "a user": user} {
			a := b.get(path)
			if a.StatusCode != http.StatusOK {
				t.Errorf("%s answers %s %d", path, name, a.StatusCode)
			}
			for _, bad := range []string{"javascript:", "hologram", "hiddenpopupword", "https://www.googletagmanager"} {
				if strings.Contains(a.text, bad) {
					t.Errorf("%s shows %s %q", path, name, bad)
				}
			}
			if name == "a guest" && strings.Contains(a.text, "memberonlyword") {
				t.Errorf("%s shows a guest what is for members", path)
			}
		}
	}
	home, members := guest.get("/").text, user.get("/").text
	if !strings.Contains(home, "guestonlyword") || strings.Contains(members, "guestonlyword") || !strings.Contains(members, "memberonlyword") {
		t.Error("sections are shown to the wrong people")
	}
	if !strings.Contains(home, `popovertarget="popup-menu"`) || !strings.Contains(home, `id="popup-menu"`) {
		t.Error("the menu of the popup is not in the page")
	}
	if guest.get("/members").StatusCode != http.StatusNotFound || user.get("/members").StatusCode != http.StatusOK {
		t.Error("the page for members is shown to the wrong people")
	}
	if to := guest.get("/api-details?api=Public&operation=get").Header.Get("Location"); to != "/apis/Public/get" {
		t.Errorf("an old address leads to %q", to)
	}
}
