package widget_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/widget"
)

// allStructures is a document in which every node type that only holds others occurs.
const allStructures = `{"type":"section","nodes":[{"type":"row","nodes":[{"type":"column","nodes":[` + word + `]}]}]},
	{"type":"layout-section","role":"aside","nodes":[{"type":"grid","nodes":[{"type":"grid-cell","role":"article","nodes":[` + word + `]}]}]},
	{"type":"card","nodes":[{"type":"container","nodes":[` + word + `]}]},{"type":"divider"},
	{"type":"collapsible-panel","label":"Fold <1>","expanded":true,"nodes":[` + word + `]},{"type":"collapsible-panel","nodes":[]},
	{"type":"tab-panel","tabPanelItems":[{"type":"tab-panel-item","label":"First","nodes":[` + word + `]},{"type":"tab-panel-item","nodes":[` + word + `]}]},
	{"type":"tab-panel","nodes":[{"type":"tab-panel-item","title":"Only","nodes":[` + word + `]}]},
	{"type":"carousel","label":"News","carouselItems":[{"type":"carousel-item","nodes":[` + word + `]},{"type":"carousel-item","nodes":[` + word + `]}]},
	{"type":"table","numOfCols":2,"caption":"Limits","nodes":[{"type":"table-cell","role":"columnheader","nodes":[` + word + `]},{"type":"table-cell","colspan":2,"nodes":[` + word + `]},{"type":"table-cell","rowspan":2,"nodes":[` + word + `]}]},
	{"type":"popup","nodes":[` + word + `]},{"type":"popup-instance","nodes":[` + word + `]},{"type":"dismiss-button"},
	{"type":"testimonials","textContent":"Good & fast","author":"Ada","authorTitle":"Engineer","starCount":4,"allStarsCount":5},
	{"type":"form","formAction":"/contact","formMethod":"post","nodes":[
		{"type":"form-group","nodes":[` + word + `]},
		{"type":"input:text","label":"Name \"x\"","name":"n","inputType":"email","placeholder":"you","required":true,"maxLength":9},
		{"type":"input:textarea","label":"Text","inputName":"t","inputValue":"</textarea><script>"},
		{"type":"input:select","label":"Which","name":"w","options":[{"value":"1","label":"One"},{"value":"2"}]},
		{"type":"input:checkbox","text":"Yes","name":"y"},{"type":"input:submit","label":"Go"}]}`

const word = `{"type":"text-block","nodes":[{"type":"text","text":"word"}]}`

func TestEveryStructureLooksAsReviewed(t *testing.T) {
	t.Parallel()
	got := strings.ReplaceAll(content(t, compile(t, allStructures), widget.Render{}), "><", ">\n<") + "\n"
	const file = "testdata/golden-structures.html"
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("a visitor would see something else (-want +got):\n%s", diff)
	}
	safe(t, got)
	for _, name := range widget.StructureTypes() {
		if name != "" && !strings.Contains(allStructures, `"type":"`+name+`"`) {
			t.Errorf("the document has no %s", name)
		}
	}
}

// reference are the node types of portal-wire.md §3.3 and §4, and the older spellings it names.
var reference = strings.Fields(`layout-section grid grid-cell page section row column popup-instance card container
	collapsible-panel tab-panel carousel table table-cell text-block button picture video-player youtube-player map menu
	divider input:search dismiss-button testimonials popup
	listOfApis listOfApisDropdown listOfApisTiles api-products api-products-dropdown api-products-tiles detailsOfApi
	historyOfApi operationList operationDetails product-list productListDropdown productListTiles product-details
	product-apis product-apis-tiles product-subscribe product-subscriptions subscriptions profile signin signin-social
	signup signup-social reset-password change-password confirmPassword validationSummary reports custom-widget custom-html-code
	form input:text input:textarea input:select input:checkbox input:submit`)

func TestEveryNodeTypeOfTheReferenceIsKnown(t *testing.T) {
	t.Parallel()
	types := widget.Types()
	for _, name := range reference {
		if name != "page" && !slices.Contains(types, name) { // page is the layout's place for the page
			t.Errorf("nodes of type %s are not known", name)
		}
	}
}

// popups compiles a page whose links open popups.
func popups(t *testing.T, page string, documents map[string]widget.Popup) *widget.Page {
	t.Helper()
	p, findings, err := widget.Compile(node(t, `{"nodes":[{"type":"page"}]}`), node(t, `{"nodes":[`+page+`]}`), widget.CompileOptions{
		Popup: func(id string) (widget.Popup, bool) { p, ok := documents[id]; return p, ok },
	})
	if err != nil || len(findings) > 0 {
		t.Fatalf("compile: %v %v", findings, err)
	}
	return p
}

func TestPopupsAreOnlyInPagesThatOpenThem(t *testing.T) {
	t.Parallel()
	opener := func(rule string) string {
		return `{"type":"button","label":"More","hyperlink":{"targetId":"contentTypes/popup/contentItems/more"}` + rule + `}`
	}
	more := map[string]widget.Popup{"contenttypes/popup/contentitems/more": {
		Title: "More", Document: node(t, `{"nodes":[`+word+`,{"type":"dismiss-button","label":"Done"}]}`),
	}}
	for name, c := range map[string]struct {
		rule    string
		visitor catalog.Visitor
		want    bool
	}{
		"for everyone":                       {"", catalog.Guest(), true},
		"behind a rule, for who is admitted": {`,"security":{"roles":["authenticated"]}`, signedIn, true},
		"behind a rule, for others":          {`,"security":{"roles":["authenticated"]}`, catalog.Guest(), false},
		"behind the other spelling":          {`,"security":{"type":"group","allow":["partners"]}`, signedIn, false},
		"behind roles on the node":           {`,"roles":["authenticated"]`, catalog.Guest(), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out, err := popups(t, opener(c.rule), more).Render(context.Background(), widget.Render{Visitor: c.visitor, Data: shop()})
			if err != nil {
				t.Fatal(err)
			}
			html := string(out.HTML())
			if got := strings.Contains(html, `id="popup-more"`) && strings.Contains(html, "word"); got != c.want {
				t.Errorf("the popup is in the page: %t, want %t\n%s", got, c.want, html)
			}
		})
	}
}

func TestCustomHTMLIsOnlyInAFrame(t *testing.T) {
	t.Parallel()
	p := compile(t, `{"type":"section","security":{"roles":["authenticated"]},"nodes":[{"type":"custom-html-code","htmlCode":"<script>x()</script>"}]}`)
	frames := p.Frames()
	if len(frames) != 1 || frames[0].HTML != "<script>x()</script>" || !strings.HasPrefix(frames[0].Path, address.Frames) {
		t.Fatalf("frames: %+v", frames)
	}
	if frames[0].Admits(catalog.Guest()) || !frames[0].Admits(signedIn) {
		t.Error("the frame is not behind the rule of the section around it")
	}
	if html := content(t, p, widget.Render{Visitor: signedIn}); !strings.Contains(html, frames[0].Path) || strings.Contains(html, "<script>") {
		t.Errorf("the page has %s", html)
	}
}
