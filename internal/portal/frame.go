package portal

import (
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/widget"
)

// framePolicy is of documents in frames: a sandbox of their own origin-less
// kind, which may run their own scripts and load nothing but our files.
var framePolicy = header{"Content-Security-Policy", []string{
	"sandbox allow-scripts allow-modals allow-forms allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation " +
		"allow-pointer-lock allow-downloads allow-presentation allow-orientation-lock; " +
		"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline' 'self'; img-src 'self' data: blob:; font-src 'self' data:; media-src 'self'; frame-ancestors 'self'; base-uri 'none'",
}}

// serveFrame answers with the custom HTML of a node, to whom sees the node.
func (p *Portal) serveFrame(w http.ResponseWriter, r *http.Request) error {
	s, err := p.published()
	if err != nil {
		return err
	}
	v, err := p.visit(w, r)
	if err != nil {
		return err
	}
	f, ok := s.Frame(v.Visitor, r.URL.Path)
	if !ok {
		return apim.ErrNotFound
	}
	return p.send(w, r, http.StatusOK, []byte(frameDocument(s, f)), htmlType, framePolicy)
}

// frameDocument is the custom HTML as a document, with the site's styles if it wants them.
func frameDocument(s stylesheet, f widget.Frame) string {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">`)
	if path, _ := s.Stylesheet(); f.Styled && path != "" {
		b.WriteString(`<link rel="stylesheet" href="` + path + `">`)
	}
	b.WriteString(f.HTML)
	return b.String()
}

// stylesheet is what a site says of its styles.
type stylesheet interface {
	Stylesheet() (path string, css []byte)
}
