package portal

import (
	"net/http"
	"path"
	"strings"

	"github.com/portico-portal/portico/internal/apim"
)

// fontTypes are what the files of fonts are served as.
var fontTypes = map[string]string{".woff2": "font/woff2", ".woff": "font/woff", ".ttf": "font/ttf", ".otf": "font/otf"}

// serveFont answers with a font of the media storage that the site's styles name.
func (p *Portal) serveFont(w http.ResponseWriter, r *http.Request) error {
	s, err := p.sites.published()
	if err != nil {
		return err
	}
	kind := fontTypes[strings.ToLower(path.Ext(r.PathValue("file")))]
	font, ok := s.Font(r.URL.Path)
	if kind == "" || p.cfg.Media == nil || !ok {
		return apim.ErrNotFound
	}
	f, info, err := p.openFile(r.Context(), font)
	if err != nil {
		return err
	}
	defer f.Close()
	h := w.Header()
	setHeaders(h, with(p.static, mediaPolicy, contentType(kind)))
	h.Set("Cache-Control", hourly)
	h.Set("Etag", `"`+info.Hash+`"`)
	http.ServeContent(w, r, "", info.ModTime, f)
	return nil
}
