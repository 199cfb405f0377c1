package prose

import (
	"regexp"
	"strings"
	"testing"

	"github.com/portico-portal/portico/internal/cost"
)

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
			if got := string(Rich(c.text)); got != c.want {
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
		if got := Plain(text, 20); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestVeryLongDescriptionsAreCut(t *testing.T) {
	t.Parallel()
	if n := len(Rich(strings.Repeat("word ", 200_000))); n > maxText+100 {
		t.Errorf("a description of 1 MB becomes %d bytes", n)
	}
}

func FuzzDescriptions(f *testing.F) {
	for _, s := range []string{"# a\n<script>x</script>", "[a](javascript:x)", "<img src=x onerror=y>", "> [!NOTE]\n> x", "<a href=\"jav\tascript:x\">"} {
		f.Add(s)
	}
	harmful := regexp.MustCompile(`(?i)<script|<[^>]*\son\w+\s*=|<[^>]*href="\s*javascript:|<iframe|<style|<form|<[^>]*\sstyle\s*=`)
	f.Fuzz(func(t *testing.T, text string) {
		defer cost.Bound(t, len(text))()
		if m := harmful.FindString(string(Rich(text))); m != "" {
			t.Fatalf("%q lets %q through", text, m)
		}
	})
}
