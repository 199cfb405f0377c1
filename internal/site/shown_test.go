package site_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/site"
)

// permalinks are written by people: some collide, some are nobody's.
var permalinks = []string{
	"/", "/a", "/A", "/a/", "/a/b", "/a/{api}", "/a/{product}", "/{api}", "/a/{api}/{operation}", "/b/{x}/c", "/b/{y}/C", "/apis", "/apis/{api}", "/apis/{api}/{operation}",
	"/products/{product}", "/ä", "/%C3%A4", "/a b", "/assets/x", "/a/-/b", "a", "", "/{api}/{api}", "/404", "/search", "/api-details", "//x", "/a?b", "/a#b", "404", "search/", "/100%", "/a,b;c", "/x%2Fy",
}

// randomSite is an imported site with some pages of random permalinks.
func randomSite(r *rand.Rand) items {
	of := imported.but("url/bad", "")
	for n := range 1 + r.IntN(6) {
		document := "empty"
		if r.IntN(12) == 0 {
			document = "gone"
		}
		security := ""
		if r.IntN(4) == 0 {
			security = `,"security":{"roles":["developers"]}`
		}
		of = of.but(fmt.Sprintf("page/p%d", n), page(permalinks[r.IntN(len(permalinks))], document, security))
	}
	return of
}

// concrete is an address of a permalink, with a name for each variable.
func concrete(permalink string) string {
	values := address.Values{}
	for _, v := range []string{"api", "operation", "product", "x", "y"} {
		values[v] = "of " + v
	}
	return address.ParseTemplate(permalink).Path(values)
}

// TestEveryPageIsShownOrToldOf: a site that is published has each of its pages
// at the address that its permalink and links to it name, or a finding about it.
func TestEveryPageIsShownOrToldOf(t *testing.T) {
	t.Parallel()
	sound := 0
	for seed := range uint64(400) {
		of := randomSite(rand.New(rand.NewPCG(seed, 0)))
		s := site.Read(of.list(), site.Options{})
		found := s.Check()
		if apim.Failed(found) {
			continue
		}
		sound++
		for _, path := range []string{address.NotFound, address.Failed, address.Search, address.API("x"), address.Operation("x", "y"), address.Product("x"), address.Schema("x", "y"), address.Changelog("x")} {
			if s.Match(path) == nil {
				t.Errorf("seed %d: the site has no page at %s", seed, path)
			}
		}
		for _, it := range of.list() {
			ref := string(it.Ref)
			if !strings.HasPrefix(ref, "/contentTypes/page/") || slices.ContainsFunc(found, func(f apim.Finding) bool { return f.Target == ref }) {
				continue
			}
			var of struct {
				Content struct{ Permalink string } `json:"en_us"`
			}
			if err := json.Unmarshal(it.Body, &of); err != nil {
				t.Fatal(err)
			}
			at := concrete(of.Content.Permalink)
			m := s.Match(at)
			if m == nil || m.Page.Ref != ref || m.Canonical(m.Values) != at {
				t.Errorf("seed %d: %s is not found at %s: %+v", seed, ref, at, m)
			}
			if href, ok := s.Link(catalog.Visitor{Admin: true}, ref); ok && !strings.Contains(at, "of%20") {
				if m := s.Match(href); m == nil || m.Page.Ref != ref {
					t.Errorf("seed %d: a link to %s leads to %s, which is another page or none", seed, ref, href)
				}
			}
		}
	}
	if sound < 40 {
		t.Errorf("only %d of the random sites are published: too few to prove anything", sound)
	}
}
