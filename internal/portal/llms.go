package portal

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
)

// maxFull bounds /llms-full.txt, in bytes.
const maxFull = 2 << 20

// serveLLMs tells language models what there is (llmstxt.org).
func (p *Portal) serveLLMs(w http.ResponseWriter, r *http.Request) error {
	part, err := p.guestPart(r)
	if err != nil {
		return err
	}
	return p.keep(w, r, part, func(ctx context.Context) (*stored, error) {
		var b bytes.Buffer
		fmt.Fprintf(&b, "# %s\n", plainLine(part.data.site.Title))
		if about := part.data.site.Description; about != "" {
			fmt.Fprintf(&b, "\n> %s\n", plainLine(about))
		}
		entry := func(title, path, about string) {
			fmt.Fprintf(&b, "- [%s](%s)", plainLine(title), p.cfg.PortalURL+address.Twin(path))
			if about != "" {
				fmt.Fprintf(&b, ": %s", plainLine(about))
			}
			b.WriteByte('\n')
		}
		apis, err := part.data.APIs(ctx)
		if err != nil {
			return nil, err
		}
		b.WriteString("\n## APIs\n\n")
		for _, api := range apis {
			entry(api.Name, address.API(api.ID), api.Summary)
		}
		products, err := part.data.Products(ctx)
		if err != nil {
			return nil, err
		}
		b.WriteString("\n## Products\n\n")
		for _, product := range products {
			entry(product.Name, address.Product(product.ID), "")
		}
		b.WriteString("\n## Pages\n\n")
		for _, page := range part.listedPages() {
			entry(page.title, page.path, page.about)
		}
		return newStored(b.Bytes(), revalidate, markdownType, fragmentPolicy), nil
	})
}

// serveLLMsFull is the text of every page in one file, as much as fits.
func (p *Portal) serveLLMsFull(w http.ResponseWriter, r *http.Request) error {
	part, err := p.guestPart(r)
	if err != nil {
		return err
	}
	return p.keep(w, r, part, func(ctx context.Context) (*stored, error) {
		list, err := p.addresses(ctx, part)
		if err != nil {
			return nil, err
		}
		var b bytes.Buffer
		for i, path := range list {
			text, err := p.twinAt(ctx, part, path)
			if err != nil {
				return nil, err
			}
			if b.Len()+len(text) > maxFull {
				fmt.Fprintf(&b, "---\n\n%d more pages do not fit here: see %s\n", len(list)-i, p.cfg.PortalURL+address.LLMs)
				break
			}
			if b.Len() > 0 {
				b.WriteString("---\n\n")
			}
			fmt.Fprintf(&b, "<%s>\n\n%s\n", p.cfg.PortalURL+path, text)
		}
		return newStored(b.Bytes(), revalidate, markdownType, fragmentPolicy), nil
	})
}

// twinAt is the twin of the page at path; empty when it is gone in the meantime.
func (p *Portal) twinAt(ctx context.Context, part *part, path string) ([]byte, error) {
	u, err := url.Parse(path)
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", path, err)
	}
	req, err := p.resolve(ctx, part.data.site, part.visit, u)
	if err == nil {
		var text []byte
		if text, err = p.twin(ctx, req, part); err == nil {
			return text, nil
		}
	}
	if errors.Is(err, apim.ErrNotFound) {
		return nil, nil
	}
	return nil, err
}
