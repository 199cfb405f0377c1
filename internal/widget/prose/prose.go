package prose

import (
	"html/template"
	"regexp"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"

	"github.com/portico-portal/portico/internal/gate"
	"github.com/portico-portal/portico/internal/markdown"
)

// maxText is how many bytes of a description are shown.
const maxText = 200 << 10

// sanitiser admits text, lists, tables, links and images; no classes, styles, scripts or forms.
var sanitiser = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "b", "strong", "i", "em", "u", "s", "del", "code", "pre", "blockquote",
		"ul", "ol", "li", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
		"dl", "dt", "dd", "sub", "sup", "kbd", "details", "summary", "span", "div")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|right|center)$`)).OnElements("th", "td")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt").OnElements("img")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireNoFollowOnLinks(true)
	return p
})

// alert matches the first line of a quote that GitHub shows as a note or warning.
var alert = regexp.MustCompile(`(?m)^>[ \t]*\[!(NOTE|TIP|IMPORTANT|WARNING|CAUTION)\][ \t]*$`)

// Rich is an untrusted description, Markdown or HTML, as safe HTML. Its headings
// are below the third level, so that they do not outrank the page's own.
func Rich(text string) template.HTML { return Below(3, text) }

// Below is rich text that stands below a heading of a level, 1 to 5.
func Below(level int, text string) template.HTML {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	if len(text) > maxText {
		text = strings.ToValidUTF8(text[:maxText], "") + " …"
	}
	if plainText(text) {
		return plain(text)
	}
	text = alert.ReplaceAllStringFunc(text, func(m string) string {
		name := alert.FindStringSubmatch(m)[1]
		return "> **" + name[:1] + strings.ToLower(name[1:]) + "**\n>"
	})
	out, _, err := markdown.HTML(text)
	if err != nil {
		return plain(text)
	}
	out = strings.TrimSpace(sanitiser().Sanitize(headingsBelow(level, out)))
	if gate.HTML(out) != nil {
		return plain(text)
	}
	return template.HTML(strings.ReplaceAll(out, ">\n<", "><"))
}

// Line is rich text without the paragraph around it when it is only one: for rows.
func Line(text string) template.HTML {
	h := string(Rich(text))
	if inner, ok := strings.CutPrefix(h, "<p>"); ok {
		if inner, ok = strings.CutSuffix(inner, "</p>"); ok && !strings.Contains(inner, "<p>") {
			return template.HTML(inner)
		}
	}
	return template.HTML(h)
}

// plainText reports whether a text has nothing that Markdown or HTML would change.
func plainText(s string) bool {
	return !strings.ContainsAny(s, "`*_<>[]#&\\\n|~") && !strings.Contains(s, "://") &&
		!strings.Contains(s, "www.") && !strings.Contains(s, "@") &&
		!strings.HasPrefix(s, "- ") && !strings.HasPrefix(s, "+ ") && !orderedItem.MatchString(s)
}

var (
	orderedItem = regexp.MustCompile(`^\d+[.)]`)
	spaces      = regexp.MustCompile(`\s+`)
	stripTags   = sync.OnceValue(bluemonday.StrictPolicy)
)

// Plain is a description without markup, on one line, at most n runes.
func Plain(text string, n int) string {
	if len(text) > 4*n+2000 {
		text = strings.ToValidUTF8(text[:4*n+2000], "")
	}
	s := string(Rich(text))
	s = strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(stripTags().Sanitize(strings.ReplaceAll(s, "<", " <")))
	s = strings.TrimSpace(spaces.ReplaceAllString(s, " "))
	if r := []rune(s); len(r) > n {
		cut := strings.TrimSpace(string(r[:n-1]))
		if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
			cut = cut[:i]
		}
		return strings.TrimRight(cut, ",.;: ") + "…"
	}
	return s
}

// plain is a text as it is, in a paragraph.
func plain(text string) template.HTML {
	return template.HTML("<p>" + template.HTMLEscapeString(text) + "</p>")
}
