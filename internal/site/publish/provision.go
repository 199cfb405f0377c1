package publish

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/store"
)

// firstRevision is the name of the revision of the default site.
const firstRevision = "initial"

// contentTypes are the collections of content items (portal-wire.md §3.1).
var contentTypes = []apim.ContentType{
	{Name: "Page", ID: "page", Description: "A page of the site."},
	{Name: "Layout", ID: "layout", Description: "What surrounds pages: header and footer."},
	{Name: "Popup", ID: "popup", Description: "A dialog that a link opens."},
	{Name: "Block", ID: "block", Description: "A part to build pages from."},
	{Name: "Document", ID: "document", Description: "The content of a page, layout, popup or block; the navigation, the stylesheet and the configuration."},
	{Name: "Blob", ID: "blob", Description: "An uploaded file."},
	{Name: "URL", ID: "url", Description: "An address that links lead to."},
}

// Provision fills a service without content with the default site, the JSON
// files of a folder, and publishes it. It reports whether it did. It does
// nothing when there is content or has ever been a revision.
//
// A file is an object of content items by id:
// {"/contentTypes/page/contentItems/home": {"properties": {...}}, ...}.
func (s *Service) Provision(ctx context.Context, actor store.Actor, defaults fs.FS) (bool, error) {
	items, err := readDefaults(defaults)
	if err != nil {
		return false, err
	}
	filled := false
	err = s.Store.Update(ctx, actor, func(tx *store.Tx) error {
		filled = false
		if filled, err = empty(tx); err != nil || !filled {
			return err
		}
		for _, ct := range contentTypes {
			body, err := json.Marshal(ct)
			if err != nil {
				return err
			}
			if err := tx.Put(&store.Document{Ref: apim.Ref("/contentTypes/" + ct.ID), Body: body}); err != nil {
				return err
			}
		}
		var docs []*store.Document
		for _, ref := range slices.Sorted(maps.Keys(items)) {
			docs = append(docs, &store.Document{Ref: apim.Ref(ref), Body: items[ref]})
		}
		return tx.PutAll(docs)
	})
	if err != nil {
		return false, fmt.Errorf("provision the default site: %w", err)
	}
	return filled, s.publishFirst(ctx, actor)
}

// publishFirst publishes the draft when nothing has ever been published: also
// after a crash between provisioning and publishing.
func (s *Service) publishFirst(ctx context.Context, actor store.Actor) error {
	none := false
	err := s.Store.View(ctx, func(tx *store.Tx) error {
		revisions, err := tx.Count(apim.PortalRevisions.Path, "")
		none = revisions == 0
		return err
	})
	if err != nil || !none {
		return err
	}
	rev, err := s.Publish(ctx, actor, firstRevision, "The site Portico comes with", true)
	if err != nil {
		return err
	}
	if rev.Status != Completed {
		return fmt.Errorf("publish the default site: %s", rev.StatusDetails)
	}
	return nil
}

func empty(tx *store.Tx) (bool, error) {
	items, err := tx.ListAll(apim.ContentItems.Path)
	if err != nil || len(items) > 0 {
		return false, err
	}
	revisions, err := tx.Count(apim.PortalRevisions.Path, "")
	return revisions == 0, err
}

// readDefaults reads the items of all JSON files of a folder.
func readDefaults(defaults fs.FS) (map[string]json.RawMessage, error) {
	files, err := fs.Glob(defaults, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list default content: %w", err)
	}
	all := map[string]json.RawMessage{}
	for _, name := range files {
		data, err := fs.ReadFile(defaults, name)
		if err != nil {
			return nil, fmt.Errorf("read default content: %w", err)
		}
		var items map[string]struct {
			Properties json.RawMessage `json:"properties"`
		}
		if err := json.Unmarshal(data, &items); err != nil {
			return nil, fmt.Errorf("default content %s: %w", path.Base(name), err)
		}
		for ref, it := range items {
			if len(it.Properties) == 0 {
				return nil, fmt.Errorf("default content %s: %s has no properties", name, ref)
			}
			all[ref] = it.Properties
		}
	}
	return all, nil
}
