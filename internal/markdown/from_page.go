package markdown

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"
)

// maxBrackets is how many brackets a page may have for its text to be escaped:
// for each the converter looks for another one to the end of the line.
const maxBrackets = 5000

// FromPage is the main content of a page of the portal as Markdown, without what
// does something or leads around; domain is put before its local addresses. A
// page whose elements stand deeper in one another than html.Parse allows is an error.
func FromPage(page []byte, domain string) ([]byte, error) {
	doc, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return nil, fmt.Errorf("read the page: %w", err)
	}
	main := find(doc, func(n *html.Node) bool { return n.Data == "main" })
	if main == nil {
		main = doc
	}
	prune(main)
	convert := converter.NewConverter(converter.WithPlugins(base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(), table.NewTablePlugin()))
	if bytes.Count(page, []byte("[")) > maxBrackets {
		converter.WithEscapeMode(converter.EscapeModeDisabled)(convert)
	}
	text, err := convert.ConvertNode(main, converter.WithDomain(domain))
	if err != nil {
		return nil, fmt.Errorf("write Markdown: %w", err)
	}
	return append(bytes.TrimSpace(text), '\n'), nil
}

func find(n *html.Node, want func(*html.Node) bool) *html.Node {
	if n.Type == html.ElementNode && want(n) {
		return n
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if m := find(c, want); m != nil {
			return m
		}
	}
	return nil
}

func hasClass(n *html.Node, class string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "class" && a.Val == class })
}

// codeLine is an operation's method and address as one line of code.
func codeLine(n *html.Node) *html.Node {
	var words []string
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if text := textOf(c); text != "" {
			words = append(words, text)
		}
	}
	p, code := &html.Node{Type: html.ElementNode, Data: "p"}, &html.Node{Type: html.ElementNode, Data: "code"}
	code.AppendChild(&html.Node{Type: html.TextNode, Data: strings.Join(words, " ")})
	p.AppendChild(code)
	return p
}

func textOf(n *html.Node) string {
	if n.Type == html.TextNode {
		return n.Data
	}
	if n.Data == "button" {
		return ""
	}
	var b strings.Builder
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		b.WriteString(textOf(c))
	}
	return b.String()
}

// controls are elements that do something or lead around: they mean nothing in a text.
var controls = []string{"nav", "form", "button", "input", "svg", "iframe", "script", "portico-operations", "portico-console", "noscript"}

// prune takes out what has no place in a text.
func prune(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		switch {
		case c.Type == html.ElementNode && slices.Contains(controls, c.Data):
			n.RemoveChild(c)
		case hasClass(c, "addr"):
			n.InsertBefore(codeLine(c), c)
			n.RemoveChild(c)
		default:
			prune(c)
		}
		c = next
	}
}
