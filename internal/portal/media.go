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
	made, err := p.remade(r, s.Site, m, info, kind)
	if err != nil {
		return err
	}
	if made != nil {
		return made.send(w, r, p.mediaHeaders(r))
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

// remade is what is sent instead of a file: an SVG without what runs, or the
// version of a picture that is asked for, if an element of the site shows it;
// nil when the file is sent as it lies.
func (p *Portal) remade(r *http.Request, s *site.Site, m site.Media, info blob.Info, kind string) (*answer, error) {
	var widths []int
	width, _ := strconv.Atoi(r.URL.Query().Get(address.QueryWidth))
	if kind != media.SVG {
		if widths = s.Widths(r.URL.Path); !slices.Contains(widths, width) {
			return nil, nil
		}
	}
	key := mediumKey(info.Hash, widths)
	a, err := p.pages.Load(r.Context(), key, func(ctx context.Context) (cache.Made[*answer], error) {
		p.rendered.Add(1)
		made, err := p.remake(ctx, m, kind, widths)
		if ctx.Err() != nil {
			return cache.Made[*answer]{}, ctx.Err()
		}
		if err != nil { // not what it says; kept, so that it is tried but once
			p.cfg.Logger.Warn("a medium is not made smaller or safe", "medium", info.Name, "error", err)
		}
		made.grow = func(bytes int64) { p.pages.Grow(key, bytes) }
		return cache.Made[*answer]{Value: made, Bytes: made.bytes()}, nil
	})
	switch {
	case err != nil:
		return nil, err
	case kind != media.SVG:
		return a.versions[width], nil
	case a.body == nil: // nobody is shown an SVG that is not understood
		return nil, apim.ErrNotFound
	}
	return a, nil
}

// remake makes an SVG safe, or the versions of a picture.
func (p *Portal) remake(ctx context.Context, m site.Media, kind string, widths []int) (*answer, error) {
	const control = "private, max-age=3600"
	set := newAnswer(nil, control)
	f, _, err := p.openFile(ctx, m) // its own: the request that began this may leave before others
	if err != nil {
		return set, err
	}
	defer f.Close()
	if kind == media.SVG {
		clean, err := p.pictures.SVG(ctx, f)
		return newAnswer(clean, control, contentType(kind)), err
	}
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return set, err
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return set, err
	}
	versions, err := p.pictures.Versions(ctx, f, kind, widths)
	set.versions = map[int]*answer{}
	for _, v := range versions {
		// What would not fit beside other answers would be made again and again.
		if n := int64(len(v.Data)); n < size && set.bytes()+n < p.cfg.CacheBytes/4 {
			set.versions[v.Width] = packed(newAnswer(v.Data, control, contentType(v.Kind)))
		}
	}
	return set, err
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
