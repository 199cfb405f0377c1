package widget

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html/template"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/widget/messages"
)

// InlineScript is the one inline script of every page: it sets the remembered
// theme before the first paint. Its hash is in the CSP.
const InlineScript = `try{var t=localStorage.theme;if(t)document.documentElement.dataset.theme=t}catch(e){}`

// CSPHash is the source expression for an inline script or style with exactly this text.
func CSPHash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// InlineStyle is the text of the page's one style element.
func (p *Page) InlineStyle() string { return p.style }

// documentHead is what head.tmpl shows.
type documentHead struct {
	Lang, Title, Description, Keywords, Canonical string
	NoIndex                                       bool
	Site                                          Site
	Share                                         Share
	Kind                                          string // og:type
	Twin, Feed                                    string // the page as Markdown; what changed
	Structured                                    []any
	Preview                                       string // what is previewed, in words
	Script                                        template.JS
	Style                                         template.CSS
}

func (p *Page) head(r Render, out *Output, h *heading) ([]byte, error) {
	m := cmp.Or(r.Messages, messages.English())
	title := out.Title
	if site := p.opt.Site.Title; site != "" && site != title {
		if title != "" {
			title += " · "
		}
		title += site
	}
	lang := cmp.Or(p.opt.Site.Lang, "en")
	noIndex := r.NoIndex || out.Status != 200
	d := documentHead{
		Lang: lang, Title: title, Description: out.Description, Keywords: p.opt.Keywords,
		Canonical: r.Canonical, NoIndex: noIndex, Site: p.opt.Site, Share: p.opt.Share, Kind: "article", Feed: h.feed,
		Script: InlineScript, Style: template.CSS(p.style), // both are ours, not anyone's input
	}
	if !noIndex {
		p.tell(r, h, &d)
	}
	if r.Preview == "draft" {
		d.Preview = m.T("preview.draft")
	} else if r.Preview != "" {
		d.Preview = m.T("preview.revision", "name", r.Preview)
	}
	d.Share.Title, d.Share.Description = cmp.Or(d.Share.Title, title), cmp.Or(d.Share.Description, out.Description)
	return execute("head", frame{Input: &Input{Messages: m}, V: d})
}

// tell adds what machines read of a page that they may index.
func (p *Page) tell(r Render, h *heading, d *documentHead) {
	d.Structured = h.about
	if r.Params.Path == address.Home {
		d.Kind = "website"
		d.Structured = append(d.Structured, map[string]any{"@context": schemaOrg, "@type": "Organization", "name": p.opt.Site.Title, "url": r.Base + address.Home})
	}
	if r.Params.Path != "" && r.Params.Schema == "" { // a type may be called x.md
		d.Twin = address.Twin(r.Params.Path)
	}
	var own any
	if p.opt.JSONLD != "" && json.Unmarshal([]byte(p.opt.JSONLD), &own) == nil {
		d.Structured = append(d.Structured, own)
	}
	if d.Share.Image != "" && address.IsLocal(d.Share.Image) {
		d.Share.Image = r.Base + d.Share.Image
	}
}
