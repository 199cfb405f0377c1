package portal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/blob"
	"github.com/portico-portal/portico/internal/cache"
	"github.com/portico-portal/portico/internal/media"
	"github.com/portico-portal/portico/internal/site"
)

// serveMedia answers with a file of the published site that an element which
// the visitor sees holds; ?w= with a smaller version of a picture.
func (p *Portal) serveMedia(w http.ResponseWriter, r *http.Request) error {
	v, err := p.visit(w, r)
	if err != nil {
		return err
	}
	s, err := p.shown(r, v)
	if err != nil {
		return err
	}
	m, ok := s.MediumFor(v.Visitor, r.URL.Path, func(page *site.Page) bool { return !p.signInFirst(v) || openToGuests(page) })
	if !ok || p.cfg.Media == nil {
		return apim.ErrNotFound
	}
	f, info, err := p.openFile(r.Context(), m)
	if err != nil {
		return err
	}
	defer f.Close()
	if address.IsWidgetFile(r.URL.Path) {
		return p.serveWidgetFile(w, r, f, info)
	}
	head := make([]byte, 1024)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return fmt.Errorf("medium %s: %w", m.Blob, err)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("medium %s: %w", m.Blob, err)
	}
	declared := cmp.Or(m.ContentType, info.ContentType)
	kind := media.Kind(r.URL.Path, declared, head[:n])
	width, _ := strconv.Atoi(r.URL.Query().Get(address.QueryWidth))
	if kind == media.SVG || slices.Contains(media.Widths, width) && strings.HasPrefix(kind, "image/") {
		if made, err := p.remade(r.Context(), f, info, kind, width); err != nil || made.body != nil {
			if err == nil {
				err = made.send(w, r, p.mediaHeaders(r))
			}
			return err
		}
	}
	h := w.Header()
	setHeaders(h, p.mediaHeaders(r))
	h.Set("Content-Type", kind)
	if kind == media.Unknown {
		h.Set("Content-Disposition", "attachment")
	}
	h.Set("Etag", `"`+info.Hash+`"`)
	http.ServeContent(w, r, "", info.ModTime, f)
	return nil
}

// openFile opens a file of the site as it was published, else what has its name now.
func (p *Portal) openFile(ctx context.Context, m site.Media) (io.ReadSeekCloser, blob.Info, error) {
	if m.Pinned != "" {
		f, info, err := p.cfg.Media.Get(ctx, m.Pinned)
		if !errors.Is(err, apim.ErrNotFound) {
			return f, info, err
		}
	}
	f, info, err := p.cfg.Media.Get(ctx, m.Blob)
	if err != nil {
		return nil, blob.Info{}, fmt.Errorf("medium %s: %w", m.Blob, err)
	}
	return f, info, nil
}

// mediaHeaders are on every file that people uploaded. Who may see a file
// depends on the visitor, so no cache on the way keeps it.
func (p *Portal) mediaHeaders(r *http.Request) []header {
	control := "private, max-age=3600"
	if p.hasSession(r) {
		control = "private, no-cache"
	}
	return with(p.common, mediaPolicy, header{"Cache-Control", []string{control}})
}

// remade is a file that is not served as it lies: an SVG without what runs, or
// a picture made smaller; a body of nil when it is served as it lies after all.
func (p *Portal) remade(ctx context.Context, f io.ReadSeeker, info blob.Info, kind string, width int) (*answer, error) {
	return p.pages.Load(ctx, mediumKey(info.Hash, width), func(context.Context) (cache.Made[*answer], error) {
		made, err := remake(f, kind, width)
		if err != nil { // not what it says: nobody is shown it, and nothing else breaks
			p.cfg.Logger.Warn("a medium is not shown", "medium", info.Name, "error", err)
			return cache.Made[*answer]{}, apim.ErrNotFound
		}
		return cache.Made[*answer]{Value: made, Bytes: made.bytes()}, nil
	})
}

func remake(f io.ReadSeeker, kind string, width int) (*answer, error) {
	const control = "private, max-age=3600"
	if kind == media.SVG {
		data, err := io.ReadAll(io.LimitReader(f, media.MaxSVG+1))
		if err != nil {
			return nil, err
		}
		clean, err := media.SanitizeSVG(data)
		return newAnswer(clean, control, contentType(kind)), err
	}
	data, kind, err := media.Resize(f, width)
	if err != nil || data == nil {
		if _, seek := f.Seek(0, io.SeekStart); seek != nil {
			err = seek
		}
		return newAnswer(nil, control), err
	}
	return newAnswer(data, control, contentType(kind)), nil
}

// serveWidgetFile answers with a file of a custom widget. It runs in a sandboxed
// frame that has no origin, so its own files must be readable from everywhere.
func (p *Portal) serveWidgetFile(w http.ResponseWriter, r *http.Request, f io.ReadSeeker, info blob.Info) error {
	kind := cmp.Or(mime.TypeByExtension(path.Ext(r.URL.Path)), media.Unknown)
	h := w.Header()
	setHeaders(h, with(p.common, widgetPolicy))
	h.Set("Content-Type", kind)
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "private, no-cache")
	h.Set("Etag", `"`+info.Hash+`"`)
	http.ServeContent(w, r, "", info.ModTime, f)
	return nil
}
