package publish

import (
	"encoding/json"
	"fmt"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/site/defaults"
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

// PutDefaultSite writes the site Portico comes with as the draft.
func PutDefaultSite(tx *store.Tx) error {
	items, err := defaults.Items()
	if err != nil {
		return err
	}
	if err := PutContentTypes(tx); err != nil {
		return err
	}
	docs := make([]*store.Document, len(items))
	for i, it := range items {
		docs[i] = &store.Document{Ref: it.Ref, Body: it.Properties}
	}
	return tx.PutAll(docs)
}

// PutContentTypes writes the collections that content items are in.
func PutContentTypes(tx *store.Tx) error {
	for _, ct := range contentTypes {
		body, err := json.Marshal(ct)
		if err != nil {
			return err
		}
		if err := tx.Put(&store.Document{Ref: apim.Ref("/contentTypes/" + ct.ID), Body: body}); err != nil {
			return err
		}
	}
	return nil
}

// PublishFirst publishes the draft when nothing has ever been published.
func (s *Service) PublishFirst(tx *store.Tx) error {
	revisions, err := tx.Count(apim.PortalRevisions.Path, "")
	if err != nil || revisions > 0 {
		return err
	}
	rev, err := s.PublishTx(tx, Revision{
		Name: firstRevision, Description: "The site Portico comes with", Author: store.System, Current: true,
	}, &Checked{})
	if err == nil && rev.Status != Completed {
		err = fmt.Errorf("publish the default site: %s", rev.StatusDetails)
	}
	return err
}
