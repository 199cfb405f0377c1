package portal

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/markdown"
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
	text, err := markdown.FromPage(out.HTML(), p.cfg.PortalURL)
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", d.req.params.Path, err)
	}
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
