package widget_test

import (
	"context"
	"encoding/json"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget"
)

var update = flag.Bool("update", false, "write the golden files")

// state is a widget in one situation; its golden file is testdata/golden/{name}.html.
type state struct {
	name   string
	node   string
	render widget.Render // Data is the shop unless given
}

func query(s string) url.Values {
	v, err := url.ParseQuery(s)
	if err != nil {
		panic(err)
	}
	return v
}

var (
	signedIn = catalog.Visitor{UserID: "ada", Groups: []apim.PublicID{"developers"}}
	ada      = fakePerson{subscriptions: []widget.PersonSubscription{
		{ID: "s1", Name: "Mine <1>", ProductID: "starter", ProductName: "Starter", State: apim.SubscriptionActive, Created: day(9)},
		{ID: "s2", Name: "Waiting", ProductID: "gold", ProductName: "Gold", State: apim.SubscriptionSubmitted, Created: day(8)},
		{ID: "s3", Name: "Old", State: apim.SubscriptionCancelled},
	}}
	atShop   = widget.Params{API: "shop", Path: "/apis/shop"}
	atCreate = widget.Params{API: "shop", Operation: "create", Path: "/apis/shop/create"}
	refused  = &widget.FormState{Form: "signin", Values: url.Values{"email": {"ada@"}}, Errors: []widget.FieldError{{Message: "Not known."}, {Field: "password", Message: "Type it."}}}
)

var states = []state{
	{"text-block/all blocks and marks", allText, widget.Render{}},
	{"brand/site title", `{"type":"brand"}`, widget.Render{}},
	{"brand/own label and link", `{"type":"brand","label":"Own","hyperlink":{"targetId":"contentTypes/page/contentItems/apis"}}`, widget.Render{}},
	{"button/primary to another window", `{"type":"button","label":"Go","hyperlink":{"href":"https://x.example","target":"_blank"},"styles":{"appearance":"components/button/primary"}}`, widget.Render{}},
	{"button/target hidden", `{"type":"button","label":"Go","hyperlink":{"targetId":"contentTypes/page/contentItems/secret"}}`, widget.Render{}},
	{"picture/from media", `{"type":"picture","sourceId":"contentTypes/blob/contentItems/logo","caption":"Our \"logo\"","width":120,"height":40}`, widget.Render{}},
	{"picture/missing", `{"type":"picture","sourceId":"contentTypes/blob/contentItems/gone"}`, widget.Render{}},
	{"button/opens a popup", `{"type":"button","label":"More","hyperlink":{"targetId":"contentTypes/popup/contentItems/more","target":"_popup"}}`, widget.Render{}},
	{"button/download", `{"type":"button","label":"Get it","hyperlink":{"href":"/content/x.pdf","target":"_download"}}`, widget.Render{}},
	{"picture/leads to a popup", `{"type":"picture","sourceId":"contentTypes/blob/contentItems/logo","hyperlink":{"targetId":"contentTypes/popup/contentItems/more"}}`, widget.Render{}},
	{"picture/elsewhere is not loaded", `{"type":"picture","sourceUrl":"https://x.example/a.png"}`, widget.Render{}},
	{"video-player/with a poster", `{"type":"video-player","sourceId":"contentTypes/blob/contentItems/film","posterSourceId":"contentTypes/blob/contentItems/logo","muted":true,"loop":true,"autoplay":true,"caption":"A film"}`, widget.Render{}},
	{"video-player/missing", `{"type":"video-player","sourceUrl":"https://x.example/a.mp4"}`, widget.Render{}},
	{"youtube-player/a link", `{"type":"youtube-player","videoId":"dQw4w9WgXcQ","caption":"A song"}`, widget.Render{}},
	{"youtube-player/a bad id", `{"type":"youtube-player","videoId":"\"><script>"}`, widget.Render{}},
	{"map/a link", `{"type":"map","location":"1 Main St <b>","caption":"Office"}`, widget.Render{}},
	{"map/nowhere", `{"type":"map"}`, widget.Render{}},
	{"custom-widget/with values", `{"type":"custom-widget","name":"cw-clock","displayName":"Clock","customInputValue":"{\"values\":{\"zone\":\"UTC & more\"}}","instanceKey":"k1","allowSameOrigin":true}`, widget.Render{}},
	{"custom-widget/a bad name", `{"type":"custom-widget","name":"../x"}`, widget.Render{}},
	{"custom-html-code/framed", `{"type":"custom-html-code","htmlCode":"<script>alert(1)</script>","inheritStyling":true}`, widget.Render{}},
	{"custom-html-code/empty", `{"type":"custom-html-code"}`, widget.Render{}},
	{"menu/vertical", `{"type":"menu","layout":"vertical","navigationItemId":"footer"}`, widget.Render{}},
	{"menu/nested and collapsing", `{"type":"menu","collapse":true}`, widget.Render{}},
	{"menu/empty", `{"type":"menu"}`, widget.Render{Data: &fakeData{}}},
	{"input:search/small", `{"type":"input:search"}`, widget.Render{}},
	{"input:search/large", `{"type":"input:search","size":"large","placeholder":"Try it"}`, widget.Render{}},
	{"theme-toggle/button", `{"type":"theme-toggle"}`, widget.Render{}},
	{"user-menu/guest", `{"type":"user-menu"}`, widget.Render{Params: atCreate}},
	{"user-menu/signed in", `{"type":"user-menu"}`, widget.Render{Visitor: signedIn, Person: widget.Person(ada)}},
	{"back-link/to all APIs", `{"type":"back-link"}`, widget.Render{}},

	{"listOfApis/all", `{"type":"listOfApis"}`, widget.Render{Params: widget.Params{Path: "/apis"}}},
	{"listOfApis/filtered tiles by tag", `{"type":"listOfApis"}`, widget.Render{Params: widget.Params{Path: "/apis", Query: query("q=shop&tag=orders&view=tiles&group=tag")}}},
	{"listOfApis/nothing matches", `{"type":"listOfApis"}`, widget.Render{Params: widget.Params{Path: "/apis", Query: query("q=zebra")}}},
	{"listOfApis/no APIs for a guest", `{"type":"listOfApis"}`, widget.Render{Params: widget.Params{Path: "/apis"}, Data: &fakeData{}}},
	{"listOfApis/tiles with filters beside, without types", `{"type":"listOfApis","itemStyleView":"tiles","filtersPosition":"sidebar","showApiType":false,"allowViewSwitching":false}`, widget.Render{Params: widget.Params{Path: "/apis"}}},
	{"listOfApis/dropdown, one is current", `{"type":"listOfApis","itemStyleView":"dropdown","allowSelection":true}`, widget.Render{Params: atShop}},
	{"listOfApis/dropdown by its old name", `{"type":"listOfApisDropdown"}`, widget.Render{Params: atShop}},
	{"listOfApis/no filters, one is current, new window", `{"type":"listOfApis","filtersPosition":"none","allowSelection":true,"defaultGroupByTagToEnabled":true,"detailsPageHyperlink":{"target":"_blank"}}`, widget.Render{Params: atShop}},
	{"api-products/list", `{"type":"api-products"}`, widget.Render{Params: atShop}},
	{"api-products/tiles", `{"type":"api-products-tiles"}`, widget.Render{Params: atShop}},
	{"api-products/dropdown", `{"type":"api-products-dropdown"}`, widget.Render{Params: atShop}},
	{"api-products/none", `{"type":"api-products"}`, widget.Render{Params: widget.Params{API: "shop-v1"}}},
	{"historyOfApi/two releases", `{"type":"historyOfApi"}`, widget.Render{Params: atShop, Data: released(2)}},
	{"historyOfApi/second page", `{"type":"historyOfApi"}`, widget.Render{Params: widget.Params{API: "shop", Query: query("page=2")}, Data: released(51)}},
	{"historyOfApi/nothing released", `{"type":"historyOfApi"}`, widget.Render{Params: atShop}},
	{"featured-apis/first", `{"type":"featured-apis","count":2}`, widget.Render{}},
	{"featured-apis/named", `{"type":"featured-apis","apis":["events"]}`, widget.Render{}},
	{"featured-apis/none", `{"type":"featured-apis"}`, widget.Render{Data: &fakeData{}}},
	{"detailsOfApi/with everything", `{"type":"detailsOfApi"}`, widget.Render{Params: atShop}},
	{"detailsOfApi/open WebSocket", `{"type":"detailsOfApi"}`, widget.Render{Params: widget.Params{API: "events"}}},
	{"detailsOfApi/above an operation", `{"type":"detailsOfApi"}`, widget.Render{Params: atCreate}},
	{"operationList/one is current", `{"type":"operationList"}`, widget.Render{Params: atCreate}},
	{"operationList/no operations", `{"type":"operationList"}`, widget.Render{Params: widget.Params{API: "events"}}},
	{"operationList/large", `{"type":"operationList"}`, widget.Render{Params: atCreate, Data: manyOperations(100)}},
	{"operationList/filtered", `{"type":"operationList"}`, widget.Render{Params: widget.Params{API: "shop", Query: query("q=order")}}},
	{"operationList/nothing matches", `{"type":"operationList"}`, widget.Render{Params: widget.Params{API: "shop", Query: query("q=zebra")}}},
	{"operationList/flat, with paths, by a switch", `{"type":"operationList","defaultGroupByTagToEnabled":false,"defaultShowUrlPath":true,"showToggleUrlPath":true,"wrapText":true,"allowSelection":false}`, widget.Render{Params: atCreate}},
	{"operationList/all groups open", `{"type":"operationList","defaultAllGroupTagsExpanded":true}`, widget.Render{Params: atCreate, Data: manyOperations(100)}},
	{"operationList/WebSocket", `{"type":"operationList"}`, widget.Render{Params: widget.Params{API: "events"}}},
	{"operationList/GraphQL", `{"type":"operationList"}`, widget.Render{Params: widget.Params{API: "graph"}, Data: graphShop()}},
	{"operationDetails/with everything", `{"type":"operationDetails"}`, widget.Render{Params: atCreate}},
	{"operationDetails/little known, in Go", `{"type":"operationDetails","enableConsole":false}`, widget.Render{Params: widget.Params{API: "shop", Operation: "ping", Query: query("lang=go")}}},
	{"operationDetails/schemas as written, examples unfolded", `{"type":"operationDetails","defaultSchemaView":"raw","showExamples":true}`, widget.Render{Params: atCreate}},
	{"operationDetails/no operation named", `{"type":"operationDetails"}`, widget.Render{Params: atShop}},
	{"schemaDetails/a type", `{"type":"schemaDetails"}`, widget.Render{Params: widget.Params{API: "shop", Schema: "Order"}}},
	{"schemaDetails/rows to unfold", `{"type":"schemaDetails"}`, widget.Render{Params: widget.Params{API: "shop", Schema: "Line", Query: query("fragment=1")}}},
	{"schemaDetails/a choice", `{"type":"schemaDetails"}`, widget.Render{Params: widget.Params{API: "shop", Schema: "Any"}}},
	{"schemaDetails/a part of an operation", `{"type":"schemaDetails"}`, widget.Render{Params: widget.Params{API: "shop", Schema: "create", Query: query("of=operation&at=/responses/default/content/application~1problem%2Bjson/schema")}}},

	{"product-list/all", `{"type":"product-list"}`, widget.Render{Params: widget.Params{Path: "/products"}}},
	{"product-list/list, one is current, with a switch", `{"type":"product-list","itemStyleView":"list","allowSelection":true,"allowViewSwitching":true}`, widget.Render{Params: widget.Params{Product: "gold", Path: "/products"}}},
	{"product-list/dropdown", `{"type":"productListDropdown"}`, widget.Render{Params: widget.Params{Product: "gold"}}},
	{"product-list/nothing matches", `{"type":"product-list"}`, widget.Render{Params: widget.Params{Path: "/products", Query: query("q=zebra")}}},
	{"product-list/none for a guest", `{"type":"product-list"}`, widget.Render{Data: &fakeData{}}},
	{"product-details/with terms", `{"type":"product-details"}`, widget.Render{Params: widget.Params{Product: "starter"}}},
	{"product-apis/two", `{"type":"product-apis"}`, widget.Render{Params: widget.Params{Product: "gold"}}},
	{"product-apis/tiles", `{"type":"product-apis-tiles"}`, widget.Render{Params: widget.Params{Product: "gold"}}},
	{"product-apis/dropdown", `{"type":"product-apis-dropdown"}`, widget.Render{Params: widget.Params{Product: "gold"}}},
	{"product-apis/none", `{"type":"product-apis"}`, widget.Render{Params: widget.Params{Product: "free"}}},
	{"product-subscribe/guest", `{"type":"product-subscribe"}`, widget.Render{Params: widget.Params{Product: "starter"}}},
	{"product-subscribe/limit reached", `{"type":"product-subscribe"}`, widget.Render{Params: widget.Params{Product: "starter"}, Visitor: signedIn, Person: widget.Person(ada)}},
	{"product-subscribe/with terms", `{"type":"product-subscribe"}`, widget.Render{Params: widget.Params{Product: "starter"}, Visitor: signedIn, Person: widget.Person(fakePerson{})}},
	{"product-subscribe/terms unfolded", `{"type":"product-subscribe","showTermsByDefault":true}`, widget.Render{Params: widget.Params{Product: "starter"}, Visitor: signedIn, Person: widget.Person(fakePerson{})}},
	{"product-subscribe/approval", `{"type":"product-subscribe"}`, widget.Render{Params: widget.Params{Product: "gold"}, Visitor: signedIn, Person: widget.Person(fakePerson{})}},
	{"product-subscribe/open product", `{"type":"product-subscribe"}`, widget.Render{Params: widget.Params{Product: "free"}}},
	{"product-subscriptions/one", `{"type":"product-subscriptions"}`, widget.Render{Params: widget.Params{Product: "gold"}, Visitor: signedIn, Person: widget.Person(ada)}},
	{"product-subscriptions/guest", `{"type":"product-subscriptions"}`, widget.Render{Params: widget.Params{Product: "gold"}}},

	{"signin/empty, coming from a page", `{"type":"signin"}`, widget.Render{Params: widget.Params{Query: query("returnUrl=/apis/shop")}}},
	{"signin/return elsewhere is ignored", `{"type":"signin"}`, widget.Render{Params: widget.Params{Query: query("returnUrl=//evil.example")}}},
	{"signin/refused", `{"type":"signin"}`, widget.Render{Form: refused}},
	{"signin/signed in already", `{"type":"signin"}`, widget.Render{Visitor: signedIn, Person: widget.Person(ada)}},
	{"signin/no passwords", `{"type":"signin"}`, widget.Render{Data: ruled(widget.PortalRules{})}},
	{"signin-social/own and given labels", `{"type":"signin-social","aadLabel":"Staff"}`, widget.Render{Data: ruled(withProviders)}},
	{"signin-social/no provider", `{"type":"signin-social"}`, widget.Render{}},
	{"signup/terms to agree to", `{"type":"signup","requireHipCaptcha":false}`, widget.Render{Data: ruled(withProviders)}},
	{"signup/closed", `{"type":"signup"}`, widget.Render{Data: ruled(widget.PortalRules{BasicAuth: true})}},
	{"signup/refused", `{"type":"signup"}`, widget.Render{Form: refused}},
	{"signup-social/form", `{"type":"signup-social"}`, widget.Render{}},
	{"reset-password/form", `{"type":"reset-password"}`, widget.Render{}},
	{"reset-password/no passwords", `{"type":"reset-password"}`, widget.Render{Data: ruled(widget.PortalRules{})}},
	{"confirmPassword/form", `{"type":"confirmPassword"}`, widget.Render{}},
	{"change-password/guest", `{"type":"change-password"}`, widget.Render{}},
	{"change-password/signed in", `{"type":"change-password"}`, widget.Render{Visitor: signedIn, Person: widget.Person(ada)}},
	{"reports/guest", `{"type":"reports"}`, widget.Render{}},
	{"reports/signed in", `{"type":"reports"}`, widget.Render{Visitor: signedIn, Person: widget.Person(ada), Params: widget.Params{Query: query("range=30d")}}},
	{"validationSummary/errors", `{"type":"validationSummary"}`, widget.Render{Form: refused}},
	{"validationSummary/done", `{"type":"validationSummary"}`, widget.Render{Form: &widget.FormState{Notice: "Saved."}}},
	{"validationSummary/nothing to say", `{"type":"validationSummary"}`, widget.Render{}},
	{"profile/guest", `{"type":"profile"}`, widget.Render{}},
	{"profile/signed in", `{"type":"profile"}`, widget.Render{Visitor: signedIn, Person: widget.Person(ada)}},
	{"subscriptions/of each state", `{"type":"subscriptions"}`, widget.Render{Visitor: signedIn, Person: widget.Person(ada)}},
	{"subscriptions/none", `{"type":"subscriptions"}`, widget.Render{Visitor: signedIn, Person: widget.Person(fakePerson{})}},
	{"search-results/grouped", `{"type":"search-results"}`, widget.Render{Params: widget.Params{Query: query("q=shop")}}},
	{"search-results/suggestions", `{"type":"search-results"}`, widget.Render{Params: widget.Params{Query: query("q=shop&fragment=1")}}},
	{"search-results/no query", `{"type":"search-results"}`, widget.Render{}},
	{"search-results/nothing found", `{"type":"search-results"}`, widget.Render{Data: &fakeData{}, Params: widget.Params{Query: query("q=<zebra>")}}},
	{"problem/404", `{"type":"problem"}`, widget.Render{Problem: widget.Problem{Status: 404, RequestID: "r-1"}}},
	{"problem/500", `{"type":"problem"}`, widget.Render{Problem: widget.Problem{Status: 500}}},
}

const allText = `{"type":"text-block","nodes":[
	{"type":"heading1","attrs":{"anchor":"top","styles":{"alignment":{"xs":"utils/text/alignCenter-center"}}},"nodes":[{"type":"text","text":"One"}]},
	{"type":"heading6","nodes":[{"type":"text","text":"Six"}]},
	{"type":"paragraph","attrs":{"styles":{"appearance":"utils/text/lead"}},"nodes":[
		{"type":"text","text":"a<b","marks":[{"type":"bold"},{"type":"italic"},{"type":"underlined"},{"type":"striked"},{"type":"highlighted"},{"type":"code"}]},
		{"type":"break"},
		{"type":"text","text":"link","marks":[{"type":"hyperlink","attrs":{"targetId":"contentTypes/page/contentItems/apis","anchor":"x"}}]},
		{"type":"text","text":"hidden","marks":[{"type":"hyperlink","attrs":{"targetId":"contentTypes/page/contentItems/secret"}}]},
		{"type":"text","text":"script","marks":[{"type":"hyperlink","attrs":{"href":"javascript:alert(1)"}}]},
		{"type":"text","text":"file","marks":[{"type":"hyperlink","attrs":{"href":"/content/x.pdf","target":"_download"}}]},
		{"type":"text","text":"more","marks":[{"type":"hyperlink","attrs":{"targetId":"contentTypes/popup/contentItems/more","target":"_popup"}}]},
		{"type":"property","attrs":{"name":"site","placeholder":"<site>"}},
		{"type":"text","text":"blue","marks":[{"type":"color","attrs":{"colorId":"colors/blue"}}]},
		{"type":"text","text":"red","marks":[{"type":"color","attrs":{"colorKey":"colors/red"}}]}]},
	{"type":"heading2","attrs":{"styles":{"alignment":{"xs":"utils/text/alignLeft-left","md":"utils/text/alignRight-right"}}},"nodes":[{"type":"text","text":"Two"}]},
	{"type":"heading3","nodes":[{"type":"text","text":"Three"}]},{"type":"heading4","nodes":[{"type":"text","text":"Four"}]},{"type":"heading5","nodes":[{"type":"text","text":"Five"}]},
	{"type":"formatted","nodes":[{"type":"text","text":"pre"}]},
	{"type":"quote","nodes":[{"type":"text","text":"q"}]},
	{"type":"ordered-list","nodes":[{"type":"list-item","nodes":[{"type":"paragraph","nodes":[{"type":"text","text":"1"}]}]}]},
	{"type":"bulleted-list","nodes":[{"type":"list-item","nodes":[{"type":"text","text":"b"}]}]},
	{"type":"marquee","nodes":[{"type":"text","text":"not shown"}]}]}`

// node reads a document tree.
func node(t testing.TB, text string) *widget.Node {
	t.Helper()
	n := new(widget.Node)
	if err := json.Unmarshal([]byte(text), n); err != nil {
		t.Fatalf("node: %v", err)
	}
	return n
}

// compile makes a page whose content is one node.
func compile(t testing.TB, content string) *widget.Page {
	t.Helper()
	p, findings, err := widget.Compile(node(t, `{"nodes":[{"type":"page"}]}`), node(t, `{"nodes":[`+content+`]}`),
		widget.CompileOptions{Site: widget.Site{Title: "Demo", Script: "/assets/portal.js"}, Title: "Page"})
	if err != nil || len(findings) > 0 {
		t.Fatalf("compile: %v %v", findings, err)
	}
	return p
}

// content renders a page and cuts out what its main element holds.
func content(t testing.TB, p *widget.Page, r widget.Render) string {
	t.Helper()
	if r.Data == nil {
		r.Data = shop()
	}
	if r.Visitor.Groups == nil {
		r.Visitor = catalog.Guest()
	}
	out, err := p.Render(context.Background(), r)
	if err != nil {
		t.Fatalf("render: %v", err)
	}
	_, rest, _ := strings.Cut(string(out.HTML()), "<main id=main>")
	inner, _, found := strings.Cut(rest, "</main>")
	if !found {
		t.Fatalf("no main element in %s", out.HTML())
	}
	return inner
}

var fileName = regexp.MustCompile(`[^A-Za-z0-9/]+`)

func goldenFile(name string) string {
	return filepath.Join("testdata", "golden", fileName.ReplaceAllString(name, "-")+".html")
}

func TestEachWidgetLooksAsReviewed(t *testing.T) {
	t.Parallel()
	for _, s := range states {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			// One tag a line, so that changes can be reviewed.
			got := strings.ReplaceAll(content(t, compile(t, s.node), s.render), "><", ">\n<") + "\n"
			file := goldenFile(s.name)
			if *update {
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatalf("no golden file: run go test -update and review it: %v", err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("a visitor would see something else (-want +got):\n%s", diff)
			}
			safe(t, got)
		})
	}
}

func TestEveryWidgetHasGoldenFilesAndEveryGoldenFileAWidget(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	seen := map[string]bool{}
	for _, s := range states {
		known[goldenFile(s.name)] = true
		kind, _, _ := strings.Cut(s.name, "/")
		seen[kind] = true
	}
	for _, w := range widget.Registry {
		if !seen[w.Type] {
			t.Errorf("widget %s has no state in the table of golden files", w.Type)
		}
		if w.Label == "" || w.Load == nil || w.Defaults == nil {
			t.Errorf("widget %s lacks a label, a Load or Defaults", w.Type)
		}
	}
	files, err := filepath.Glob("testdata/golden/*/*.html")
	if err != nil || len(files) == 0 {
		t.Fatalf("golden files: %v %v", files, err)
	}
	for _, f := range files {
		if !known[f] {
			t.Errorf("%s belongs to no state", f)
		}
	}
}

var unsafe = regexp.MustCompile(`(?i)<script|<style|\son[a-z]+\s*=|\sstyle\s*=|javascript:|<iframe[^>]+srcdoc|<object`)

// safe fails when HTML holds something the Content-Security-Policy forbids.
func safe(t testing.TB, html string) {
	t.Helper()
	if m := unsafe.FindString(html); m != "" {
		t.Errorf("the page holds %q, which no input may bring in:\n%.2000s", m, html)
	}
}
