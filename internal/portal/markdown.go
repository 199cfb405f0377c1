package portal

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
)

var markdownType = contentType("text/markdown; charset=utf-8")

// markdown is the main content of a page as Markdown, without personal parts; an
// API's has its operations too.
func (p *Portal) markdown(ctx context.Context, d *data) ([]byte, error) {
	in := p.input(d)
	in.Text = true
	out, err := d.req.page.Render(ctx, in)
	if err != nil {
		return nil, err
	}
	doc, err := html.Parse(bytes.NewReader(out.HTML()))
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", d.req.params.Path, err)
	}
	main := find(doc, func(n *html.Node) bool { return n.Data == "main" })
	if main == nil {
		main = doc
	}
	prune(main)
	convert := converter.NewConverter(converter.WithPlugins(base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(), table.NewTablePlugin()))
	text, err := convert.ConvertNode(main, converter.WithDomain(p.cfg.PortalURL))
	if err != nil {
		return nil, fmt.Errorf("page %s as Markdown: %w", d.req.params.Path, err)
	}
	text = append(bytes.TrimSpace(text), '\n')
	if of := d.req.params; of.API != "" && of.Operation == "" && of.Schema == "" {
		return p.withOperations(ctx, d, of.API, text)
	}
	return text, nil
}

// withOperations appends the list of an API's operations.
func (p *Portal) withOperations(ctx context.Context, d *data, id apim.PublicID, text []byte) ([]byte, error) {
	api, err := d.API(id)
	if err != nil {
		return nil, err
	}
	ops, err := d.Operations(ctx, api)
	if err != nil || len(ops) == 0 {
		return text, err
	}
	b := bytes.NewBuffer(append(text, "\n## Operations\n\n"...))
	for _, op := range ops {
		fmt.Fprintf(b, "- [%s](%s): `%s %s`\n", plainLine(op.Name), p.cfg.PortalURL+address.Twin(address.Operation(api.ID, op.ID)), op.Method, op.URLTemplate)
	}
	return b.Bytes(), nil
}

// plainLine is a name in a link of Markdown.
func plainLine(s string) string { return linkEscape.Replace(s) }

var linkEscape = strings.NewReplacer("[", "\\[", "]", "\\]", "\n", " ")

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
