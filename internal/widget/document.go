package widget

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
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
	Script                                        template.JS
	Style                                         template.CSS
}

func (p *Page) head(r Render, out *Output) ([]byte, error) {
	m := r.Messages
	if m == nil {
		m = English()
	}
	title := out.Title
	if site := p.opt.Site.Title; site != "" && site != title {
		if title != "" {
			title += " · "
		}
		title += site
	}
	lang := p.opt.Site.Lang
	if lang == "" {
		lang = "en"
	}
	var b bytes.Buffer
	err := templates().ExecuteTemplate(&b, "head", frame{
		Input: &Input{Messages: m},
		V: documentHead{
			Lang: lang, Title: title, Description: out.Description, Keywords: p.opt.Keywords,
			Canonical: r.Canonical, NoIndex: r.NoIndex || out.Status != 200, Site: p.opt.Site,
			Script: InlineScript, Style: template.CSS(p.style), // both are ours, not anyone's input
		},
	})
	return b.Bytes(), err
}

func (p *Page) foot(r Render) string {
	if p.opt.Site.Script != "" {
		return ""
	}
	m := r.Messages
	if m == nil {
		m = English()
	}
	return "<p class=unbuilt>" + template.HTMLEscapeString(m.T("scripts.missing"))
}
