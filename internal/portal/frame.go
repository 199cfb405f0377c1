package portal

import (
	"net/http"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/widget"
)

// framePolicy is of documents in frames: a sandbox without an origin, in which
// they may run their own scripts and load nothing but our files.
var framePolicy = sandboxed("script-src 'unsafe-inline'")

// widgetPolicy is of the documents of custom widgets, whose scripts are files.
var widgetPolicy = sandboxed("script-src 'self' 'unsafe-inline'; connect-src 'self'")

// sandboxed is the policy of a document in a frame, with what it may run and call.
func sandboxed(scripts string) header {
	return header{"Content-Security-Policy", []string{
		"sandbox " + widget.Sandbox + "; default-src 'none'; " + scripts + "; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
			"font-src 'self' data:; media-src 'self'; frame-ancestors 'self'; base-uri 'none'",
	}}
}

// serveFrame answers with the custom HTML of a node that the visitor sees.
func (p *Portal) serveFrame(w http.ResponseWriter, r *http.Request) error {
	v, err := p.visit(w, r)
	if err != nil {
		return err
	}
	s, err := p.shown(r, v)
	if err != nil {
		return err
	}
	f, ok := s.Frame(v.Visitor, r.URL.Path)
	if !ok {
		return apim.ErrNotFound
	}
	return once(http.StatusOK, []byte(frameDocument(s.Site, f)), htmlType, framePolicy).send(w, r, p.common)
}

// frameDocument is the custom HTML as a document, with the site's styles if it wants them.
func frameDocument(s *site.Site, f widget.Frame) string {
	var b strings.Builder
	b.WriteString(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">`)
	if path, _ := s.Stylesheet(); f.Styled && path != "" {
		b.WriteString(`<link rel="stylesheet" href="` + path + `">`)
	}
	b.WriteString(f.HTML)
	return b.String()
}
