package widget_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget"
)

func article(t *testing.T, html string) string {
	t.Helper()
	_, rest, _ := strings.Cut(html, "<article>")
	inner, _, found := strings.Cut(rest, "</article>")
	if !found {
		t.Fatalf("the page has no article: %.500s", html)
	}
	return inner
}

func TestMainContentDoesNotDependOnTheRestOfTheAPI(t *testing.T) {
	t.Parallel()
	p := compile(t, `{"type":"operationList"},{"type":"operationDetails"}`)
	alone := shop()
	alone.ops["shop"] = alone.ops["shop"][1:2]
	small := content(t, p, widget.Render{Params: atCreate, Data: alone})
	large := content(t, p, widget.Render{Params: atCreate, Data: manyOperations(1223)})
	if diff := cmp.Diff(article(t, small), article(t, large)); diff != "" {
		t.Errorf("the same operation reads differently in a large API (-alone +large):\n%s", diff)
	}
	if n := len(large) - len(small); n > 2000 {
		t.Errorf("a page of a large API is %d bytes larger: its other groups must load when opened", n)
	}
}

func TestTheTextOfAnOperationDoesNotReadTheOthers(t *testing.T) {
	t.Parallel()
	p := compile(t, `{"type":"operationList"},{"type":"operationDetails"}`)
	d := manyOperations(100)
	page := content(t, p, widget.Render{Params: atCreate, Data: d})
	if d.listed.Swap(0) == 0 {
		t.Fatal("the page does not list the operations: this test tells nothing")
	}
	text := content(t, p, widget.Render{Params: atCreate, Data: d, Text: true})
	if n := d.listed.Load(); n > 0 {
		t.Errorf("all operations were read %d times: the text of all of them takes quadratic time", n)
	}
	if diff := cmp.Diff(article(t, page), article(t, text)); diff != "" {
		t.Errorf("what is read of the operation differs (-page +text):\n%s", diff)
	}
}

func TestPagesOfRecursiveTypesStaySmall(t *testing.T) {
	t.Parallel()
	d := shop()
	properties := make([]string, 0, 40)
	for i := range 40 {
		name := fmt.Sprintf("T%d", i)
		properties = append(properties, fmt.Sprintf(`"p%d":{"$ref":"#/components/schemas/%s"}`, i, name))
	}
	for i := range 40 {
		d.parts[fmt.Sprintf("T%d", i)] = raw(`{"type":"object","properties":{` + strings.Join(properties, ",") + `}}`)
	}
	d.parts["Order"] = raw(`{"$ref":"#/components/schemas/T0"}`)
	html := content(t, compile(t, `{"type":"operationDetails"}`), widget.Render{Params: atCreate, Data: d})
	if strings.Count(html, "<li>") > 200 || len(html) > 60_000 {
		t.Errorf("a cyclic schema makes a page of %d bytes with %d rows", len(html), strings.Count(html, "<li>"))
	}
}

func TestReferencesThatNeverEndAreShownAsTheyAre(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{
		"a type that is itself":        `{"$ref":"#/components/schemas/Order"}`,
		"allOf itself":                 `{"allOf":[{"$ref":"#/components/schemas/Order"}]}`,
		"items that are itself":        `{"type":"array","items":{"$ref":"#/components/schemas/Order"}}`,
		"a choice of itself":           `{"oneOf":[{"$ref":"#/components/schemas/Order"},{"$ref":"#/components/schemas/Order"}]}`,
		"many copies of itself":        `{"allOf":[` + strings.Repeat(`{"$ref":"#/components/schemas/Order"},`, 9) + `{}],"properties":{"a":{"$ref":"#/components/schemas/Order"}}}`,
		"a missing type":               `{"$ref":"#/components/schemas/Gone"}`,
		"a reference to another place": `{"$ref":"https://evil.example/schema.json"}`,
		"not a schema":                 `[1,2]`,
		"nothing":                      `null`,
		"wrong types everywhere":       `{"type":7,"properties":[],"required":true,"enum":"x","items":3,"oneOf":{},"minimum":"low","example":{}}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shop()
			d.parts["Order"] = raw(part)
			html := content(t, compile(t, `{"type":"operationDetails"}`), widget.Render{Params: atCreate, Data: d})
			if !strings.Contains(html, "Create an order") {
				t.Errorf("the page is not shown: %s", html)
			}
		})
	}
}

func TestWhatIsHiddenOrAbsentIsNotFound(t *testing.T) {
	t.Parallel()
	for name, params := range map[string]widget.Params{
		"an API":                     {API: "nothing"},
		"an operation":               {API: "shop", Operation: "nothing"},
		"a product":                  {Product: "nothing"},
		"a type":                     {API: "shop", Schema: "Nothing"},
		"a part of a type":           {API: "shop", Schema: "Order", Query: query("at=/properties/nothing")},
		"a broken pointer":           {API: "shop", Schema: "Order", Query: query("at=nothing")},
		"an operation's whole":       {API: "shop", Schema: "create", Query: query("of=operation")},
		"a part of no operation":     {API: "shop", Schema: "nothing", Query: query("of=operation&at=/responses")},
		"an index that is no number": {API: "shop", Schema: "Any", Query: query("at=/anyOf/x")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := compile(t, `{"type":"operationDetails"},{"type":"detailsOfApi"},{"type":"product-details"},{"type":"schemaDetails"}`)
			_, err := p.Render(context.Background(), widget.Render{Params: params, Data: shop(), Visitor: catalog.Guest()})
			if !errors.Is(err, apim.ErrNotFound) {
				t.Errorf("the page answers %v, not 404", err)
			}
		})
	}
}

func TestRulesSayWhoSeesANode(t *testing.T) {
	t.Parallel()
	guest := catalog.Guest()
	developer := catalog.Visitor{UserID: "ada", Groups: []apim.PublicID{"developers", "partners", "w~editors"}}
	admin := catalog.Visitor{UserID: "1", Groups: []apim.PublicID{"administrators"}, Admin: true}
	const service = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ApiManagement/service/portico"
	for _, c := range []struct {
		name, security              string
		guestSees, ada, adminSeesIt bool
	}{
		{"no rule admits everyone", `null`, true, true, true},
		{"an empty rule admits everyone", `{"roles":[]}`, true, true, true},
		{"everyone", `{"roles":["everyone"]}`, true, true, true},
		{"anonymous admits guests only", `{"roles":["anonymous"]}`, true, false, false},
		{"authenticated admits those signed in", `{"roles":["authenticated"]}`, false, true, true},
		{"both roles admit everyone", `{"roles":["anonymous","authenticated"]}`, true, true, true},
		{"a group admits its members and administrators", `{"type":"group","allow":["Partners"]}`, false, true, true},
		{"another group admits administrators", `{"type":"group","allow":["/groups/gold"]}`, false, false, true},
		{"a group of a workspace", `{"type":"group","allow":["/workspaces/w/groups/editors"]}`, false, true, true},
		{"a group of a workspace by its full id", `{"type":"group","allow":["` + service + `/workspaces/w/groups/Editors"]}`, false, true, true},
		{"a group of the service by its full id", `{"type":"group","allow":["` + service + `/groups/partners"]}`, false, true, true},
		{"the service's group of that name", `{"type":"group","allow":["` + service + `/groups/editors"]}`, false, false, true},
		{"guests as a group", `{"type":"group","allow":["guests"]}`, true, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := compile(t, `{"type":"container","security":`+c.security+`,"nodes":[{"type":"text-block","nodes":[{"type":"paragraph","nodes":[{"type":"text","text":"secret"}]}]}]}`)
			for who, v := range map[string]struct {
				visitor catalog.Visitor
				sees    bool
			}{"guest": {guest, c.guestSees}, "ada": {developer, c.ada}, "administrator": {admin, c.adminSeesIt}} {
				if got := strings.Contains(content(t, p, widget.Render{Visitor: v.visitor}), "secret"); got != v.sees {
					t.Errorf("%s sees it: %v, want %v", who, got, v.sees)
				}
			}
		})
	}
}

func TestThePageNamesTheGroupsItDependsOn(t *testing.T) {
	t.Parallel()
	p := compile(t, `{"type":"card","security":{"roles":["authenticated"]},"nodes":[{"type":"divider","security":{"type":"group","allow":["Gold"]}}]}`)
	if diff := cmp.Diff([]apim.PublicID{"developers", "gold"}, p.Groups()); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

func TestCompileTellsWhatIsWrongWithADocument(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat(`{"type":"container","nodes":[`, 150) + strings.Repeat(`]}`, 150)
	for _, c := range []struct {
		name, layout, page string
		severity           apim.Severity
		message            string
	}{
		{"an unknown type", `{"nodes":[{"type":"page"}]}`, `{"nodes":[{"type":"hologram"}]}`, "warning", `"hologram"`},
		{"a property of a wrong type", `{"nodes":[{"type":"page"}]}`, `{"nodes":[{"type":"listOfApis","showApiType":"yes"}]}`, "warning", "not understood"},
		{"a layout without a place for the page", `{"nodes":[]}`, `{"nodes":[]}`, "error", "no place"},
		{"a second place for the page", `{"nodes":[{"type":"page"},{"type":"page"}]}`, `{"nodes":[]}`, "warning", `"page"`},
		{"a rule nobody understands", `{"nodes":[{"type":"page"}]}`, `{"nodes":[{"type":"card","security":{"roles":"all"}}]}`, "error", "security"},
		{"a tree that is too deep", `{"nodes":[{"type":"page"}]}`, `{"nodes":[` + deep + `]}`, "error", "deeper"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, findings, err := widget.Compile(node(t, c.layout), node(t, c.page), widget.CompileOptions{})
			if err != nil {
				t.Fatal(err)
			}
			found := slices.ContainsFunc(findings, func(f apim.Finding) bool {
				return f.Severity == c.severity && strings.Contains(f.Message, c.message) && f.Path != ""
			})
			if !found {
				t.Errorf("no %s says %q: %+v", c.severity, c.message, findings)
			}
			if (p == nil) != (c.severity == "error") {
				t.Errorf("page is %v after a finding of severity %s", p, c.severity)
			}
		})
	}
}

func TestThePageIsADocumentWhoseInlineTextsMatchTheirHashes(t *testing.T) {
	t.Parallel()
	p := compile(t, `{"type":"user-menu"},{"type":"operationDetails"}`)
	out, err := p.Render(context.Background(), widget.Render{
		Params: atCreate, Data: shop(), Visitor: signedIn, Person: widget.Person(ada), Canonical: "https://portal.example/apis/shop/create",
	})
	if err != nil {
		t.Fatal(err)
	}
	html := string(out.HTML())
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(html)
	script := regexp.MustCompile(`(?s)<script>(.*?)</script>`).FindStringSubmatch(html)
	if style == nil || style[1] != out.Style || script == nil || script[1] != widget.InlineScript {
		t.Errorf("the inline style or script differs from what its hash is made of: browsers would refuse it")
	}
	for _, want := range []string{
		"<title>Create an order · Shop · Demo</title>", `<link rel=canonical href="https://portal.example/apis/shop/create">`,
		`<meta name=description content="Makes an order.`, `<html lang="en">`,
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %s:\n%.800s", want, html)
		}
	}
	personal := 0
	for _, part := range out.Parts {
		if part.Personal {
			personal++
			again, err := p.RenderSlot(context.Background(), widget.Render{Data: shop(), Visitor: signedIn, Person: widget.Person(ada), Params: atCreate}, part.Slot)
			if err != nil || string(again) != string(part.HTML) {
				t.Errorf("a personal slot renders differently alone: %s %v", again, err)
			}
		} else if strings.Contains(string(part.HTML), "Ada") {
			t.Error("a stored part holds the visitor's name")
		}
	}
	if personal != 1 {
		t.Errorf("%d personal parts, want the user menu only", personal)
	}
	if !slices.Contains(p.QueryParameters(), "lang") {
		t.Errorf("query %v", p.QueryParameters())
	}
}

func TestFragmentsAreTheListAlone(t *testing.T) {
	t.Parallel()
	p := compile(t, `{"type":"brand"},{"type":"listOfApis"}`)
	out, err := p.Fragment(context.Background(), widget.Render{Data: shop(), Visitor: catalog.Guest(), Params: widget.Params{Path: "/apis", Query: query("q=events&fragment=1")}})
	if err != nil {
		t.Fatal(err)
	}
	html := string(out.HTML())
	if !strings.HasPrefix(html, "<portico-list") || strings.Contains(html, "<html") || strings.Contains(html, "class=brand") {
		t.Errorf("the fragment is not the list alone: %.300s", html)
	}
	if strings.Contains(html, "fragment=1") {
		t.Error("links of the fragment lead to fragments")
	}
	if _, err := p.RenderSlot(context.Background(), widget.Render{}, 99); err == nil {
		t.Error("a slot that does not exist renders")
	}
}

func TestGroupsOfALargeAPILoadAlone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, query string
		links       int
	}{
		{"a group", "group=bulk", 100},
		{"the operations without a tag", "group=", 1},
		{"a filter", "q=bulk 7", 19},
		{"a filter nothing matches", "q=zebra", 0},
		{"a group that does not exist", "group=zebra", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			html, err := widget.OperationGroup(context.Background(), widget.Render{Data: manyOperations(100), Params: widget.Params{API: "shop", Query: query(strings.ReplaceAll(c.query, " ", "+"))}})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Count(string(html), `<b class="m `); got != c.links {
				t.Errorf("%d operations, want %d: %s", got, c.links, html)
			}
		})
	}
}

func TestListsOfThousandsOfAPIsArePaged(t *testing.T) {
	t.Parallel()
	d := &fakeData{}
	for i := range 5000 {
		d.apis = append(d.apis, &catalog.API{ID: apim.PublicID(fmt.Sprintf("a%d", i)), Name: fmt.Sprintf("API %d", i), Type: "http", Props: &apim.API{}})
	}
	p := compile(t, `{"type":"listOfApis"}`)
	for _, c := range []struct{ query, first, label string }{
		{"", "/apis/a0", "Page 1 of 100"}, {"page=100", "/apis/a4950", "Page 100 of 100"},
		{"page=999", "/apis/a4950", "Page 100 of 100"}, {"page=x", "/apis/a0", "Page 1 of 100"},
	} {
		html := content(t, p, widget.Render{Data: d, Params: widget.Params{Path: "/apis", Query: query(c.query)}})
		if strings.Count(html, "<li>") != 50 || !strings.Contains(html, `href="`+c.first+`"`) || !strings.Contains(html, c.label) {
			t.Errorf("?%s shows %d rows, not those from %s", c.query, strings.Count(html, "<li>"), c.first)
		}
	}
}

// brokenData panics when the list of APIs is asked for.
type brokenData struct{ *fakeData }

func (brokenData) APIs() []*catalog.API { panic("out of cheese") }

// Widgets are rendered in goroutines of their own, where a panic would end the process.
func TestAWidgetThatPanicsFailsItsPageAlone(t *testing.T) {
	t.Parallel()
	p := compile(t, `{"type":"listOfApis"}`)
	if _, err := p.Render(t.Context(), widget.Render{Data: brokenData{shop()}}); err == nil || !strings.Contains(err.Error(), "out of cheese") {
		t.Errorf("rendering ends with %v", err)
	}
}
