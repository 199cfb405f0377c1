package catalog

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"
)

// summaryLength is the longest summary, in characters.
const summaryLength = 160

var (
	hiddenElements = regexp.MustCompile(`(?is)<(script|style)\b.*?(</(script|style)\s*>|$)`)
	htmlTags       = regexp.MustCompile(`(?s)<!--.*?(-->|$)|</?[a-zA-Z][^<>]*(>|$)`)
	codeFences     = regexp.MustCompile("(?s)(```|~~~).*?(```|~~~|$)")
	markdownLinks  = regexp.MustCompile(`!?\[([^\[\]]*)\]\([^()\s]*(\s+"[^"]*")?\)`)
	lineMarks      = regexp.MustCompile(`(?m)^\s*(#{1,6}\s+|>\s?|[-*+]\s+|\d{1,9}[.)]\s+|[-=*_]{3,}\s*$)`)
	inlineMarks    = regexp.MustCompile("[*_]{2,3}|`+|~~")
	singleMarks    = regexp.MustCompile(`(^|[\s(])[*_]([^*_\s][^*_]*)[*_]([\s).,;:!?]|$)`)
)

// summarize makes plain text of at most summaryLength characters from a
// description in Markdown or HTML. What it returns is text: it must be escaped
// like any other.
func summarize(description string) string {
	if len(description) > 4<<10 {
		description = strings.ToValidUTF8(description[:4<<10], "")
	}
	if !strings.ContainsAny(description, "<>&`*_~#[]-+=|\\0123456789") { // nothing that could be markup
		return shorten(strings.Join(strings.Fields(description), " "), summaryLength)
	}
	s := hiddenElements.ReplaceAllString(description, " ")
	s = codeFences.ReplaceAllString(s, " ")
	s = htmlTags.ReplaceAllString(s, " ")
	s = markdownLinks.ReplaceAllString(s, "$1")
	s = lineMarks.ReplaceAllString(s, "")
	s = inlineMarks.ReplaceAllString(s, "")
	s = singleMarks.ReplaceAllString(s, "$1$2$3")
	s = strings.Join(strings.Fields(html.UnescapeString(s)), " ")
	return shorten(s, summaryLength)
}

// shorten cuts s to at most n characters at a word's end, with an ellipsis.
func shorten(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	cut := string([]rune(s)[:n-1])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:.-–") + "…"
}
