package portal_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// reader is a visitor of the canary test: the groups are what design.md §6
// says of them, written out here and not asked of the code under test.
type reader struct {
	name   string
	groups []string // guests, or developers and the groups that name the user
	*browser
}

func (r *reader) in(groups []string) bool {
	return slices.ContainsFunc(groups, func(g string) bool { return slices.Contains(r.groups, g) })
}

// thing carries a word, and may be seen or not.
type thing struct {
	what string
	word string
	sees func(*reader) bool
}

// aviary is a random service in which everything carries a word of its own.
type aviary struct {
	rand   *rand.Rand
	things []thing
	fill   []func(*store.Tx) error
	items  map[string]string // content
	files  map[string]string // media
	paths  []string          // what readers ask for
}

// hatch makes the word of something.
func (a *aviary) hatch(what string, sees func(*reader) bool) string {
	word := fmt.Sprintf("zq%dk%dz", len(a.things), a.rand.IntN(9000)+1000)
	a.things = append(a.things, thing{what, word, sees})
	return word
}

func (a *aviary) coin() bool { return a.rand.IntN(2) == 0 }

func (a *aviary) some(from []string) []string {
	var list []string
	for _, v := range from {
		if a.rand.IntN(3) == 0 {
			list = append(list, v)
		}
	}
	return list
}

var allGroups = []string{"guests", "developers", "birds", "fish", "cats"}

type randomProduct struct {
	published, open bool
	groups          []string
}

// products and APIs, by the rows of design.md §6.
func (a *aviary) catalog() {
	products := make([]randomProduct, 5)
	for i := range products {
		p := randomProduct{a.rand.IntN(4) > 0, a.rand.IntN(4) == 0, a.some(allGroups)}
		products[i] = p
		id := fmt.Sprintf("product%d", i)
		word := a.hatch(id, func(r *reader) bool { return p.published && !p.open && r.in(p.groups) })
		a.fill = append(a.fill, product(id, func(d *apim.Product) {
			need := !p.open
			d.DisplayName, d.Description, d.Terms, d.SubscriptionRequired = "canary "+word, "It says "+word+".", "Terms "+word, &need
			if !p.published {
				d.State = "notPublished"
			}
		}, p.groups...))
		a.paths = append(a.paths, "/products/"+id, "/products/"+id+".md")
	}
	tags := make([]*randomTag, 3)
	for i := range tags {
		tag := &randomTag{id: fmt.Sprintf("tag%d", i)}
		tag.word = a.hatch(tag.id, func(r *reader) bool {
			return slices.ContainsFunc(tag.on, func(sees func(*reader) bool) bool { return sees(r) })
		})
		tags[i] = tag
		a.fill = append(a.fill, func(tx *store.Tx) error {
			return document(tx, apim.TagRef(apim.Name(tag.id)), &apim.Tag{DisplayName: tag.word})
		})
		a.paths = append(a.paths, "/apis?tags="+tag.id, "/apis?tags="+tag.id+"&fragment=1")
	}
	for i := range 7 {
		a.api(fmt.Sprintf("api%d", i), products, tags)
	}
}

// randomTag is on APIs of which some reader may see one.
type randomTag struct {
	id, word string
	on       []func(*reader) bool
}

// workspaces have products, groups and APIs of their own; their groups are
// called like those of the service, and are other groups.
func (a *aviary) workspaces() {
	for _, w := range []string{"pond", "barn"} {
		home := apim.WorkspaceRef(apim.Name(w))
		a.fill = append(a.fill, func(tx *store.Tx) error {
			if err := document(tx, home, &apim.Workspace{DisplayName: w}); err != nil {
				return err
			}
			for _, g := range append(slices.Clone(allGroups[2:]), apim.Administrators) {
				if err := document(tx, home.Child("groups", apim.Name(g)), &apim.Group{DisplayName: g}); err != nil {
					return err
				}
			}
			_, err := tx.Link(apim.GroupUser, home.Child("groups", apim.Administrators), apim.UserRef("other"))
			return err
		})
		for i := range 2 {
			a.inWorkspace(home, fmt.Sprint(i))
		}
	}
}

// inWorkspace makes a product and an API in it.
func (a *aviary) inWorkspace(home apim.Ref, n string) {
	published, linked := a.rand.IntN(4) > 0, a.some(allGroups[2:])
	own, service := []string{}, a.some(allGroups) // of the workspace, of the service
	for _, g := range linked {
		own = append(own, string(home.Name())+"~"+g)
	}
	sees := func(r *reader) bool { return published && r.in(append(slices.Clone(own), service...)) }
	productWord, apiWord, operation := a.hatch("product of "+string(home), sees), a.hatch("API of "+string(home), sees), a.hatch("operation of "+string(home), sees)
	product, api := home.Child("products", apim.Name("product"+n)), home.Child("apis", apim.Name("api"+n))
	a.fill = append(a.fill, func(tx *store.Tx) error {
		p := &apim.Product{DisplayName: "canary " + productWord, Description: "It says " + productWord + ".", State: "notPublished"}
		if published {
			p.State = "published"
		}
		p.Default()
		d := &apim.API{DisplayName: "canary " + apiWord, Path: string(home.Name()) + n, Description: "It says " + apiWord + "."}
		d.Default()
		o := &apim.Operation{DisplayName: "canary " + operation, Method: "GET", URLTemplate: "/" + operation}
		o.Default()
		revision := api + ";rev=1"
		err := errors.Join(document(tx, product, p), document(tx, revision, d), document(tx, apim.OperationRef(revision, "get"), o))
		link := func(kind apim.LinkKind, from, to apim.Ref) {
			_, e := tx.Link(kind, from, to)
			err = errors.Join(err, e)
		}
		link(apim.CurrentRevision, api, revision)
		link(apim.ProductAPI, product, api)
		for _, g := range linked {
			link(apim.ProductGroup, product, home.Child("groups", apim.Name(g)))
		}
		for _, g := range service {
			link(apim.ProductGroup, product, apim.GroupRef(apim.Name(g)))
		}
		return err
	})
	name := string(home.Name()) + "~"
	for _, rest := range []string{"apis/" + name + "api" + n, "apis/" + name + "api" + n + "/get", "apis/" + name + "api" + n + "/-/openapi.json", "products/" + name + "product" + n} {
		a.paths = append(a.paths, "/"+rest, "/"+rest+".md")
	}
	a.paths = append(a.paths, "/apis/api"+n, "/products/product"+n)
}

func (a *aviary) api(id string, products []randomProduct, tags []*randomTag) {
	online, in := a.rand.IntN(4) > 0, []int{}
	for i := range products {
		if a.rand.IntN(4) == 0 {
			in = append(in, i)
		}
	}
	sees := func(r *reader) bool {
		return online && slices.ContainsFunc(in, func(i int) bool { return products[i].published && r.in(products[i].groups) })
	}
	word, next := a.hatch(id, sees), a.hatch("revision 2 of "+id, func(*reader) bool { return false })
	first, second := a.hatch("an operation of "+id, sees), a.hatch("an operation of revision 2 of "+id, func(*reader) bool { return false })
	schema, release := a.hatch("a schema of "+id, sees), a.hatch("a release of "+id, sees)
	for _, tag := range tags {
		if a.rand.IntN(3) == 0 {
			tag.on = append(tag.on, sees)
			a.fill = append(a.fill, func(tx *store.Tx) error {
				_, err := tx.Link(apim.TagLink, apim.APIRef(apim.Name(id)), apim.TagRef(apim.Name(tag.id)))
				return err
			})
		}
	}
	a.fill = append(a.fill, func(tx *store.Tx) error {
		for revision, words := range map[string][2]string{"1": {word, first}, "2": {next, second}} {
			d := &apim.API{DisplayName: "canary " + words[0], Path: id, Description: "It says " + words[0] + ".", IsOnline: &online}
			d.Default()
			ref := apim.RevisionRef(apim.Name(id), revision)
			if err := document(tx, ref, d); err != nil {
				return err
			}
			o := &apim.Operation{DisplayName: "canary " + words[1], Method: "GET", URLTemplate: "/" + words[1], Description: "It says " + words[1] + "."}
			o.Default()
			if err := document(tx, apim.OperationRef(ref, "get"), o); err != nil {
				return err
			}
		}
		current := apim.RevisionRef(apim.Name(id), "1")
		part := map[string]json.RawMessage{"Type-" + schema: json.RawMessage(`{"type":"object","description":"It says ` + schema + `."}`)}
		components, err := json.Marshal(map[string]any{"schemas": part})
		if err != nil {
			return err
		}
		if err := errors.Join(
			document(tx, current.Child("schemas", "all"), &apim.Schema{ContentType: "application/vnd.oai.openapi.components+json", Document: &apim.SchemaDocument{Components: components}}),
			tx.PutSchemaParts(current, "all", part),
			document(tx, apim.APIRef(apim.Name(id)).Child("releases", "first"), &apim.Release{APIID: string(current), Notes: "It says " + release + "."}),
		); err != nil {
			return err
		}
		if _, err := tx.Link(apim.CurrentRevision, apim.APIRef(apim.Name(id)), apim.RevisionRef(apim.Name(id), "1")); err != nil {
			return err
		}
		for _, i := range in {
			if _, err := tx.Link(apim.ProductAPI, apim.ProductRef(apim.Name(fmt.Sprintf("product%d", i))), apim.APIRef(apim.Name(id))); err != nil {
				return err
			}
		}
		return nil
	})
	for _, rest := range []string{"", ".md", "/get", "/get.md", ";rev=1", ";rev=2", "/-/operations", "/-/changelog", "/-/changes.atom", "/get/-/samples/curl", "/get/-/samples/console", "/-/schemas/X", "/-/schemas/Type-" + schema, "/-/openapi.json", "/-/openapi.yaml", "/-/original"} {
		a.paths = append(a.paths, "/apis/"+id+rest)
	}
	a.paths = append(a.paths, "/api-details?api="+id, "/apis?api="+id)
}

// rule makes a random content rule in one of its spellings; admits is what
// design.md §6 says of it.
func (a *aviary) rule() (spelling string, admits func(*reader) bool) {
	groups := a.some(allGroups)
	if len(groups) == 0 {
		return "", func(*reader) bool { return true }
	}
	var names []string
	for _, g := range groups {
		switch {
		case g == "guests" && a.coin():
			g = "anonymous"
		case g == "developers" && a.coin():
			g = "authenticated"
		case a.coin():
			g = "/groups/" + g
		}
		names = append(names, g)
	}
	list, err := json.Marshal(names)
	if err != nil {
		panic(err)
	}
	spelling = `,"security":{"roles":` + string(list) + `}`
	if a.coin() {
		spelling = `,"security":{"type":"group","allow":` + string(list) + `}`
	}
	return spelling, func(r *reader) bool { return r.in(groups) }
}

// content is a site of random pages, sections, pictures and menu items.
func (a *aviary) content() {
	var menu []string
	for i := range 5 {
		id := fmt.Sprintf("page%d", i)
		rule, admits := a.rule()
		title := a.hatch(id, admits)
		a.items["page/"+id] = fmt.Sprintf(`{"en_us":{"title":"canary %s","description":"It says %[1]s","permalink":"/%s","documentId":"contentTypes/document/contentItems/%[2]s"%s}}`, title, id, rule)
		var sections []string
		for s := range 3 {
			sections = append(sections, a.section(fmt.Sprintf("%s section%d", id, s), admits))
		}
		a.items["document/"+id] = `{"nodes":[` + strings.Join(sections, ",") + `]}`
		a.paths = append(a.paths, "/"+id, "/"+id+".md", "/"+id+"?fragment=1", "/"+strings.ToUpper(id))
		own, shown := a.rule()
		label := a.hatch("menu item of "+id, func(r *reader) bool { return admits(r) && shown(r) })
		menu = append(menu, fmt.Sprintf(`{"id":"m%d","label":"%s","targetId":"contentTypes/page/contentItems/%s"%s}`, i, label, id, own))
	}
	a.items["document/navigation"] = `{"nodes":[{"id":"main","navigationItems":[` + strings.Join(menu, ",") + `]}]}`
	a.items["document/default-layout"] = `{"nodes":[{"type":"section","nodes":[{"type":"menu","navigationItemId":"main"}]},{"type":"page"}]}`
}

// section holds a text, a button and a picture, each behind a rule.
func (a *aviary) section(name string, above func(*reader) bool) string {
	rule, admits := a.rule()
	sees := func(r *reader) bool { return above(r) && admits(r) }
	text := a.hatch("text of "+name, sees)
	own, inner := a.rule()
	button := a.hatch("button of "+name, func(r *reader) bool { return sees(r) && inner(r) })
	popped, pops := a.rule()
	opener, opens := a.rule()
	popup := a.hatch("popup of "+name, func(r *reader) bool { return sees(r) && opens(r) && pops(r) })
	a.items["popup/"+popup] = fmt.Sprintf(`{"en_us":{"title":"It says %s","documentId":"contentTypes/document/contentItems/%[1]s"%s}}`, popup, popped)
	a.items["document/"+popup] = fmt.Sprintf(`{"nodes":[{"type":"text-block","nodes":[{"type":"paragraph","nodes":[{"type":"text","text":"It says %s"}]}]}]}`, popup)
	held, holds := a.rule()
	file := a.hatch("file of "+name, func(r *reader) bool { return sees(r) && holds(r) })
	a.items["blob/"+file] = fmt.Sprintf(`{"fileName":"%[1]s.txt","blobId":"%[1]s","permalink":"/content/%[1]s.txt"}`, file)
	a.files[file] = "The file says " + file
	a.paths = append(a.paths, "/content/"+file+".txt", "/content/"+strings.ToUpper(file)+".TXT")
	return fmt.Sprintf(`{"type":"section"%s,"nodes":[
		{"type":"text-block","nodes":[{"type":"paragraph","nodes":[{"type":"text","text":"It says %s"}]}]},
		{"type":"button","label":"%s","hyperlink":{"href":"/apis","target":"_self"}%s},
		{"type":"button","label":"Open","hyperlink":{"targetId":"contentTypes/popup/contentItems/%s","target":"_popup"}%s},
		{"type":"section","nodes":[{"type":"picture","sourceId":"contentTypes/blob/contentItems/%s","caption":"%[7]s"}]%[8]s}]}`,
		rule, text, button, own, popup, opener, file, held)
}

// search asks for everything by the word that all names share, and for each word.
func (a *aviary) search() {
	a.paths = append(a.paths, "/search?q=canary", "/search?q=canary&fragment=1", "/search/-/suggest?q=canary", "/search?q=says", "/apis?q=canary", "/products?q=canary")
	for _, t := range a.things {
		a.paths = append(a.paths, "/search/-/suggest?q="+t.word[:len(t.word)-2])
	}
}

// TestNoCanaryIsSeenByWhoShouldNotSeeIt makes random services, in which each
// product, API, operation, page, section, button, menu item and file carries a
// word, reads every address as random visitors, and compares what was seen with
// the table of design.md §6.
func TestNoCanaryIsSeenByWhoShouldNotSeeIt(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			a := &aviary{
				rand: rand.New(rand.NewPCG(seed, 7)), items: map[string]string{}, files: map[string]string{},
				paths: append(slices.Clone(forGuests), "/", "/index.md", "/apis", "/apis.md", "/products", "/products.md", "/profile", "/config.json", "/no-such-page", "/reports", "/search", "/apis?fragment=1", "/products?fragment=1"),
			}
			a.catalog()
			a.workspaces()
			a.content()
			a.search()
			a.fly(open(t, append([]func(*store.Tx) error{groups}, a.fill...)...))
		})
	}
}

// forGuests are files that say the same to everyone: what guests may see.
var forGuests = []string{"/sitemap.xml", "/robots.txt", "/search-index.json", "/llms.txt", "/llms-full.txt", "/changes.atom", "/site.webmanifest"}

func groups(tx *store.Tx) error {
	for _, g := range allGroups[2:] {
		d := &apim.Group{DisplayName: g}
		d.Default()
		if err := document(tx, apim.GroupRef(apim.Name(g)), d); err != nil {
			return err
		}
	}
	return nil
}

// readers are a guest, a user in no group of their own and one in some.
func (a *aviary) readers(s *service) []*reader {
	also := a.some(allGroups[2:])
	for _, w := range []string{"pond", "barn"} {
		for _, g := range a.some(allGroups[2:]) {
			also = append(also, w+"~"+g)
		}
	}
	s.write(func(tx *store.Tx) error {
		for _, g := range also {
			group := apim.GroupRef(apim.Name(g))
			if w, name, ok := strings.Cut(g, "~"); ok {
				group = apim.WorkspaceRef(apim.Name(w)).Child("groups", apim.Name(name))
			}
			if _, err := tx.Link(apim.GroupUser, group, apim.UserRef("other")); err != nil {
				return err
			}
		}
		return nil
	})
	return []*reader{
		{"a guest", []string{"guests"}, s.browser()},
		{"a user", []string{"developers"}, s.signedIn("dev@example.com")},
		{fmt.Sprint("a user in ", also), append([]string{"developers"}, also...), s.signedIn("other@example.com")},
	}
}

func (a *aviary) fly(s *service) {
	for name, text := range a.files {
		s.upload(name, []byte(text))
	}
	s.content("random", a.items)
	readers := a.readers(s)
	link, err := s.accounts.MintLink(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	boss := s.browser()
	boss.get(address.SignInLink("", link))
	s.eventually("the random site", func() bool { return boss.get("/page0").StatusCode == http.StatusOK })
	for _, r := range readers {
		seen := map[string]string{} // word → first address
		for _, path := range a.paths {
			answer := r.get(path)
			if answer.StatusCode >= http.StatusInternalServerError {
				s.t.Errorf("%s answers %d", path, answer.StatusCode)
			}
			text := strings.ToLower(answer.text + answer.Header.Get("Location") + answer.Header.Get("Content-Disposition"))
			asked, _ := url.QueryUnescape(strings.ToLower(path)) // an address that is asked for may be echoed
			for _, t := range a.things {
				if slices.Contains(forGuests, path) && strings.Contains(text, t.word) && !t.sees(readers[0]) {
					s.t.Errorf("%s tells of %s, which guests do not see", path, t.what)
				}
				if r != readers[0] && slices.Contains(forGuests, path) {
					continue
				}
				if _, known := seen[t.word]; !known && strings.Contains(text, t.word) && !strings.Contains(asked, t.word) {
					seen[t.word] = path
				}
				if strings.Contains(asked, t.word) && answer.StatusCode == http.StatusOK && strings.HasPrefix(path, "/content/") {
					seen[t.word] = path
				}
			}
		}
		a.compare(s, r, seen)
	}
}

// compare wants that a reader saw what the table says, no more and no less.
func (a *aviary) compare(s *service, r *reader, seen map[string]string) {
	for _, t := range a.things {
		path, saw := seen[t.word]
		switch want := t.sees(r); {
		case saw && !want:
			s.t.Errorf("%s sees %s (%s) at %s", r.name, t.what, t.word, path)
		case !saw && want:
			s.t.Errorf("%s sees %s (%s) nowhere", r.name, t.what, t.word)
		}
	}
}
