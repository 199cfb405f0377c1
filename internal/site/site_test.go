package site_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/cost"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/site/defaults"
)

// items are content items by type/id.
type items map[string]string

func (m items) list() []site.Item {
	var list []site.Item
	for name, body := range m {
		contentType, id, _ := strings.Cut(name, "/")
		list = append(list, site.Item{Ref: apim.ContentRef(apim.Name(contentType), apim.Name(id)), Body: json.RawMessage(body)})
	}
	slices.SortFunc(list, func(a, b site.Item) int { return strings.Compare(string(a.Ref), string(b.Ref)) })
	return list
}

// but is a copy with other items replaced or added; "" removes one.
func (m items) but(pairs ...string) items {
	out := items{}
	for k, v := range m {
		out[k] = v
	}
	for i := 0; i < len(pairs); i += 2 {
		if out[pairs[i]] = pairs[i+1]; pairs[i+1] == "" {
			delete(out, pairs[i])
		}
	}
	return out
}

func page(permalink, document string, more ...string) string {
	return fmt.Sprintf(`{"en_us":{"title":"T %s","permalink":"%s","documentId":"contentTypes/document/contentItems/%s"%s}}`, permalink, permalink, document, strings.Join(more, ""))
}

func layout(template, document string) string {
	return fmt.Sprintf(`{"en_us":{"permalinkTemplate":"%s","documentId":"/contentTypes/document/contentItems/%s"}}`, template, document)
}

const (
	frame   = `{"nodes":[{"type":"page"}]}`
	nothing = `{"nodes":[]}`
)

// imported is a small site as captures have them: details pages without variables.
var imported = items{
	"layout/l":               layout("/", "l"),
	"document/l":             frame,
	"page/home":              page("/", "empty"),
	"page/apis":              page("/apis", "empty"),
	"page/details":           page("/api-details", "details"),
	"page/product":           page("/product", "product"),
	"page/inside":            page("/inside", "empty", `,"security":{"type":"group","allow":["developers"]}`),
	"document/empty":         nothing,
	"document/details":       `{"nodes":[{"type":"section","nodes":[{"type":"detailsOfApi"},{"type":"operationDetails"}]}]}`,
	"document/product":       `{"nodes":[{"type":"product-details"}]}`,
	"url/out":                `{"title":"Out","permalink":"https://example.com/"}`,
	"url/bye":                `{"title":"Sign out","permalink":"#signout"}`,
	"url/bad":                `{"title":"Bad","permalink":"javascript:alert(1)"}`,
	"blob/logo":              `{"fileName":"logo.svg","blobId":"b1","permalink":"/content/Logo.svg","mimeType":"image/svg+xml"}`,
	"document/configuration": `{"nodes":[{"site":{"title":"Site"}}]}`,
	"document/navigation": `{"nodes":[{"id":"main","navigationItems":[
		{"label":"APIs","targetId":"contentTypes/page/contentItems/apis"},
		{"label":"Inside","targetId":"/contentTypes/page/contentItems/inside"},
		{"label":"More","navigationItems":[{"label":"Out","targetId":"contentTypes/url/contentItems/out","targetWindow":"_blank"}]},
		{"label":"Guests","targetId":"contentTypes/page/contentItems/home","security":{"roles":["anonymous"]}}]}]}`,
}

var (
	guest     = catalog.Guest()
	developer = catalog.Visitor{UserID: "d", Groups: []apim.PublicID{"developers"}}
)

func TestAddressesFindPages(t *testing.T) {
	t.Parallel()
	own := imported.but("page/new", page("/apis/new", "empty"), "page/operation", page("/apis/{api}/{operation}", "empty"))
	for _, c := range []struct {
		name, path string
		of         items
		page       string // its permalink; "" for none
		values     string
		exact      bool // the path is the canonical one
	}{
		{"home", "/", imported, "/", "", true},
		{"a fixed permalink", "/apis", imported, "/apis", "", true},
		{"another case is the same page, not its address", "/APIs", imported, "/apis", "", false},
		{"a slash at the end too", "/apis/", imported, "/apis", "", false},
		{"an API on a site with a details page", "/apis/echo", imported, "/apis/{api}", "api=echo", true},
		{"its operation", "/apis/echo/get", imported, "/apis/{api}/{operation}", "api=echo operation=get", true},
		{"a product on a site with a details page", "/products/starter", imported, "/products/{product}", "product=starter", true},
		{"an escaped name", "/apis/a%2Fb%20c", imported, "/apis/{api}", "api=a/b c", true},
		{"a dash is no name", "/apis/-", imported, "", "", false},
		{"nor below", "/apis/echo/-", imported, "", "", false},
		{"a type's page is the engine's", "/apis/echo/-/schemas/Pet", imported, "/apis/{api}/-/schemas/{schema}", "api=echo schema=Pet", true},
		{"a broken escape", "/apis/%zz", imported, "", "", false},
		{"an empty segment", "/apis//get", imported, "", "", false},
		{"nothing there", "/nothing", imported, "", "", false},
		{"a fixed permalink before one with variables", "/apis/new", own, "/apis/new", "", true},
		{"the site's own page with variables", "/apis/x/y", own, "/apis/{api}/{operation}", "api=x operation=y", true},
	} {
		m := site.Read(c.of.list(), site.Options{}).Match(c.path)
		if m == nil {
			if c.page != "" {
				t.Errorf("%s: nothing at %s", c.name, c.path)
			}
			continue
		}
		var values []string
		for k, v := range m.Values {
			values = append(values, k+"="+v)
		}
		slices.Sort(values)
		if got := strings.Join(values, " "); m.Page.Permalink != c.page || got != c.values || (m.Canonical(m.Values) == c.path) != c.exact {
			t.Errorf("%s: %s is page %s with %q at %s", c.name, c.path, m.Page.Permalink, got, m.Canonical(m.Values))
		}
	}
}

func TestOldDetailsAddressesAreKnown(t *testing.T) {
	t.Parallel()
	s := site.Read(imported.list(), site.Options{})
	renamed := site.Read(imported.but("page/details", page("/reference", "details")).list(), site.Options{})
	for _, c := range []struct {
		s          *site.Site
		path, want string
	}{
		{s, "/api-details", "api"}, {s, "/product", "product"}, {s, "/apis", ""}, {s, "/", ""},
		{renamed, "/reference", "api"}, {renamed, "/api-details", "api"},
	} {
		if got := c.s.Details(c.path); got != c.want {
			t.Errorf("%s shows details of %q, want %q", c.path, got, c.want)
		}
	}
}

func TestLinksResolve(t *testing.T) {
	t.Parallel()
	s := site.Read(imported.list(), site.Options{})
	for _, c := range []struct {
		v      catalog.Visitor
		target string
		want   string
	}{
		{guest, "contentTypes/page/contentItems/apis", "/apis"},
		{guest, "/contentTypes/page/contentItems/APIS", "/apis"},
		{guest, "contentTypes/page/contentItems/inside", ""},
		{developer, "contentTypes/page/contentItems/inside", "/inside"},
		{guest, "contentTypes/url/contentItems/out", "https://example.com/"},
		{guest, "contentTypes/url/contentItems/bye", "/signout"},
		{guest, "contentTypes/url/contentItems/bad", ""},
		{guest, "contentTypes/blob/contentItems/logo", "/content/Logo.svg"},
		{guest, "contentTypes/page/contentItems/none", ""},
		{guest, "", ""},
	} {
		if got, ok := s.Link(c.v, c.target); got != c.want || ok != (c.want != "") {
			t.Errorf("link to %s is %q, %v; want %q", c.target, got, ok, c.want)
		}
	}
	if m, ok := s.Medium("/content/logo.SVG"); !ok || m.Blob != "b1" {
		t.Errorf("the medium is %+v, %v", m, ok)
	}
}

func TestMenusShowWhatTheVisitorMaySee(t *testing.T) {
	t.Parallel()
	s := site.Read(imported.list(), site.Options{})
	show := func(v catalog.Visitor) string {
		var labels []string
		for _, it := range s.Menu("main", v, "/apis") {
			label := it.Label
			if it.Current {
				label += "*"
			}
			for _, sub := range it.Items {
				label += ">" + sub.Label + sub.Target
			}
			labels = append(labels, label)
		}
		return strings.Join(labels, " ")
	}
	if got, want := show(guest), "APIs* More>Out_blank Guests"; got != want {
		t.Errorf("a guest's menu is %q, want %q", got, want)
	}
	if got, want := show(developer), "APIs* Inside More>Out_blank"; got != want {
		t.Errorf("a developer's menu is %q, want %q", got, want)
	}
	if !slices.Equal(s.Groups(), []apim.PublicID{"developers", "guests"}) {
		t.Errorf("the site's rules name %v", s.Groups())
	}
}

func TestCheckTellsWhatIsWrongAndWhere(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		of    items
		wants []string // severity item: part of the message
	}{
		{"a sound site", imported.but("url/bad", ""), nil},
		{"two pages with one permalink", imported.but("page/twin", page("/APIS", "empty")),
			[]string{"error /contentTypes/page/contentItems/apis: also that of"}},
		{"two with the same variables, differently called", imported.but("page/x", page("/a/{api}", "empty"), "page/y", page("/a/{product}", "empty")),
			[]string{"error /contentTypes/page/contentItems/y: also that of"}},
		{"a page without its document", imported.but("page/home", page("/", "gone")),
			[]string{"error /contentTypes/page/contentItems/home: gone is missing"}},
		{"a page whose document is its layout's", imported.but("page/home", page("/", "l")),
			[]string{"error /contentTypes/page/contentItems/home: hold itself"}},
		{"a layout without its document", imported.but("layout/l", layout("/", "gone")),
			[]string{"error /contentTypes/page/contentItems/home: layout"}},
		{"a page no layout matches", imported.but("layout/l", layout("/only", "l")),
			[]string{"error /contentTypes/page/contentItems/apis: no layout matches /apis"}},
		{"a page that cannot be reached", imported.but("page/x", page("/assets/x", "empty")),
			[]string{"warning /contentTypes/page/contentItems/x: below /assets"}},
		{"an unknown node", imported.but("document/empty", `{"nodes":[{"type":"carousel9"}]}`),
			[]string{"warning /contentTypes/page/contentItems/home: carousel9"}},
		{"a dangling link in a menu", imported.but("document/navigation", `{"nodes":[{"id":"m","navigationItems":[{"label":"X","targetId":"contentTypes/page/contentItems/gone"}]}]}`),
			[]string{"warning /contentTypes/document/contentItems/navigation: gone"}},
		{"a dangling link in a page", imported.but("document/empty", `{"nodes":[{"type":"section","hyperlink":{"targetId":"contentTypes/page/contentItems/gone"}}]}`),
			[]string{"warning /contentTypes/document/contentItems/empty: gone, which does not exist"}},
		{"an address that runs a script", imported, []string{"warning /contentTypes/url/contentItems/bad: leads nowhere"}},
		{"a missing picture", imported.but("document/empty", `{"nodes":[{"type":"picture","sourceId":"contentTypes/blob/contentItems/gone"}]}`),
			[]string{"warning /contentTypes/document/contentItems/empty: gone, which does not exist"}},
		{"a rule nobody can read", imported.but("page/inside", page("/inside", "empty", `,"security":{"roles":5}`)),
			[]string{"error /contentTypes/page/contentItems/inside: security"}},
		{"a document of another shape", imported.but("document/empty", `{"nodes":"none"}`),
			[]string{"error /contentTypes/page/contentItems/home: not understood"}},
	} {
		found := site.Read(c.of.list(), site.Options{}).Check()
		if c.wants == nil && len(found) > 0 {
			t.Errorf("%s: found %+v", c.name, found)
		}
		for _, want := range c.wants {
			head, part, _ := strings.Cut(want, ": ")
			if !slices.ContainsFunc(found, func(f apim.Finding) bool {
				return string(f.Severity)+" "+f.Target == head && strings.Contains(f.Message, part)
			}) {
				t.Errorf("%s: no finding %q among %+v", c.name, want, found)
			}
		}
	}
}

func TestTheMostSpecificLayoutWins(t *testing.T) {
	t.Parallel()
	text := func(s string) string {
		return `{"nodes":[{"type":"section","styles":{"appearance":"components/` + s + `"}},{"type":"page"}]}`
	}
	of := imported.but("layout/l", layout("/", "l"), "layout/any", layout("/apis/*", "any"), "layout/one", layout("/apis/{api}", "one"),
		"document/l", text("root"), "document/any", text("any"), "document/one", text("one"),
		"page/api", page("/apis/{api}", "empty"), "page/op", page("/apis/{api}/{operation}", "empty"))
	s := site.Read(of.list(), site.Options{})
	for path, want := range map[string]string{"/": "root", "/apis": "root", "/apis/x": "one", "/apis/x/y": "any", "/inside": "root"} {
		compiled, err := s.Match(path).Page.Compiled()
		if err != nil {
			t.Fatal(err)
		}
		out, err := compiled.Render(t.Context(), renderOf(developer))
		if err != nil || !strings.Contains(string(out.HTML()), want) {
			t.Errorf("%s does not have the layout %q (%v)", path, want, err)
		}
	}
}

func TestTheDefaultSiteIsSound(t *testing.T) {
	t.Parallel()
	all, err := defaults.Items()
	if err != nil {
		t.Fatal(err)
	}
	var list []site.Item
	for _, it := range all {
		list = append(list, site.Item{Ref: it.Ref, Body: it.Properties})
	}
	s := site.Read(list, site.Options{})
	for _, f := range s.Check() {
		t.Errorf("%s %s %s: %s", f.Severity, f.Target, f.Path, f.Message)
	}
	for _, path := range []string{"/", "/apis", "/apis/x", "/apis/x/y", "/products", "/products/x", "/signin", "/profile", "/search", "/404", "/500", "/apis/x/-/schemas/y"} {
		if s.Match(path) == nil {
			t.Errorf("the default site has no page at %s", path)
		}
	}
}

func FuzzRead(f *testing.F) {
	for name, body := range imported {
		f.Add(name, body)
	}
	f.Fuzz(func(t *testing.T, name, body string) {
		defer cost.Bound(t, len(name)+len(body))()
		if !json.Valid([]byte(body)) || !strings.Contains(name, "/") {
			return
		}
		s := site.Read(imported.but(name, body).list(), site.Options{})
		s.Check()
		s.Match("/" + name)
		s.Menu("main", guest, "/")
	})
}

func TestAnItemInAnotherLanguageAloneIsRead(t *testing.T) {
	t.Parallel()
	for _, locale := range []string{"fr", "de_de", "pt-BR"} {
		of := imported.but("page/home", strings.Replace(page("/", "empty"), "en_us", locale, 1))
		if m := site.Read(of.list(), site.Options{}).Match("/"); m == nil || m.Page.Title != "T /" {
			t.Errorf("a page in %s alone is not read: %+v", locale, m)
		}
	}
}
