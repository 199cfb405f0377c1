package portal

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/widget"
)

var markdownType = contentType("text/markdown; charset=utf-8")

// serveTwin answers with a page as Markdown: /apis/echo.md is /apis/echo,
// /index.md the home page.
func (p *Portal) serveTwin(w http.ResponseWriter, r *http.Request, s *site.Site, v *visit, path string) error {
	u, err := url.Parse(path)
	if err != nil {
		return fmt.Errorf("twin of %s: %w", path, err)
	}
	req, err := p.resolve(r.Context(), s, v, u)
	if err != nil {
		return err
	}
	if req.path != path {
		return redirect(w, r, address.Twin(req.path), http.StatusMovedPermanently)
	}
	compiled, err := req.page.Compiled()
	if err != nil {
		return err
	}
	also := append(slices.Clone(s.Groups()), compiled.Groups()...)
	shared := p.cfg.Catalog.Shared(v.Visitor, also...)
	part := &part{visit: v, also: also, data: p.data(s, shared, path), in: widget.Render{Visitor: shared, Params: widget.Params{Path: r.URL.EscapedPath()}}}
	return p.keep(w, r, part, func(ctx context.Context) (*stored, error) {
		text, err := p.twin(ctx, req, part)
		if err != nil {
			return nil, err
		}
		return newStored(text, revalidate, markdownType, fragmentPolicy), nil
	})
}

// twin is the main content of a page as Markdown, without personal parts; an
// API's has its operations too.
func (p *Portal) twin(ctx context.Context, req *request, part *part) ([]byte, error) {
	compiled, err := req.page.Compiled()
	if err != nil {
		return nil, err
	}
	in := p.input(req, part.data, part.data.visitor)
	out, err := compiled.Render(ctx, in)
	if err != nil {
		return nil, err
	}
	doc, err := html.Parse(bytes.NewReader(out.HTML()))
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", req.path, err)
	}
	main := find(doc, func(n *html.Node) bool { return n.Data == "main" })
	if main == nil {
		main = doc
	}
	prune(main)
	convert := converter.NewConverter(converter.WithPlugins(base.NewBasePlugin(), commonmark.NewCommonmarkPlugin(), table.NewTablePlugin()))
	text, err := convert.ConvertNode(main, converter.WithDomain(p.cfg.PortalURL))
	if err != nil {
		return nil, fmt.Errorf("page %s as Markdown: %w", req.path, err)
	}
	if req.params.API != "" && req.params.Operation == "" && req.params.Schema == "" {
		return p.withOperations(ctx, part, req.params.API, text)
	}
	return append(bytes.TrimSpace(text), '\n'), nil
}

// withOperations appends the list of an API's operations.
func (p *Portal) withOperations(ctx context.Context, part *part, id string, text []byte) ([]byte, error) {
	api, err := part.data.API(ctx, id)
	if err != nil {
		return nil, err
	}
	ops, err := part.data.Operations(ctx, api)
	if err != nil || len(ops) == 0 {
		return append(bytes.TrimSpace(text), '\n'), err
	}
	b := bytes.NewBuffer(append(bytes.TrimSpace(text), "\n\n## Operations\n\n"...))
	for _, op := range ops {
		fmt.Fprintf(b, "- [%s](%s): `%s %s`\n", plainLine(op.Name), p.cfg.PortalURL+address.Twin(address.Operation(api.ID, op.ID)), op.Method, op.URLTemplate)
	}
	return b.Bytes(), nil
}

// plainLine is a name in a link of Markdown.
func plainLine(s string) string {
	return strings.NewReplacer("[", "\\[", "]", "\\]", "\n", " ").Replace(s)
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
