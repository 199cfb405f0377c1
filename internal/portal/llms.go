package portal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
)

// maxFull bounds /llms-full.txt, in bytes.
const maxFull = 2 << 20

// serveLLMs tells language models what there is (llmstxt.org).
func (p *Portal) serveLLMs(w http.ResponseWriter, r *http.Request) error {
	return p.sendToAll(w, r, func(ctx context.Context, d *data) (*answer, error) {
		var b bytes.Buffer
		fmt.Fprintf(&b, "# %s\n", plainLine(d.req.site.Title))
		if about := d.req.site.Description; about != "" {
			fmt.Fprintf(&b, "\n> %s\n", plainLine(about))
		}
		entry := func(title, path, about string) {
			fmt.Fprintf(&b, "- [%s](%s)", plainLine(title), p.cfg.PortalURL+address.Twin(path))
			if about != "" {
				fmt.Fprintf(&b, ": %s", plainLine(about))
			}
			b.WriteByte('\n')
		}
		b.WriteString("\n## APIs\n\n")
		for _, api := range d.APIs() {
			entry(api.Name, address.API(api.ID), api.Summary)
		}
		b.WriteString("\n## Products\n\n")
		for _, product := range d.Products() {
			entry(product.Name, address.Product(product.ID), "")
		}
		b.WriteString("\n## Pages\n\n")
		for _, page := range d.listedPages() {
			entry(page.Title, page.Address(), page.Description())
		}
		return newAnswer(b.Bytes(), revalidate, markdownType, fragmentPolicy), nil
	})
}

// serveLLMsFull is the text of every page in one file, as much as fits. It is
// made of runs of pages that are kept by themselves: what has changed is
// rendered again, and what was rendered before its reader left is not lost.
func (p *Portal) serveLLMsFull(w http.ResponseWriter, r *http.Request) error {
	return p.sendToAll(w, r, func(ctx context.Context, d *data) (*answer, error) {
		var b bytes.Buffer
		for run, err := range d.runs(ctx) {
			if err != nil {
				return nil, err
			}
			text, err := p.textOf(ctx, d, run)
			if err != nil {
				return nil, err
			}
			if b.Len()+len(text) > maxFull {
				b.WriteString("More pages do not fit here: see " + p.cfg.PortalURL + address.LLMs + "\n")
				break
			}
			b.Write(text)
		}
		return newAnswer(b.Bytes(), revalidate, markdownType, fragmentPolicy), nil
	})
}

// textOf is the text of a run of pages.
func (p *Portal) textOf(ctx context.Context, d *data, run []string) ([]byte, error) {
	return p.piece(ctx, d, address.LLMsFull, run, func(ctx context.Context, d *data) ([]byte, error) {
		var b bytes.Buffer
		for _, path := range run {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			text, err := p.markdownAt(ctx, d, path)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&b, "<%s>\n\n%s\n---\n\n", p.cfg.PortalURL+path, text)
		}
		return b.Bytes(), nil
	})
}

// markdownAt is the page at a path as Markdown; empty when it is gone in the meantime.
func (p *Portal) markdownAt(ctx context.Context, d *data, path string) ([]byte, error) {
	p.rendered.Add(1)
	req, err := p.page(ctx, d.req.site, d.req.visit, path)
	if err == nil {
		var text []byte
		if text, err = p.markdown(ctx, &data{Reader: d.Reader, p: p, req: req}); err == nil {
			return text, nil
		}
	}
	if errors.Is(err, apim.ErrNotFound) {
		return nil, nil
	}
	return nil, err
}
