package management

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/portico-portal/portico/internal/apim"
	"github.com/portico-portal/portico/internal/arm"
	"github.com/portico-portal/portico/internal/store"
)

func revisionRoutes() []*route {
	list := read("apis/{}/revisions", "apis/revisions", listRevisions).of(apim.APIs)
	return []*route{list, list.inWorkspace()}
}

// revision is one row of an API's revisions (apim-rest.md §2.6).
type revision struct {
	APIID       apim.Ref  `json:"apiId"`
	APIRevision string    `json:"apiRevision"`
	CreatedAt   time.Time `json:"createdDateTime"`
	UpdatedAt   time.Time `json:"updatedDateTime"`
	Description string    `json:"description,omitempty"`
	PrivateURL  string    `json:"privateUrl"`
	IsOnline    bool      `json:"isOnline"`
	IsCurrent   bool      `json:"isCurrent"`
}

// listRevisions answers GET of an API's revisions, the newest first.
func listRevisions(c *call) (*answer, error) {
	l, err := c.listing(apim.Fields{"apiRevision"}, false)
	if err != nil {
		return nil, err
	}
	var docs []*store.Document
	err = c.Store.View(c.r.Context(), func(tx *store.Tx) error {
		ref, err := c.stored(tx, c.ref)
		if err != nil {
			return err
		}
		docs, err = c.revisionsOf(tx, aliasOf(ref))
		return err
	})
	if err != nil {
		return nil, err
	}
	revisions := make([]*revision, len(docs))
	for i, doc := range docs {
		if revisions[i], err = newRevision(doc); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(revisions, func(a, b *revision) int { return b.CreatedAt.Compare(a.CreatedAt) })
	revisions = selected(revisions, l, func(r *revision) arm.Record {
		return arm.RecordOf(map[string]any{"apiRevision": r.APIRevision})
	})
	return page(c, l, revisions, func(r *revision) (any, error) { return r, nil })
}

// revisionsOf are the documents of an API's revisions.
func (c *call) revisionsOf(tx *store.Tx, alias apim.Ref) ([]*store.Document, error) {
	rows, err := c.collections.rows(tx, apim.APIs, alias.Parent())
	if err != nil {
		return nil, err
	}
	var docs []*store.Document
	for _, r := range rows {
		if aliasOf(r.doc.Ref).Key() == alias.Key() {
			docs = append(docs, r.doc)
		}
	}
	return docs, nil
}

func newRevision(doc *store.Document) (*revision, error) {
	var api apim.API
	if err := json.Unmarshal(doc.Body, &api); err != nil {
		return nil, fmt.Errorf("decode %s: %w", doc.Ref, err)
	}
	address := "/" + api.Path
	if !api.IsCurrent {
		address += ";rev=" + api.APIRevision
	}
	return &revision{
		APIID: doc.Ref, APIRevision: api.APIRevision, CreatedAt: doc.CreatedAt, UpdatedAt: doc.UpdatedAt,
		Description: api.APIRevisionDescription, PrivateURL: address, IsOnline: api.Online(), IsCurrent: api.IsCurrent,
	}, nil
}

// A release makes a revision the current one (apim-rest.md §2.6).

func releaseBehaviour() behaviour {
	return behaviour{prepare: prepareRelease, check: checkRelease, stored: storedRelease}
}

// prepareRelease sets the dates, and keeps the revision when a PATCH leaves it out.
func prepareRelease(w *write) error {
	r := w.resource.(*apim.Release)
	now := w.tx.Now()
	r.CreatedDateTime, r.UpdatedDateTime = &now, &now
	if w.old == nil {
		if r.APIID == "" { // the revision that the address names
			current, err := w.tx.ResolveAPI(w.call.ref.Parent())
			r.APIID = string(current)
			return err
		}
		return nil
	}
	var old apim.Release
	if err := json.Unmarshal(w.old.Body, &old); err != nil {
		return fmt.Errorf("decode %s: %w", w.ref, err)
	}
	r.CreatedDateTime = old.CreatedDateTime
	if r.APIID == "" {
		r.APIID = old.APIID
	}
	return nil
}

// checkRelease wants a revision of the API itself.
func checkRelease(w *write) error {
	r := w.resource.(*apim.Release)
	ref, err := w.tx.ResolveAPI(apim.Ref(r.APIID))
	if err == nil {
		_, err = w.tx.Get(ref)
	}
	if err != nil || aliasOf(ref).Key() != w.ref.Parent().Key() {
		return apim.Invalid("apiId", fmt.Sprintf("apiId must be a revision of the API %q; there is no such one: %q.", w.ref.Parent().Name(), r.APIID))
	}
	r.APIID = string(ref)
	return nil
}

// storedRelease makes the revision current, when the release is new or names another.
func storedRelease(w *write) error {
	r := w.resource.(*apim.Release)
	if w.old != nil {
		var old apim.Release
		if err := json.Unmarshal(w.old.Body, &old); err != nil {
			return fmt.Errorf("decode %s: %w", w.ref, err)
		}
		if strings.EqualFold(old.APIID, r.APIID) {
			return nil
		}
	}
	if err := makeCurrent(w.tx, apim.Ref(r.APIID)); err != nil {
		return err
	}
	return setCurrent(w.tx, apim.Ref(r.APIID), true)
}
