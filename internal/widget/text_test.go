package widget

import (
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func queryUnescape(t *testing.T, s string) string {
	t.Helper()
	u, err := url.QueryUnescape(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestDescriptionsAreMarkdownOrHTMLWithoutHarm(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"nothing":              {" ", ""},
		"plain text":           {"It's \"so\".", "<p>It&#39;s &#34;so&#34;.</p>"},
		"Markdown":             {"a **b** `c`", "<p>a <strong>b</strong> <code>c</code></p>"},
		"a list":               {"- a\n- b", "<ul><li>a</li><li>b</li></ul>"},
		"an ordered list":      {"1. a", "<ol><li>a</li></ol>"},
		"HTML":                 {"<p>a <b>b</b></p>", "<p>a <b>b</b></p>"},
		"a table":              {"|a|\n|-|\n|1|", "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>"},
		"headings are lowered": {"# Top", "<h4>Top</h4>"},
		"a link":               {"[x](https://e.example)", `<p><a href="https://e.example" rel="nofollow">x</a></p>`},
		"an address":           {"see https://e.example", `<p>see <a href="https://e.example" rel="nofollow">https://e.example</a></p>`},
		"a note":               {"> [!NOTE]\n> Mind.", "<blockquote><p><strong>Note</strong></p><p>Mind.</p></blockquote>"},
		"a script":             {"a<script>alert(1)</script>b", "<p>ab</p>"},
		"a handler":            {`<b onclick="x()">a</b>`, "<p><b>a</b></p>"},
		"a style":              {`<p style="position:fixed" class="x">a</p>`, "<p>a</p>"},
		"a script address":     {"[x](javascript:alert(1))", "<p>x</p>"},
		"a data address":       {"![x](data:text/html,hi)", `<p><img alt="x"></p>`},
		"a frame":              {"<iframe src=//e.example></iframe>a", "a"},
		"a form":               {"<form action=/signout><input></form>a", "a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := string(rich(c.text)); got != c.want {
				t.Errorf("%q becomes %s, want %s", c.text, got, c.want)
			}
		})
	}
}

func TestPlainTextOfDescriptionsIsShort(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a **b**\n\n- c":                "a b c",
		"<p>Tom &amp; <i>Jerry</i></p>": "Tom & Jerry",
		"one two three four five six":   "one two three…",
		strings.Repeat("ä", 40):         strings.Repeat("ä", 19) + "…",
	} {
		if got := plain(text, 20); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestVeryLongDescriptionsAreCut(t *testing.T) {
	t.Parallel()
	if n := len(rich(strings.Repeat("word ", 200_000))); n > maxText+100 {
		t.Errorf("a description of 1 MB becomes %d bytes", n)
	}
}

func FuzzDescriptions(f *testing.F) {
	for _, s := range []string{"# a\n<script>x</script>", "[a](javascript:x)", "<img src=x onerror=y>", "> [!NOTE]\n> x", "<a href=\"jav\tascript:x\">"} {
		f.Add(s)
	}
	harmful := regexp.MustCompile(`(?i)<script|<[^>]*\son\w+\s*=|<[^>]*href="\s*javascript:|<iframe|<style|<form|<[^>]*\sstyle\s*=`)
	f.Fuzz(func(t *testing.T, text string) {
		if m := harmful.FindString(string(rich(text))); m != "" {
			t.Fatalf("%q lets %q through", text, m)
		}
	})
}

var keyed = regexp.MustCompile(`(\bwords|\.T|\.N|\.Field "\w+" "[\w-]+")\s?\(?"([a-zA-Z0-9.-]+)"`)

func TestEveryWordIsInTheCatalogueAndEveryEntryIsUsed(t *testing.T) {
	t.Parallel()
	var all strings.Builder
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	templates, err := filepath.Glob("templates/*.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob("../portal/*.go") // what forms and failures say
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range slices.Concat(files, templates, pages) {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
		for _, m := range keyed.FindAllStringSubmatch(string(text), -1) {
			if strings.HasSuffix(m[2], ".") { // completed at run time
				continue
			}
			_, plainly := English().texts[m[2]]
			_, plural := English().texts[m[2]+".other"]
			if !plainly && !plural {
				t.Errorf("%s uses %q, which the catalogue lacks", f, m[2])
			}
		}
	}
	text := all.String()
	made := regexp.MustCompile(`^(status|state|type|menu|operation\.in|search|schema\.(length|items|properties|oneOf|anyOf)|apis|schema\.(min|max)Open|problem|reports|form|notice)\b`)
	for key := range English().texts {
		base := regexp.MustCompile(`\.(one|other)$`).ReplaceAllString(key, "")
		if !strings.Contains(text, `"`+base+`"`) && !made.MatchString(key) {
			t.Errorf("nothing uses the entry %q", key)
		}
	}
}

func TestMessagesFillPlacesAndKnowPlurals(t *testing.T) {
	t.Parallel()
	m := English()
	for got, want := range map[string]string{
		m.N("apis.count", 1):                          "1 API",
		m.N("apis.count", 0):                          "0 APIs",
		m.N("apis.count", 12345):                      "12,345 APIs",
		m.N("apis.matching", 2, "all", 9):             "2 of 9 match",
		m.T("apis.page", "page", 1, "pages", 2):       "Page 1 of 2",
		m.T("no.such.key"):                            "no.such.key",
		MessagesFor("fr-CH").T("user.signIn"):         "Sign in",
		MessagesFor("").T("user.signIn"):              "Sign in",
		MessagesFor("en_US").T("user.signOut"):        "Sign out",
		m.T("search.none", "query", "{n} <b>{query}"): "Nothing matches “{n} <b>{query}”.",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestStyleSheetsAreMinifiedAndWhole(t *testing.T) {
	t.Parallel()
	if got := MinifyCSS("/* x */ a, b > c {\n  color: red;\n  width: calc(1px + 2px);\n}\n"); got != "a,b>c{color:red;width:calc(1px + 2px)}" {
		t.Errorf("minified to %q", got)
	}
	files, err := filepath.Glob("css/*.css")
	if err != nil || len(files) != len(sheetOrder) {
		t.Fatalf("%d files for %d sheets (%v)", len(files), len(sheetOrder), err)
	}
	for name, text := range sheets() {
		if strings.Count(text, "{") != strings.Count(text, "}") || len(text) < 100 {
			t.Errorf("sheet %s is damaged: %.80s", name, text)
		}
	}
	for _, w := range Registry {
		for _, name := range w.CSS {
			if sheets()[name] == "" {
				t.Errorf("widget %s names the sheet %q, which does not exist", w.Type, name)
			}
		}
	}
}

func TestExamplesAreMarkedUpAndCut(t *testing.T) {
	t.Parallel()
	if got := string(highlightExample(json.RawMessage(`{"a":[1,"<b>"],"c":null}`), "application/json")); got !=
		"{\n  <i class=k>\"a\"</i>: [\n    <i class=n>1</i>,\n    <i class=s>\"&lt;b&gt;\"</i>\n  ],\n  <i class=k>\"c\"</i>: <i class=n>null</i>\n}" {
		t.Errorf("marked up as %s", got)
	}
	long := `[` + strings.Repeat(`{"name":"x"},`, 5000) + `{}]`
	if got := string(highlightExample(json.RawMessage(long), "application/json")); len(got) > 500 || !strings.Contains(got, "name") {
		t.Errorf("a list of 5,000 elements is shown in %d bytes, not by its first", len(got))
	}
	if got := highlight("x", "no such language"); got != "x" {
		t.Errorf("an unknown language is shown as %s", got)
	}
}
