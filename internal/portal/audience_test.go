package portal_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// administrator is a browser of the first administrator.
func (s *service) administrator() *browser {
	s.t.Helper()
	link, err := s.accounts.MintLink(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	b := s.browser()
	if a := b.get(address.SignInLink("", link)); a.StatusCode != http.StatusSeeOther {
		s.t.Fatalf("signing in by link: %d", a.StatusCode)
	}
	return b
}

// body is an answer from the end of its head on; all of it when it is no document.
func (a *answer) body() string {
	if _, after, found := strings.Cut(a.text, "</head>"); found {
		return after
	}
	return a.text
}

func TestAPreviewOfWhatIsPublishedIsWhatIsPublished(t *testing.T) {
	t.Parallel()
	s := shop(t)
	boss := s.administrator()
	paths := []string{
		address.Home, address.APIs, address.APIs + "?view=tiles", address.APIs + "?q=public", address.API("Public"), address.Operation("Public", "get") + "?lang=go",
		address.Products, address.Product("starter"), address.Profile, address.Changelog("Public"), address.Found("public"), address.Found("public") + "&fragment=1",
		address.Twin(address.Home), address.Twin(address.API("Public")), address.Sample("Public", "get", "curl"), "/nothing",
	}
	published := map[string]*answer{}
	for _, path := range paths {
		s.eventually(path, func() bool {
			published[path] = boss.get(path)
			return !strings.Contains(path, "public") || strings.Contains(published[path].text, "Name of Public")
		})
	}
	for _, name := range []string{"draft", "initial"} {
		boss.get("/?preview=" + name)
		for _, path := range paths {
			a, want := boss.get(path), published[path]
			before, rest, bar := strings.Cut(a.body(), "<p class=previewed")
			_, after, _ := strings.Cut(rest, "</p>")
			if before+after != want.body() || a.StatusCode != want.StatusCode || a.Header.Get("Content-Type") != want.Header.Get("Content-Type") {
				t.Errorf("the preview of %s shows at %s something else than the published site: %d\n%.600s", name, path, a.StatusCode, a.body())
			}
			if document := strings.Contains(want.text, "</head>"); bar != document && a.StatusCode == http.StatusOK {
				t.Errorf("%s in the preview of %s has a bar: %v", path, name, bar)
			}
		}
		boss.get("/?preview=off")
	}
}

// TestVisitorsShareAPageExactlyWhenTheyAreShownTheSame: of eight users in groups
// that a product names, that a page names and that nothing names, those who are
// shown the same are shown one rendering, and no one of another.
func TestVisitorsShareAPageExactlyWhenTheyAreShownTheSame(t *testing.T) {
	t.Parallel()
	groups := []string{"buyers", "writers", "idlers"}
	s := open(t, product("starter", nil, "guests", "developers"), product("bulk", nil, "buyers"), func(tx *store.Tx) error {
		for _, g := range groups {
			if err := document(tx, apim.GroupRef(apim.Name(g)), &apim.Group{DisplayName: g}); err != nil {
				return err
			}
		}
		return nil
	})
	s.content("ruled", map[string]string{
		"page/both": `{"en_us":{"title":"Both","permalink":"/both","documentId":"contentTypes/document/contentItems/both"}}`,
		"document/both": `{"nodes":[{"type":"section","nodes":[{"type":"product-list"}]},
			{"type":"section","security":{"roles":["writers"]},"nodes":[{"type":"text-block","nodes":[{"type":"paragraph","nodes":[{"type":"text","text":"For writers."}]}]}]}]}`,
	})
	s.eventually("the page", func() bool { return s.browser().get("/both").StatusCode == http.StatusOK })
	seen := map[string][]string{} // main content → groups that decide
	for in := range 1 << len(groups) {
		name := fmt.Sprint("user", in)
		u := &apim.User{Email: name + "@example.com", FirstName: "First-" + name, LastName: "Last"}
		u.Default()
		if _, err := s.accounts.PutUser(t.Context(), admin, apim.Name(name), u, password); err != nil {
			t.Fatal(err)
		}
		var deciding []string
		s.write(func(tx *store.Tx) error {
			for bit, g := range groups {
				if in&(1<<bit) == 0 {
					continue
				}
				if _, err := tx.Link(apim.GroupUser, apim.GroupRef(apim.Name(g)), apim.UserRef(apim.Name(name))); err != nil {
					return err
				}
				if g != "idlers" {
					deciding = append(deciding, g)
				}
			}
			return nil
		})
		b := s.signedIn(u.Email)
		made := s.portal.Rendered()
		a := b.get("/both")
		for g, shows := range map[string]string{"buyers": "Product bulk", "writers": "For writers."} {
			if got := strings.Contains(a.one("main"), shows); got != slices.Contains(deciding, g) {
				t.Errorf("a user in %q is shown %q: %v", deciding, shows, got)
			}
		}
		if !strings.Contains(a.text, u.FirstName) {
			t.Errorf("%s's own name is not on the page", name)
		}
		main := a.one("main")
		others, known := seen[main]
		if rendered := s.portal.Rendered() != made; rendered == known {
			t.Errorf("a user in %q is shown the same as one in %q: %v; the page was rendered for them: %v", deciding, others, known, rendered)
		}
		seen[main] = deciding
	}
	if len(seen) != 4 {
		t.Errorf("eight users are shown %d pages, want 4: %v", len(seen), seen)
	}
}

// TestNothingOfOnePersonReachesAnother: one user looks at everything first, with
// a name and a subscription that are found nowhere else.
func TestNothingOfOnePersonReachesAnother(t *testing.T) {
	t.Parallel()
	s := shop(t)
	paths := []string{
		address.Home, address.APIs, address.API("Public"), address.Operation("Public", "get"), address.Products, address.Product("starter"), address.Product("inside"),
		address.Profile, address.SignIn, address.ChangePassword, address.Reports, address.Changelog("Public"), address.Found("public"), address.Twin(address.Product("starter")),
		address.Twin(address.Profile), address.Operations("Public"), address.Sample("Public", "get", "curl"), address.Sample("Public", "get", "console"), address.JSON("Public"), "/nothing",
	}
	dev := s.signedIn("dev@example.com")
	if a := dev.post(address.Subscribe("starter"), "name", "zqcanary"); a.StatusCode != http.StatusSeeOther {
		t.Fatalf("subscribing: %d", a.StatusCode)
	}
	own := []string{"zqcanary", "First-dev", "dev@example.com"}
	everything := ""
	for _, path := range paths {
		everything += dev.get(path).text
	}
	for _, word := range own {
		if !strings.Contains(everything, word) {
			t.Fatalf("%q is nowhere on the user's own pages: the test would prove nothing", word)
		}
	}
	made := s.portal.Rendered()
	other := s.signedIn("other@example.com")
	for _, path := range paths {
		text := other.get(path).text
		for _, word := range own {
			if strings.Contains(text, word) {
				t.Errorf("another user finds %q at %s", word, path)
			}
		}
	}
	if n := s.portal.Rendered() - made; n != 0 {
		t.Errorf("%d of the pages that both see were rendered again for the second", n)
	}
	for _, path := range paths {
		text := s.browser().get(path).text
		for _, word := range own {
			if strings.Contains(text, word) {
				t.Errorf("a guest finds %q at %s", word, path)
			}
		}
	}
}
