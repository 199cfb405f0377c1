package portal

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"sync/atomic"
	"time"

	"github.com/portico-portal/portico/internal/address"
	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/cache"
	"github.com/portico-portal/portico/internal/catalog"
	"github.com/portico-portal/portico/internal/site"
	"github.com/portico-portal/portico/internal/store"
)

// sites owns the sites that visitors are shown: the published one, and the draft
// and revisions that administrators preview. It makes the keys of what is kept.
type sites struct {
	store   *store.Store
	catalog *catalog.Catalog
	media   Media  // nil: stylesheets are not stored
	script  string // address of the islands' module; "" when it is not built
	logger  *slog.Logger

	current  atomic.Pointer[site.Site]         // nil before the first publish
	made     time.Time                         // when the revision of current was made; follow's own
	previews *cache.Cache[edition, *site.Site] // compiled as far as they were looked at
}

// shown is the site that a visitor is shown.
type shown struct {
	*site.Site
	preview apim.Name // "draft", or the revision that an administrator looks at; "" when it is the published site
}

// edition is the content of a draft or a portal revision at one time.
type edition struct {
	name apim.Name // its key
	seq  int64     // of the last change of the content
}

// previewBytes bounds the previewed sites that are kept, by what they are read from.
const previewBytes = 32 << 20

// published is the published site, read once for a whole request.
func (s *sites) published() (shown, error) {
	if current := s.current.Load(); current != nil {
		return shown{Site: current}, nil
	}
	return shown{}, errUnpublished
}

// follow reads the current portal revision; false when it is the one being
// served, or there is none.
func (s *sites) follow(tx *store.Tx) (switched bool, err error) {
	name, err := tx.CurrentPortalRevision()
	if err != nil || name == "" {
		return false, err
	}
	revision, err := tx.Get(apim.Ref("/portalRevisions/" + name))
	if err != nil {
		return false, err
	}
	// Another one may have the name when the service was erased.
	if served := s.current.Load(); served != nil && served.Revision == name && s.made.Equal(revision.CreatedAt) {
		return false, nil
	}
	next, _, err := s.read(tx, name)
	if err != nil {
		return false, fmt.Errorf("read the published site: %w", err)
	}
	if err := s.keepStylesheet(tx.Context(), next); err != nil {
		s.logger.Error("pages of this site lose their looks after the next publish", "error", err)
	}
	s.made = revision.CreatedAt
	s.current.Store(next)
	return true, nil
}

// preview is the draft, or the portal revision of a name; apim.ErrNotFound when
// there is none. It is read again when the change feed has something new of it.
func (s *sites) preview(ctx context.Context, name apim.Name) (shown, error) {
	now := edition{name: name.Key()}
	err := s.store.View(ctx, func(tx *store.Tx) (err error) {
		now.seq, err = lastChange(tx, name)
		return err
	})
	if err != nil {
		return shown{}, fmt.Errorf("read the site %s: %w", name, err)
	}
	if _, ok := s.previews.Get(now); !ok {
		s.previews.Evict(string(now.name)) // earlier editions
	}
	of, err := s.previews.Load(ctx, now, func(ctx context.Context) (made cache.Made[*site.Site], err error) {
		made.Deps = []string{string(now.name)}
		err = s.store.View(ctx, func(tx *store.Tx) (err error) {
			made.Value, made.Bytes, err = s.read(tx, name)
			return err
		})
		if err == nil {
			err = s.keepStylesheet(ctx, made.Value) // pages ask for it by its hash
		}
		return made, err
	})
	if err != nil {
		return shown{}, fmt.Errorf("read the site %s: %w", name, err)
	}
	return shown{of, name}, nil
}

// lastChange is the number of the last change of the draft's content, or of a portal revision.
func lastChange(tx *store.Tx, name apim.Name) (int64, error) {
	if name == previewDraft {
		return tx.KindSeq(apim.ContentItems.Path)
	}
	doc, err := tx.Get(apim.PortalRevisionRef(name))
	if err != nil {
		return 0, err
	}
	return doc.Seq, nil
}

// read reads the draft or a portal revision, and tells how many bytes it is made from.
func (s *sites) read(tx *store.Tx, name apim.Name) (_ *site.Site, bytes int64, err error) {
	var items []site.Item
	options := site.Options{Script: s.script}
	if name == previewDraft {
		items, err = site.Draft(tx)
	} else {
		options.Revision = name
		items, options.Pinned, err = site.Published(tx, name)
	}
	for _, it := range items {
		bytes += int64(len(it.Body))
	}
	return site.Read(items, options), bytes, err
}

// keepStylesheet stores the CSS of a site that begins to be shown, so that
// pages of it that browsers and caches hold keep their looks after the next
// publish, from every replica.
func (s *sites) keepStylesheet(ctx context.Context, of *site.Site) error {
	path, css := of.Stylesheet()
	if path == "" || s.media == nil {
		return nil
	}
	if _, err := s.media.PutHashed(ctx, cssType, css); err != nil {
		return fmt.Errorf("keep the stylesheet %s: %w", path, err)
	}
	return nil
}

// key names what is kept: an address of a revision with the query that counts,
// for an audience. The build is that of the process; codings are kept together.
type key struct {
	revision              apim.Name
	path, query, audience string
}

// freeText are query parameters that people type: what they lead to is not kept.
var freeText = []string{"q", address.ReturnTo}

// key is the key of what is made for a request; false when it is not kept.
func (s *sites) key(req *request) (key, bool) {
	query := req.params.Query.Encode()
	if req.site.preview != "" || len(query) > maxQuery || typed(req.params.Query) {
		return key{}, false
	}
	return key{req.site.Revision, req.address, query, s.catalog.Audience(req.shared, req.groups...)}, true
}

// typed reports whether a query holds free text.
func typed(query url.Values) bool {
	return slices.ContainsFunc(freeText, func(name string) bool { return query.Get(name) != "" })
}

// guestKey is the key of what guests get at an address without a query. It allocates nothing.
func guestKey(of *site.Site, path string) key {
	return key{revision: of.Revision, path: path, audience: catalog.GuestAudience}
}

// mediumKey is the key of what is made of a file, by its hash: an SVG, or the
// versions of a picture; it is of no site.
func mediumKey(hash string, widths []int) key {
	return key{path: "medium " + hash, query: fmt.Sprint(widths)}
}
